"""What has changed since it was printed: the snapshot of a sheet, its key, and the note on the record's page."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from brochure.actions import compose_edition, drop_files, edition_html
from brochure.models import Edition, PrintedRecord, Printing
from brochure.printed.actions import keep
from brochure.printed.changes import changes
from brochure.printed.snapshot import key_of, sections_of
from brochure.sheets import procedure_sheet, program_sheet
from procedures.actions import approve, publish, retire, start_version, submit
from procedures.models import Office, ProcedureVersion, ProgramVersion, Stage, VersionState
from tests.admin_forms import make_staff
from tests.editions import TITLES, published_edition
from tests.factories import make_procedure, make_program, rewrite
from tests.reading import FORBIDDEN, body, heading_faults, text

pytestmark = pytest.mark.django_db

ARTICLE = """<article><header><p class="eyebrow"><span data-not-content>No. <b>7</b> · </span>Permisos
<span>Confirmado</span></p><h1>Licencia</h1>
<table data-cells><thead><tr><th>Costo</th><th>Plazo</th></tr></thead><tbody><tr><td><b>$1,702.00 MXN</b></td>
<td>3 días</td></tr></tbody></table>
<div class="code" data-not-content><svg><title>QR</title><path d="M0"/></svg><div>x</div><p>gob.mx</p></div></header>
<section><h2>Qué llevar</h2><ul>
<li><strong>Acta</strong><br>con copia<p>y firma</p></li><li>RFC &amp; CURP</li></ul></section>
<section><h2>Cuánto cuesta</h2><table><tr><th>Concepto</th><td>Alta<p>nota</p></td></tr></table>
<h3>Notas</h3><p>Una\n  nota.</p><p data-not-content>Versión 3</p></section><section><h2></h2></section></article>"""

SECTIONS = [
    ["", ["Permisos Confirmado", "Licencia", "Costo: $1,702.00 MXN", "Plazo: 3 días"]],
    ["Qué llevar", ["Acta · con copia · y firma", "RFC & CURP"]],
    ["Cuánto cuesta", ["Concepto · Alta · nota", "Notas", "Una nota."]],
]


def test_snapshot_holds_each_line_of_the_article_and_nothing_that_is_no_content():
    assert sections_of(ARTICLE) == SECTIONS


def test_key_is_short_and_of_language_record_and_content():
    key = key_of("es", "/tramites/licencia/", SECTIONS)
    assert re.fullmatch("[a-z2-7]{10}", key)
    assert key == key_of("es", "/tramites/licencia/", sections_of(ARTICLE))
    others = {
        key_of("en", "/tramites/licencia/", SECTIONS),
        key_of("es", "/tramites/otra/", SECTIONS),
        key_of("es", "/tramites/licencia/", SECTIONS[:2]),
    }
    assert len(others - {key}) == 3


def test_changes_name_lines_that_went_came_and_changed():
    now = [
        ["", ["Permisos Confirmado", "Licencia", "Costo: Gratuito", "Plazo: 3 días"]],
        ["Qué llevar", ["Acta · con copia · y firma", "Comprobante"]],
        ["Cuánto cuesta", SECTIONS[2][1]],
        ["Ojo", ["Nuevo."]],
    ]
    found = [
        (section.heading, joined(line.before), joined(line.after))
        for section in changes(SECTIONS, now)
        for line in section.lines
    ]
    assert found == [
        ("", "Costo: $1,702.00 MXN", "Costo: Gratuito"),
        ("Qué llevar", "RFC & CURP", ""),
        ("Qué llevar", "", "Comprobante"),
        ("Ojo", "", "Nuevo."),
    ]
    assert changes(SECTIONS, SECTIONS) == []


def test_changes_tell_of_a_line_that_only_moved():
    (section,) = changes([["Pasos", ["uno", "dos"]]], [["Pasos", ["dos", "uno"]]])
    assert [(line.is_moved, joined(line.after)) for line in section.lines] == [(True, "uno")]


def joined(pieces):
    return "".join(piece.text for piece in pieces)


def sheet_of(version, language="es"):
    """The Sheet of a version as it is loaded and rendered now."""
    today = timezone.localdate()
    with translation.override(language):
        if isinstance(version, ProcedureVersion):
            sheet = procedure_sheet(ProcedureVersion.objects.for_page().get(pk=version.pk), today)
        else:
            sheet = program_sheet(ProgramVersion.objects.for_page(today).get(pk=version.pk), today)
        sheet.html = render_to_string(f"brochure/sheet_{version.IDENTITY}.html", {"sheet": sheet, "date": today})
    return sheet


def print_it(version, language="es"):
    """Prints a version as a sheet: its PrintedRecord, kept."""
    sheet = sheet_of(version, language)
    keep([sheet])
    return PrintedRecord.objects.get(key=sheet.printed.key)


@pytest.fixture
def license(db):
    version = make_procedure("licencia", requirements=1, fees=1, offices=1)
    Office.objects.filter(slug="licencia-1-oficina-0").update(phones="614 111 1111")
    return version


def note(client, printed, prefix=""):
    """The words of the note that the print's QR code leads to."""
    html = body(client, prefix + printed.get_absolute_url())
    return text(html[html.index('aria-labelledby="impreso"') : html.index("</section>")]).partition(">")[2]


