"""What a reader typed → what is looked for. No database."""

from dataclasses import dataclass

from procedures.words import INITIAL, STOP_WORDS, fold, split, stem

LONGEST_QUERY = 200  # characters
MOST_TERMS = 12
SHORTEST_BEGINNING = 3  # letters that say which word is being typed


@dataclass(frozen=True)
class Term:
    """One word to look for, folded; the last one typed may be only the beginning of a word."""

    word: str
    stem: str
    is_beginning: bool = False


@dataclass(frozen=True)
class Query:
    """What was typed, cleaned for showing, and what of it is looked for."""

    typed: str
    terms: tuple[Term, ...]
    language: str
    was_cut: bool = False  # more was typed than is looked for

    def matches(self, surface):
        """The set of terms that a word, as it stands in a text, fulfils."""
        words = {fold(surface).replace(".", ""), *split(surface)}
        word_stems = {stem(word, self.language) for word in words}
        return {
            term
            for term in self.terms
            if term.stem in word_stems or (term.is_beginning and any(word.startswith(term.word) for word in words))
        }


def parse(text, language):
    """A Query from anything that was typed; it has no terms if nothing of it can be looked for."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    cleaned = " ".join(printable.split())
    typed = cleaned[:LONGEST_QUERY].strip()
    words = list(dict.fromkeys(split(INITIAL.sub(r"\1", typed))))
    telling = [word for word in words if word not in STOP_WORDS.get(language, ())] or words
    looked_for = telling[:MOST_TERMS]
    terms = tuple(
        Term(word, stem(word, language), is_beginning=word == looked_for[-1] and len(word) >= SHORTEST_BEGINNING)
        for word in looked_for
    )
    return Query(typed, terms, language, was_cut=typed != cleaned or telling != looked_for)
