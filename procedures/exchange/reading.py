"""Files as people bring them → sheets of texts: any encoding, delimiter or shape that can be told with certainty.

Everything comes out as text, as a person sees it in the spreadsheet: dates as 2026-01-28, 25 % as 25%, yes as sí.
"""

import codecs
import csv
import datetime
import io
import re
import unicodedata
import zipfile
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from html.parser import HTMLParser
from itertools import islice, zip_longest
from pathlib import PurePosixPath

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

# Limits: what is larger is no catalogue, and would only fill the memory.
MAX_BYTES = 25 * 1024 * 1024
MAX_UNPACKED = 250 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 300
MAX_CELL = 100_000  # characters

# Rows that are looked at to find the delimiter and the header.
HEAD = 25

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Encodings of one byte per character, told apart by how many letters of Spanish they make.
SINGLE_BYTE = ("cp1252", "cp850", "mac_roman")
SPANISH = set("áéíóúüñÁÉÍÓÚÜÑ¿¡ºª°“”‘’–—…•€ ")

# How spreadsheets write in XML what XML can't hold: _x000D_ is a carriage return.
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
EXCEL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#¿NOMBRE?", "#¡VALOR!"}


class ExchangeError(Exception):
    """The file, or the mapping, can't be used; the message says why and what to do."""


@dataclass(frozen=True)
class Row:
    """One row as it stands in the file. `number` counts as spreadsheets do; `problem` says why it can't be read."""

    number: int
    cells: list
    problem: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table of the file: its name and a callable that yields its Rows from the first one on."""

    name: str
    read: callable
    is_spreadsheet: bool = False  # its rows end at their last filled cell

    def rows(self):
        for count, row in enumerate(self.read()):
            if count >= MAX_ROWS:
                raise ExchangeError(_("More than %(limit)d rows: bring the file in parts.") % {"limit": MAX_ROWS})
            if any(row.cells) or row.problem:
                yield row


def open_sheets(path, name):
    """The visible sheets of a file, none of them read yet.

    Args:
        path: of the file on disk.
        name: the file's name as its owner knows it: a CSV file called steps.csv is a sheet "steps".

    Raises:
        ExchangeError: it is no CSV, XLSX or ZIP of CSV files, or larger than we take.
    """
    if path.stat().st_size > MAX_BYTES:
        raise ExchangeError(_("The file is larger than %(limit)d MB.") % {"limit": MAX_BYTES // 1024**2})
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PK"):
        return open_archive(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise ExchangeError(_("This is the old Excel format, or a locked file: save it as .xlsx without a password."))
    return [Sheet(PurePosixPath(name).stem, lambda: read_csv(path.read_bytes()))]


def open_archive(path):
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise ExchangeError(_("The file is damaged: it can't be unpacked.")) from error
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        message = _("Unpacked, the file is larger than %(limit)d MB.")
        raise ExchangeError(message % {"limit": MAX_UNPACKED // 1024**2})
    if any(entry.flag_bits & 1 for entry in entries):
        raise ExchangeError(_("The file is locked with a password: save it without one."))
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" in names:
        return open_workbook(path)
    tables = [entry for entry in entries if entry.filename.lower().endswith((".csv", ".tsv", ".txt"))]
    tables = [entry for entry in tables if not entry.filename.startswith("__MACOSX/")]
    if not tables:
        raise ExchangeError(_("There is no CSV file in it."))
    return [Sheet(PurePosixPath(entry.filename).stem, archived_csv(path, entry)) for entry in tables]


def archived_csv(path, entry):
    def read():
        try:
            with zipfile.ZipFile(path) as archive:
                content = archive.read(entry)
        except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
            raise ExchangeError(_("The file is damaged: it can't be unpacked.")) from error
        yield from read_csv(content)

    return read


# CSV


def decode(content):
    """The text of a file's bytes and the name of their encoding.

    Raises:
        ExchangeError: they are no text.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace").removeprefix("\ufeff"), encoding
    if not content.strip():
        raise ExchangeError(_("The file is empty."))
    if b"\0" in content:
        return decode_utf16(content)
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text = content.decode("utf-8", errors="replace")
    letters = sum(1 for character in text if ord(character) > 127)
    if letters > 2 * text.count("\ufffd"):  # mostly right: some bytes of it are damaged
        return text, "utf-8"
    readings = [(content.decode(encoding, errors="replace"), encoding) for encoding in SINGLE_BYTE]
    return max(readings, key=lambda reading: spanish_share(reading[0]))