def test_same_content_printed_twice_is_one_row(license):
    first, second = print_it(license), print_it(license)
    assert first == second
    assert PrintedRecord.objects.get() == first
    assert first.version == license


def test_every_record_is_kept_under_a_key_of_its_own_in_both_languages():
    edition = compose_edition(**TITLES)
    for language in ("es", "en"):
        edition_html(edition, language, timezone.localdate())
    assert PrintedRecord.objects.count() == 2 * 67
    assert edition.printings.count() == 2 * 67
    for printed in PrintedRecord.objects.filter(language="es").select_related("procedure_version", "program_version"):
        assert printed.version.name_es in printed.sections[0][1]


def test_sheet_and_edition_print_the_same(license):
    """A complete edition and a handout of the same day have the same keys."""
    edition_html(compose_edition(**TITLES), "es", timezone.localdate())
    versions = [*ProcedureVersion.objects.published(), *ProgramVersion.objects.published()]
    printed = {record.version: record.sections for record in PrintedRecord.objects.all()}
    different = [changes(printed[version], sheet_of(version).printed.sections) for version in versions]
    assert [change for change in different if change] == []
    assert len(printed) == 68


def test_edition_of_a_part_prints_the_same_and_leads_to_the_portal_for_the_rest():
    """What a record leads to is named whether or not the same edition holds it."""
    stage = Stage.objects.get(slug="permisos")
    edition = compose_edition(**TITLES, kind=Edition.Kind.STAGE, stage=stage)
    html = edition_html(edition, "es", timezone.localdate())
    held = [item.version for item in edition.items.all()]
    assert 1 < len(held) < 43
    for record in PrintedRecord.objects.all():
        assert changes(record.sections, sheet_of(record.version).printed.sections) == []
    anchors = set(re.findall(r'href="#([^"]+)"', html))
    assert anchors - set(re.findall(r'\bid="([^"]+)"', html)) == set()
    assert len(anchors) > len(held)
    outside = {version.identity.slug for version in ProcedureVersion.objects.published()} - {
        version.identity.slug for version in held
    }
    assert outside & set(re.findall(r'href="http://localhost:8000/tramites/([\w-]+)/"', html))


def test_keeping_costs_the_same_for_one_and_three(license, django_assert_num_queries):
    sheets = [sheet_of(version) for version in ProcedureVersion.objects.published()[:4]]
    for some in (sheets[:1], sheets[1:]):
        with django_assert_num_queries(3):  # with the two of the transaction
            keep(some)


def test_draft_has_no_key_and_its_code_leads_to_the_plain_page():
    draft = make_procedure("nuevo", state=VersionState.DRAFT, published_at=None)
    sheet = sheet_of(draft)
    assert sheet.printed is None
    assert "/impreso/" not in sheet.html
    assert f'<a href="http://localhost:8000{draft.get_absolute_url()}">' in sheet.html


def test_print_that_is_up_to_date_says_so(client, license):
    words = note(client, print_it(license))
    assert "Tu impreso dice lo mismo que esta página" in words
    assert "Es una hoja suelta: no está en ninguna edición." in words


def test_fee_that_a_new_version_changes_is_read_on_the_page(client, license):
    printed = print_it(license)
    draft = start_version(of=license, author=make_staff("autora"))
    draft.fees.update(minimum="250.50")
    submit(version=draft, by=draft.author)
    reviewer = make_staff("revisora")
    approve(version=draft, by=reviewer)
    publish(version=draft, by=reviewer, despite=True)
    words = note(client, printed)
    assert "En 2 partes, tu impreso dice algo distinto de esta página" in words
    assert "Cuánto cuesta" in words
    assert "Tu impreso dice: Cuota 0" in words
    assert "$100.00 MXN" in words
    assert "$250.50 MXN" in words
    assert words.index("$100.00") < words.index("$250.50")


def test_phone_of_an_office_is_read_though_there_is_no_new_version(client, license):
    printed = print_it(license)
    Office.objects.filter(slug="licencia-1-oficina-0").update(phones="614 000 0000")
    words = note(client, printed)
    assert "En 1 parte, tu impreso dice algo distinto de esta página" in words
    assert "Dónde y cuándo" in words
    assert "Ahora dice:" in words
    assert "614 000 0000" in words


def test_changes_are_marked_and_not_by_colour_alone(client, license):
    printed = print_it(license)
    rewrite("licencia", name_es="Trámite nuevo")
    html = body(client, printed.get_absolute_url())
    assert "<del>licencia</del>" in html
    assert "<ins>nuevo</ins>" in html
    assert heading_faults(html) == []
    assert not FORBIDDEN.search(html)


def test_record_that_was_given_up_is_no_longer_in_force(client, license):
    printed = print_it(license)
    retire(version=license, by=make_staff("publica"))
    assert "Lo que tienes impreso ya no está vigente" in note(client, printed)


