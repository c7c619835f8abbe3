"""A file of our own columns, or a foreign one with its mapping → rows in a spool, each under its record's key."""

from dataclasses import dataclass
from itertools import chain, islice

from django.utils.translation import gettext as _

from procedures.exchange import cells
from procedures.exchange.mapping import Translator
from procedures.exchange.reading import HEAD, ExchangeError, has_html, text_of_html
from procedures.exchange.records import key_of
from procedures.exchange.tables import TABLES, header_of, natural_key, table_named
from procedures.exchange.writing import GUIDE

# Columns that only say something to people, as why a row was refused.
ASIDE = "!"


@dataclass(frozen=True)
class Headed:
    """A sheet whose header was found: the header's row, the columns' names and the rows below it."""

    name: str
    number: int
    header: list
    rows: object  # iterator of reading.Row
    is_spreadsheet: bool = False


def with_header(sheet, known=frozenset()):
    """Finds the header: the first row with most names of columns that are `known`, or the first that is well filled.

    Titles above it, a logo's empty rows, merged cells over groups of columns are passed over.

    Args:
        known: folded names of columns.

    Raises:
        ExchangeError: the sheet holds nothing.
    """
    rows = sheet.rows()
    head = list(islice(rows, HEAD))
    if not head:
        raise ExchangeError(_("“%(sheet)s” is empty.") % {"sheet": sheet.name})
    widest = max(filled(row) for row in head)

    def fit(row):
        names = {cells.fold(text) for text in row.cells if text.strip()}
        return (len(names & known), filled(row) >= 0.75 * widest and not row.problem)

    place = max(range(len(head)), key=lambda place: (fit(head[place]), -place))
    header = names_of(head[place].cells)
    return Headed(sheet.name, head[place].number, header, chain(head[place + 1 :], rows), sheet.is_spreadsheet)


def filled(row):
    return sum(1 for text in row.cells if text.strip())


def names_of(texts):
    """The columns' names: in one line, the nameless by their place, the second of a name with its number."""
    names = []
    for place, text in enumerate(texts, 1):
        name = " ".join(text.split()) or _("column %(number)d") % {"number": place}
        repeated = sum(1 for other in names if other == name or other.startswith(f"{name} ("))
        names.append(f"{name} ({repeated + 1})" if repeated else name)
    while names and not texts[len(names) - 1].strip():
        names.pop()
    return names


def named_cells(headed, row):
    """`{column: text}` of a row; the reason instead where it does not fit its header."""
    if row.problem:
        return row.problem
    texts = row.cells
    width = len(headed.header)
    if any(text.strip() for text in texts[width:]):
        return _("has %(cells)d cells under %(columns)d columns: is a delimiter or a quotation mark missing?") % {
            "cells": len(texts),
            "columns": width,
        }
    if headed.is_spreadsheet:
        texts = [*texts, *[""] * (width - len(texts))]
    if len(texts) < width:
        return _("has only %(cells)d cells under %(columns)d columns: the row is cut off") % {
            "cells": len(texts),
            "columns": width,
        }
    return dict(zip(headed.header, texts, strict=False))


# Files of ours


def our_name(headed):
    """The table or list that a sheet with columns of ours holds; None if they are not ours."""
    header = {column for column in headed.header if not column.startswith(ASIDE)}
    if not header:
        return None
    names = [name for table in TABLES for name in (table.name, *(part.name for part in table.lists))]
    by_name = [name for name in names if headed.name == name or headed.name.startswith(f"{name}-")]
    fitting = [name for name in by_name or names if header <= set(header_of(name)) and key_columns(name) <= header]
    return fitting[0] if len(fitting) == 1 else None


def key_columns(name):
    table = table_named(name)
    part = table.list_named(name)
    return {part.parent} if part else set(table.key)


def read_ours(sheets):
    """`[(table or list, Headed)]` if every sheet has columns of ours, else None; our guide is passed over."""
    known = frozenset(cells.fold(column) for table in TABLES for name in names_in(table) for column in header_of(name))
    found = []
    for sheet in sheets:
        if sheet.name == GUIDE:
            continue
        headed = with_header(sheet, known)
        name = our_name(headed)
        if name is None:
            return None
        found.append((name, headed))
    return found


def names_in(table):
    return [table.name, *(part.name for part in table.lists)]


def spool_ours(found, spool, *, removes_html=False):
    """Puts the rows of sheets with our columns into the spool."""
    for name, headed in found:
        for row in headed.rows:
            texts = named_cells(headed, row)
            if isinstance(texts, str):
                spool.refuse(name, headed.name, row.number, texts)
                continue
            texts = {column: cells.arm(text) for column, text in texts.items() if not column.startswith(ASIDE)}
            if removes_html:
                texts = {column: text_of_html(text) for column, text in texts.items()}
            spool_row(name, headed.name, row.number, texts, spool)


def spool_row(name, sheet, number, texts, spool):
    """Puts one row of ours into the spool under its record's key."""
    table = table_named(name)
    part = table.list_named(name)
    if part:
        key = texts.pop(part.parent).strip()
    else:
        try:
            columns = {column.name: column for column in table.columns}
            key = key_of(cells.parse(columns[column], texts[column].strip()) for column in table.key)
        except cells.CellError as error:
            spool.refuse(name, sheet, number, str(error))
            return
    if key.strip():
        spool.add(name, key, sheet, number, texts)
    else:
        message = _("says not which record it is: “%(column)s” is empty")
        column = part.parent if part else natural_key(table.model) or table.key[0]
        spool.refuse(name, sheet, number, message % {"column": column})


def holds_html(found):
    """Whether a text of the first rows holds HTML; reads the sheets."""
    return any(has_html(text) for _name, headed in found for row in islice(headed.rows, 200) for text in row.cells)


# Foreign files


def spool_foreign(headed, mapping, spool):
    """Puts the rows of a foreign sheet into the spool as rows of ours.

    Raises:
        ExchangeError: the sheet lacks a column that the mapping names.
    """
    translator = Translator(mapping, headed.header)
    named = [name for name, targets in mapping.columns.items() if targets] + [mapping.only_column]
    if missing := [name for name in named if name and name not in headed.header]:
        raise ExchangeError(_("The file has no column “%(names)s”.") % {"names": "”, “".join(missing)})
    for row in headed.rows:
        texts = named_cells(headed, row)
        try:
            if isinstance(texts, str):
                raise ExchangeError(texts)
            rows = translator.translate(texts) if translator.is_wanted(texts) else {}
        except ExchangeError as error:
            spool.refuse(mapping.table, headed.name, row.number, str(error))
            continue
        for name, items in rows.items():
            for item in items:
                spool_row(name, headed.name, row.number, item, spool)
