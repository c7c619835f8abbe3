"""Reading: files as people bring them. Writing: what a spreadsheet must not run."""

import datetime
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.exchange import cells, loading, reading, words
from procedures.exchange.reading import ExchangeError

TABLE = [["nombre", "costo", "requisitos"], ["Año nuevo", "$1,702.50", "uno\ndos"], ["Ñandú", "5", "x"]]


def sheets(tmp_path, content, name="registro.csv"):
    path = tmp_path / "file"
    path.write_bytes(content)
    return reading.open_sheets(path, name)


def texts(sheet):
    return [row.cells for row in sheet.rows()]


def as_csv(delimiter=",", newline="\r\n"):
    return newline.join(delimiter.join(f'"{cell}"' for cell in row) for row in TABLE) + newline


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp850", "mac_roman"])
def test_csv_of_any_encoding_and_delimiter_reads_the_same(tmp_path, encoding, delimiter):
    [sheet] = sheets(tmp_path, as_csv(delimiter).encode(encoding))
    assert texts(sheet) == TABLE
    assert sheet.name == "registro"


def test_csv_says_its_delimiter_as_excel_does(tmp_path):
    [sheet] = sheets(tmp_path, b"sep=;\r\na;b\r\n1,5;2\r\n")
    assert [(row.number, row.cells) for row in sheet.rows()] == [(2, ["a", "b"]), (3, ["1,5", "2"])]


def test_csv_with_an_open_quotation_mark_names_the_row(tmp_path):
    [sheet] = sheets(tmp_path, b'a,b\n1,2\n"3,4\n5,6\n')
    *good, bad = sheet.rows()
    assert [row.cells for row in good] == [["a", "b"], ["1", "2"]]
    assert bad.number == 3
    assert "comillas" in bad.problem


@pytest.mark.parametrize(("row", "why"), [(["1", "2", "3"], "tiene 3 celdas"), (["1"], "solo tiene 1 celdas")])
def test_row_that_does_not_fit_its_header_is_told(row, why):
    headed = loading.Headed("", 1, ["a", "b"], ())
    assert loading.named_cells(headed, reading.Row(2, row)).startswith(why)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\0\0obj",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        b"PK\x03\x04 not a zip",
    ],
)
def test_file_that_is_no_table_is_refused_clearly(tmp_path, content):
    with pytest.raises(ExchangeError):
        [texts(sheet) for sheet in sheets(tmp_path, content)]


def packed(**files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.csv", content)
    return file.getvalue()


def test_zip_holds_a_sheet_per_csv_file(tmp_path):
    found = sheets(tmp_path, packed(stages="slug\nx\n", steps="procedure\ny\n"), "todo.zip")
    assert [(sheet.name, texts(sheet)) for sheet in found] == [
        ("stages", [["slug"], ["x"]]),
        ("steps", [["procedure"], ["y"]]),
    ]


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_UNPACKED", 1_000_000)
    with pytest.raises(ExchangeError, match="pesa más"):
        sheets(tmp_path, packed(bomb="0" * 2_000_000))


def test_too_many_rows_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    [sheet] = sheets(tmp_path, b"a,b\n1,2\n3,4\n5,6\n")
    with pytest.raises(ExchangeError, match="Más de 3"):
        texts(sheet)


def workbook(*rows, formula=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if formula:
        book.active["B2"] = formula
    book.active.title = "Trámites"
    book.create_sheet("oculta").sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_workbook_reads_as_a_person_sees_it(tmp_path):
    moment = datetime.datetime(2026, 1, 28)
    content = workbook(["fecha", "sí", "n"], [moment, True, 1702.5], [None, False, "0012"], [], [None, None, "_x000D_"])
    [sheet] = sheets(tmp_path, content, "libro.xlsx")
    assert sheet.name == "Trámites"
    assert texts(sheet) == [["fecha", "sí", "n"], ["2026-01-28", "sí", "1702.5"], ["", "no", "0012"], ["", "", "\r"]]


def test_workbook_shows_percentages_as_percentages(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["tasa"])
    book.active.append([0.025])
    book.active["A2"].number_format = "0.0%"
    file = io.BytesIO()
    book.save(file)
    assert texts(sheets(tmp_path, file.getvalue(), "x.xlsx")[0]) == [["tasa"], ["2.5%"]]


def test_formula_without_its_value_is_no_empty_cell(tmp_path):
    [sheet] = sheets(tmp_path, workbook(["a", "b"], ["x", None], formula="=1+1"), "x.xlsx")
    assert "fórmula" in list(sheet.rows())[1].problem


def test_header_is_found_below_a_title_and_empty_rows(tmp_path):
    content = b"Gobierno Municipal,,\n,,\nActualizado,2025,\nNombre,Costo,Costo\nuno,2,3\n"
    headed = loading.with_header(sheets(tmp_path, content)[0])
    assert (headed.number, headed.header) == (4, ["Nombre", "Costo", "Costo (2)"])
    assert [row.number for row in headed.rows] == [5]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Acta &amp; CURP</p><ul><li>Uno</li><li>Dos&nbsp;tres</li></ul>", "Acta & CURP\nUno\nDos tres"),
        ("a < b y c > d", "a < b y c > d"),
        ("<script>x()</script>Nombre<br/>Edad", "Nombre\nEdad"),
        ("sin marcas\ncon saltos", "sin marcas\ncon saltos"),
    ],
)
def test_html_becomes_text(html, text):
    assert reading.text_of_html(html) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_defused_text_is_no_formula_and_comes_back(text):
    written = cells.defuse(text)
    assert cells.arm(written) == text
    if written[:1] in ("=", "+", "-", "@", "\t", "\r"):
        assert cells.PLAIN_NUMBER.fullmatch(written)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_number_comes_back(number):
    assert cells.parse_decimal(cells.written(number)) == number


