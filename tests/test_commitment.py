import csv
import io

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from engagement.models import Commitment, Evidence, Milestone, StatusUpdate, Verdict
from procedures.models import ProcedureVersion
from tests.engagement_rows import DAY, institution, make_thread, make_update, make_user, make_verdict, milestone

PAGE = "/compromisos/MXCHH0002/"
MILESTONE = f"{PAGE}hitos/1/"


def text_of(client, path):
    return client.get(path).content.decode()


# The pages


def test_list_names_the_commitment_and_claims_no_status(client, db):
    page = text_of(client, "/compromisos/")
    assert "Unificar y fortalecer las herramientas digitales" in page
    assert "octubre de 2023" in page
    assert "mayo de 2024" in page
    assert page.count("Sin avance registrado") == 3


def test_commitment_shows_its_whole_record(client, commitment):
    page = text_of(client, PAGE)
    shown = [
        commitment.title_es,
        commitment.title_note_es,
        commitment.plan_es,
        commitment.network_es,
        commitment.policy_area_es,
        commitment.problem_es,
        commitment.status_note_es,
        commitment.url,
        *commitment.actions_es.splitlines(),
        *commitment.ogp_values_es.splitlines(),
        *commitment.other_participants_es.splitlines(),
        *(row.name_es for row in commitment.institutions.all()),
        *(row.title_es for row in commitment.milestones.all()),
        *(row.text_es for row in commitment.events.all()),
        *(row.source_url for row in commitment.events.all()),
        *(row.note_es for row in commitment.events.all() if row.note_es),
        "octubre de 2023",
        "29 de marzo de 2023",
        "La fuente no muestra fecha",
    ]
    assert [text for text in shown if text not in page] == []
    assert len(shown) == 35


def test_commitment_in_english_is_in_english(client, commitment):
    page = text_of(client, f"/en{PAGE}")
    assert commitment.title_en in page
    assert "October 2023" in page
    assert page.count("No progress recorded") == 3


def test_commitment_never_shows_the_staff_note(client, commitment):
    commitment.staff_note = "Nota interna."
    commitment.save()
    assert "Nota interna." not in text_of(client, PAGE)


def test_status_and_verdict_stand_beside_each_other(client, db):
    make_update("in_progress")
    make_update("stuck")
    make_verdict("limited")
    page = text_of(client, PAGE)
    card = page[page.index("Hito 1") : page.index("Hito 2")]
    assert "Detenido" in card
    assert "Limitado" in card
    assert "En proceso" not in card
    assert page.count("Sin avance registrado") == 2
    assert page.count("Sin dictamen aún") == 2


def test_commitment_lists_the_threads_about_it(client, commitment):
    staff = make_user()
    for n in range(6):
        make_thread(staff, title=f"Pregunta {n}", commitment=commitment)
    page = text_of(client, PAGE)
    assert [n for n in range(6) if f"Pregunta {n}" in page] == [1, 2, 3, 4, 5]
    assert 'href="/dialogo/?compromiso=MXCHH0002"' in page


def test_milestone_without_updates_claims_nothing(client, db):
    page = text_of(client, MILESTONE)
    assert "Nunca se ha registrado un avance de este hito; tampoco se afirma ninguno." in page
    assert "El órgano revisor aún no ha dado ninguno." in page


def test_milestone_shows_its_history_newest_first(client, db):
    make_update("in_progress", progress_es="Se cargaron 43 trámites.", obstacles_es="Faltan tarifas.", evidence=1)
    make_update("finished", progress_es="Se publicó.")
    make_verdict("substantial", reasons_es="Falta una prueba.")
    page = text_of(client, MILESTONE)
    order = ["Se publicó.", "Se cargaron 43 trámites.", "Faltan tarifas.", "https://example.org/0", "Falta una prueba."]
    assert sorted(order, key=page.index) == order
    assert "31 de enero de 2026" in page


