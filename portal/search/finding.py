"""A query → what was found."""

from collections import Counter
from dataclasses import dataclass

from portal.models import SearchEntry
from portal.search import engines
from portal.search.queries import Query, parse
from portal.search.results import Result
from portal.search.spelling import corrected

# What a person mostly came for stands above a text that only mentions it.
IMPORTANCE = {
    SearchEntry.Kind.PROCEDURE: 2,
    SearchEntry.Kind.COMMITMENT: 2,
    SearchEntry.Kind.PROGRAM: 1.7,
    SearchEntry.Kind.BUSINESS_TYPE: 1.3,
    SearchEntry.Kind.INSTITUTION: 1.3,
}


@dataclass(frozen=True)
class Found:
    """The matches of a query, best first."""

    query: Query
    matches: list[tuple[int, str]]  # (entry id, kind)
    every_word: bool = True  # False: no entry has all the words, these have some
    suggestion: str = ""  # what may have been meant, and finds something

    @property
    def counts(self):
        """(kind, number of matches) for each kind that has any."""
        counts = Counter(kind for _id, kind in self.matches)
        return [(kind, counts[kind]) for kind in SearchEntry.Kind if counts[kind]]

    def ids(self, kind=None):
        return [pk for pk, of in self.matches if kind is None or of == kind]

    def results(self, ids):
        """The Results for some of the ids, in their order. One query."""
        entries = SearchEntry.objects.in_bulk(ids)
        return [Result(entries[pk], self.query) for pk in ids if pk in entries]


def find(query):
    """What matches every word or, if nothing does, any of them, with what may have been meant. 0 to 4 queries."""
    if not query.terms:
        return Found(query, [])
    if matches := _ranked(query, every=True):
        return Found(query, matches)
    some = _ranked(query, every=False) if len(query.terms) > 1 else []
    return Found(query, some, every_word=False, suggestion=_suggest(query))


def _ranked(query, every):
    """(id, kind) of the matches, best first; equals in the order of their making, so that pages don't overlap."""
    rows = engines.match(query.terms, query.language, every)
    rows.sort(key=lambda row: (-row[2] * IMPORTANCE.get(row[1], 1), row[0]))
    return [(pk, kind) for pk, kind, _rank in rows]


def _suggest(query):
    suggestion = corrected(query)
    return suggestion if suggestion and _ranked(parse(suggestion, query.language), every=True) else ""
