"""The simplification ledger: recorded with every edition, equal to the plans, never changed."""

import json
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from brochure.actions import publish_edition
from brochure.ledger import recording
from brochure.ledger.recording import entries_now, record_missing
from brochure.models import Edition, LedgerEntry
from procedures import frozen
from procedures.guide.reference import measure
from procedures.models import ProcedureVersion, ReferenceBusiness, UnitValue
from procedures.roadmap.catalogue import read_catalogue
from tests.editions import published_edition, rendered_edition
from tests.factories import make_procedure
from tests.ledger import make_business, make_edition, make_entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def editions_folder(settings, tmp_path):
    settings.EDITIONS_DIR = tmp_path / "editions"


# What is recorded


def test_publishing_records_every_active_reference_business():
    ReferenceBusiness.objects.filter(slug="guarderia").update(is_active=False)
    edition = published_edition()
    recorded = [entry.business.slug for entry in edition.ledger.all()]
    assert recorded == [business.slug for business in ReferenceBusiness.objects.active()]
    assert len(recorded) == 9


def test_recorded_figures_are_those_of_the_plan_at_the_same_address(client):
    edition = published_edition()
    compared = 0
    for entry in edition.ledger.all():
        totals = json.loads(client.get(entry.plan_address.replace("/plan/", "/plan.json")).content)["totals"]
        cost, time = totals["cost"], totals["time"]
        assert {
            "procedures": entry.procedures_sure + entry.procedures_open,
            "undecided_procedures": entry.procedures_open,
            "documents": entry.documents,
            "originals": entry.originals,
            "copies": entry.copies,
            "uses_without_a_number": entry.unstated,
            "visits": entry.visits,
            "pesos": (f"{entry.pesos_from:.2f}", f"{entry.pesos_to:.2f}"),
            "costs_unknown": entry.costs_unknown,
            "days": (entry.days_from or 0, entry.days_to or 0),
            "times_unknown": entry.times_unknown,
        } == {
            **{key: totals[key] for key in ("procedures", "undecided_procedures", "documents", "originals", "copies")},
            **{key: totals[key] for key in ("uses_without_a_number", "visits")},
            "pesos": (cost["from"], cost["to"]),
            "costs_unknown": len({*cost["unknown"], *cost["by_rule"], *cost["unconverted"]}),
            "days": (time["business_days_from"], time["business_days_to"]),
            "times_unknown": len(time["unknown"]),
        }
        assert (entry.days_to is None) == (len(time["unknown"]) == totals["procedures"])
        compared += 1
    assert compared == 10


def test_entry_keeps_the_definition_it_was_measured_by():
    business = ReferenceBusiness.objects.get(slug="taqueria")
    answers = business.answers
    edition = published_edition()
    business.answers, business.name_es = {"local": "en-casa"}, "Otra"
    business.save()
    entry = edition.ledger.get(business=business)
    assert (entry.name_es, entry.name_en) == ("Taquería con local y personal", "Taco shop with premises and staff")
    assert (entry.kind, entry.answers) == ("taqueria", answers)
    assert {"con-local", "con-personal", "maneja-alimentos"} <= set(entry.facts["true"])
    assert "vende-alcohol" in entry.facts["false"]


def test_reference_businesses_of_the_fixtures_leave_no_question_open_and_none_wrong():
    found = measure(ReferenceBusiness.objects.active(), read_catalogue(), {})
    assert [(row.business.slug, row.open_questions, row.profile.problems) for row in found] == [
        (business.slug, (), ()) for business in ReferenceBusiness.objects.all()
    ]
    assert len(found) == 10
    assert len({row.business.business_type for row in found}) == 10


def test_complete_edition_is_measured_by_the_versions_it_holds():
    edition = rendered_edition()
    make_procedure("nuevo-para-todos", fees=1)
    now = {entry.business.slug: entry.procedures_sure for entry in entries_now()}
    publish_edition(edition=edition)
    recorded = {entry.business.slug: entry.procedures_sure for entry in edition.ledger.all()}
    assert now == {slug: count + 1 for slug, count in recorded.items()}


