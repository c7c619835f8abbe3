"""A query → what was found."""

from collections import Counter
from dataclasses import dataclass

from portal.models import SearchEntry
from portal.search import engines
from portal.search.queries import Query, parse
from portal.search.results import Result
from portal.search.spelling import corrected, is_known

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
    """What matches every word or, if nothing does, any of them, with what may have been meant. 0 to 5 queries."""
    if not query.terms:
        return Found(query, [])
    last = query.terms[-1]
    is_unfinished = last.is_beginning and not is_known(last, query.language)
    if every := engines.match(query.terms, query.language, every=True):
        return Found(query, _ranked(every, is_unfinished))
    some = engines.match(query.terms, query.language, every=False) if len(query.terms) > 1 else []
    return Found(query, _ranked(some, is_unfinished), every_word=False, suggestion=_suggest(query))


def _ranked(rows, is_unfinished):
    """(id, kind) of the matches, best first; equals in the order of their making, so that pages don't overlap."""

    def order(row):
        pk, kind, whole, beginning = row
        importance = IMPORTANCE.get(kind, 1)
        # After a word that exists, those that only begin like it come last: "trámite" and "trámites" find the same.
        rank = whole + beginning if is_unfinished else whole
        return -rank * importance, 0 if rank else -beginning * importance, pk

    return [(pk, kind) for pk, kind, _whole, _beginning in sorted(rows, key=order)]


def _suggest(query):
    suggestion = corrected(query)
    finds_something = suggestion and engines.match(parse(suggestion, query.language).terms, query.language, every=True)
    return suggestion if finds_something else ""
