"""What a printed article says, as plain text: taken from the very HTML that is drawn, so it can't say less or more.

Pure functions over HTML. What stands on paper and is no content carries `data-not-content` in the templates: the QR
code and the line that names the version. They differ from print to print though nothing has changed for the reader.
"""

import hashlib
import json
from base64 import b32encode
from html.parser import HTMLParser

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
CELLS = {"th", "td"}
LINES = {"p", "li", "tr"} | HEADINGS
BREAKS = {"br", "div"} | LINES | CELLS
BREAK = "\x1f"  # stands for such a tag within a line
KEY_LENGTH = 10  # of 32 letters: among a million prints the chance that any two share a key is one in two thousand


def sections_of(html):
    """The text of an article by section: `[[heading, [line, …]], …]`.

    The first section has no heading: it is the head of the sheet, with the record's name. A paragraph, an item of a
    list and a row of a table are a line each, their parts set off by " · "; of a table with `data-cells` each cell is a
    line, with the name of its column.
    """
    reader = Reader()
    reader.feed(html)
    reader.close()
    return [section for section in reader.sections if any(section)]


def key_of(language, address, sections):
    """A short name, fit for an address, of what was printed in that language of the record at that address."""
    content = json.dumps([language, address, sections], ensure_ascii=False, separators=(",", ":"))
    return b32encode(hashlib.sha256(content.encode()).digest()).decode().lower()[:KEY_LENGTH]


class Reader(HTMLParser):
    """Collects `sections` out of well-formed HTML: one element at a time is read as a line, others are passed over."""

    def __init__(self):
        super().__init__()
        self.sections = [["", []]]
        self.element = ""  # the tag of the element that is read as a line
        self.depth = 0  # how many elements of that tag are open within it
        self.parts = None  # of its text
        self.passed = ""  # the tag of the element that is passed over
        self.passed_depth = 0
        self.columns = None  # names of the columns in a table that is read cell by cell
        self.column = 0

    def handle_starttag(self, tag, attributes):
        if self.passed:
            self.passed_depth += tag == self.passed
        elif ("data-not-content", None) in attributes:
            self.passed, self.passed_depth = tag, 1
        elif self.element:
            self.depth += tag == self.element
            self.part(tag)
        elif tag in (LINES if self.columns is None else CELLS):
            self.element, self.depth, self.parts = tag, 1, []
        elif tag == "section":
            self.sections.append(["", []])
        elif tag == "table":
            self.columns = [] if ("data-cells", None) in attributes else None
        elif tag == "tr":
            self.column = 0

    def handle_endtag(self, tag):
        if self.passed:
            self.passed_depth -= tag == self.passed
            if not self.passed_depth:
                self.passed = ""
            return
        self.part(tag)
        self.depth -= tag == self.element
        if self.element and not self.depth:
            self.keep(self.element, line("".join(self.parts)))
            self.element, self.parts = "", None
        elif tag == "table":
            self.columns = None

    def handle_startendtag(self, tag, attributes):
        self.part(tag)

    def handle_data(self, data):
        if self.parts is not None and not self.passed:
            self.parts.append(data)

    def part(self, tag):
        if self.parts is not None and tag in BREAKS and not self.passed:
            self.parts.append(BREAK)

    def keep(self, tag, text):
        section = self.sections[-1]
        if tag == "th" and self.columns is not None:
            self.columns.append(text)
        elif tag == "td":
            section[1].append(f"{self.columns[self.column]}: {text}")
            self.column += 1
        elif tag in HEADINGS and len(self.sections) > 1 and not any(section):
            section[0] = text
        elif text:
            section[1].append(text)


def line(text):
    """The text with plain blanks, and its parts, which a line break or a cell of a table sets off, joined in a row."""
    parts = (" ".join(part.split()) for part in text.split(BREAK))
    return " · ".join(part for part in parts if part)
