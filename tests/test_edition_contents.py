"""What goes into an edition beside its records: only what they need, whatever the paper, at a constant cost."""

import re
from datetime import date
from types import SimpleNamespace

import pytest
from django.utils import translation

from brochure import everyday, pdf, road
from brochure.actions import compose_edition
from brochure.contents import edition_contents
from brochure.paperwork import PAGES, documents_needed, that_fit
from brochure.volumes.cutting import CUT
from procedures.models import Office, ProcedureVersion, Stage
from tests.editions import TITLES
from tests.factories import make_document, make_procedure, make_program, rewrite

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 21)


def html_of(edition, paper="letter", language="es"):
    contents = edition_contents(edition, DAY) | {"paper": paper}
    return pdf.render_html("brochure/edition.html", contents, language=language)


def of_stage(slug):
    return compose_edition(kind="stage", stage=Stage.objects.get(slug=slug), **TITLES)


def picked(*versions, **fields):
    keys = [f"{version.IDENTITY}-{version.identity.pk}" for version in versions]
    return compose_edition(kind="picked", picked=keys, **(TITLES | fields))


@pytest.mark.parametrize("count", [1, 3])
def test_edition_costs_the_same_for_few_records_and_for_many(django_assert_num_queries, count):
    versions = []
    for n in range(count):
        parts = {"requirements": count, "steps": count, "fees": count, "citations": count, "offices": count}
        versions.append(make_procedure(f"prueba-{n}", **parts))
        versions.append(make_program(f"apoyo-{n}", calls=count, documents=count, offices=count))
    edition = picked(*versions)
    with translation.override("es"), django_assert_num_queries(49):
        html_of(edition)


def test_edition_of_a_stage_has_no_chapter_of_everything():
    edition = of_stage("contratar")
    contents = edition_contents(edition, DAY)
    html = html_of(edition)
    names = [institution.name for institution in contents["institutions"]]
    assert [chapter.stage.slug for chapter in contents["chapters"]] == ["contratar"]
    assert "Instituto Mexicano del Seguro Social (IMSS)" in html
    assert 0 < len(names) < 12
    assert 0 < len(contents["terms"]) < 20
    assert "Etapa: Contratar" in html
    assert "id=etapa-local" not in html


def test_edition_without_programs_has_no_chapter_of_supports():
    html = html_of(picked(make_procedure("solo")))
    assert 'id="camino"' in html
    assert 'id="preguntar"' in html
    for absent in ('id="convocatorias"', 'id="documentos"', 'id="presentacion"'):
        assert absent not in html


def test_edition_without_procedures_has_no_road():
    html = html_of(picked(make_program("solo")))
    assert 'id="convocatorias"' in html
    assert 'id="camino"' not in html


@pytest.mark.parametrize("paper", ["letter", "booklet", "large", "screen"])
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_link_inside_an_edition_leads_somewhere(paper, language):
    html = html_of(compose_edition(**TITLES), paper, language)
    ids = set(re.findall(r'\bid="([^"]+)"', html))
    links = re.findall(r'href="#([^"]+)"', html)
    assert len(links) > 300
    assert set(links) - ids == set()
    assert len(re.findall(r'\bid="', html)) == len(ids)


def test_foreword_stands_in_front_and_is_marked_where_it_is_not_translated():
    edition = picked(make_procedure("solo"), foreword_es="Primero.\n\nDespués.")
    assert "<p>Primero.</p>\n<p>Después.</p>" in html_of(edition)
    assert '<p><span lang="es">Primero.</span></p>' in html_of(edition, language="en")


def test_calls_are_those_open_on_the_day_of_printing():
    program = make_program("con-convocatorias")
    add = program.program.calls.create
    add(label_es="Abierta", opens=date(2026, 11, 1), closes=date(2026, 11, 30))
    add(label_es="Último día", opens=date(2026, 10, 1), closes=DAY)
    add(label_es="Pasada", opens=date(2026, 1, 1), closes=date(2026, 11, 20))
    add(label_es="Futura", opens=date(2026, 11, 22), closes=date(2026, 12, 1))
    add(label_es="Sin fin", opens=date(2026, 1, 1))
    calls = edition_contents(picked(program), DAY)["open_calls"]
    assert [row.call.label for row in calls] == ["Último día", "Abierta"]
    table = html_of(picked(program)).partition('class="open-calls"')[2].partition("</table>")[0]
    assert "21 de noviembre de 2026" in table
    assert "30 de noviembre de 2026" in table


def test_no_open_call_is_said():
    assert "No sabemos de ninguna convocatoria abierta ese día." in html_of(picked(make_program("sin")))


