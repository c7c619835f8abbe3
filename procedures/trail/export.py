"""The change log as a file: a few lines at a time, so that any number of them takes the same memory."""

import csv
import json

from procedures.spreadsheet import harmless
from procedures.trail import words

BATCH = 1000
HEADER = (
    "id",
    "at",
    "act",
    "by",
    "who",
    "action",
    "table",
    "key",
    "record",
    "whole_table",
    "whole_key",
    "field",
    "before",
    "after",
)


def batches(lines):
    """The lines of a queryset, newest first, in lists. No cursor stays open while a slow reader takes them."""
    lines, last = lines.order_by("-pk"), None
    while batch := list((lines if last is None else lines.filter(pk__lt=last))[:BATCH]):
        yield batch
        last = batch[-1].pk


def csv_chunks(lines):
    """Bytes of a CSV file with a byte-order mark, one row per field that changed; cells are no formulas."""
    writer = csv.writer(Echo())
    yield b"\xef\xbb\xbf" + writer.writerow(HEADER).encode()
    for batch in batches(lines):
        rows = (row for line in batch for row in rows_of(line))
        yield "".join(writer.writerow([harmless(cell) for cell in row]) for row in rows).encode()


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text):
        return text


def rows_of(line):
    data = as_data(line)
    facts = [data[name] for name in HEADER[:11]]
    for name, (before, after) in line.changes.items() or {"": ("", "")}.items():
        yield [*facts, name, as_text(line, name, before), as_text(line, name, after)]


def as_text(line, name, value):
    """A value as it is kept, in a cell; a related record by name."""
    if not words.is_told(line.model, name):
        return words.NOT_TOLD
    if isinstance(value, dict) and set(value) == {"id", "name"}:
        return f"{value['name']} ({value['id']})"
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def json_chunks(lines):
    """Bytes of a JSON array with one object per line of the log."""
    separator = "[\n"
    for batch in batches(lines):
        texts = [json.dumps(as_data(line) | {"changes": line.changes}, ensure_ascii=False) for line in batch]
        yield (separator + ",\n".join(texts)).encode()
        separator = ",\n"
    yield b"[]\n" if separator == "[\n" else b"\n]\n"


def as_data(line):
    return {
        "id": line.pk,
        "at": line.at.isoformat(),
        "act": line.act,
        "by": line.by_id,
        "who": line.who,
        "action": line.action,
        "table": line.model,
        "key": line.key,
        "record": line.label,
        "whole_table": line.root_model,
        "whole_key": line.root_key,
    }
