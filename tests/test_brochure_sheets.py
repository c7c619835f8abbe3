"""One sheet per procedure and program, rendered when it is asked for and kept until what it says changes."""

import io
import subprocess
from collections import Counter

import pytest
import segno
from django.db import OperationalError
from PIL import Image
from pypdf import PdfReader

from brochure.models import PrintedRecord
from procedures import frozen
from procedures.models import Office, ProcedureVersion, ProgramVersion, VersionState
from procedures.preview import preview_path
from tests.factories import make_procedure, make_program, retired
from tests.pdf_reading import squeezed, text_of, verdict

SHEETS = ["/tramites/sare-apertura-rapida.pdf", "/tramites/contrato-luz-comercial.pdf", "/apoyos/fomech.pdf"]


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


def kept(folder):
    return sorted((folder / "cache/sheets").rglob("*.pdf"))


@pytest.mark.parametrize("path", SHEETS + [f"/en{path}" for path in SHEETS])
def test_sheet_is_valid_pdf_ua_with_its_record_as_title(client, db, path):
    response = client.get(path)
    reader = PdfReader(io.BytesIO(response.content))
    language = "en" if path.startswith("/en") else "es"
    slug = path.rpartition("/")[2].removesuffix(".pdf")
    assert verdict(response.content) == []
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="{slug}-{language}.pdf"'
    assert response["Content-Length"] == str(len(response.content))
    assert reader.root_object["/Lang"] == language
    assert squeezed(reader.metadata.title) in text_of(reader)


def test_all_sheets_take_one_page(client, db):
    paths = [
        *(f"/tramites/{version.identity.slug}.pdf" for version in ProcedureVersion.objects.published()),
        *(f"/apoyos/{version.identity.slug}.pdf" for version in ProgramVersion.objects.published()),
    ]
    assert [path for path in paths if pages_of(client, path) != 1] == []
    assert len(paths) == 67


def test_longest_sheet_in_english_takes_two_pages(client, db):
    assert pages_of(client, "/en/tramites/constitucion-sas.pdf") == 1
    assert pages_of(client, "/en/tramites/alta-patronal-imss.pdf") == 2


def pages_of(client, path):
    return len(PdfReader(io.BytesIO(client.get(path).content)).pages)


def test_sheet_is_set_closer_only_where_that_spares_a_page(client, db):
    """The size of the letters in which most of a sheet is set, in points."""
    assert main_size(client.get("/tramites/contrato-luz-comercial.pdf").content) == 9
    assert main_size(client.get("/tramites/sare-apertura-rapida.pdf").content) == 8.1
    with frozen.lifted():
        ProcedureVersion.objects.filter(procedure__slug="sare-apertura-rapida").update(cases_es="caso " * 2000)
    assert main_size(client.get("/tramites/sare-apertura-rapida.pdf").content) == 9


def main_size(content):
    letters = Counter()

    def note(text, matrix, text_matrix, font, size):
        letters[round(size * matrix[3] * text_matrix[3], 2)] += len(text.strip())

    for page in PdfReader(io.BytesIO(content)).pages:
        page.extract_text(visitor_text=note)
    return letters.most_common(1)[0][0]


def test_sheet_is_rendered_once_and_then_read_from_disk(client, db, data_folder):
    first = client.get(SHEETS[1]).content
    (path,) = kept(data_folder)
    assert path.read_bytes() == first
    path.write_bytes(b"%PDF as kept")
    assert client.get(SHEETS[1]).content == b"%PDF as kept"


def test_sheet_is_made_anew_when_anything_on_it_changes(client, db, data_folder):
    before = client.get(SHEETS[0])
    Office.objects.filter(slug="modulo-sare").update(address="Calle Nueva 1")
    after = client.get(SHEETS[0])
    assert "CalleNueva1" in text_of(PdfReader(io.BytesIO(after.content)))
    assert after["ETag"] != before["ETag"]
    assert len(kept(data_folder)) == 1


def test_known_sheet_is_not_sent_nor_rendered_again(client, db, data_folder):
    tag = client.get(SHEETS[2])["ETag"]
    kept(data_folder)[0].unlink()
    response = client.get(SHEETS[2], headers={"if-none-match": tag})
    assert (response.status_code, response.content) == (304, b"")
    assert kept(data_folder) == []


