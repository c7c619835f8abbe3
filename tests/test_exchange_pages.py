"""The admin's pages of export and import: what they show, who may, what they cost, and a worker that is killed."""

import io
import json
import os
import signal

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from procedures.exchange import runs
from procedures.exchange.tasks import apply_import, check_import
from procedures.models import Import, SavedMapping
from tests.factories import make_document
from tests.installation import wait_until

FOREIGN = "Nombre;Dependencia;Requisitos\nTrámite ajeno;Otra;INE\n"


@pytest.fixture(autouse=True)
def data_folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def person(client, db):
    person = get_user_model().objects.create_superuser("importadora")
    client.force_login(person)
    return person


def upload(client, text, name="documents.csv", **fields):
    """The import that the upload makes, its dry run made too if it came that far."""
    file = SimpleUploadedFile(name, text.encode())
    response = client.post(reverse("admin:procedures_import_add"), {"file": file, **fields})
    assert response.status_code == 302, response.content.decode()
    run = Import.objects.get()
    check_import.func(run.pk)
    run.refresh_from_db()
    return run


def url(run, view="change"):
    return reverse(f"admin:procedures_import_{view}", args=[run.pk])


def test_upload_dry_run_and_import_page_by_page(client, person):
    make_document("uno", name_es="Uno")
    run = upload(client, "slug,name_es\nuno,Uno bis\ndos,Dos\n")
    page = client.get(url(run)).content.decode()
    assert "revisada: aún no se importa nada" in page
    assert "<del>Uno</del> <ins>Uno bis</ins>" in page
    client.post(url(run, "confirm"))
    assert client.get(url(run)).headers["Refresh"] == "3"
    apply_import.func(run.pk)
    page = client.get(url(run)).content.decode()
    assert "importada" in page
    made = runs.Import.objects.get().rows.get(key="dos").record.split("/")[1]
    assert reverse("admin:procedures_document_change", args=[made]) in page


def test_rows_are_paged_and_filtered_at_a_constant_cost(client, person, django_assert_num_queries):
    costs = []
    for count in (1, 3, 120):
        Import.objects.all().delete()
        run = upload(client, "slug,name_es\n" + "".join(f"d{n},D {n}\n" for n in range(count)) + ",sin slug\n")
        with django_assert_num_queries(QUERIES):
            page = client.get(url(run), {"outcome": "created"}).content.decode()
        costs.append(page.count('<th scope="row">'))
    assert costs == [1, 3, 50]
    assert "Página 1 de 3" in page
    assert client.get(url(run), {"p": "last"}).status_code == 200
    refused = client.get(url(run, "refused")).content.decode("utf-8-sig").splitlines()
    assert refused == [
        "!hoja,!fila,!razones,slug,name_es",
        "documents,122,No dice qué registro es: «slug» está vacía,,sin slug",
    ]


QUERIES = 5


def test_a_refused_row_keeps_everything_out_unless_it_is_left_out(client, person):
    run = upload(client, "slug,name_es,kind\nbueno,Bueno,other\nmalo,Malo,nada\n")
    response = client.post(url(run, "confirm"), follow=True)
    assert "Hay filas rechazadas" in response.content.decode()
    client.post(url(run, "confirm"), {"only_good": "1"})
    apply_import.func(run.pk)
    run.refresh_from_db()
    assert (run.state, run.created, run.refused) == (Import.State.DONE, 1, 1)


def test_columns_are_named_on_a_screen_and_kept_for_the_next_file(client, person):
    run = upload(client, FOREIGN, "registro.csv")
    page = client.get(url(run), follow=True).content.decode()
    assert "Trámite ajeno" in page
    answer = {
        "save": "1",
        "table": "procedures",
        "sheet": "registro",
        "separators": "||",
        "column-0-0": "name_es",
        "column-1-0": "whose",
        "column-2-0": "requirements",
        "save_as": "Ajeno",
    }
    page = client.post(url(run, "mapping"), answer).content.decode()
    assert "Indícalo para todas las filas" in page
    answer |= {"default-level": "municipal", "default-stage": "operar"}
    assert client.post(url(run, "mapping"), answer).status_code == 302
    check_import.func(run.pk)
    run.refresh_from_db()
    assert (run.state, run.created) == (Import.State.CHECKED, 1)
    mapping = json.loads(client.get(url(run, "mapping_file")).content)
    assert mapping["columns"]["Requisitos"] == ["requirements"]
    Import.objects.all().delete()
    again = upload(client, FOREIGN, "registro.csv", saved=SavedMapping.objects.get(name="Ajeno").pk)
    assert again.created == 1
    Import.objects.all().delete()
    third = upload(client, FOREIGN, "registro.csv")
    file = SimpleUploadedFile("m.json", json.dumps(mapping).encode())
    page = client.post(url(third, "mapping"), {"load": "1", "mapping_file": file}).content.decode()
    assert '<option value="operar" selected>' in page


@pytest.mark.parametrize("content", [b"", b"{", b'{"columns": {"a": ["password"]}}', b"[" * 100_000])
def test_a_mapping_file_that_is_none_gets_a_clear_message(client, person, content):
    run = upload(client, FOREIGN, "registro.csv")
    file = SimpleUploadedFile("m.json", content)
    response = client.post(url(run, "mapping"), {"load": "1", "mapping_file": file})
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\0\0\0\r" * 9, b"PK\x03\x04zzzz"])
def test_a_file_that_is_no_table_gets_a_clear_message(client, person, content):
    file = SimpleUploadedFile("tabla.xlsx", content)
    response = client.post(reverse("admin:procedures_import_add"), {"file": file})
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert not Import.objects.exists()


