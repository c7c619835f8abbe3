"""What stands in a cell and the value it means. Pure: no database.

Values are texts, numbers, dates, times, booleans, None and tuples of natural keys. Parsing takes what people and
spreadsheets write; a text that can't be understood raises CellError and is never guessed at.
"""

import datetime
import json
import re
import unicodedata
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

YES = {"si", "s", "yes", "y", "true", "verdadero", "v", "x", "1", "✓", "✔"}
NO = {"no", "n", "false", "falso", "f", "0", "-", "–"}
MONTHS = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
ENGLISH_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
MONTH_NUMBERS = {
    form: number
    for names in (MONTHS, ENGLISH_MONTHS)
    for number, name in enumerate(names, 1)
    for form in (name, name[:3])
} | {"setiembre": 9}

# What a spreadsheet program would run instead of showing.
FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")
PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")

# Day 0 of Excel's calendar, as it counts after the day in 1900 that never was.
EXCEL_EPOCH = datetime.date(1899, 12, 30)


class CellError(ValueError):
    """The cell can't be understood; the message says why in the reader's language."""


def fold(text):
    """Lower case without accents, signs and repeated blanks: for comparing what people write."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w✓✔–-]+", " ", plain.replace("_", " ")).split())


def defuse(text):
    """A text as it is written to CSV: what a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{text}" if FORMULA.match(text) and not PLAIN_NUMBER.fullmatch(text) else text


def arm(text):
    """The text that `defuse` was given: one apostrophe goes where one was put."""
    return text[1:] if text.startswith("'") and FORMULA.match(text[1:]) else text


def parse(column, text):
    """The value that a cell of this column means.

    Args:
        column: a tables.Column.
        text: what stands in the cell.

    Returns:
        The value; None where the cell is empty and the column knows nothing emptier.

    Raises:
        CellError: it can't be understood.
    """
    if column.kind == "text":
        if "\0" in text or "\ufffd" in text:
            raise CellError(_("holds characters that are no text: the file may be damaged"))
        return text
    text = text.strip()
    if column.kind == "links":
        return tuple(sorted(set(re.split(r"[\s;,|]+", text)) - {""}))
    if column.kind == "addresses":
        return tuple(dict.fromkeys(text.split()))
    if not text:
        return column.empty if column.kind == "choice" else None
    if column.kind == "link":
        return text
    if column.kind == "choice":
        return parse_choice(column.field.choices, text)
    return PARSERS[column.kind](text)


def parse_choice(choices, text):
    """A code of the choices; their words in any language of the interface are understood too."""
    wanted = fold(text)
    for code, _words in choices:
        if fold(str(code)) == wanted:
            return code
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for code, words in choices:
                if fold(str(words)) == wanted:
                    return code
    codes = ", ".join(str(code) for code, _words in choices)
    raise CellError(_("“%(text)s” is none of: %(codes)s") % {"text": text[:80], "codes": codes})


def parse_boolean(text):
    word = fold(text) or text
    if word in YES or word in NO:
        return word in YES
    raise CellError(_("“%(text)s” is neither yes nor no") % {"text": text[:80]})


def parse_decimal(text):
    """`$1,702.50`, `1 702.5 MXN`, `1.702,50`, `25%`. A lone comma before three digits divides thousands."""
    number = re.sub(r"(?i)mxn|m\.n\.|pesos?|uma|[$%\s\u00a0\u202f]", "", text)
    if number.rfind(",") > number.rfind(".") and not re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", number):
        number = number.replace(".", "").replace(",", ".")
    else:
        number = number.replace(",", "")
    try:
        value = Decimal(number)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise CellError(_("“%(text)s” is no number") % {"text": text[:80]})
    return value


def parse_integer(text):
    value = parse_decimal(text)
    if value != value.to_integral_value():
        raise CellError(_("“%(text)s” is no whole number") % {"text": text[:80]})
    return int(value)


def parse_date(text):
    """`2026-01-28`, `28/01/2026`, `28 de enero de 2026`, or the number that a spreadsheet keeps for a day."""
    try:
        if match := re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?$", text):
            return datetime.date(*map(int, match.groups()))
        if match := re.match(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$", text):
            return datetime.date(*map(int, reversed(match.groups())))
        if match := re.match(r"(\d{1,2})\W+(?:de\s+)?([a-zñ]+)\.?\W+(?:de[l]?\s+)?(\d{4})$", text.casefold()):
            day, month, year = match.groups()
            return datetime.date(int(year), MONTH_NUMBERS[month], int(day))
        if re.fullmatch(r"[2-7]\d{4}(\.0+)?", text):
            return EXCEL_EPOCH + datetime.timedelta(days=int(float(text)))
    except (KeyError, ValueError):
        pass
    raise CellError(_("“%(text)s” is no date; write 2026-01-28") % {"text": text[:80]})


def parse_time(text):
    match = re.match(r"(\d{1,2})[:.h](\d{2})(?::00)?\s*(?:h|hrs?\.?|([ap])\.?\s?m\.?)?$", text.casefold())
    if match:
        hour, minute, half = int(match[1]), int(match[2]), match[3]
        hour = hour % 12 + (12 if half == "p" else 0) if half else hour
        if hour < 24 and minute < 60:
            return datetime.time(hour, minute)
    raise CellError(_("“%(text)s” is no time; write 09:30") % {"text": text[:80]})


def parse_json(text):
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CellError(_("“%(text)s” is no JSON") % {"text": text[:80]}) from error


PARSERS = {
    "json": parse_json,
    "boolean": parse_boolean,
    "decimal": parse_decimal,
    "integer": parse_integer,
    "date": parse_date,
    "time": parse_time,
}


def written(value):
    """The text of a value in a file; parsing it gives the value back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "sí" if value else "no"
    if isinstance(value, tuple):
        return ("\n" if any("/" in item for item in value) else "; ").join(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime.time):
        return f"{value:%H:%M}" if not (value.second or value.microsecond) else value.isoformat()
    return str(value)


def same(column, one, other):
    """Whether two values of a column mean the same: a set has no order, a line break is one however it is kept."""
    if column.is_many:
        return set(one) == set(other)
    if column.kind == "text":
        return _lines(one or "") == _lines(other or "")
    return one == other


def _lines(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")