def test_sheet_is_sent_though_it_can_not_be_kept(client, db, data_folder):
    (data_folder / "cache").write_text("a file where the folder should be")
    assert client.get(SHEETS[1]).content.startswith(b"%PDF")


def test_sheet_is_sent_though_what_it_says_can_not_be_kept(client, db, monkeypatch):
    def fail(*args, **options):
        raise OperationalError("database is locked")

    monkeypatch.setattr(PrintedRecord.objects, "bulk_create", fail)
    assert client.get(SHEETS[1]).content.startswith(b"%PDF")


@pytest.mark.parametrize("path", ["/tramites/no-existe.pdf", "/apoyos/no-existe.pdf", "/en/tramites/fomech.pdf"])
def test_sheet_of_nothing_is_a_clear_404(client, db, path):
    response = client.get(path)
    assert response.status_code == 404
    assert 'type="search"' in response.content.decode()


def test_sheet_of_a_draft_needs_its_key_and_is_kept_nowhere(client, db, data_folder):
    draft = make_procedure("nuevo", state=VersionState.DRAFT, published_at=None)
    other = make_procedure("ajeno", state=VersionState.DRAFT, published_at=None)
    keys = [preview_path(version).partition("clave=")[2] for version in (draft, other)]
    assert client.get("/tramites/nuevo.pdf").status_code == 404
    assert client.get("/tramites/nuevo.pdf", {"clave": "adivinada"}).status_code == 404
    assert client.get("/tramites/nuevo.pdf", {"clave": keys[1]}).status_code == 404
    response = client.get("/tramites/nuevo.pdf", {"clave": keys[0]})
    assert "nopublicada:vistaprevia" in text_of(PdfReader(io.BytesIO(response.content)))
    assert response["Cache-Control"] == "private, no-store"
    assert kept(data_folder) == []


def test_sheet_of_what_is_no_longer_in_force_says_so(client, db):
    ProcedureVersion.objects.filter(procedure__slug="contrato-luz-comercial").update(**retired())
    assert "yanoestávigente" in text_of(PdfReader(io.BytesIO(client.get(SHEETS[1]).content)))


@pytest.mark.parametrize("make", [make_procedure, make_program])
def test_sheet_costs_the_same_for_one_and_three_of_everything(client, db, django_assert_max_num_queries, make):
    counts = {}
    for n in (1, 3):
        children = (
            {"requirements": n, "steps": n, "fees": n, "citations": n, "offices": n}
            if make is make_procedure
            else {"calls": n, "documents": n, "offices": n}
        )
        version = make(f"de-{n}", **children)
        kind = "tramites" if make is make_procedure else "apoyos"
        with django_assert_max_num_queries(60) as queries:
            assert client.get(f"/{kind}/{version.identity.slug}.pdf").status_code == 200
        counts[n] = len(queries)
    assert counts[1] == counts[3]


def test_qr_code_on_paper_leads_to_what_has_changed_since(client, db, tmp_path, settings):
    """The drawn modules, sampled from the printed page, against the code of the address."""
    settings.PORTAL_URL = "https://negocios.example"
    file = tmp_path / "sheet.pdf"
    file.write_bytes(client.get("/en/apoyos/fomech.pdf").content)
    subprocess.run(["pdftoppm", "-r", "300", "-png", "-gray", "-singlefile", file, tmp_path / "page"], check=True)
    page = Image.open(tmp_path / "page.png").convert("L")
    (printed,) = PrintedRecord.objects.all()
    address = f"https://negocios.example/en/apoyos/fomech/impreso/{printed.key}/"
    right_code = segno.make_qr(address, error="l").matrix
    other_code = segno.make_qr(address.replace("fomech", "fipes"), error="l").matrix
    assert is_drawn(right_code, page)
    assert not is_drawn(other_code, page)


def is_drawn(matrix, page):
    """Whether this QR code, 17 mm wide, stands somewhere in the upper right corner of a page of 300 dpi."""
    size = 17 / 25.4 * 300 / len(matrix)
    dots = [
        (round((x + 0.5) * size), round((y + 0.5) * size), bit)
        for y, row in enumerate(matrix)
        for x, bit in enumerate(row)
    ]
    columns, rows = range(page.width - 450, page.width - 350), range(150, 300)
    pixels = page.load()
    return any(all((pixels[left + x, top + y] < 128) == bit for x, y, bit in dots) for top in rows for left in columns)
