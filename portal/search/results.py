"""How a match is shown: title and excerpt, with the words that were looked for marked."""

from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import mark_safe

from portal.models import SearchEntry
from portal.search.queries import Query
from procedures.words import SURFACE

EXCERPT = 240  # characters


@dataclass(frozen=True)
class Result:
    """An entry as the answer to a query."""

    entry: SearchEntry
    query: Query

    @property
    def title(self):
        return mark(self.entry.title, self.query)

    @property
    def excerpt(self):
        """The passage with the most of the words that the title does not show, cut around them."""
        passages = [passage for passage in (self.entry.summary, *self.entry.passages.splitlines()) if passage]
        wanted = set(self.query.terms) - terms_in(self.entry.title, self.query)
        if wanted:
            best = max(passages, key=lambda passage: len(wanted & terms_in(passage, self.query)), default="")
        else:
            best = next(iter(passages), "")
        return mark(cut(best, self.query), self.query)

    @property
    def other_language(self):
        """The language the record is in, where it is not the page's; else empty."""
        return self.entry.text_language if self.entry.text_language != self.entry.language else ""


def terms_in(text, query):
    """The set of the query's terms that occur in the text."""
    return {term for surface in SURFACE.findall(text) for term in query.matches(surface)}


def cut(text, query):
    """At most EXCERPT characters of the text, whole words, from shortly before the first that was looked for."""
    if len(text) <= EXCERPT:
        return text
    first = next((found.start() for found in SURFACE.finditer(text) if query.matches(found[0])), 0)
    start = 0 if first < EXCERPT // 2 else text.rfind(" ", 0, first - EXCERPT // 4) + 1
    end = len(text) if start + EXCERPT >= len(text) else text.rfind(" ", start, start + EXCERPT)
    if end <= start:  # no blank to cut at
        end = start + EXCERPT
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"


def mark(text, query):
    """The text as safe HTML, the words that were looked for in <mark>."""
    pieces, end = [], 0
    for found in SURFACE.finditer(text):
        if query.matches(found[0]):
            pieces += [escape(text[end : found.start()]), "<mark>", escape(found[0]), "</mark>"]
            end = found.end()
    pieces.append(escape(text[end:]))
    return mark_safe("".join(pieces))  # noqa: S308 - every piece of text is escaped
