"""Finds texts that somebody meant to write later. Pure: works on texts and on rows that are like Placeholder."""

import re
import unicodedata

from procedures.models.quality import Placeholder

SHOWN = 60  # characters of a text around what was found


def folded(text):
    """The text in lower case and without accents, character by character, so that places in it stay the same."""
    return "".join(unicodedata.normalize("NFD", letter)[0].lower()[:1] or letter for letter in text)


def placeholder_in(text, placeholders):
    """The first placeholder in the text with some of what is around it, or an empty string.

    Args:
        placeholders: rows with `text`, `place` ("anywhere" or "alone") and `not_after`.
    """
    plain = folded(text)
    for row in placeholders:
        for match in pattern(row).finditer(plain):
            if not excused(plain[: match.start()], row):
                return excerpt(text, match)
    return ""


def pattern(row):
    """A regular expression for the placeholder in folded text."""
    words = folded(row.text.strip())
    if len(words) > 1 and len(set(words)) == 1:
        found = f"{re.escape(words[0])}{{{len(words)},}}"
    else:
        found = r"\s+".join(re.escape(word) for word in words.split())
    if row.place == Placeholder.Place.ALONE:
        return re.compile(rf"^[\W_]*{found}[\W_]*$", re.MULTILINE)
    # A word's own letters end it; signs such as ??? or {{ need no space around them.
    before = r"(?<!\w)" if words[0].isalnum() else ""
    after = r"(?!\w)" if words[-1].isalnum() else ""
    return re.compile(f"{before}{found}{after}")


def excused(before, row):
    """Whether the words just before make it something else: “siglo XX”, “fracción XX”."""
    words = [folded(word.strip()) for word in row.not_after.split(",") if word.strip()]
    return any(re.search(rf"(?<!\w){re.escape(word)}[\s.]*$", before) for word in words)


def excerpt(text, match):
    start = max(0, match.start() - SHOWN // 2)
    end = match.end() + SHOWN // 2
    inside = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{inside}{'…' if end < len(text) else ''}"
