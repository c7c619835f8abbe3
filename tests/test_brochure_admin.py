"""Editions in the admin: composed, rendered in the background, looked at, published, withdrawn; then only read."""

import pytest
from django.contrib.admin.models import LogEntry
from django_tasks_db.models import DBTaskResult

from brochure.actions import DraftChanged, compose_edition
from brochure.models import DownloadCount, Edition, Rendering
from brochure.selection import key_of
from brochure.tasks import draw_edition, last_task
from portal.worker import make_worker
from procedures.models import Stage
from tests.admin_forms import form_data, make_staff
from tests.editions import TITLES, published_edition, rendered_edition
from tests.factories import clear_catalogue, make_procedure, make_program

LIST = "/admin/brochure/edition/"
COMPLETE = {**TITLES, "kind": "complete", "languages": ["es", "en"], "papers": ["letter"]}


@pytest.fixture(autouse=True)
def editions_folder(settings, tmp_path):
    settings.EDITIONS_DIR = tmp_path / "editions"


@pytest.fixture
def as_printer(client, db):
    clear_catalogue()
    make_procedure("uno")
    make_program("dos")
    client.force_login(
        make_staff("impresora", "publish_edition", "add_edition", "change_edition", "view_edition", "delete_edition")
    )
    return client


def compose(client, **fields):
    response = client.post(f"{LIST}add/", COMPLETE | fields)
    assert response.status_code == 302, response.context["errors"]
    return Edition.objects.latest("number")


def page_of(client, edition):
    return client.get(f"{LIST}{edition.pk}/change/").content.decode()


def work():
    """Runs what waits as the background worker does, but on this test's own connection."""
    for row in DBTaskResult.objects.ready():
        row.claim("test")
        make_worker().run_task(row)


# Composing


def test_staff_compose_an_edition_with_all_that_goes_with_it(as_printer):
    first = as_printer.get(f"{LIST}add/")
    data = form_data(first)
    assert (data["languages"], data["papers"], data["kind"]) == (["es", "en"], ["letter"], "complete")
    assert 'name="number"' not in first.content.decode()
    edition = compose(
        as_printer,
        kind="stage",
        stage=Stage.objects.order_by("position").first().pk,
        foreword_es="Bienvenida.\r\nPasa.",
        languages=["en"],
        papers=["large", "letter"],
    )
    assert (edition.number, edition.title_en, edition.created_by.username) == (1, "Test guide", "impresora")
    assert (edition.languages, edition.papers, edition.foreword_es) == ("en", "letter large", "Bienvenida.\nPasa.")
    assert edition.items.count() == 2
    assert LogEntry.objects.get().object_id == str(edition.pk)


def test_staff_pick_records_by_hand(as_printer):
    version = make_procedure("tres")
    edition = compose(as_printer, kind="picked", picked=[key_of(version)])
    assert [item.version for item in edition.items.all()] == [version]
    shown = as_printer.get(f"{LIST}{edition.pk}/change/")
    assert form_data(shown)["picked"] == [key_of(version)]


