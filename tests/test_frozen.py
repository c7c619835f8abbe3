import datetime

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from engagement.models import Evidence, OfficialAnswer, StatusUpdate, Thread, Verdict
from procedures import frozen
from procedures.models import Institution, Office

DAY = datetime.date(2026, 1, 31)


@pytest.fixture
def status_update(commitment):
    return report(commitment.milestones.first(), status="in_progress")


def report(milestone, **values):
    return StatusUpdate.objects.create(milestone=milestone, period_from=DAY, period_to=DAY, **values)


@pytest.fixture
def frozen_rows(status_update):
    """One row of every table that never changes, with a change somebody might try."""
    institution = Institution.objects.get(slug="ichitaip")
    thread = Thread.objects.create(title="¿Cuánto cuesta?")
    shown = report(status_update.milestone, status="stuck")
    evidence = Evidence.objects.create(update=shown, title_es="Fichas", url="https://example.org")
    return [
        (status_update, {"status": "finished"}),
        (evidence, {"title_es": "x"}),
        (
            Verdict.objects.create(milestone=status_update.milestone, institution=institution, verdict="limited"),
            {"verdict": "complete"},
        ),
        (OfficialAnswer.objects.create(thread=thread, institution=institution, body_es="Sí."), {"body_es": "No."}),
    ]


def test_frozen_rows_refuse_update_and_delete(frozen_rows):
    refused = 0
    for row, change in frozen_rows:
        same = type(row).objects.filter(pk=row.pk)
        before = same.values().get()
        for attempt in (lambda same=same, change=change: same.update(**change), same.delete, row.delete, row.save):
            with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
                attempt()
            refused += 1
        assert same.values().get() == before
    assert refused == 16


def test_frozen_rows_refuse_raw_sql(status_update):
    with pytest.raises(IntegrityError, match="status_update_frozen"), transaction.atomic():
        connection.cursor().execute("UPDATE engagement_statusupdate SET status = 'finished'")


def test_frozen_tables_still_take_new_rows(status_update):
    later = report(status_update.milestone, status="finished")
    assert status_update.milestone.current_update == later


def test_frozen_rows_change_only_while_lifted(status_update):
    with frozen.lifted():
        StatusUpdate.objects.filter(pk=status_update.pk).update(status="stuck")
    status_update.refresh_from_db()
    assert status_update.status == "stuck"
    with pytest.raises(IntegrityError), transaction.atomic():
        status_update.delete()


@pytest.fixture
def protection(monkeypatch):
    """Protects a table for one test: `protection(Office, name=…, when=…)`."""
    monkeypatch.setattr(frozen, "_protections", list(frozen._protections))

    def protect(model, **rule):
        frozen.protect(model, **rule)
        frozen._after_migrate(using="default")

    return protect


def test_protection_may_freeze_some_rows_only(db, protection):
    protection(Institution, name="acronym_frozen", when="OLD.acronym = 'ICHITAIP'")
    Institution.objects.filter(slug="ddec").update(role_es="Otra")
    with pytest.raises(IntegrityError, match="acronym_frozen"), transaction.atomic():
        Institution.objects.filter(slug="ichitaip").update(role_es="Otra")


def test_protection_may_look_at_another_table_and_refuse_new_rows(db, protection):
    level = "(SELECT level FROM procedures_institution WHERE id = NEW.institution_id) = 'federal'"
    protection(Office, name="office_new_frozen", when=level, on=["INSERT", "UPDATE"])
    federal = Institution.objects.filter(level="federal").first()
    municipal = Institution.objects.filter(level="municipal").first()
    office = Office.objects.create(slug="una", institution=municipal, name_es="Una")
    with pytest.raises(IntegrityError, match="office_new_frozen"), transaction.atomic():
        Office.objects.create(slug="otra", institution=federal, name_es="Otra")
    with pytest.raises(IntegrityError, match="office_new_frozen"), transaction.atomic():
        Office.objects.filter(pk=office.pk).update(institution=federal)


def test_migrate_puts_lost_triggers_back(db):
    """SQLite drops a table's triggers when a migration makes the table anew."""
    frozen_tables = {f"engagement_{name}" for name in ("statusupdate", "evidence", "verdict", "officialanswer")}
    frozen._drop("default")
    assert not frozen_tables & set(trigger_tables())
    call_command("migrate", verbosity=0)
    assert frozen_tables <= set(trigger_tables())


def trigger_tables():
    """Tables with triggers, those of the change log aside."""
    query = {
        "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT event_object_table, trigger_name FROM information_schema.triggers",
    }
    with connection.cursor() as cursor:
        cursor.execute(query[connection.vendor])
        return [table for table, name in cursor.fetchall() if not name.startswith("trail_")]


def test_admin_may_not_delete_an_author_of_frozen_rows(db, commitment):
    author = get_user_model().objects.create_user("ana")
    report(commitment.milestones.first(), status="stuck", author=author)
    with pytest.raises(models.ProtectedError):
        author.delete()