def test_sureness_counts_every_record_once():
    contents = edition_contents(compose_edition(**TITLES), DAY)
    assert sum(row.procedures for row in contents["sureness"]) == 43
    assert sum(row.programs for row in contents["sureness"]) == 24
    for row in contents["sureness"]:
        assert row.procedures == ProcedureVersion.objects.published().filter(assurance=row.assurance).count()


def test_desks_are_those_of_most_records_that_can_be_reached():
    desks = edition_contents(compose_edition(**TITLES), DAY)["desks"]
    assert len(desks) == 5
    assert [desk.count for desk in desks] == sorted((desk.count for desk in desks), reverse=True)
    assert all(desk.office.phones or desk.office.email for desk in desks)
    assert Office.objects.filter(phones="", email="").exists()


# The documents


def test_documents_of_most_records_stand_first_with_all_that_is_known():
    common = make_document("comun", how_to_get_es="En cualquier banco.")
    one, two = make_procedure("a-uno", requirements=1), make_procedure("b-dos")
    one.requirements.create(document=common, copies=2)
    one.requirements.create(document=common, originals=1)
    two.requirements.create(document=common)
    three = make_program("tres")
    three.documents.add(common)
    contents = edition_contents(picked(one, two, three), DAY)
    first, second = contents["paperwork"]
    assert (first.document.slug, second.document.slug) == ("comun", "a-uno-0")
    assert [sheet.version for sheet in first.askers] == [one, two, three]
    assert first.copies == ["2 copias", "1 original"]
    html = html_of(picked(one, two, three))
    assert "En cualquier banco." in html
    assert "No lo sabemos." in html


@pytest.mark.parametrize("paper", PAGES)
def test_as_many_documents_are_told_as_fit_and_the_rest_is_counted(paper):
    edition = compose_edition(**TITLES)
    rows = edition_contents(edition, DAY)["paperwork"]
    shown = that_fit(rows, paper)
    assert 3 < len(shown) < len(rows)
    assert shown == rows[: len(shown)]
    assert f"Se piden {len(rows) - len(shown)} documentos más" in html_of(edition, paper)


def test_screens_have_room_for_all_documents():
    rows = edition_contents(compose_edition(**TITLES), DAY)["paperwork"]
    assert that_fit(rows, "screen") == rows


def test_a_document_that_many_ask_for_names_two_and_gives_pages_of_some():
    document = SimpleNamespace(pk=1, name="Acta", issuers=[], how_to_get="")
    asking = SimpleNamespace(document=document, originals=None, copies=None, is_certified=False)
    sheets = [
        SimpleNamespace(version=SimpleNamespace(IDENTITY="procedure", name=f"T{n}", asked_documents=[asking]))
        for n in range(15)
    ]
    (row,) = documents_needed(sheets)
    assert (len(row.named), len(row.paged), row.uncounted) == (2, 8, 5)


# The road


def chapters(*counts, name="Trámite con un nombre ni corto ni largo"):
    return [
        SimpleNamespace(
            stage=SimpleNamespace(pk=n, position=n, name=f"Etapa {n}"),
            sheets=[SimpleNamespace(version=SimpleNamespace(name=f"{name} {n}.{m}")) for m in range(count)],
        )
        for n, count in enumerate(counts, start=1)
    ]


@pytest.mark.parametrize("paper", road.ROOMS)
@pytest.mark.parametrize("counts", [(4,), (1, 1, 1, 1), (10, 10, 10, 10, 10, 10), (50, 50, 50, 50, 50, 50)])
def test_road_fits_its_paper_and_counts_what_it_does_not_show(paper, counts):
    drawn = road.draw(chapters(*counts), {1: 2}, paper)
    assert drawn.height <= drawn.room.height
    assert [stop.rest + len(stop.shown) for stop in drawn.stops] == list(counts)
    assert drawn.stops[0].counts.endswith("2 apoyos")
    for before, after in zip(drawn.stops, drawn.stops[1:], strict=False):
        assert before.top + before.height < after.top
    for stop in drawn.stops:
        bottom = stop.top + stop.height
        assert all(y < bottom for name in stop.names for _x, y, _line in name.lines)


def test_road_shows_every_name_of_the_real_catalogue_on_letter_paper():
    contents = edition_contents(compose_edition(**TITLES), DAY)
    drawn = road.draw(contents["chapters"], contents["stage_supports"], "letter")
    assert sum(len(stop.names) for stop in drawn.stops) == 43
    assert sum(stop.rest for stop in drawn.stops) == 0


def test_road_says_in_words_what_it_draws():
    told = road.told(road.draw(chapters(1, 2), {}, "letter"))
    assert told == (
        "Etapa 1, Etapa 1, 1 trámite: Trámite con un nombre ni corto ni largo 1.0. "
        "Etapa 2, Etapa 2, 2 trámites: Trámite con un nombre ni corto ni largo 2.0; "
        "Trámite con un nombre ni corto ni largo 2.1."
    )