def test_a_choice_that_does_not_go_with_the_kind_does_not_count(as_printer):
    edition = compose(as_printer, stage=Stage.objects.first().pk, level="federal")
    assert (edition.kind, edition.stage, edition.level) == ("complete", None, "")


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"kind": "stage"}, "stage", "Di de cuál."),
        ({"kind": "topic"}, "topic", "Di de cuál."),
        ({"kind": "level"}, "level", "Di de cuál."),
        ({"kind": "institution"}, "institution", "Di de cuál."),
        ({"kind": "picked"}, "picked", "Elige al menos una ficha."),
        ({"kind": "level", "level": "federal"}, "level", "Ninguna ficha publicada le corresponde"),
        ({"kind": "stage", "stage": "999999"}, "stage", "Escoja una opción válida"),
        ({"kind": "picked", "picked": ["procedure-0"]}, "picked", "procedure-0"),
        ({"kind": "anything"}, "kind", "anything"),
        ({"languages": []}, "languages", "obligatorio"),
        ({"languages": ["fr"]}, "languages", "fr"),
        ({"papers": ["napkin"]}, "papers", "napkin"),
        ({"title_es": ""}, "title_es", "obligatorio"),
        ({"foreword_es": "x" * 4001}, "foreword_es", "4000"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_what_was_typed_is_kept(as_printer, fields, field, said):
    response = as_printer.post(f"{LIST}add/", COMPLETE | {"foreword_es": "Mi presentación."} | fields)
    assert response.status_code == 200
    errors = response.context["adminform"].form.errors
    assert list(errors) == [field]
    assert said in str(errors[field])
    assert ("Mi presentación." if field != "foreword_es" else "xxxxx") in response.content.decode()
    assert Edition.objects.count() == 0


def test_nothing_to_print_is_said_beside_the_kind(as_printer):
    clear_catalogue()
    response = as_printer.post(f"{LIST}add/", COMPLETE)
    assert "no hay qué imprimir" in str(response.context["adminform"].form.errors["kind"])
    assert "Guía de prueba" in response.content.decode()


def test_staff_see_what_a_draft_holds_before_it_is_published(as_printer):
    page = page_of(as_printer, edition := compose(as_printer))
    assert "Trámite uno" in page
    assert "Apoyo dos" in page
    assert "Compuesta, todavía sin imprimir." in page
    assert f'action="{LIST}{edition.pk}/render/"' in page
    assert f"{LIST}{edition.pk}/publish/" not in page


@pytest.mark.parametrize(
    "change", [{"title_es": "Otra"}, {"foreword_en": "Hello"}, {"languages": ["es"]}, {"papers": ["letter", "large"]}]
)
def test_saving_a_change_of_a_draft_drops_its_files(as_printer, change):
    edition = rendered_edition()
    response = as_printer.post(f"{LIST}{edition.pk}/change/", COMPLETE | change)
    assert response.status_code == 302
    edition.refresh_from_db()
    assert (edition.files.count(), edition.revision) == (0, 2)


def test_saving_a_draft_unchanged_keeps_its_files_until_other_versions_are_published(as_printer):
    edition = rendered_edition()
    address = f"{LIST}{edition.pk}/change/"
    as_printer.post(address, COMPLETE)
    assert edition.files.count() == 4
    make_procedure("tres")
    assert "Guárdala otra vez" in page_of(as_printer, edition)
    as_printer.post(address, COMPLETE)
    assert (edition.files.count(), edition.items.count()) == (0, 3)
    assert "Guárdala otra vez" not in page_of(as_printer, edition)


def test_what_somebody_else_saved_meanwhile_is_not_overwritten_unseen(as_printer):
    edition = compose(as_printer)
    address = f"{LIST}{edition.pk}/change/"
    mine = form_data(as_printer.get(address)) | {"title_es": "La mía", "picked": []}
    as_printer.post(address, COMPLETE | {"title_es": "La otra"})
    response = as_printer.post(address, mine)
    assert "Alguien cambió este borrador mientras tanto." in response.content.decode()
    assert 'value="La mía"' in response.content.decode()
    edition.refresh_from_db()
    assert edition.title_es == "La otra"
    again = as_printer.post(address, form_data(response))
    assert again.status_code == 302, again.context["errors"]
    edition.refresh_from_db()
    assert edition.title_es == "La mía"


def test_saving_in_the_moment_of_publishing_is_said(as_printer, monkeypatch):
    edition = rendered_edition()
    monkeypatch.setattr("brochure.admin.change_edition", raise_changed)
    response = as_printer.post(f"{LIST}{edition.pk}/change/", COMPLETE | {"title_es": "Otra"}, follow=True)
    assert "Alguien cambió esta edición mientras tanto" in response.content.decode()


def raise_changed(**arguments):
    raise DraftChanged


# Rendering


def test_staff_have_it_rendered_look_at_it_and_publish_it(as_printer):
    edition = compose(as_printer)
    response = as_printer.post(f"{LIST}{edition.pk}/render/", follow=True)
    assert "Espera al proceso en segundo plano." in response.content.decode()
    assert last_task(edition).status == "READY"
    assert f"{LIST}{edition.pk}/render/" not in page_of(as_printer, edition)
    work()
    rendered = page_of(as_printer, edition)
    assert rendered.count("/files/") == 4
    assert as_printer.get("/folleto/1/es.pdf").status_code == 404
    confirm = as_printer.get(f"{LIST}{edition.pk}/publish/")
    assert confirm.content.decode().count("/files/") == 4
    edition.refresh_from_db()
    assert edition.published_at is None
    as_printer.post(f"{LIST}{edition.pk}/publish/", {"revision": confirm.context["edition"].revision})
    published = page_of(as_printer, edition)
    assert "Ya nunca cambia." in published
    assert b"".join(as_printer.get("/folleto/1/es.pdf")).startswith(b"%PDF-1.7")
    assert [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")][1:] == [
        "Se pidió imprimirla.",
        "Se publicó.",
    ]


def test_a_preview_is_for_staff_alone_and_no_download(as_printer, client):
    edition = rendered_edition(b"%PDF draft")
    address = f"{LIST}{edition.pk}/files/es/letter/"
    response = as_printer.get(address)
    assert b"".join(response) == b"%PDF draft"
    assert response["Cache-Control"].startswith("private, no-store")
    missing = as_printer.get(f"{LIST}{edition.pk}/files/es/large/", follow=True)
    assert "Ahora no existe ese archivo" in missing.content.decode()
    client.force_login(make_staff("otra", "view_institution"))
    assert client.get(address).status_code == 403
    client.logout()
    assert client.get(address).status_code == 302
    assert DownloadCount.objects.count() == 0


def test_progress_is_told_and_loads_itself_again_until_it_is_done(as_printer):
    edition = compose(as_printer)
    address = f"{LIST}{edition.pk}/progress/"
    assert as_printer.get(address).url == f"{LIST}{edition.pk}/change/"
    as_printer.post(f"{LIST}{edition.pk}/render/")
    DBTaskResult.objects.update(status="RUNNING")
    assert "Acaba de empezar." in as_printer.get(address).content.decode()
    Rendering.objects.create(
        edition=edition,
        files=4,
        files_done=1,
        pages_done=12,
        drawing=[{"language": "en", "paper": "letter", "page": 7}],
    )
    page = as_printer.get(address).content.decode()
    assert "1 de 4 archivos" in page
    assert "19 páginas hasta ahora." in page
    assert '<progress aria-labelledby="where" max="4" value="1">' in page
    assert 'http-equiv="refresh"' in page
    assert 'http-equiv="refresh"' not in as_printer.get(f"{address}?quieta=1").content.decode()
    DBTaskResult.objects.update(status="SUCCESSFUL")
    assert as_printer.get(address).url == f"{LIST}{edition.pk}/change/"


def test_button_pressed_twice_asks_once(as_printer):
    edition = compose(as_printer)
    for _ in range(2):
        response = as_printer.post(f"{LIST}{edition.pk}/render/", follow=True)
    assert "Ya se está imprimiendo." in response.content.decode()
    assert DBTaskResult.objects.count() == 1


def test_rendering_again_drops_what_there_was(as_printer):
    edition = rendered_edition()
    as_printer.post(f"{LIST}{edition.pk}/render/")
    edition.refresh_from_db()
    assert (edition.files.count(), edition.revision) == (0, 2)
    assert last_task(edition).status == "READY"


def test_failed_rendering_is_said_and_can_be_asked_for_again(as_printer, settings, tmp_path):
    edition = compose(as_printer)
    (tmp_path / "blocked").write_text("a file where the folder should be")
    settings.EDITIONS_DIR = tmp_path / "blocked"
    draw_edition.enqueue(edition.pk, edition.revision)
    work()
    page = page_of(as_printer, edition)
    assert "Falló la impresión; no se publicó nada." in page
    assert f'action="{LIST}{edition.pk}/render/"' in page


def test_a_task_for_what_is_no_longer_there_does_nothing(as_printer):
    edition = rendered_edition()
    draw_edition.enqueue(edition.pk, 7)
    draw_edition.enqueue(999, 1)
    work()
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}


