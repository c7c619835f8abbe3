"""Tables as CSV, as a workbook, or all in one ZIP. The same content gives the same bytes, on any database."""

import csv
import datetime
import io
import zipfile
from decimal import Decimal

import xlsxwriter
from django.conf import settings
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from procedures.exchange import cells
from procedures.exchange.reading import ExchangeError
from procedures.exchange.records import in_file_order, keys_of, read_records
from procedures.exchange.tables import file_names, header_of, table_named

# No clock stands in a file: archives carry the first day they know, workbooks the day of the format.
ZIP_DAY = (1980, 1, 1, 0, 0, 0)
WORKBOOK_DAY = datetime.datetime(2000, 1, 1)
LONGEST_IN_EXCEL = 32_767

# Explains the columns in a workbook or ZIP; reading passes over it.
GUIDE = "columnas"


def rows_of(name):
    """Yields the rows of values of the table, or list, with that name; the header is `header_of(name)`."""
    table = table_named(name)
    part = table.list_named(name)
    for record in read_records(table, in_file_order(table, keys_of(table))):
        if part:
            for row in record.lists[name]:
                yield [record.key, *row.values()]
        else:
            yield [record.main.get(column) for column in table.header]


def write_csv(name, file):
    """Writes a table to a binary file: UTF-8 with a byte order mark, which makes Excel read accents right."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header_of(name))
    for row in rows_of(name):
        writer.writerow([cells.defuse(cells.written(value)) if not is_number(value) else value for value in row])
    text.detach()


def is_number(value):
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def write_zip(names, file):
    """Writes each table as a CSV file into a ZIP archive."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            with archive.open(zip_entry(f"{name}.csv"), "w") as entry:
                write_csv(name, entry)
        with archive.open(zip_entry(f"{GUIDE}.csv"), "w") as entry:
            text = io.TextIOWrapper(entry, encoding="utf-8-sig", newline="", write_through=True)
            csv.writer(text).writerows(explanations(names))
            text.detach()


def zip_entry(name):
    entry = zipfile.ZipInfo(name, date_time=ZIP_DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def write_xlsx(names, file):
    """Writes each table as a sheet of one workbook, row by row; texts are texts, never formulas or links.

    Raises:
        ExchangeError: a text is longer than a cell of Excel can be.
    """
    never = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
    workbook = xlsxwriter.Workbook(file, {"constant_memory": True, **dict.fromkeys(never, False)})
    workbook.set_properties({"created": WORKBOOK_DAY, "author": "", "comments": ""})
    styles = {
        "head": workbook.add_format({"bold": True, "bg_color": "#e8eef4", "border": 1}),
        "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
        "text": workbook.add_format({"num_format": "@"}),
    }
    try:
        for name in names:
            sheet = workbook.add_worksheet(name)
            header = header_of(name)
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, len(header) - 1, 22)
            sheet.write_row(0, 0, header, styles["head"])
            for number, row in enumerate(rows_of(name), 1):
                write_xlsx_row(sheet, number, row, styles)
        sheet = workbook.add_worksheet(GUIDE)
        sheet.set_column(0, 4, 30)
        for number, row in enumerate(explanations(names)):
            sheet.write_row(number, 0, row, styles["head"] if number == 0 else styles["text"])
    finally:
        workbook.close()


def write_xlsx_row(sheet, number, row, styles):
    for place, value in enumerate(row):
        if is_number(value):
            sheet.write_number(number, place, value)
        elif isinstance(value, datetime.date):
            sheet.write_datetime(number, place, value, styles["date"])
        elif text := cells.written(value):
            if len(text) > LONGEST_IN_EXCEL:
                message = _("A text of %(length)d characters is too long for a cell of Excel: export as CSV.")
                raise ExchangeError(message % {"length": len(text)})
            sheet.write_string(number, place, text, styles["text"])


def explanations(names):
    """Rows that say of every column what it is and what may stand in it, in the language of the house."""
    with translation.override(settings.LANGUAGE_CODE):
        yield [_("table"), _("column"), _("what it is"), _("what stands in it"), _("codes")]
        for name in names:
            table = table_named(name)
            part = table.list_named(name)
            if part:
                yield [name, part.parent, str(table.model._meta.verbose_name), _("slug of the record"), ""]
            for column in part.columns if part else table.all_columns:
                yield [name, column.name, column.label, kind_words(column), codes_of(column)]


def kind_words(column):
    words = {
        "text": _("text"),
        "choice": _("one of the codes"),
        "boolean": _("sí or no"),
        "integer": _("whole number"),
        "decimal": _("number"),
        "date": _("date: 2026-01-28"),
        "time": _("time: 09:30"),
        "json": "JSON",
        "link": _("slug of the record"),
        "links": _("slugs, with ; between them"),
        "addresses": _("web addresses, one per line"),
    }
    target = f" ({column.target._meta.verbose_name_plural})" if column.kind in ("link", "links") else ""
    return words[column.kind] + target


def codes_of(column):
    return "; ".join(f"{code} = {words}" for code, words in column.field.choices) if column.kind == "choice" else ""


def write_everything(file, form):
    """Every table in loading order; `form` is "zip" (CSV files) or "xlsx"."""
    {"zip": write_zip, "xlsx": write_xlsx}[form](file_names(), file)


def table_choices():
    """`[(name, words)]` of every file of an export, for a form."""
    return [(name, f"{words_of(name)} ({name})") for name in file_names()]


def words_of(name):
    """What the rows of the table or list with that name are, in the active language."""
    table = table_named(name)
    part = table.list_named(name)
    model = part.model if part else table.version or table.model
    return capfirst(model._meta.verbose_name_plural)


def count_rows():
    """`[(name, words, number of rows)]` of every file of an export."""
    found = []
    for name in file_names():
        table = table_named(name)
        part = table.list_named(name)
        found.append((name, words_of(name), (part or table).model._base_manager.count()))
    return found
