"""Which articles a citation names, as people write them: “arts. 160 y 161”, “art. 15, fracc. I”, “arts. 22 a 28”."""

import re

# “5”, “5 bis”, “69-M”, “14 A”; not “15 y”, which goes on with another one.
NUMBER = r"\d+(?:\s*[-–]\s*[A-Za-z]\b|\s?[A-Z]\b|\s*(?i:bis|ter|qu[aá]ter)\b)?"
SINGLE = re.compile(NUMBER)
RANGE = re.compile(r"\b(\d+)\s*(?:a|al|to|–|-)\s*(\d+)\b", re.IGNORECASE)
# A part of an article is no article: “fracc. IV”, “fracciones I y II”, “inciso a)”, “párrafo 2”.
PARTS = re.compile(r"\b(?:fracc\w*|frac|incisos?|párr\w*)\.?\s*\w{1,6}\b(?:\s*(?:,|y|a)\s*[ivxlc]+\b)*", re.IGNORECASE)


def articles_in(text):
    """`(articles, ranges)`: a set of names such as {"15", "69-m"} and a list of number pairs such as [(22, 28)]."""
    plain = PARTS.sub(" ", text)
    ranges = [(int(start), int(end)) for start, end in RANGE.findall(plain)]
    return {normal(name) for name in SINGLE.findall(RANGE.sub(" ", plain))}, ranges


def normal(name):
    """ "69 M", "69-M" and "69–m" are the same article."""
    number, rest = re.match(r"(\d+)(.*)", name, re.DOTALL).groups()
    rest = re.sub(r"[\s–-]", "", rest).lower()
    return f"{number}-{rest}" if rest else number


def may_touch(cited, reformed):
    """Whether a reform of the articles `reformed` may touch a citation of `cited`.

    Both are texts as people write them. One that names no article stands for the whole law, and what can't be told
    is taken for touched: a doubt too many is looked at, one too few is not.
    """
    cited_names, cited_ranges = articles_in(cited)
    names, ranges = articles_in(reformed)
    if not (cited_names or cited_ranges) or not (names or ranges):
        return True
    return (
        bool(cited_names & names)
        or any(is_within(name, ranges) for name in cited_names)
        or any(is_within(name, cited_ranges) for name in names)
        or any(one[0] <= other[1] and other[0] <= one[1] for one in cited_ranges for other in ranges)
    )


def is_within(name, ranges):
    number = int(re.match(r"\d+", name).group())
    return any(start <= number <= end for start, end in ranges)
