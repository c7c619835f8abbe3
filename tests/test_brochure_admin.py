"""Editions in the admin: composed, sent to the background worker, and then only read."""

import pytest
from django.contrib.admin.models import LogEntry
from django_tasks_db.models import DBTaskResult

from brochure.models import Edition
from brochure.tasks import last_task, publish_edition
from portal.worker import make_worker
from tests.admin_forms import make_staff
from tests.editions import TITLES, published_edition
from tests.factories import clear_catalogue, make_procedure, make_program

LIST = "/admin/brochure/edition/"


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


def compose(client):
    response = client.post(f"{LIST}add/", TITLES)
    assert response.status_code == 302, response.context["errors"]
    return Edition.objects.get()


def work():
    """Runs what waits as the background worker does, but on this test's own connection."""
    for row in DBTaskResult.objects.ready():
        row.claim("test")
        make_worker().run_task(row)


def test_staff_compose_an_edition_by_its_titles_alone(as_printer):
    page = as_printer.get(f"{LIST}add/").content.decode()
    assert 'name="title_es"' in page
    assert 'name="title_en"' in page
    assert 'name="number"' not in page
    edition = compose(as_printer)
    assert (edition.number, edition.title_en, edition.created_by.username) == (1, "Test guide", "impresora")
    assert edition.items.count() == 2
    assert LogEntry.objects.get().object_id == str(edition.pk)


def test_staff_see_what_a_draft_holds_before_it_is_published(as_printer):
    edition = compose(as_printer)
    page = as_printer.get(f"{LIST}{edition.pk}/change/").content.decode()
    assert "Trámite uno" in page
    assert "Apoyo dos" in page
    assert "Compuesta, todavía sin imprimir." in page
    assert f'action="{LIST}{edition.pk}/publish/"' in page


def test_nothing_to_print_is_said_beside_the_form(as_printer):
    clear_catalogue()
    response = as_printer.post(f"{LIST}add/", TITLES)
    assert response.status_code == 200
    assert "Todavía no hay nada publicado: no hay qué imprimir." in response.content.decode()
    assert "Guía de prueba" in response.content.decode()
    assert Edition.objects.count() == 0


def test_button_has_the_worker_render_and_publish(as_printer):
    edition = compose(as_printer)
    address = f"{LIST}{edition.pk}/change/"
    as_printer.post(f"{LIST}{edition.pk}/publish/")
    assert last_task(1).status == "READY"
    waiting = as_printer.get(address).content.decode()
    assert "Espera al proceso en segundo plano" in waiting
    assert "/publish/" not in waiting
    work()
    published = as_printer.get(address).content.decode()
    assert "Ya nunca cambia." in published
    assert published.count("/folleto/1/e") == 2
    assert [file.pages > 3 for file in edition.files.all()] == [True, True]
    assert "Se pidió imprimirla y publicarla." in LogEntry.objects.first().get_change_message()


def test_button_pressed_twice_asks_once(as_printer):
    edition = compose(as_printer)
    for _ in range(2):
        response = as_printer.post(f"{LIST}{edition.pk}/publish/", follow=True)
    assert "Ya se está imprimiendo." in response.content.decode()
    assert DBTaskResult.objects.count() == 1


def test_failed_rendering_is_said_and_can_be_asked_for_again(as_printer, settings, tmp_path):
    edition = compose(as_printer)
    (tmp_path / "blocked").write_text("a file where the folder should be")
    settings.EDITIONS_DIR = tmp_path / "blocked"
    publish_edition.enqueue(1)
    work()
    page = as_printer.get(f"{LIST}{edition.pk}/change/").content.decode()
    assert "Falló la impresión; no se publicó nada." in page
    assert f'action="{LIST}{edition.pk}/publish/"' in page
    edition.refresh_from_db()
    assert edition.published_at is None


def test_publishing_needs_post_and_permission(as_printer, client):
    edition = compose(as_printer)
    assert as_printer.get(f"{LIST}{edition.pk}/publish/").status_code == 405
    assert as_printer.post(f"{LIST}999/publish/").status_code == 404
    client.force_login(make_staff("lectora", "view_edition"))
    client.post(f"{LIST}{edition.pk}/publish/")
    assert DBTaskResult.objects.count() == 0


def test_published_edition_is_only_read(as_printer):
    edition = published_edition()
    page = as_printer.get(f"{LIST}{edition.pk}/change/")
    assert page.status_code == 200
    assert 'name="title_es"' not in page.content.decode()
    assert as_printer.post(f"{LIST}{edition.pk}/change/", {"title_es": "Otra"}).status_code == 403
    assert as_printer.post(f"{LIST}{edition.pk}/delete/", {"post": "yes"}).status_code == 403
    as_printer.post(f"{LIST}{edition.pk}/publish/")
    assert DBTaskResult.objects.count() == 0


def test_draft_can_be_deleted(as_printer):
    edition = compose(as_printer)
    as_printer.post(f"{LIST}{edition.pk}/delete/", {"post": "yes"})
    assert Edition.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_editions_costs_the_same_for_one_and_three(as_printer, django_assert_num_queries, count):
    for n in range(count):
        make_procedure(f"numero-{n}")
        published_edition()
    with django_assert_num_queries(7):
        response = as_printer.get(LIST)
    assert response.content.decode().count('class="field-number"') == count


def test_desk_counts_editions_that_wait(as_printer):
    compose(as_printer)
    page = as_printer.get("/admin/").content.decode()
    assert f'href="{LIST}?published_at__isempty=1"' in page
    assert as_printer.get(f"{LIST}?published_at__isempty=1").content.decode().count('class="field-number"') == 1
