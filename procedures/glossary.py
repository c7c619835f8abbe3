"""Terms explained where they are used, and Spanish alphabetical order. Pure: no query, no request."""

import re
import unicodedata

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe


class PageGlossary:
    """Marks the first occurrence of each term in the texts of one page and remembers which ones occurred.

    Args:
        terms: GlossaryTerms, or anything with `slug`, `term` and `aliases` (other forms, one per line).
    """

    def __init__(self, terms):
        self._by_form = {form.casefold(): term for term in terms for form in forms(term)}
        self._pattern = pattern(self._by_form)
        self._used = {}

    @property
    def used(self):
        """The terms marked so far, in alphabetical order."""
        return sorted(self._used.values(), key=lambda term: alphabetical(term.term))

    def mark(self, text):
        """Safe HTML of a plain text: each term's first occurrence on the page links to its words at the page's end."""
        if self._pattern is None:
            return conditional_escape(text)
        parts, end = [], 0
        for match in self._pattern.finditer(text):
            term = self._by_form.get(match[0].casefold())  # None for the odd letter that only re takes for another
            if term is None or term.slug in self._used:
                continue
            self._used[term.slug] = term
            parts += [conditional_escape(text[end : match.start()]), self._link(term, match[0])]
            end = match.end()
        return mark_safe("".join([*parts, conditional_escape(text[end:])]))  # noqa: S308 - every part is escaped

    def _link(self, term, words):
        return format_html('<a class="term" id="uso-{0}" href="#palabra-{0}">{1}</a>', term.slug, words)


def forms(term):
    """The term and its other forms as they stand in texts."""
    return [form.strip() for form in [term.term, *(term.aliases or "").splitlines()] if form.strip()]


def pattern(forms):
    """A regular expression for the forms as whole words, the longest first; None without forms.

    Addresses and mail names are no words: `sare.gob.mx` and `/sare` are left alone.
    """
    if not forms:
        return None
    words = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    return re.compile(rf"(?<![\w@/])(?<!\w[.-])(?:{words})(?![\w@/]|[.-]\w)", re.IGNORECASE)


def alphabetical(text):
    """A sort key in Spanish order: accents and marks don't count, ñ follows n.

    Python's own order would put "Órgano" after "zona"; the system's locale is not to be relied on.
    """
    spelled = unicodedata.normalize("NFC", text.casefold()).replace("ñ", "n\U0010ffff")
    plain = unicodedata.normalize("NFD", spelled)
    return "".join(letter for letter in plain if letter.isalnum() or letter in " \U0010ffff")


def initial(text):
    """The capital letter under which a text stands in an alphabetical list: "Órgano" → "O", "Ñandú" → "Ñ"."""
    key = alphabetical(text)
    return "Ñ" if key.startswith("n\U0010ffff") else key[:1].upper()
