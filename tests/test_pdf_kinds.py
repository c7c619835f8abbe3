"""The independent validator's verdict on every kind of PDF that the portal makes, in both languages, as one table."""

import io
import tempfile
from functools import partial
from pathlib import Path

import pytest
from django.utils import translation
from pikepdf import Dictionary, Name
from pypdf import PdfReader

from brochure.actions import compose_edition
from brochure.booklet import impose
from procedures.models import Stage
from tests.editions import TITLES, edition_pdf
from tests.pdf_reading import bookmarks, elements, verdict

PAPERS = {"letter": (612, 792), "booklet": (396, 612), "large": (612, 792)}  # points
LANGUAGES = {"es": "", "en": "/en"}
FONT = Name("/FontDescriptor")


def edition(paper, language, client):
    """A stage's edition: a few records of both kinds, and every chapter that an edition has."""
    stage = Stage.objects.get(slug="operar")
    composed = compose_edition(kind="stage", stage=stage, foreword_es="Para quien empieza.", **TITLES)
    return edition_pdf(composed, language, paper)


def folded(language, client):
    """The half-letter pages two to a side, as they are printed to be folded."""
    with tempfile.TemporaryDirectory() as folder:
        pages, sides = Path(folder, "pages.pdf"), Path(folder, "sides.pdf")
        pages.write_bytes(edition("booklet", language, client))
        impose(pages, sides)
        return sides.read_bytes()


def page(path, language, client):
    response = client.get(LANGUAGES[language] + path)
    assert response["Content-Type"] == "application/pdf"
    return response.content


KINDS = {
    "edition, letter": partial(edition, "letter"),
    "edition, half-letter pages": partial(edition, "booklet"),
    "edition, booklet to fold": folded,
    "edition, large print": partial(edition, "large"),
    "sheet of a procedure": partial(page, "/tramites/licencia-uso-de-suelo.pdf"),
    "sheet of a support": partial(page, "/apoyos/fomech.pdf"),
    "plan of a business": partial(page, "/ruta/plan.pdf?giro=taqueria&local=con-local"),
    "milestone": partial(page, "/compromisos/MXCHH0002/hitos/2.pdf"),
}


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture(scope="module")
def verdicts():
    """{(kind, language): (pages, failures)}, filled by the tests of the kinds."""
    return {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_pdf_of_every_kind_is_valid_and_built_for_reading(client, commitment, verdicts, kind, language):
    with translation.override(language):
        content = KINDS[kind](language, client)
    reader = PdfReader(io.BytesIO(content))
    document, tagged = elements(io.BytesIO(content))
    tags = [tag for tag, _element in tagged]
    failures = verdict(content)
    verdicts[kind, language] = (len(reader.pages), failures)
    assert failures == []
    assert str(document.Root.Lang) == language
    assert bool(document.Root.MarkInfo.Marked)
    assert str(document.docinfo.Title)
    assert tags.count("/H1") == 1
    assert tags.count("/TH") > 0
    assert all(str(element.get("/Alt", "")) for tag, element in tagged if tag == "/Figure")
    described = [item for item in document.objects if isinstance(item, Dictionary) and item.get("/Type") == FONT]
    assert len(described) > 0
    assert all({"/FontFile2", "/FontFile3"} & set(font.keys()) for font in described)


@pytest.mark.parametrize("paper", PAPERS)
def test_edition_is_printed_on_its_paper_with_bookmarks(db, client, paper):
    with translation.override("es"):
        reader = PdfReader(io.BytesIO(edition(paper, "es", client)))
    sizes = {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages}
    assert sizes == {PAPERS[paper]}
    assert [level for level, _title, _page in bookmarks(reader)].count(1) > 8
    assert [level for level, _title, _page in bookmarks(reader)].count(2) > 8


def test_verdicts_are_told(verdicts, capsys):
    """Prints what the validator said of the kinds that were tested before."""
    rows = [
        f"{kind:<30} {language}  {pages:>3} pages  {f'{len(failures)} failures' if failures else 'PDF/UA-1: valid'}"
        for (kind, language), (pages, failures) in verdicts.items()
    ]
    with capsys.disabled():
        print("\n\nVerdicts of the validator (page-validation, profile PDF/UA-1)\n" + "\n".join(rows))
    assert {kind for kind, _language in verdicts} <= set(KINDS)