@pytest.mark.parametrize("name", ["x" * 120, "palabra " * 40, "", "שלום عربي 😀"])
def test_road_cuts_a_name_that_is_too_long(name):
    for line in road.lines(name, 100, 8):
        assert road.measure(line, 8) <= 100
    assert len(road.lines(name, 100, 8)) <= 2


def test_road_escapes_the_names():
    rewrite("licencia-sanitaria", name_es='<script>"&')
    html = html_of(compose_edition(**TITLES), "screen")
    assert "<script" not in html
    assert "&lt;script&gt;&quot;&amp;" in html


# The index


def entries_of(contents):
    return {entry.word: entry for _letter, entries in contents["index"] for entry in entries}


def test_index_leads_from_what_people_say_to_the_records():
    entries = entries_of(edition_contents(compose_edition(**TITLES), DAY))

    def names(word):
        return [sheet.version.identity.slug for sheet in entries[word].sheets]

    assert names("Agua") == ["contrato-agua-comercial"]
    assert "aviso-funcionamiento-sanitario" in names("Taquería")
    assert entries["Tacos"].see == "Taquería"
    assert "alta-patronal-imss" in names("IMSS")
    assert "Mujeres" in entries
    assert "Para" not in entries


def test_index_is_in_order_under_its_letters_and_names_no_word_twice():
    contents = edition_contents(compose_edition(**TITLES), DAY)
    letters = [letter for letter, _entries in contents["index"]]
    words = [entry.word for _letter, entries in contents["index"] for entry in entries]
    keys = [everyday.alphabetical(word) for word in words]
    assert letters == sorted(set(letters))
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys))
    assert len(words) > 200


def test_index_leaves_out_what_leads_everywhere_and_what_leads_nowhere():
    versions = [make_procedure(f"repetido-{n}", name_es=f"Permiso repetido {n}") for n in range(everyday.MOST + 1)]
    entries = entries_of(edition_contents(picked(*versions), DAY))
    assert "Repetido" not in entries
    assert "Tacos" not in entries


def test_index_sees_only_words_that_stand_in_it():
    contents = edition_contents(of_stage("permisos"), DAY)
    entries = entries_of(contents)
    seen = [entry.see for entry in entries.values() if entry.see]
    assert len(seen) > 10
    assert [word for word in seen if word not in entries] == []


# The file for screens


def test_screen_file_brings_all_it_needs():
    html = html_of(compose_edition(**TITLES), "screen")
    assert html.count("<style>") == 1
    assert "@media screen and (prefers-color-scheme: dark)" in html
    assert ".road-drawing" in html
    assert "p { font-size" not in html.partition("</style>")[2]
    for outside in ("<script", "<link", ' style="', "url(", "@import"):
        assert outside not in html, outside
    assert set(re.findall(r"<img [^>]*src=.([a-z]+:)", html)) == {"data:"}
    assert re.findall(r"<h1[ >]", html) == ["<h1>"]
    assert '<html lang="es">' in html
    assert 'class="page"' not in html
    assert html.index('class="skip"') < html.index("<main>") < html.index("<h1>")


@pytest.mark.parametrize("make", [make_procedure, make_program])
def test_chapter_of_more_than_forty_records_goes_on_in_another_volume(make):
    edition = picked(*(make(f"numero-{n}") for n in range(41)))
    parts = html_of(edition, "letter").split(CUT)
    (goes_on,) = [part for part in parts if ' continued"' in part]
    (name,) = re.findall(r'^<section class="chapter continued" data-chapter="([^"<>]+)">', goes_on)
    assert f"<h2>{name}</h2>" in parts[parts.index(goes_on) - 1]
    assert parts[parts.index(goes_on) - 1].count("<article") == 40
    assert goes_on.count("<article") == 1
    assert goes_on.count("<section") == goes_on.count("</section>")
    assert ' continued"' not in html_of(edition, "screen")


def test_every_volume_of_an_edition_with_next_to_nothing_begins_a_page():
    parts = html_of(picked(make_procedure("solo")), "letter").split(CUT)
    begins = [re.search(r'<(?:section|nav) class="(\w+)', part)[1] for part in parts[1:]]
    assert begins == ["cover", "chapter", "contents", "chapter", "chapter", "chapter"]


def test_papers_bring_their_own_stylesheet():
    edition = picked(make_procedure("solo"))
    assert "pdf-" not in html_of(edition, "letter")
    assert '<link rel="stylesheet" href="css/pdf-booklet.css">' in html_of(edition, "booklet")
    assert '<link rel="stylesheet" href="css/pdf-large.css">' in html_of(edition, "large")