# Publishing and withdrawing


def test_publishing_is_refused_while_files_are_missing_or_after_a_change(as_printer):
    edition = compose(as_printer)
    assert (
        "Todavía no está impresa toda." in as_printer.get(f"{LIST}{edition.pk}/publish/", follow=True).content.decode()
    )
    refused = as_printer.post(f"{LIST}{edition.pk}/publish/", {"revision": "1"}, follow=True)
    assert "Todavía no está impresa toda." in refused.content.decode()
    whole = rendered_edition()
    for revision in ("", "7", "x", "9" * 30):
        refused = as_printer.post(f"{LIST}{whole.pk}/publish/", {"revision": revision}, follow=True)
        assert "Alguien cambió esta edición" in refused.content.decode()
    assert Edition.objects.published().count() == 0


def test_withdrawing_needs_a_reason_that_everybody_reads(as_printer):
    edition = published_edition()
    address = f"{LIST}{edition.pk}/withdraw/"
    response = as_printer.post(address, {"reason_es": " ", "reason_en": "Typed already"})
    assert "obligatorio" in response.content.decode()
    assert "Typed already" in response.content.decode()
    as_printer.post(address, {"reason_es": "El monto del permiso está mal.", "reason_en": ""})
    page = page_of(as_printer, edition)
    assert "Retirada el" in page
    assert "El monto del permiso está mal." in page
    again = as_printer.post(address, {"reason_es": "Otra."}, follow=True)
    assert "Ya está retirada." in again.content.decode()
    draft = as_printer.get(f"{LIST}{rendered_edition().pk}/withdraw/", follow=True)
    assert "No está publicada." in draft.content.decode()


