"""Each constraint of the catalogue is broken once, past every form: the database itself must refuse."""

from datetime import date

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from procedures import models
from tests.factories import make_institution, make_office, make_procedure, make_program

NOW = timezone.now()
EARLY, LATE = date(2026, 1, 1), date(2026, 12, 31)


def user():
    return User.objects.get_or_create(username="ana")[0]


def change(row, **columns):
    """Writes the columns straight to the database."""
    type(row).objects.filter(pk=row.pk).update(**columns)


def fee(**columns):
    return make_procedure().fees.create(**({"kind": "fixed", "minimum": 1} | columns))


def versions_of_both_kinds(broken):
    """The constraints that come from the abstract Version, under the names that they have in each table."""
    return {
        f"procedures_{kind}version_{name}": lambda make=make, columns=columns: make(**columns())
        for kind, make in (("procedure", make_procedure), ("program", make_program))
        for name, columns in broken.items()
    }


def profile(**columns):
    values = {"slug": "perfil", "name_es": "P", "kind": "procedure", "version": "1"}
    return models.LegalProfile.objects.create(**(values | columns))


def demand(**columns):
    return profile().fields.create(**({"datum": "who"} | columns))


def link(**columns):
    return models.LinkCheck.objects.create(**({"url": "https://example.org/enlace"} | columns))


def reform():
    instrument = models.LegalInstrument.objects.first()
    return models.Reform.objects.create(instrument=instrument, reformed_on=EARLY, marked_by=user())


def doubt(version=None, **columns):
    values = {"cause": "fee", "opened_by": user(), "assurance_before": "partly"}
    return (version or make_procedure()).reverifications.create(**(values | columns))


def an_import(**columns):
    values = {"by": user(), "file_name": "a.csv", "size": 1, "sha256": "0" * 64}
    return models.Import.objects.create(**(values | columns))


def translated(**columns):
    values = {"language": "en", "source": "Sí", "text": "Yes", "source_digest": "a", "text_digest": "b"}
    return models.TranslatedText.objects.create(**(values | columns))


def twice(make):
    """Makes the row a second time for the same version."""
    version = make_procedure()
    make(version)
    make(version)


def doubt_twice(**cause):
    twice(lambda version: doubt(version, **cause))


SETTLED = {"settled_at": NOW, "outcome": "unchanged", "settled_note": "Sí."}


