"""A circle of requirements is never published, whichever way; one that exists all the same breaks no page."""

import logging
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone, translation

from procedures import actions, models
from procedures.actions import CircleOfRequirements
from procedures.loading import FixtureError, load_catalogue
from procedures.models import ProcedureVersion, VersionState
from procedures.rules.circles import circles_closed_by
from tests.factories import clear_catalogue, make_document, make_procedure, make_program

CHAIN = "Trámite b pide Documento x, que emite Trámite a; Trámite a pide Documento y, que emite Trámite b"


@pytest.fixture
def reviewer(db):
    return User.objects.create_user("revisora")


def make_task(slug, *, asks=(), issues=(), **fields):
    version = make_procedure(slug, **fields)
    for document in asks:
        version.requirements.create(document=make_document(document))
    version.results.set([make_document(document) for document in issues])
    return version


def draft(slug, **content):
    return make_task(slug, state=VersionState.DRAFT, published_at=None, **content)


@pytest.fixture
def closing(db, reviewer):
    """A version in review that would close a circle with one in force."""
    clear_catalogue()
    make_task("a", asks=["y"], issues=["x"])
    version = draft("b", asks=["x"], issues=["y"])
    actions.submit(version=version, by=reviewer)
    return version


def refused(action, **arguments):
    with translation.override("es"), pytest.raises(CircleOfRequirements) as refusal:
        action(**arguments)
    return str(refusal.value)


def test_publishing_what_closes_a_circle_is_refused_with_the_chain(closing, reviewer):
    actions.approve(version=closing, by=reviewer)
    message = refused(actions.publish, version=closing, by=reviewer)
    closing.refresh_from_db()
    assert message == f"No se puede publicar, porque sus requisitos darían vueltas en círculo: {CHAIN}."
    assert (closing.state, closing.published_at) == ("approved", None)


def test_the_chain_is_told_in_the_readers_language(closing):
    with translation.override("en"):
        assert circles_closed_by(closing) == [
            "Trámite b (en) asks for Documento x (en), which Trámite a (en) issues; "
            "Trámite a (en) asks for Documento y (en), which Trámite b (en) issues"
        ]


def test_approval_for_a_set_time_is_refused_and_approval_by_hand_is_not(closing, reviewer):
    later = timezone.now() + timedelta(days=1)
    assert CHAIN in refused(actions.approve, version=closing, by=reviewer, publish_at=later)
    closing.refresh_from_db()
    assert closing.state == "in_review"
    actions.approve(version=closing, by=reviewer)
    assert CHAIN in refused(actions.schedule, version=closing, by=reviewer, publish_at=later)


def test_a_task_that_asks_for_what_only_it_issues_is_refused(reviewer):
    version = draft("sola", asks=["propio"], issues=["propio"])
    with translation.override("es"):
        assert circles_closed_by(version) == ["Trámite sola pide Documento propio, que solo emite ese mismo trámite"]


def test_giving_up_a_document_that_leaves_another_alone_with_it_is_refused(reviewer):
    make_task("primera", issues=["licencia"])
    make_task("renovacion", asks=["licencia"], issues=["licencia"])
    version = draft("primera", issues=[])
    with translation.override("es"):
        assert circles_closed_by(version) == [
            "Trámite renovacion pide Documento licencia, que solo emite ese mismo trámite"
        ]


def test_what_closes_no_circle_is_published_as_ever(reviewer):
    make_task("a", issues=["x"])
    version = draft("b", asks=["x"], issues=["y"])
    assert circles_closed_by(version) == []
    assert circles_closed_by(make_program()) == []
    actions.submit(version=version, by=reviewer)
    actions.approve(version=version, by=reviewer)
    actions.publish(version=version, by=reviewer)
    assert version.state == "published"


# At a set time


@pytest.fixture
def due(closing, reviewer):
    """An approved version whose time has come and that closes a circle since another one was published."""
    ProcedureVersion.objects.filter(procedure__slug="a").delete()
    actions.approve(version=closing, by=reviewer, publish_at=timezone.now())
    make_task("a", asks=["y"], issues=["x"])
    return closing


def test_publish_due_leaves_it_approved_and_publishes_the_others(due, reviewer):
    other = make_program("otro", state=VersionState.DRAFT, published_at=None)
    actions.submit(version=other, by=reviewer)
    actions.approve(version=other, by=reviewer, publish_at=due.publish_at)
    assert actions.publish_due(now=timezone.now()) == [other]
    due.refresh_from_db()
    assert (due.state, due.publish_at is None) == ("approved", False)


def test_publish_due_says_once_why(due, reviewer, caplog):
    caplog.set_level(logging.WARNING, "procedures")
    for _look in range(3):
        call_command("publish_due")
    told = LogEntry.objects.filter(object_id=due.pk, change_message__contains=CHAIN)
    assert [entry.user for entry in told] == [reviewer]
    assert [CHAIN in record.message for record in caplog.records] == [True]


def test_publish_due_goes_on_once_the_circle_is_gone(due):
    actions.publish_due(now=timezone.now())
    models.Requirement.objects.filter(version__procedure__slug="a").delete()
    assert actions.publish_due(now=timezone.now()) == [due]


# Loading


def write_fixtures(folder, real, asks):
    """A copy of the real fixtures with two procedures more: the second issues what the first one asks for."""
    for file in real.iterdir():
        if file.name != "procedures":
            (folder / file.name).symlink_to(file)
    procedures = folder / "procedures"
    procedures.mkdir()
    ring = (("circulo-uno", "plano-catastral", "plan-evacuacion"), ("circulo-dos", asks, "plano-catastral"))
    for slug, wanted, issued in ring:
        (procedures / f"{slug}.yaml").write_text(
            f"""
slug: {slug}
position: 900
name: {{es: "Trámite {slug}", en: "Procedure {slug}"}}
level: municipal
stage: planear
institution: ddec
requirements: [{{document: {wanted}}}]
results: [{issued}]
"""
        )
    return folder


def test_load_refuses_procedures_that_close_a_circle(db, settings, tmp_path):
    folder = write_fixtures(tmp_path, settings.BASE_DIR / "fixtures", asks="plan-evacuacion")
    with pytest.raises(FixtureError, match="Trámite circulo-uno pide Plano catastral, que emite Trámite circulo-dos"):
        load_catalogue(folder)
    assert not ProcedureVersion.objects.filter(procedure__slug__startswith="circulo").exists()


def test_load_takes_procedures_that_close_none(db, settings, tmp_path):
    load_catalogue(write_fixtures(tmp_path, settings.BASE_DIR / "fixtures", asks="curp"))
    assert ProcedureVersion.objects.published().filter(procedure__slug__startswith="circulo").count() == 2


def test_load_goes_on_where_a_circle_exists_already(db, settings):
    make_task("a", asks=["y"], issues=["x"])
    make_task("b", asks=["x"], issues=["y"])
    load_catalogue(settings.BASE_DIR / "fixtures")


# One that exists all the same


@pytest.mark.parametrize("path", ["/ruta/plan/", "/ruta/plan.json", "/ruta/plan.ics", "/ruta/plan.txt", "/ruta/"])
@pytest.mark.parametrize("giro", ["taqueria", "otro"])
def test_a_circle_in_the_database_breaks_no_plan(path, giro, client, db):
    make_task("a", asks=["y", "z"], issues=["x", "z"])
    make_task("b", asks=["x"], issues=["y"])
    response = client.get(path, {"giro": giro, "inicio": "2026-08-03"})
    assert response.status_code == 200
    if path == "/ruta/plan/":
        assert "se piden entre sí" in response.content.decode()