def decode_utf16(content):
    """UTF-16 that doesn't say so: every second byte of a western text is zero."""
    even, odd = content[0:2000:2].count(0), content[1:2000:2].count(0)
    encoding = "utf-16-be" if even > odd else "utf-16-le"
    text = content.decode(encoding, errors="replace")
    readable = sum(1 for c in text[:2000] if c.isprintable() or c in "\r\n\t")
    if text.count("\ufffd") or readable < 0.95 * min(len(text), 2000):
        raise ExchangeError(_("This is no table: bring a CSV, XLSX or ZIP file."))
    return text, encoding


def spanish_share(text):
    """How many of the characters beyond ASCII are ones that Spanish texts have."""
    beyond = Counter(character for character in text if ord(character) > 127)
    return sum(count for character, count in beyond.items() if character in SPANISH) / (beyond.total() or 1)


def read_csv(content):
    """Yields the Rows of a CSV file, of whatever encoding and delimiter."""
    text, _encoding = decode(content)
    if sum(1 for c in text[:4000] if unicodedata.category(c) == "Cc" and c not in "\r\n\t\v\f") > 20:
        raise ExchangeError(_("This is no table: bring a CSV, XLSX or ZIP file."))
    first_line, _newline, rest = text.partition("\n")
    if match := re.fullmatch(r"sep=(.)\r?", first_line.strip('"')):
        text, delimiter, before = rest, match[1], 1
    else:
        delimiter, before = find_delimiter(text), 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    csv.field_size_limit(MAX_CELL)
    number = before
    width = 0
    try:
        for number, cells in enumerate(reader, before + 1):
            if len(cells) > MAX_COLUMNS:
                raise ExchangeError(_("Row %(row)d has more than %(limit)d columns.") % _limits(number, MAX_COLUMNS))
            width = width or (len(cells) if sum(map(bool, cells)) > 1 else 0)
            yield Row(number, cells)
    except csv.Error as error:
        # From here on nobody can tell where a cell ends.
        yield Row(number + 1, [], _("the file can't be read from here on: quotation marks don't match (%s)") % error)


def _limits(number, limit):
    return {"row": number, "limit": limit}


def find_delimiter(text):
    """The delimiter with which the first rows have the same number of cells, and the most."""

    def fit(delimiter):
        try:
            reader = csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter)
            widths = [len(row) for row in islice(reader, HEAD) if any(row)]
        except csv.Error:
            return (0, 0)
        if not widths:
            return (0, 0)
        width, times = Counter(widths).most_common(1)[0]
        return (width > 1, times / len(widths), width)

    return max(",;\t|", key=fit)


# XLSX


DAMAGED = (InvalidFileException, KeyError, ValueError, TypeError, SyntaxError, OSError, zipfile.BadZipFile)


def open_workbook(path):
    has_formulas = holds_formulas(path)
    with workbook(path) as book:
        visible = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        raise ExchangeError(_("The workbook has no visible sheet."))
    return [Sheet(title, workbook_sheet(path, title, has_formulas), is_spreadsheet=True) for title in visible]


@contextmanager
def workbook(path, *, data_only=True):
    """The workbook, read row by row. What goes wrong inside the block is the file's fault."""
    try:
        with (
            path.open("rb") as file,
            closing(openpyxl.load_workbook(file, read_only=True, data_only=data_only)) as book,
        ):
            yield book
    except DAMAGED as error:
        raise ExchangeError(_("The workbook can't be read: open it in Excel and save it again.")) from error


