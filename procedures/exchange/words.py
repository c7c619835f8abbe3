"""What registries say in words, as columns of ours: pure functions from text to cells.

A figure is taken from words only where they leave no choice; the words themselves are kept otherwise.
"""

import re
import unicodedata

from procedures.exchange.cells import CellError, fold, parse_decimal, written

# What people write where there is nothing to write.
NOTHING = {
    "",
    "n d",
    "nd",
    "s d",
    "null",
    "none",
    "nan",
    "sin dato",
    "sin datos",
    "sin informacion",
    "-",
    "–",
    "--",
    "---",
}

FREE = {"gratuito", "gratuita", "gratis", "sin costo", "sin costo alguno", "no tiene costo", "ninguno", "ningun costo"}

NUMBERS = {"un": 1, "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "diez": 10}

UNITS = {
    "hora": "hours",
    "horas": "hours",
    "dia habil": "business_days",
    "dias habiles": "business_days",
    "dia natural": "days",
    "dias naturales": "days",
    "semana": "weeks",
    "semanas": "weeks",
    "mes": "months",
    "meses": "months",
    "ano": "years",
    "anos": "years",
}

CHANNELS = {
    "is_in_person": r"presencial|en persona|ventanilla|oficina",
    "is_online": r"en linea|linea|internet|web|digital|electronic[oa]|online",
    "is_by_phone": r"telefon[oia]\w*|llamada|by phone|phone",
}

# Text that was read with the wrong encoding: "Ã³" for "ó".
MISREAD = re.compile("[ÃÂâ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€]")

# "Paso 1:", "2.-", "3)", "a)", "•": what numbers an item says its place already.
MARKER = re.compile(
    r"^\s*(?:paso\s+\d+\s*[:.)\-–]*|\d{1,2}\s*(?:\.-|[.)\-–:])(?!\d)|[a-z]\)|[•·*▪‣\-–])\s*", re.IGNORECASE
)
NUMBERED = re.compile(r"(?:^|(?<=\s))(?:paso\s+)?(\d{1,2})\s*(?:\.-|[.):])\s+(?=\S)", re.IGNORECASE)

LONGEST_TITLE = 250
TITLE = 120


def tidy(text):
    """Blanks and line breaks in order, nothing invisible, "N/D" and the like as nothing."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn"))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    text = "\n".join(line for line in lines if line)
    return "" if fold(text) in NOTHING and not re.search(r"\d", text) else text


def mend(text):
    """A text that was once read with the wrong encoding, read again with the right one if that is certain."""
    if not MISREAD.search(text):
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def items(text, separators):
    """The items that a cell holds, without the marks that number them.

    >>> items("Paso 1: Llenar.||Paso 2: Pagar.", ["||"])
    ['Llenar.', 'Pagar.']
    """
    parts = [text]
    for separator in (*separators, "\n"):
        if separator:
            parts = [piece for part in parts for piece in part.split(separator)]
    if len(parts) == 1:
        parts = numbered_parts(text)
    found = (MARKER.sub("", part).strip() for part in parts)
    return [item for item in found if fold(item) not in NOTHING]


def numbered_parts(text):
    """`1. One 2. Two 3. Three` in one line → its parts, if the numbers count from 1 without a gap."""
    marks = list(NUMBERED.finditer(text))
    counting = [int(mark[1]) for mark in marks] == list(range(1, len(marks) + 1))
    if len(marks) < 2 or not counting:
        return [text]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [text[: marks[0].start()], *(text[mark.end() : end] for mark, end in zip(marks, ends, strict=True))]


def amount_of_time(text):
    """`("3", "business_days")` of "3 días hábiles."; None unless that is all that the words say."""
    match = re.fullmatch(r"(\d{1,4}|[a-z]+) ([a-z ]+)", fold(text))
    if not match or match[2] not in UNITS:
        return None
    number = int(match[1]) if match[1].isdigit() else NUMBERS.get(match[1], 0)
    return (str(number), UNITS[match[2]]) if number else None


def response(text):
    """A time without "hábiles" or "naturales" stays in words: which days are meant decides when it is over."""
    return time_columns("response", text, amount_of_time(text))


def validity(text):
    amount = amount_of_time(text) or amount_of_time(re.sub(r"(?i)\bd[ií]as\b", "días naturales", text))
    return time_columns("validity", text, amount)


def time_columns(name, text, amount):
    value, unit = amount or ("", "")
    return {f"{name}_value": value, f"{name}_unit": unit, f"{name}_text_es": "" if amount else text}


def channels(text):
    """Nothing is said of channels where none is named: then the words are no answer."""
    folded = fold(text)
    found = {column: bool(re.search(rf"\b(?:{forms})\b", folded)) for column, forms in CHANNELS.items()}
    return {column: written(value) for column, value in found.items()} if any(found.values()) else {}


READERS = {"response": response, "validity": validity, "channels": channels}


def requirement_rows(texts):
    return [{"position": str(place), "text_es": text} for place, text in enumerate(texts, 1)]


def step_rows(texts):
    return [{"position": str(place), **titled(text)} for place, text in enumerate(texts, 1)]


def titled(text):
    """A step's words as its title; where they are too long for one, the beginning, and all of it as its text."""
    if len(text) <= LONGEST_TITLE:
        return {"title_es": text, "text_es": ""}
    beginning = text[:TITLE].rsplit(" ", 1)[0].rstrip(",;:.")
    return {"title_es": f"{beginning}…", "text_es": text}


def fee_rows(texts):
    return [{"position": str(place), **fee(text)} for place, text in enumerate(texts, 1)]


def fee(text):
    """Free, or a plain amount; whatever else the words say, the amount is unknown and the words are its note.

    >>> fee("Consultar")["kind"]
    'unknown'
    """
    none = {"minimum": "", "unit": "MXN", "note_es": ""}
    if fold(text) in FREE or re.fullmatch(r"\$?\s*0+(\.0+)?\s*(pesos|mxn)?\.?", text.strip(), re.IGNORECASE):
        return {**none, "kind": "free"}
    match = re.fullmatch(r"(?i)\$?\s*([\d.,]*\d)\s*(pesos|mxn|m\.?n\.?|umas?)?\.?", text.strip())
    try:
        amount = parse_decimal(match[1]) if match else None
    except CellError:
        amount = None
    if amount is None:
        return {**none, "kind": "unknown", "note_es": text}
    unit = "UMA" if (match[2] or "").lower().startswith("uma") else "MXN"
    return {**none, "kind": "fixed", "minimum": written(amount), "unit": unit}


ROWS = {"requirements": requirement_rows, "steps": step_rows, "fees": fee_rows}