def test_amounts_in_uma_are_turned_into_pesos_at_the_value_in_force():
    version = make_procedure("en-uma")
    version.fees.create(position=1, kind="fixed", minimum=2, unit="UMA", concept_es="Cuota")
    before = {entry.business.slug: entry.pesos_to for entry in entries_now()}
    with transaction.atomic():
        UnitValue.objects.update(daily=models.F("daily") + 1)
    after = {entry.business.slug: entry.pesos_to for entry in entries_now()}
    assert {slug: after[slug] - before[slug] for slug in after} == dict.fromkeys(after, Decimal(2))


def test_measuring_costs_the_same_number_of_queries_for_one_business_and_for_ten():
    counts = []
    for slugs in (["taqueria"], list(ReferenceBusiness.objects.values_list("slug", flat=True))):
        ReferenceBusiness.objects.update(is_active=False)
        ReferenceBusiness.objects.filter(slug__in=slugs).update(is_active=True)
        with CaptureQueriesContext(connection) as queries:
            assert len(entries_now()) == len(slugs)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 30


# Once


def test_publishing_again_records_nothing_more():
    edition = published_edition()
    before = list(LedgerEntry.objects.values())
    publish_edition(edition=edition)
    recording.record(edition=edition)
    assert list(LedgerEntry.objects.values()) == before
    assert len(before) == 10


def test_publishing_that_fails_records_nothing(monkeypatch):
    edition = rendered_edition()
    monkeypatch.setattr("brochure.actions.record", lambda *, edition: recording.record(edition=edition) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        publish_edition(edition=edition)
    edition.refresh_from_db()
    assert (edition.published_at, LedgerEntry.objects.count()) == (None, 0)


def test_each_edition_has_its_own_entries():
    assert [published_edition(b"%d" % n).ledger.count() for n in range(2)] == [10, 10]


def test_edition_published_before_there_was_a_ledger_gets_its_own():
    edition = published_edition()
    with frozen.lifted():
        LedgerEntry.objects.all().delete()
    make_procedure("nuevo-para-todos")
    call_command("publish_edition", if_none=True)
    assert edition.ledger.count() == 10
    now = {entry.business.slug: entry.procedures_sure for entry in entries_now()}
    assert {entry.business.slug: entry.procedures_sure + 1 for entry in edition.ledger.all()} == now


def test_edition_that_is_not_complete_gets_no_ledger_afterwards():
    edition = published_edition(kind="level", level="municipal")
    record_missing(editions=Edition.objects.published())
    assert edition.ledger.count() == 0


# What the database refuses


@pytest.fixture
def entry():
    return make_entry(make_edition(1), make_business())


@pytest.mark.parametrize(
    "attempt",
    [
        lambda entry: LedgerEntry.objects.update(procedures_sure=1),
        lambda entry: LedgerEntry.objects.all().delete(),
        lambda entry: LedgerEntry.objects.update(answers={}),
        lambda entry: entry.delete(),
        lambda entry: entry.save(),
        lambda entry: connection.cursor().execute("UPDATE brochure_ledgerentry SET visits = 0"),
    ],
)
def test_entry_refuses_every_change(entry, attempt):
    before = LedgerEntry.objects.values().get()
    with pytest.raises(IntegrityError, match="ledger_entry_frozen"), transaction.atomic():
        attempt(entry)
    assert LedgerEntry.objects.values().get() == before


def test_business_that_was_recorded_stays(entry):
    with pytest.raises(models.ProtectedError):
        entry.business.delete()


def test_business_is_recorded_once_per_edition(entry):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_entry(entry.edition, entry.business)


COUNTS = [
    "procedures_sure",
    "procedures_open",
    "documents",
    "originals",
    "copies",
    "unstated",
    "visits",
    "times_unknown",
    "costs_unknown",
]


@pytest.mark.parametrize(
    "fields",
    [
        *({name: -1} for name in COUNTS),
        {"days_from": -1, "days_to": 3},
        {"days_from": 4, "days_to": 3},
        {"days_from": None, "days_to": 3},
        {"days_from": 3, "days_to": None},
        {"pesos_from": -1, "pesos_to": 3},
        {"pesos_from": 4, "pesos_to": 3},
    ],
    ids=str,
)
def test_entry_refuses_figures_that_can_not_be(entry, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_entry(make_edition(2), entry.business, **fields)


def test_complete_edition_is_measured_by_one_version_of_each_procedure():
    edition = published_edition()
    versions = recording.versions_measured(edition)
    assert versions.count() == ProcedureVersion.objects.published().count() == versions.distinct().count()
