"""Proposes a spelling: unknown words replaced by the known ones that sound or look like them."""

from rapidfuzz import process
from rapidfuzz.distance import OSA

from portal.models import SearchWord
from procedures.words import SURFACE, fold, sound


def is_known(term, language):
    """Whether the index has the term as a whole word, in any of its forms. One query."""
    return SearchWord.objects.filter(language=language, stem=term.stem).exists()


def corrected(query):
    """The text of the query with its unknown words replaced; empty if there is nothing to replace. One query."""
    vocabulary = list(SearchWord.objects.filter(language=query.language))
    stems = {known.stem for known in vocabulary}
    sounds = [sound(known.word) for known in vocabulary]
    corrections = {}
    for term in query.terms:
        begins_a_word = term.is_beginning and any(known.word.startswith(term.word) for known in vocabulary)
        if term.stem in stems or begins_a_word:
            continue
        if best := _likeliest(term.word, vocabulary, sounds):
            corrections[term.word] = best.shown
    if not corrections:
        return ""
    return SURFACE.sub(lambda found: corrections.get(fold(found[0]).replace(".", ""), found[0]), query.typed)


def _likeliest(word, vocabulary, sounds):
    """The SearchWord with the fewest slips from the word by ear, then by eye, then the most frequent; or None."""
    if len(word) < 3:
        return None
    slips = 1 if len(word) < 6 else 2 if len(word) < 10 else 3
    near = process.extract(sound(word), sounds, scorer=OSA.distance, score_cutoff=slips, limit=None)
    return min(
        (vocabulary[position] for _sound, _distance, position in near),
        key=lambda known: (
            OSA.distance(sound(word), sound(known.word)),
            OSA.distance(word, known.word),
            -known.count,
        ),
        default=None,
    )