BROKEN = {
    # quality
    "legal_profile_kind_known": lambda: profile(kind="office"),
    "legal_profile_assurance_known": lambda: profile(assurance="maybe"),
    "legal_profile_one_in_use": lambda: profile(is_active=True),
    "profile_field_once": lambda: demand().profile.fields.create(datum="who"),
    "profile_field_severity_known": lambda: demand(severity="shouts"),
    "placeholder_place_known": lambda: models.Placeholder.objects.create(text="zz", place="nowhere"),
    "placeholder_has_text": lambda: models.Placeholder.objects.create(text=""),
    "link_check_failures_have_a_beginning": lambda: link(failures=1),
    "link_check_dead_has_failed": lambda: link(is_dead=True),
    # ripple
    "reverification_names_its_cause": lambda: doubt(cause="reform"),
    "reverification_settled_as_a_whole": lambda: doubt(**SETTLED),
    "reverification_says_what_was_checked": lambda: doubt(**SETTLED | {"settled_note": "", "settled_by": user()}),
    "reverification_assurance_known": lambda: doubt(assurance_before="maybe"),
    "reverification_once_per_reform": lambda: doubt_twice(cause="reform", reform=reform()),
    "reverification_once_per_unit_value": lambda: doubt_twice(
        cause="unit_value", unit_value=models.UnitValue.objects.first()
    ),
    "reverification_one_for_fees": lambda: doubt_twice(),
    # the office's own
    "staff_profile_digest_known": lambda: models.StaffProfile.objects.create(user=user(), digest="nunca"),
    "staff_profile_done_was_begun": lambda: models.StaffProfile.objects.create(user=user(), digest_done_on=EARLY),
    "trail_line_action_known": lambda: models.TrailLine.objects.create(at=NOW, action="lost"),
    "translated_text_whole": lambda: translated(text=""),
    "translated_text_kept_once": lambda: [translated() for _ in "12"],
    "import_state_known": lambda: an_import(state="lost"),
    "import_finished_iff_dated": lambda: an_import(state="done"),
    "import_row_outcome_known": lambda: an_import().rows.create(number=2, outcome="lost"),
    # places
    "procedures_institution_assurance_known": lambda: make_institution(assurance="maybe"),
    "institution_level_known": lambda: make_institution(level="galactic"),
    "institution_not_its_own_parent": lambda: change(make_institution(), parent=make_institution()),
    "procedures_office_assurance_known": lambda: make_office("a", assurance="maybe"),
    "office_coordinates_whole_and_on_earth": lambda: make_office("a", latitude=28),
    "opening_hours_once": lambda: make_office("a").hours.create(weekday=0, opens="09:00", closes="10:00"),
    "opening_hours_weekday": lambda: make_office("a").hours.create(weekday=7, opens="09:00", closes="10:00"),
    "opening_hours_in_order": lambda: make_office("a").hours.create(weekday=1, opens="09:00", closes="09:00"),
    # law, days, guide
    "legal_instrument_reformed_after_published": lambda: models.LegalInstrument.objects.create(
        slug="x", name_es="x", published_on=LATE, reformed_on=EARLY
    ),
    "procedures_unitvalue_assurance_known": lambda: unit_value(assurance="maybe"),
    "unit_value_once_per_year": lambda: unit_value() and unit_value(),
    "unit_value_validity_in_order": lambda: unit_value(valid_from=LATE, valid_to=EARLY),
    "unit_value_positive": lambda: unit_value(daily=0),
    "non_working_day_once_per_level": lambda: [
        models.NonWorkingDay.objects.create(date=EARLY, level="federal", name_es="Día") for _ in range(2)
    ],
    "business_type_scian_six_digits": lambda: models.BusinessType.objects.create(slug="x", scian_code="72"),
    "business_type_risk_known": lambda: models.BusinessType.objects.create(slug="x", risk="total"),
    "choice_slug_once_per_question": lambda: [
        models.Question.objects.first().choices.create(slug="x", label_es="x") for _ in range(2)
    ],
    "question_slug_not_taken": lambda: models.Question.objects.create(slug="volver", text_es="¿?"),
    "choice_slug_not_taken": lambda: models.Question.objects.first().choices.create(slug="no-se", label_es="No sé"),
    "business_type_slug_not_taken": lambda: models.BusinessType.objects.create(slug="otro", name_es="Otro"),
    # versions
    **versions_of_both_kinds(
        {
            "assurance_known": lambda: {"assurance": "maybe"},
            "state_known": lambda: {"state": "lost"},
            "in_review_was_submitted": lambda: {"state": "in_review", "published_at": None},
            "approved_has_date": lambda: {"state": "approved", "published_at": None},
            "public_has_date": lambda: {"published_at": None},
            "retired_iff_dated": lambda: {"state": "retired"},
            "reviewer_not_author": lambda: {"author": user(), "reviewer": user()},
            "four_eyes": lambda: {"author": user()},
        }
    ),
    "procedures_reviewnote_of_one_version": lambda: models.ReviewNote.objects.create(kind="approved", by=user()),
    "review_note_kind_known": lambda: make_procedure().reviewnotes.create(kind="shouted", by=user()),
    "review_note_return_says_why": lambda: make_procedure().reviewnotes.create(kind="returned", by=user()),
    "procedures_previewlink_of_one_version": lambda: models.PreviewLink.objects.create(
        procedure_version=make_procedure(), program_version=make_program(), created_by=user(), expires_at=NOW
    ),
    "procedure_version_number_once": lambda: [make_procedure(state="retired", retired_at=NOW, number=1) for _ in "12"],
    "program_version_number_once": lambda: [make_program(state="retired", retired_at=NOW, number=1) for _ in "12"],
    "procedure_one_published_version": lambda: [make_procedure() for _ in "12"],
    "program_one_published_version": lambda: [make_program() for _ in "12"],
    "procedure_one_open_version": lambda: [make_procedure(state="draft") for _ in "12"],
    "program_one_open_version": lambda: [make_program(state="draft") for _ in "12"],
    # procedures
    "procedure_alert_in_order": lambda: models.Procedure.objects.create(slug="x", alert_from=LATE, alert_to=EARLY),
    "procedure_response_time_whole": lambda: make_procedure(response_value=3),
    "procedure_validity_whole": lambda: make_procedure(validity_unit="years"),
    "procedure_silence_known": lambda: make_procedure(silence="golden"),
    "procedure_has_a_provider": lambda: make_procedure(institution=None),
    "requirement_document_or_text": lambda: make_procedure().requirements.create(),
    "step_duration_whole": lambda: make_procedure().steps.create(title_es="x", duration_value=1, duration_unit="moons"),
    "fee_amounts_fit_kind": lambda: fee(kind="free"),
    "fee_amounts_in_order": lambda: fee(kind="range", minimum=2, maximum=1),
    "fee_validity_in_order": lambda: fee(valid_from=LATE, valid_to=EARLY),
    "fee_unit_known": lambda: fee(unit="gold"),
    "fee_assurance_known": lambda: fee(assurance="maybe"),
    # programs
    "call_in_order": lambda: make_program().program.calls.create(opens=LATE, closes=EARLY),
    "program_amounts_in_order": lambda: make_program(amount_minimum=2, amount_maximum=1),
    "program_availability_known": lambda: make_program(availability="sometimes"),
}


def unit_value(**columns):
    values = {"year": 1990, "valid_from": EARLY, "valid_to": LATE, "daily": 1, "monthly": 30, "yearly": 365}
    return models.UnitValue.objects.create(**(values | columns))


def constraints():
    return {
        constraint.name
        for model in apps.get_app_config("procedures").get_models()
        for constraint in model._meta.constraints
    }


def test_every_constraint_is_broken_here():
    assert set(BROKEN) == constraints()
    assert len(BROKEN) > 50


@pytest.mark.parametrize("name", BROKEN)
def test_constraint_is_held_by_the_database(name, db):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        BROKEN[name]()
    # SQLite names the columns of a unique constraint, not the constraint.
    assert name in str(refusal.value) or "UNIQUE constraint failed" in str(refusal.value)
