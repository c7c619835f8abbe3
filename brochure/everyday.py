"""The index: from a word of every day to the records that it leads to. Pure functions of what `contents` has loaded."""

import re
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import get_language
from snowballstemmer import stemmer

from procedures.glossary import alphabetical, forms, initial, pattern

MOST = 8
"""A word that leads to more records than this leads nowhere: it is left out."""
SHORTEST = 4
STEMMERS = {"es": "spanish", "en": "english"}
WORD = re.compile(rf"[^\W\d_]{{{SHORTEST},}}|[A-ZÑ]{{3,}}")
TEXTS = (
    *("name", "purpose", "who", "cases", "title", "text", "note", "concept", "benefits", "amount_note"),
    *("how_to_apply", "how_to_get", "good_to_know", "response_text", "validity_text", "result_note"),
    *("redress", "inspection"),
)
# What names say besides their subject, in Spanish and English: nobody looks it up.
SAYING_NOTHING = """
    acciones anual anuales ante antes cada cambio como contra cuadrados desde donde entre esta este general hasta hacia
    interno línea mayor menor mediante metros mismo más nueva nuevo número oficial otras otros para pero persona
    personas propia propio según sin sobre social sociales superior tipo total tras unas unos
    about after annual before from general internal into metres number office official online other over people person
    public scheme social square that their this those type under until upto with within your
"""
EMPTY = frozenset(SAYING_NOTHING.split())


@dataclass(frozen=True)
class Entry:
    """A word with the Sheets it leads to, or with the `see`: another word that stands in the index."""

    word: str
    sheets: tuple = ()
    see: str = ""


def index(sheets, terms, business_types):
    """Entries in alphabetical order, by initial: [("A", [Entry, …]), …].

    Args:
        sheets: of all records of the edition, in its order.
        terms: GlossaryTerms: how officials call it and how people do.
        business_types: with their facts: what people say they want to open.
    """
    found = Words()
    for sheet in sheets:
        found.add_all(words_of_name(sheet.version.name), sheet)
        found.add_all(groups_of(sheet.version), sheet)
    for term in terms:
        mentioned = pattern(forms(term))
        for sheet in sheets:
            if mentioned.search(headline(sheet.version)):
                found.add(term.term, sheet)
    for business_type in business_types:
        for sheet in sheets:
            if is_decided_by(business_type, sheet.version):
                found.add(business_type.name, sheet)
    entries = found.entries()
    held = {alphabetical(entry.word) for entry in entries}
    entries += [entry for entry in synonyms(business_types) if alphabetical(entry.see) in held]
    return by_initial(once(entries))


class Words:
    """Words with the sheets each leads to. Two forms of one word are one, written as the shorter of them."""

    def __init__(self):
        self._sheets, self._spelling = {}, {}
        self._stemmer = stemmer(STEMMERS.get(get_language().partition("-")[0], "spanish"))

    def add_all(self, words, sheet):
        for word in words:
            self.add(word, sheet)

    def add(self, word, sheet):
        key = alphabetical(" ".join(self._stemmer.stemWords(word.lower().split())))
        word = word[:1].upper() + word[1:]
        self._spelling[key] = min(self._spelling.get(key, word), word, key=len)
        self._sheets.setdefault(key, {})[id(sheet)] = sheet

    def entries(self):
        return [
            Entry(self._spelling[key], tuple(sheets.values()))
            for key, sheets in self._sheets.items()
            if len(sheets) <= MOST
        ]


def words_of_name(name):
    return [word if word.isupper() else word.lower() for word in WORD.findall(name) if word.lower() not in EMPTY]


def groups_of(version):
    """For whom a program is, in the words of its audiences; who provides it, by its initials."""
    audiences = version.audiences.all() if version.IDENTITY == "program" else ()
    acronyms = [version.institution.acronym] if version.institution else []
    return [*(audience.name for audience in audiences), *filter(None, acronyms)]


def headline(version):
    """What a record is about, without the small print."""
    if version.IDENTITY == "program":
        return "\n".join([version.name, version.who or "", version.benefits or ""])
    results = [document.name for document in version.results.all()]
    return "\n".join([version.name, version.purpose or "", *results])


def text(version):
    """Every plain text of a version, one per line, as far as a word of it may be in the glossary."""
    rows = [version]
    if version.IDENTITY == "procedure":
        documents = [row.document for row in version.asked_documents]
        rows += [*version.requirements.all(), *version.steps.all(), *version.fees.all(), *version.results.all()]
    else:
        documents = version.documents.all()
    return "\n".join(
        str(getattr(row, field)) for row in [*rows, *documents] for field in TEXTS if getattr(row, field, "")
    )


def is_decided_by(business_type, version):
    """Whether a business of that type meets it because of what it does, and not as any other would."""
    asked = {*version.all_of.all(), *version.any_of.all()}
    return bool(asked & business_type.facts["true"]) and version.applies_to(business_type) is not False


def synonyms(business_types):
    """`Tacos, see Taquería`: the other words for a type, without those that only say more than a shorter one."""
    for business_type in business_types:
        told = [set(alphabetical(business_type.name).split())]
        for word in sorted((business_type.synonyms or "").splitlines(), key=len):
            parts = set(alphabetical(word).split())
            if parts and not parts <= told[0] and not any(shorter <= parts for shorter in told):
                told.append(parts)
                yield Entry(word[:1].upper() + word[1:], see=business_type.name)


def once(entries):
    """The entries without those that see another word where the word itself leads somewhere, or twice the same."""
    known = {alphabetical(entry.word) for entry in entries if entry.sheets}
    for entry in entries:
        key = alphabetical(entry.word)
        if entry.sheets or key not in known:
            known.add(key)
            yield entry


def by_initial(entries):
    ordered = sorted(entries, key=lambda entry: alphabetical(entry.word))
    return [(letter, list(group)) for letter, group in groupby(ordered, lambda entry: initial(entry.word))]
