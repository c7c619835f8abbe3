"""The sheet equals the web: for every published record in both languages, each figure of one stands on the other."""

import re

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from brochure.sheets import procedure_sheet, program_sheet
from procedures.models import ProcedureVersion, ProgramVersion
from tests.admin_forms import make_staff
from tests.factories import make_procedure
from tests.parity import ON_THE_WEB_ONLY, figures, page_text

pytestmark = pytest.mark.django_db


def sheet_text(version, date):
    """What the sheet says, without its QR code and the line that names the version."""
    sheet = procedure_sheet(version, date) if version.IDENTITY == "procedure" else program_sheet(version, date)
    render_to_string(f"brochure/sheet_{version.IDENTITY}.html", {"sheet": sheet, "date": date})
    return " ".join(" ".join([heading, *lines]) for heading, lines in sheet.printed.sections)


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_figure_of_the_page_is_on_the_sheet_and_the_other_way_round(client, language):
    today, visited, compared = timezone.localdate(), 0, 0
    lost = {}
    with translation.override(language):
        versions = [
            *ProcedureVersion.objects.published().for_page(),
            *ProgramVersion.objects.published().for_page(today),
        ]
        for version in versions:
            page = figures(page_text(client, version.get_absolute_url()))
            sheet = figures(sheet_text(version, today))
            if page != sheet:
                lost[version.identity.slug] = (page - sheet, sheet - page)
            visited += 1
            compared += len(page)
    assert lost == {}
    assert visited == 67
    assert compared > 400


def test_figures_are_found():
    text = (
        "Cuesta $1,702.00 MXN o 3 UMA, tarda 5 días hábiles; tel. 614 200 4800 ext. 6393. Desde el 28 de enero de 2026."
    )
    found = {"$1,702.00 MXN", "3 UMA", "5 días hábiles", "614 200 4800 ext. 6393", "28 de enero de 2026"}
    assert figures(text) == found


@pytest.mark.parametrize("name", ON_THE_WEB_ONLY)
def test_what_is_left_out_is_really_on_some_page(client, name):
    """Each exception names something that exists: one that is no longer needed goes."""
    tag, _space, mark = name.partition(" ")
    paths = [version.get_absolute_url() for version in ProcedureVersion.objects.published()]
    assert any(re.search(rf'<{tag}\b[^>]*"{mark}\b', client.get(path).content.decode()) for path in paths)


def test_what_is_in_doubt_is_said_on_paper_too(client):
    version = make_procedure("dudosa", fees=1)
    version.reverifications.create(cause="fee", assurance_before="confirmed", opened_by=make_staff("revisa"))
    today = timezone.localdate()
    sheet = sheet_text(ProcedureVersion.objects.for_page().get(pk=version.pk), today)
    assert "Por verificar" in sheet
    assert figures(page_text(client, version.get_absolute_url())) == figures(sheet)