@pytest.mark.parametrize(
    "path",
    [
        "/compromisos/NADA/",
        "/compromisos/NADA/hitos/1/",
        f"{PAGE}hitos/9/",
        f"{PAGE}hitos/0/",
        f"{PAGE}hitos/{10**30}/",
        f"{PAGE}hitos/{'9' * 5000}/",
        f"{PAGE}hitos/9.csv",
        f"{PAGE}hitos/9.json",
        "/compromisos/evidencia/9999/",
        "/compromisos/a%00b/",
    ],
)
def test_unknown_addresses_are_not_found(client, db, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_for_one_update_as_for_three(client, commitment, count, django_assert_num_queries):
    staff = make_user()
    for number in (1, 2, 3)[:count]:
        for _n in range(count):
            update = make_update(milestone=milestone(number), evidence=count)
            Evidence.objects.create(update=update, title_es="Ficha", procedure_version=ProcedureVersion.objects.first())
            make_verdict(milestone=milestone(number))
        make_thread(staff, commitment=commitment)
    paths = {
        "/compromisos/": 3,
        PAGE: 10,
        MILESTONE: 5,
        f"{PAGE}hitos/1.csv": 5,
        f"{PAGE}hitos/1.json": 5,
    }
    for path, queries in paths.items():
        with django_assert_num_queries(queries):
            client.get(path)


def test_pages_set_no_cookie(client, db):
    paths = ["/compromisos/", PAGE, MILESTONE, f"{PAGE}hitos/1.csv", f"{PAGE}hitos/1.json"]
    assert [len(client.get(path).cookies) for path in paths] == [0, 0, 0, 0, 0]


# CSV and JSON


def read_csv(response):
    assert response.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def test_csv_holds_updates_evidence_and_verdicts_oldest_first(client, db):
    make_update("in_progress", progress_es='Dijo: "sí",\notra línea; y más', obstacles_es="Ninguno", evidence=1)
    make_verdict("limited", reasons_es="Falta.")
    response = client.get(f"{PAGE}hitos/1.csv")
    rows = read_csv(response)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="MXCHH0002-1.csv"'
    assert [row["Registro"] for row in rows] == ["Reporte de avance", "Evidencia", "Dictamen"]
    assert rows[0]["Avances, razones o título"] == 'Dijo: "sí",\notra línea; y más'
    assert (rows[0]["Avance o dictamen"], rows[0]["Código"]) == ("en proceso", "in_progress")
    assert (rows[0]["Periodo desde"], rows[0]["Periodo hasta"]) == ("2026-01-31", "2026-01-31")
    assert (rows[1]["Avances, razones o título"], rows[1]["Dirección"]) == ("Prueba 0", "https://example.org/0")
    assert (rows[2]["Institución"], rows[2]["Código"]) == (institution("ichitaip").name_es, "limited")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_csv_gives_spreadsheets_no_formula(client, db, start):
    make_update(progress_es=f"{start}HYPERLINK(1)", obstacles_es="a = b")
    (row,) = read_csv(client.get(f"{PAGE}hitos/1.csv"))
    assert row["Avances, razones o título"] == f"'{start}HYPERLINK(1)"
    assert row["Obstáculos"] == "a = b"


def test_csv_without_records_has_its_header_alone(client, db):
    assert client.get(f"/en{PAGE}hitos/2.csv").content.decode("utf-8-sig").startswith("Record,Recorded at,Period from")
    assert read_csv(client.get(f"{PAGE}hitos/2.csv")) == []


def test_json_holds_both_languages(client, db):
    make_update("in_progress", progress_es="Se cargó.", progress_en="Loaded.", evidence=1)
    make_update("finished")
    make_verdict("limited", reasons_es="Falta.")
    data = client.get(f"{PAGE}hitos/1.json").json()
    assert (data["commitment"], data["milestone"], data["status"], data["verdict"]) == (
        "MXCHH0002",
        1,
        "finished",
        "limited",
    )
    assert (data["starts_month"], data["ends_month"]) == ("2023-10", "2024-05")
    assert [update["status"] for update in data["updates"]] == ["in_progress", "finished"]
    assert data["updates"][0]["progress"] == {"es": "Se cargó.", "en": "Loaded."}
    assert data["updates"][0]["evidence"] == [
        {"title": {"es": "Prueba 0", "en": ""}, "address": "https://example.org/0"}
    ]
    assert data["verdicts"][0]["reasons"] == {"es": "Falta.", "en": ""}
    assert len(data["responsible"]) == 3
    assert client.get(f"{PAGE}hitos/2.json").json()["status"] is None


def test_no_export_names_a_person(client, db):
    staff = make_user("nombre-de-persona")
    make_update(author=staff)
    make_verdict(author=staff)
    for path in (MILESTONE, f"{PAGE}hitos/1.csv", f"{PAGE}hitos/1.json"):
        assert "nombre-de-persona" not in text_of(client, path)


# Evidence


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def make_file(content=b"%PDF-1.7 acta", name="../../Acta <b>.PDF"):
    return Evidence.objects.create(
        update=make_update(), title_es="Acta de la sesión", file=ContentFile(content, name=name)
    )


def test_evidence_file_is_kept_under_a_name_that_nobody_chose(db, media):
    evidence = make_file()
    assert evidence.file.name.startswith("evidence/")
    assert evidence.file.name.endswith(".pdf")
    assert len(evidence.file.name) == len("evidence/.pdf") + 32
    assert make_file().file.name != evidence.file.name


def test_evidence_is_a_download_that_opens_nothing(client, db, media):
    evidence = make_file()
    response = client.get(evidence.get_absolute_url())
    assert b"".join(response.streaming_content) == b"%PDF-1.7 acta"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="acta-de-la-sesion.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_evidence_whose_file_is_lost_is_not_found(client, db, media):
    evidence = make_file()
    evidence.file.storage.delete(evidence.file.name)
    assert client.get(evidence.get_absolute_url()).status_code == 404


def test_evidence_that_is_a_link_has_no_download(client, db):
    evidence = make_update(evidence=1).evidence.get()
    assert evidence.get_absolute_url() == "https://example.org/0"
    assert client.get(f"/compromisos/evidencia/{evidence.pk}/").status_code == 404


def test_evidence_may_be_a_published_record(db):
    version = ProcedureVersion.objects.get(procedure__slug="licencia-uso-de-suelo")
    evidence = Evidence.objects.create(update=make_update(), title_es="Ficha", procedure_version=version)
    assert evidence.get_absolute_url() == "/tramites/licencia-uso-de-suelo/"


# What the database refuses


def refused(constraint, create, **fields):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        create(**fields)
    return constraint


def names(model):
    return {constraint.name for constraint in model._meta.constraints}


def test_database_refuses_broken_commitments(db):
    create = Commitment.objects.create
    tested = {
        refused("commitment_in_order", create, code="A", starts_month="2024-02-01", ends_month="2024-01-01"),
        refused("engagement_commitment_assurance_known", create, code="A", assurance="x"),
    }
    assert tested == names(Commitment)


def test_database_refuses_broken_milestones(commitment):
    create = commitment.milestones.create
    tested = {
        refused("milestone_in_order", create, number=9, starts_month="2024-02-01", ends_month="2024-01-01"),
    }
    with pytest.raises(IntegrityError, match=r"(?i)unique"), transaction.atomic():
        create(number=1)
    assert tested | {"milestone_number_once"} == names(Milestone)


def test_database_refuses_broken_updates(db):
    tested = {
        refused("status_update_one_of_five", make_update, status="done"),
        refused("status_update_period_in_order", make_update, period_from="2026-02-01", period_to=DAY),
    }
    assert tested == names(StatusUpdate)


def test_database_refuses_broken_verdicts(db):
    assert {refused("verdict_on_the_scale", make_verdict, verdict="good")} == names(Verdict)


def test_database_refuses_evidence_that_is_not_one_thing(db):
    update, version = make_update(), ProcedureVersion.objects.first()
    url, file = "https://example.org", "evidence/a.pdf"
    broken = [
        {},
        {"url": url, "file": file},
        {"url": url, "procedure_version": version},
        {"file": file, "procedure_version": version},
        {"url": url, "file": file, "procedure_version": version},
    ]
    tested = {refused("evidence_is_one_thing", update.evidence.create, title_es="x", **fields) for fields in broken}
    assert tested == names(Evidence)


def test_milestones_and_their_history_are_not_deleted(commitment):
    make_update()
    with pytest.raises(ProtectedError):
        commitment.delete()
