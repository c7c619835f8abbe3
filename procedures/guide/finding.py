"""Everyday words → the business types they may mean. Pure functions over BusinessType rows."""

from collections import Counter
from dataclasses import dataclass, replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from procedures.models import BusinessType
from procedures.words import STEMMERS, STOP_WORDS, sound, split, stem

LONGEST = 100
"""Characters of what was typed that are looked at."""

SHORTEST_MENDED = 3
"""Letters a word must have for a slip in it to be mended."""

TELLING = 1 / 4
"""The weight of a word that four types share: with less in common a type is no neighbour of one that fits."""

MOST_NEAR = 6
"""Types shown that only have something to do with the words."""


@dataclass(frozen=True)
class Name:
    """One name of a business type in one language, as stems of its telling words."""

    type: BusinessType
    language: str
    words: tuple[str, ...]
    stems: frozenset[str]


@dataclass(frozen=True)
class Found:
    """Business types, the likeliest first: `best` are called so, `near` share a word with what was typed.

    `read_as` is what was looked for where a word was misspelt, else empty.
    """

    best: tuple[BusinessType, ...] = ()
    near: tuple[BusinessType, ...] = ()
    read_as: str = ""

    def __bool__(self):
        return bool(self.best or self.near)


def find_types(typed, types):
    """The Found types for what a person typed in either language, of BusinessTypes.

    Slips are mended only where nothing is called what was typed.
    """
    names = [name for kind in types for name in names_of(kind)]
    words = split(typed[:LONGEST])
    found = in_order(rank_types(words, names))
    if found.best:
        return found
    mended = [mend(word, names) for word in words]
    return found if mended == words else replace(in_order(rank_types(mended, names)), read_as=" ".join(mended))


def in_order(ranks):
    """The Found types from type → rank."""
    by_rank = sorted(ranks, key=lambda kind: (*(-part for part in ranks[kind]), kind.slug))
    best = tuple(kind for kind in by_rank if ranks[kind][0] > 0)
    near = [kind for kind in by_rank if ranks[kind][0] == 0 and (not best or ranks[kind][1] >= TELLING)]
    return Found(best, tuple(near[:MOST_NEAR]))


def names_of(kind):
    """Every Name of a type: its name and each synonym, in each language."""
    for language in STEMMERS:
        texts = [getattr(kind, f"name_{language}"), *(getattr(kind, f"synonyms_{language}") or "").splitlines()]
        for text in filter(None, texts):
            words = telling(split(text), language)
            yield Name(kind, language, tuple(words), stems_of(words, language))


def telling(words, language):
    """The words without those that tell nothing, unless nothing else is left."""
    return [word for word in words if word not in STOP_WORDS.get(language, ())] or words


def stems_of(words, language):
    return frozenset(stem(word, language) for word in words)


def rank_types(words, names):
    """Type → `(2 if it is called just so, 1 if one of name and words holds the other, else 0; weight of what they
    share)` for types that share anything with the words; a stem that many types have weighs little."""
    asked = {language: stems_of(telling(words, language), language) for language in STEMMERS}
    common = Counter(part for _kind, part in {(name.type.pk, part) for name in names for part in name.stems})
    ranks = {}
    for name in names:
        stems = asked[name.language]
        if shared := name.stems & stems:
            fit = 2 if name.stems == stems else int(name.stems <= stems or stems <= name.stems)
            rank = fit, sum(1 / common[part] for part in shared)
            ranks[name.type] = max(rank, ranks.get(name.type, rank))
    return ranks


def mend(word, names):
    """The word, or the one of the names that it is a slip of the pen or of the ear away from."""
    is_telling = not any(word in stop_words for stop_words in STOP_WORDS.values())
    if len(word) < SHORTEST_MENDED or not is_telling or is_known(word, names):
        return word
    vocabulary = list(dict.fromkeys(other for name in names for other in name.words))
    sounds = [sound(other) for other in vocabulary]
    slips = 1 if len(word) < 6 else 2
    near = process.extract(sound(word), sounds, scorer=OSA.distance, score_cutoff=slips, limit=None)
    by_sight = [
        (distance, OSA.distance(word, vocabulary[place]), vocabulary[place]) for _sound, distance, place in near
    ]
    return min(by_sight)[2] if by_sight else word


def is_known(word, names):
    stems = {language: stem(word, language) for language in STEMMERS}
    return any(stems[name.language] in name.stems for name in names)