def holds_formulas(path):
    """Whether any sheet holds a formula: only then are formulas read beside their values."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.filename.startswith("xl/worksheets/"):
                with archive.open(entry) as file:
                    tail = b""
                    while block := file.read(1 << 20):
                        if re.search(rb"<f[ >/]", tail + block):
                            return True
                        tail = block[-3:]
    return False


def workbook_sheet(path, title, has_formulas):
    def read():
        with ExitStack() as books:
            values = rows_of(books.enter_context(workbook(path)), title)
            formulas = ()
            if has_formulas:
                formulas = rows_of(books.enter_context(workbook(path, data_only=False)), title)
            for number, (row, formula_row) in enumerate(zip_longest(values, formulas, fillvalue=()), 1):
                if any(cell.value is not None for cell in row[MAX_COLUMNS:]):
                    message = _("Row %(row)d has more than %(limit)d columns.")
                    raise ExchangeError(message % _limits(number, MAX_COLUMNS))
                yield excel_row(number, row[:MAX_COLUMNS], formula_row)

    return read


def rows_of(book, title):
    sheet = book[title]
    sheet.reset_dimensions()  # what the file says of its own size is often wrong
    return sheet.iter_rows()


def excel_row(number, row, formulas):
    cells = [excel_text(cell) for cell in row]
    for text, formula in zip(cells, formulas, strict=False):
        if not text and formula.data_type == "f":
            problem = _("a formula has no computed value: open the file in Excel and save it")
            return Row(number, cells, problem)
    if errors := [text for text in cells if text in EXCEL_ERRORS]:
        return Row(number, cells, _("a cell holds the error %s") % errors[0])
    return Row(number, cells)


def excel_text(cell):
    """A cell as a person sees it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)[:MAX_CELL]
    if isinstance(value, bool):
        return "sí" if value else "no"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(sep=" ")
    if isinstance(value, datetime.time):
        return f"{value:%H:%M}" if not (value.second or value.microsecond) else value.isoformat()
    if isinstance(value, (int, float)):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        is_percentage = "%" in (cell.number_format or "")
        number = (number * 100 if is_percentage else number).normalize()
        return f"{number:f}%" if is_percentage else f"{number:f}"
    return str(value)


# HTML in cells


class TextOfHtml(HTMLParser):
    """Collects a text a person can read: paragraphs and items of lists as lines, nothing of scripts and styles."""

    BREAKS = {"p", "div", "br", "tr", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "table", "section"}
    SILENT = {"script", "style", "head", "template"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts, self.silent = [], 0

    def handle_starttag(self, tag, attrs):
        if tag in self.SILENT:
            self.silent += 1
        elif tag in self.BREAKS:
            self.parts.append("\n")
        elif tag == "td":
            self.parts.append(" ")

    def handle_startendtag(self, tag, attrs):
        if tag in self.BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag):
        if tag in self.SILENT:
            self.silent = max(self.silent - 1, 0)
        elif tag in self.BREAKS:
            self.parts.append("\n")

    def handle_data(self, data):
        if not self.silent:
            self.parts.append(data)


TAGS = (
    "a|b|i|u|p|br|hr|ul|ol|li|em|div|span|strong|font|table|tbody|thead|tr|td|th|h[1-6]|img|script|style|small|sup|sub"
)
HTML = re.compile(
    rf"</?(?:{TAGS})(?:\s[^<>]*)?/?>|&(?:[a-zA-Z]{{2,8}}|#\d{{1,6}}|#x[0-9a-fA-F]{{1,6}});", re.IGNORECASE
)


def has_html(text):
    return bool(HTML.search(text))


def text_of_html(text):
    """`<p>Uno</p><ul><li>dos</li></ul>` → "Uno\\ndos"; a text without HTML comes back as it is."""
    if not has_html(text):
        return text
    parser = TextOfHtml()
    parser.feed(text)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).splitlines())
    return "\n".join(line for line in lines if line)
