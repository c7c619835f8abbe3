"""A milestone on paper: status, evidence, history and verdicts as they are recorded, and none where none is."""

import io

import pytest
from pypdf import PdfReader

from procedures.models import Institution
from tests.engagement_rows import DAY, make_user, milestone
from tests.pdf_reading import text_of, verdict


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def reported(commitment):
    """The second milestone with an update, its evidence and a verdict."""
    row, by = milestone(2), make_user()
    update = row.updates.create(
        status="in_progress", period_from=DAY, period_to=DAY, progress_es="Diez fichas nuevas.", author=by
    )
    update.evidence.create(title_es="Nota de prensa", url="https://example.org/nota")
    row.verdicts.create(
        verdict="limited", reasons_es="Faltan tres.", author=by, institution=Institution.objects.get(slug="ichitaip")
    )
    return row


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_milestone_pdf_is_valid_and_claims_nothing_unrecorded(client, commitment, prefix, number):
    response = client.get(f"{prefix}/compromisos/MXCHH0002/hitos/{number}.pdf")
    words = text_of(PdfReader(io.BytesIO(response.content)))
    assert verdict(response.content) == []
    said = "Noprogresswaseverrecorded" if prefix else "Nuncaseharegistradounavance"
    assert said in words
    language = "en" if prefix else "es"
    assert response["Content-Disposition"] == f'inline; filename="MXCHH0002-{number}-{language}.pdf"'


def test_milestone_pdf_holds_status_evidence_and_verdict(client, reported):
    words = text_of(PdfReader(io.BytesIO(client.get("/compromisos/MXCHH0002/hitos/2.pdf").content)))
    for said in ("Diezfichasnuevas.", "Notadeprensa(example.org/nota)", "Faltantres.", "31deenerode2026"):
        assert said in words
    assert reported.get_absolute_url().rstrip("/") in words


@pytest.mark.parametrize("path", ["/compromisos/MXCHH0002/hitos/9.pdf", "/compromisos/NADA/hitos/1.pdf"])
def test_unknown_milestone_is_a_clear_404(client, db, path):
    response = client.get(path)
    assert response.status_code == 404
    assert 'type="search"' in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_milestone_pdf_costs_the_same_for_one_and_three_updates(client, reported, django_assert_num_queries, count):
    for n in range(count - 1):
        update = reported.updates.create(status="stuck", period_from=DAY, period_to=DAY, progress_es=f"Mes {n}")
        update.evidence.create(title_es="Otra", url="https://example.org/otra")
    with django_assert_num_queries(5):
        client.get("/compromisos/MXCHH0002/hitos/2.pdf")