@given(st.dates(), st.times().map(lambda time: time.replace(second=0, microsecond=0)))
def test_date_and_time_come_back(date, time):
    assert cells.parse_date(f"{date:%d/%m/}{date.year:04}") == date
    assert cells.parse_date(date.isoformat()) == date
    assert cells.parse_time(cells.written(time)) == time


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("28 de enero de 2026", "2026-01-28"),
        ("46050", "2026-01-28"),
        ("1/2/2026", "2026-02-01"),
        ("3 feb 2026", "2026-02-03"),
    ],
)
def test_dates_as_people_and_spreadsheets_write_them(text, value):
    assert cells.parse_date(text).isoformat() == value


@pytest.mark.parametrize("text", ["31/02/2026", "mañana", "2026", "1/2/26"])
def test_date_that_can_be_read_two_ways_or_none_is_refused(text):
    with pytest.raises(cells.CellError):
        cells.parse_date(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$1,702.50", "1702.5"),
        ("1.702,50", "1702.5"),
        ("1,702", "1702"),
        ("12,5", "12.5"),
        ("25%", "25"),
        ("2 UMA", "2"),
    ],
)
def test_numbers_as_people_write_them(text, number):
    assert cells.written(cells.parse_decimal(text)) == number


# What registries say in words


def test_items_lose_their_marks_and_keep_their_words():
    assert words.items("Paso 1: Llenar.||Paso 2: Pagar 2.5 UMA.", ["||"]) == ["Llenar.", "Pagar 2.5 UMA."]
    assert words.items("1. INE 2. CURP 3. Acta", ["||"]) == ["INE", "CURP", "Acta"]
    assert words.items("• INE\n• CURP", []) == ["INE", "CURP"]
    assert words.items("Artículo 3. Ver anexo", []) == ["Artículo 3. Ver anexo"]


@pytest.mark.parametrize(
    ("text", "kind", "amount"),
    [
        ("Gratuito.", "free", ""),
        ("$0.00", "free", ""),
        ("45 pesos.", "fixed", "45"),
        ("$1,702.00 M.N.", "fixed", "1702"),
        ("2.5 UMA", "fixed", "2.5"),
        ("Consultar", "unknown", ""),
        ("300 pesos en adelante", "unknown", ""),
        ("500 la mensualidad", "unknown", ""),
    ],
)
def test_fee_in_words_is_never_invented(text, kind, amount):
    fee = words.fee(text)
    assert (fee["kind"], fee["minimum"]) == (kind, amount)
    assert fee["note_es"] == (text if kind == "unknown" else "")


def test_time_in_words_becomes_a_figure_only_where_it_is_one():
    assert words.amount_of_time("3 días hábiles.") == ("3", "business_days")
    assert words.amount_of_time("Un mes") == ("1", "months")
    assert words.amount_of_time("3 días") is None
    assert words.amount_of_time("1-3 días hábiles") is None
    assert words.validity("30 días") == {"validity_value": "30", "validity_unit": "days", "validity_text_es": ""}
    assert words.response("Inmediato") == {"response_value": "", "response_unit": "", "response_text_es": "Inmediato"}


def test_misread_accents_are_mended_and_invisible_characters_go():
    assert words.mend("TrÃ¡mite de educaciÃ³n") == "Trámite de educación"
    assert words.mend("Ârbol") == "Ârbol"
    assert words.tidy("  a\u200b\u00a0 b \r\n\r\n c ") == "a b\nc"
    assert words.tidy("S/D") == ""
