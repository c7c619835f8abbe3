"""Tables for spreadsheet programs, which take texts for formulas and UTF-8 for another encoding if one lets them."""

import csv
import io

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(value):
    """A cell that no spreadsheet takes for a formula: what looks like one gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def csv_bytes(header, rows):
    """A CSV file as UTF-8 bytes with a byte-order mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