@pytest.mark.parametrize("name", ["render", "publish", "withdraw"])
def test_moves_need_their_permission(as_printer, client, name):
    edition = compose(as_printer)
    assert as_printer.post(f"{LIST}999/{name}/").status_code == 404
    client.force_login(make_staff("lectora", "view_edition", "change_edition"))
    assert client.post(f"{LIST}{edition.pk}/{name}/").status_code == 403
    assert DBTaskResult.objects.count() == 0


def test_rendering_needs_post(as_printer):
    assert as_printer.get(f"{LIST}{compose(as_printer).pk}/render/").status_code == 405


def test_published_edition_is_only_read(as_printer):
    edition = published_edition()
    page = as_printer.get(f"{LIST}{edition.pk}/change/")
    assert page.status_code == 200
    assert 'name="title_es"' not in page.content.decode()
    assert as_printer.post(f"{LIST}{edition.pk}/change/", {"title_es": "Otra"}).status_code == 403
    assert as_printer.post(f"{LIST}{edition.pk}/delete/", {"post": "yes"}).status_code == 403
    for name in ("render", "publish"):
        as_printer.post(f"{LIST}{edition.pk}/{name}/")
    assert DBTaskResult.objects.count() == 0


def test_draft_can_be_deleted_with_its_files(as_printer, settings, django_capture_on_commit_callbacks):
    edition = rendered_edition()
    with django_capture_on_commit_callbacks(execute=True):
        as_printer.post(f"{LIST}{edition.pk}/delete/", {"post": "yes"})
    assert Edition.objects.count() == 0
    assert list((settings.EDITIONS_DIR / "1").iterdir()) == []


# The list and the first page


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_editions_costs_the_same_for_one_and_three(as_printer, django_assert_num_queries, count):
    for n in range(count):
        make_procedure(f"numero-{n}")
        published_edition()
    with django_assert_num_queries(7):
        response = as_printer.get(LIST)
    assert response.content.decode().count('class="field-number"') == count


def test_list_tells_how_often_each_was_downloaded(as_printer):
    edition = published_edition()
    for file, day, times in zip(edition.files.all(), ["2026-01-01", "2026-01-02"], [3, 4], strict=False):
        DownloadCount.objects.create(file=file, day=day, times=times)
    page = as_printer.get(LIST).content.decode()
    assert '<td class="field-downloads">7</td>' in page
    assert '<td class="field-record_count">2</td>' in page
    assert "3 descargas" in page_of(as_printer, edition)


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_a_draft_costs_the_same_for_one_and_three_records(as_printer, django_assert_num_queries, count):
    clear_catalogue()
    for n in range(count):
        make_procedure(f"numero-{n}")
    page = f"{LIST}{compose_edition(**TITLES).pk}/change/"
    as_printer.get(page)  # what Django keeps for the whole process is read by now
    with django_assert_num_queries(20):
        as_printer.get(page)


def test_desk_counts_editions_that_wait(as_printer):
    compose(as_printer)
    page = as_printer.get("/admin/").content.decode()
    assert f'href="{LIST}?published_at__isempty=1"' in page
    assert as_printer.get(f"{LIST}?published_at__isempty=1").content.decode().count('class="field-number"') == 1