@pytest.mark.parametrize(("form", "table"), [("csv", ""), ("xlsx", ""), ("csv", "procedures"), ("xlsx", "steps")])
def test_export_gives_a_file(client, person, form, table):
    response = client.get(reverse("admin:procedures_import_export"), {"form": form, "table": table})
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert len(response.getvalue()) > 1_000
    assert client.get(reverse("admin:procedures_import_export"), {"form": "pdf"}).status_code == 200


def test_each_page_asks_for_its_own_permission(client, db):
    person = get_user_model().objects.create_user("sin-permisos", is_staff=True)
    run = Import.objects.create(by=person, file_name="x.csv", size=1, sha256="0" * 64)
    pages = [url(run, view) for view in ("change", "mapping", "mapping_file", "confirm", "discard", "refused")]
    imports = [reverse("admin:procedures_import_changelist"), reverse("admin:procedures_import_add"), *pages]
    exports = [reverse("admin:procedures_import_export")]
    client.force_login(person)
    assert [client.get(page).status_code for page in imports + exports] == [403] * 9
    person.user_permissions.add(Permission.objects.get(codename="export_catalogue"))
    assert [client.get(page).status_code for page in exports] == [200]
    assert {client.get(page).status_code for page in imports} == {403}
    person.user_permissions.set([Permission.objects.get(codename="import_catalogue")])
    assert {client.get(page).status_code for page in imports} <= {200, 302, 404}
    assert [client.get(page).status_code for page in exports] == [403]


ROUND_TRIP = """
import io
from procedures.exchange import writing
file = io.BytesIO()
writing.write_everything(file, "zip")
open({path!r}, "wb").write(file.getvalue())
"""


def test_everything_exported_into_an_empty_portal_exports_the_same_bytes(installed, tmp_path):
    """The portal with all its content; a second one with tables and no rows."""
    from tests.installation import Installation

    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    full = installed.copy(tmp_path / "full")
    full.run(ROUND_TRIP.format(path=str(first)))
    empty = Installation.without_data(tmp_path / "empty")
    assert empty.manage("migrate", "--verbosity=0")[0] == 0
    empty.run("from django.contrib.auth.models import User; User.objects.create_superuser('una')")
    status, said = empty.manage("import_catalogue", str(first))
    assert (status, said.splitlines()[-1]) == (0, "imported"), said
    empty.run(ROUND_TRIP.format(path=str(second)))
    assert second.read_bytes() == first.read_bytes()
    assert empty.run("from procedures.models import *; print(ProcedureVersion.objects.published().count())") == "0"
    assert int(empty.run("from procedures.models import *; print(ProcedureVersion.objects.count())")) >= 43


BRING = """
import io
from django.contrib.auth.models import User
from procedures.exchange import runs
from procedures.models import Import
rows = "".join(f"d-{n},Documento {n}\\n" for n in range(1500))
run = runs.bring(file=io.BytesIO(("slug,name_es\\n" + rows).encode()), name="documents.csv", by=User.objects.get())
runs.ask_for_check(run)
"""
STATE = "from procedures.models import *; i = Import.objects.get(); print(i.state, i.created)"
MADE = "from procedures.models import *; print(Document.objects.filter(slug__startswith='d-').count())"
CONFIRM = (
    "from procedures.models import *; from procedures.exchange import runs; runs.ask_for_import(Import.objects.get())"
)


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_import_is_taken_up_again(a_portal):
    a_portal.run(BRING)
    with_worker(a_portal, lambda: a_portal.run(STATE) == "checked 1500")
    a_portal.run(CONFIRM)
    progress = a_portal.data / "imports" / "1.progress"
    worker = a_portal.start("worker")
    try:
        wait_until(progress.exists, seconds=60)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(10)
    assert a_portal.run(STATE) == "applying 1500"
    assert a_portal.run(MADE) == "0"
    with_worker(a_portal, lambda: a_portal.run(STATE) == "done 1500")
    assert a_portal.run(MADE) == "1500"


def with_worker(portal, happened):
    worker = portal.start("worker")
    try:
        wait_until(happened, seconds=300)
    finally:
        worker.terminate()
        worker.wait(60)


def test_progress_is_told_while_it_is_under_way(client, person):
    run = runs.bring(file=io.BytesIO(b"slug,name_es\nx,X\n"), name="documents.csv", by=person)
    run.state = Import.State.APPLYING
    run.save()
    runs.Progress(run)(1_200, 3_000)
    page = client.get(url(run)).content.decode()
    assert '<progress value="1200" max="3000"' in page
    assert "1200 de 3000" in page.replace("\xa0", "").replace(",", "")


def test_a_task_that_the_worker_gave_up_is_told(client, person):
    run = runs.bring(file=io.BytesIO(b"slug,name_es\nx,X\n"), name="documents.csv", by=person)
    runs.ask_for_check(run)
    DBTaskResult.objects.get().set_failed(RuntimeError("killed"))
    page = client.get(url(run)).content.decode()
    assert "No se importó nada: el proceso de fondo se rindió (builtins.RuntimeError)." in page
    run.refresh_from_db()
    assert run.state == Import.State.FAILED