def test_editions_in_which_a_print_stands_are_named(client, license):
    edition = compose_edition(**TITLES)
    edition_html(edition, "es", timezone.localdate())
    printed = PrintedRecord.objects.of(license).get()
    assert "no está en ninguna edición" in note(client, printed)
    Edition.objects.filter(pk=edition.pk).update(published_at=timezone.now(), printed_on=timezone.localdate())
    words = note(client, printed)
    assert f"Está en: edición {edition.number}, Guía de prueba." in words
    assert "Se imprimió por primera vez el" in words


def test_print_in_one_language_is_compared_in_it_on_the_page_of_the_other(client, license):
    printed = print_it(license, "en")
    Office.objects.filter(slug="licencia-1-oficina-0").update(phones="614 000 0000")
    path = printed.get_absolute_url()
    assert "In 1 part your print says something else" in note(client, printed, "/en")
    assert '<span lang="en">Where and when</span>' in body(client, path)
    assert "En 1 parte, tu impreso dice algo distinto" in note(client, printed)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_unknown_key_is_told_and_the_page_is_there(client, license, prefix):
    html = body(client, f"{prefix}/tramites/licencia/impreso/abcdefghij/")
    assert ("No conocemos este impreso" if not prefix else "We don't know this print") in html
    assert "abcdefghij" in html
    assert license.name_es in html


def test_key_of_another_record_is_unknown_here(client, license):
    other = print_it(make_procedure("otra"))
    assert "No conocemos este impreso" in body(client, f"/tramites/licencia/impreso/{other.key}/")


def test_print_of_nothing_is_a_404(client):
    assert client.get("/tramites/no-existe/impreso/abcdefghij/").status_code == 404
    assert client.get("/apoyos/no-existe/impreso/abcdefghij/").status_code == 404


def test_note_is_cacheable_unlisted_and_points_to_the_plain_page(client, license):
    response = client.get(print_it(license).get_absolute_url())
    html = response.content.decode()
    assert response["Cache-Control"].startswith("public")
    assert not response.cookies
    assert '<meta name="robots" content="noindex">' in html
    assert 'rel="canonical" href="http://localhost:8000/tramites/licencia/"' in html
    assert "noindex" not in body(client, "/tramites/licencia/")


@pytest.mark.parametrize(("make", "count"), [(make_procedure, 40), (make_program, 21)])
def test_note_costs_the_same_for_one_and_three_of_everything(client, django_assert_num_queries, make, count):
    for n in (1, 3):
        children = (
            {"requirements": n, "steps": n, "fees": n, "citations": n, "offices": n}
            if make is make_procedure
            else {"calls": n, "documents": n, "offices": n}
        )
        printed = print_it(make(f"de-{n}", **children))
        Office.objects.filter(slug__startswith=f"de-{n}-").update(phones="614 000 0000")
        with django_assert_num_queries(count):
            assert "distinto" in note(client, printed)


def test_program_is_compared_as_well(client):
    version = make_program("apoyo", offices=1)
    printed = print_it(version)
    assert "dice lo mismo" in note(client, printed)
    Office.objects.filter(slug="apoyo-1-oficina-0").update(address="Calle Nueva 1")
    assert "Calle Nueva 1" in note(client, printed)


def test_handout_is_kept_when_it_is_drawn_and_not_when_it_is_only_asked_about(client, settings, tmp_path, license):
    settings.DATA_DIR = tmp_path
    client.head("/tramites/licencia.pdf")
    assert PrintedRecord.objects.count() == 0
    client.get("/tramites/licencia.pdf")
    assert PrintedRecord.objects.get().version == license


def test_files_that_are_dropped_drop_what_they_printed():
    edition = compose_edition(**TITLES)
    edition_html(edition, "es", timezone.localdate())
    drop_files(edition=edition)
    assert edition.printings.count() == 0


def test_printed_record_is_never_changed_nor_deleted(license):
    printed = print_it(license)
    for change in (lambda rows: rows.update(language="en"), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change(PrintedRecord.objects.filter(pk=printed.pk))


def test_what_a_published_edition_printed_stays(license, settings, tmp_path):
    settings.EDITIONS_DIR = tmp_path
    printed = print_it(license)
    draft = compose_edition(**TITLES)
    printing = Printing.objects.create(edition=draft, record=printed)
    printing.delete()
    published = published_edition()
    with pytest.raises(IntegrityError), transaction.atomic():
        Printing.objects.create(edition=published, record=printed)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "CORTA"},
        {"key": "abcdefghi1"},
        {"procedure_version": None},
        {"program_version": "a program"},
    ],
)
def test_printed_record_that_makes_no_sense_is_refused(license, wrong):
    values = {"key": "abcdefghij", "language": "es", "sections": [], "procedure_version": license} | wrong
    if wrong.get("program_version"):
        values["program_version"] = make_program()
    with pytest.raises(IntegrityError), transaction.atomic():
        PrintedRecord.objects.create(**values)


def test_record_stands_once_in_an_edition(license):
    edition, printed = compose_edition(**TITLES), print_it(license)
    Printing.objects.create(edition=edition, record=printed)
    with pytest.raises(IntegrityError), transaction.atomic():
        Printing.objects.create(edition=edition, record=printed)
