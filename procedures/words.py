"""How a text becomes words that can be compared: "Trámites", "TRÁMITE" and "tramite" are one.

Records and queries go through the same functions, so nothing here has to be linguistically right, only the same.
"""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

STEMMERS = {"es": "spanish", "en": "english"}
LONGEST = 40  # characters of a word that count

# Marks over Latin letters; the tilde of ñ is one of them: phones and foreign keyboards leave it out.
MARKS = re.compile("[\u0300-\u036f]")
WORD = re.compile(r"[^\W_]+")
# "e.firma", "S.A.S.": letters with dots are typed without them too.
INITIAL = re.compile(r"(?<![^\W_])([^\W_])\.(?=[^\W_])")
# A word as it stands in a text, dotted letters included.
SURFACE = re.compile(r"(?:[^\W_]\.)+[^\W_]+|[^\W_]+")

SPANISH_STOP_WORDS = """
    a al algun alguna ante como con cual cuales cuando cuanta cuanto cuantos cuesta de debo del desde donde e el ella
    en entre es esta este esto hacer hago hasta hay la las le lo los me mi mis muy necesita necesito ni no nos o para
    pero piden podemos poder por porque puedo que quien quiero se ser si sin sobre son su sus tengo tiene tu un una
    uno unos y ya yo
"""
ENGLISH_STOP_WORDS = """
    a about am an and any are as at be by can cost do does for from get has have how i if in into is it its me much
    must my need of on or our out should so that the their there they this to under want was we what when where which
    who why will with would you your
"""
# Words of a question that tell nothing of what it is about. English texts hold Spanish names of forms and permits.
STOP_WORDS = {
    "es": frozenset(SPANISH_STOP_WORDS.split()),
    "en": frozenset(ENGLISH_STOP_WORDS.split() + SPANISH_STOP_WORDS.split()),
}

# What Spanish spells in two ways and speaks in one: "lisensia", "alcol", "serbesa".
SPELLINGS = [
    (re.compile(pattern), sound)
    for pattern, sound in [
        ("h", ""),
        ("v", "b"),
        ("ll", "y"),
        ("z|c(?=[ei])", "s"),
        ("qu?(?=[ei])|[cq]", "k"),
        ("g(?=[ei])", "j"),
    ]
]


def fold(text):
    """The text in small letters without accents."""
    return MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))


def split(text):
    """The folded words of a text, in order, with repetitions."""
    return [word[:LONGEST] for word in WORD.findall(fold(text))]


def split_with_initials(text):
    """As `split`, followed by the dotted letters run together: "e.firma" gives e, firma, efirma."""
    joined = INITIAL.sub(r"\1", text)
    return split(text) if joined == text else split(text) + split(joined)


@lru_cache(maxsize=50_000)
def stem(word, language):
    """What a folded word has in common with its other forms: "tramites" → "tramit"."""
    # A stemmer keeps the word it works on: a fresh one cannot mix up two threads.
    return snowballstemmer.stemmer(STEMMERS[language]).stemWord(word) if language in STEMMERS else word


def stems(words, language):
    return [stem(word, language) for word in words]


@lru_cache(maxsize=50_000)
def sound(word):
    """A folded word as it is spoken, roughly: to find the word that somebody spelt by ear."""
    for spelling, spoken in SPELLINGS:
        word = spelling.sub(spoken, word)
    return word
