"""What the database refuses of a version's life, past every form and action."""

from itertools import permutations

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from procedures import actions, sealed
from procedures.models import (
    Office,
    PreviewLink,
    Procedure,
    ProcedureVersion,
    ProgramVersion,
    ReviewNote,
    Situation,
    VersionState,
)
from tests.factories import make_document, make_procedure, make_program

NOW = timezone.now()
KINDS = {"procedure": make_procedure, "program": make_program}
# What the constraints ask of each state, so that only the step itself can be wrong.
DATES = {
    "draft": {"retired_at": None},
    "in_review": {"submitted_at": NOW, "retired_at": None},
    "approved": {"approved_at": NOW, "retired_at": None},
    "published": {"published_at": NOW, "retired_at": None},
    "retired": {"published_at": NOW, "retired_at": NOW},
}
LEGAL = {
    ("draft", "in_review"),
    ("in_review", "draft"),
    ("in_review", "approved"),
    ("approved", "draft"),
    ("approved", "published"),
    ("published", "retired"),
}


@pytest.fixture
def author(db):
    return User.objects.create_user("autora")


@pytest.fixture
def reviewer(db):
    return User.objects.create_user("revisora")


def refused(version, match="frozen", **columns):
    """Writes the columns straight to the database, which must refuse."""
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        type(version).objects.filter(pk=version.pk).update(**columns)


def in_state(state, author, reviewer, make=make_procedure):
    """A version brought there by its legal moves."""
    version = actions.start_version(of=make(), author=author)
    if state == "draft":
        return version
    actions.submit(version=version, by=author)
    if state == "in_review":
        return version
    actions.approve(version=version, by=reviewer)
    if state in ("published", "retired"):
        actions.publish(version=version, by=reviewer)
    if state == "retired":
        actions.retire(version=version, by=reviewer)
    return version


@pytest.mark.parametrize("kind", KINDS)
def test_no_step_is_skipped(kind, author, reviewer):
    tried = 0
    for old in VersionState.values:
        version = in_state(old, author, reviewer, lambda old=old: KINDS[kind](f"paso-{old.replace('_', '-')}"))
        for new in VersionState.values:
            if new == old or (old, new) in LEGAL:
                continue
            dates = {name: date for name, date in DATES[new].items() if not getattr(version, name)}
            refused(version, "skips_no_step|frozen|UNIQUE|unique", state=new, reviewer=reviewer, **dates)
            tried += 1
        version.refresh_from_db()
        assert version.state == old
    assert tried == len(list(permutations(VersionState.values, 2))) - len(LEGAL) == 14


def test_the_legal_steps_are_those_of_the_actions():
    assert {(old, new) for old, following in sealed.NEXT.items() for new in following} == LEGAL


def test_approval_takes_somebody_who_wrote_none_of_it(author, reviewer):
    version = in_state("in_review", author, reviewer)
    refused(version, "approved_by_another|four_eyes", state="approved", approved_at=NOW)
    version.writers.add(reviewer)
    refused(version, "approved_by_another", state="approved", approved_at=NOW, reviewer=reviewer)


def test_actions_refuse_a_reviewer_who_wrote_part_of_it(author, reviewer):
    version = in_state("in_review", author, reviewer)
    version.writers.add(reviewer)
    with pytest.raises(actions.IllegalMove):
        actions.approve(version=version, by=reviewer)


def test_people_do_not_change_places_after_the_fact(author, reviewer):
    version = in_state("draft", author, reviewer)
    refused(version, "keeps_its_author", author=None)
    actions.submit(version=version, by=author)
    refused(version, "keeps_its_author", author=reviewer)
    actions.approve(version=version, by=reviewer)
    other = User.objects.create_user("otra")
    refused(version, "keeps_its_reviewer", reviewer=other)
    actions.publish(version=version, by=reviewer)
    refused(version, "keeps_its_reviewer|four_eyes", reviewer=None)
    refused(version, "keeps_its_approval", approved_at=None)


@pytest.mark.parametrize("state", ["approved", "published", "retired"])
def test_a_version_with_an_author_begins_as_a_draft(state, author, reviewer):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_procedure(state=state, author=author, reviewer=reviewer, **(DATES[state] | {"approved_at": NOW}))


def whole_procedure():
    return make_procedure(requirements=1, steps=1, fees=1, citations=1)


def changes(version, table):
    """A change of each kind that somebody might try on what a version says; `table` names what it touches."""
    document = make_document("otro-documento")
    situation = Situation.objects.order_by("pk").last()
    requirement, step, fee, citation = (getattr(version, name).first() for name in version.CHILDREN)
    return {
        "text": lambda: ProcedureVersion.objects.filter(pk=version.pk).update(purpose_es="Otro."),
        "english": lambda: ProcedureVersion.objects.filter(pk=version.pk).update(purpose_en="Other."),
        "nothing": lambda: ProcedureVersion.objects.filter(pk=version.pk).update(name_en=None),
        "stage": lambda: ProcedureVersion.objects.filter(pk=version.pk).update(stage=version.stage_id + 1),
        "row text": lambda: type(step).objects.filter(pk=step.pk).update(title_es="Otro."),
        "row amount": lambda: type(fee).objects.filter(pk=fee.pk).update(minimum=1),
        "row added": lambda: version.requirements.create(document=document),
        "row deleted": lambda: requirement.delete(),
        "row moved to another": lambda: (
            type(citation).objects.filter(pk=citation.pk).update(version=make_procedure("otro"))
        ),
        "set added": lambda: version.offices.add(Office.objects.first()),
        "set emptied": lambda: version.sources.clear(),
        "results": lambda: version.results.add(document),
        "bundles": lambda: version.bundles.add(Procedure.objects.first()),
        "condition": lambda: version.none_of.add(situation),
        "condition of a row": lambda: fee.all_of.clear(),
        "condition of a row added": lambda: requirement.any_of.add(situation),
        "deleted": lambda: ProcedureVersion.objects.filter(pk=version.pk).delete(),
    }[table]


TABLES = (
    *("text", "english", "nothing", "stage", "row text", "row amount", "row added", "row deleted"),
    *("row moved to another", "set added", "set emptied", "results", "bundles", "condition", "condition of a row"),
    *("condition of a row added", "deleted"),
)


@pytest.mark.parametrize("table", TABLES)
def test_what_was_approved_stays_as_it_was(table, author, reviewer):
    version = in_state("published", author, reviewer, whole_procedure)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        changes(version, table)()


@pytest.mark.parametrize("table", TABLES)
def test_a_draft_may_change_in_all_this(table, author, reviewer):
    version = in_state("draft", author, reviewer, whole_procedure)
    with transaction.atomic():
        changes(version, table)()


@pytest.mark.parametrize("state", ["in_review", "approved", "published", "retired"])
def test_content_is_sealed_in_every_state_but_the_draft(state, author, reviewer):
    version = in_state(state, author, reviewer)
    refused(version, "procedureversion_sealed", name_es="A escondidas")
    with pytest.raises(IntegrityError, match="requirement_added"), transaction.atomic():
        version.requirements.create(text_es="A escondidas")


def test_programs_are_sealed_too(author, reviewer):
    version = in_state("published", author, reviewer, lambda: make_program(documents=1))
    refused(version, "programversion_sealed", amount_minimum=1)
    with pytest.raises(IntegrityError, match="programversion_documents_deleted"), transaction.atomic():
        version.documents.clear()


def test_what_the_fixtures_loaded_is_sealed(db):
    visited = 0
    for version in [*ProcedureVersion.objects.all(), *ProgramVersion.objects.all()]:
        refused(version, "sealed", name_es="A escondidas")
        visited += 1
    assert visited == 67


def test_what_is_known_of_its_truth_may_change(author, reviewer):
    version = in_state("published", author, reviewer, lambda: make_procedure(fees=1))
    ProcedureVersion.objects.filter(pk=version.pk).update(
        assurance="unverified", verified_on=None, check_by=NOW.date(), staff_note="Reformada."
    )
    assert version.fees.update(assurance="unverified") == 1


def test_a_version_saved_whole_in_another_language_is_not_taken_for_changed(author, reviewer):
    version = in_state("published", author, reviewer)
    with translation.override("en"):
        ProcedureVersion.objects.get(pk=version.pk).save()


def test_review_notes_are_never_changed_and_go_with_a_discarded_draft_only(author, reviewer):
    version = in_state("in_review", author, reviewer)
    actions.return_to_author(version=version, by=reviewer, note="Falta el costo.")
    with pytest.raises(IntegrityError, match="review_note_frozen"), transaction.atomic():
        ReviewNote.objects.update(note="Nada dije.")
    assert [(note.kind, note.note) for note in version.reviewnotes.all()] == [
        ("submitted", ""),
        ("returned", "Falta el costo."),
    ]
    actions.discard(version=version, by=author)
    assert not ReviewNote.objects.exists()


def test_a_revoked_link_stays_revoked(author, reviewer):
    version = in_state("draft", author, reviewer)
    link = actions.make_preview_link(version=version, by=author, days=7)
    actions.revoke_preview_link(link=link, by=author)
    with pytest.raises(IntegrityError, match="preview_link_revoked"), transaction.atomic():
        PreviewLink.objects.update(revoked_at=None)


def test_every_column_and_set_of_content_is_sealed():
    """A field that is added later is content unless sealed.STANDING says otherwise."""
    for version in (ProcedureVersion, ProgramVersion):
        names = {field.name for field in [*version._meta.concrete_fields, *version._meta.many_to_many]}
        assert names >= sealed.STANDING
        assert {"name_es", "name_en", "online_url", "institution_id"} <= set(sealed.columns(version))
        assert "name" not in sealed.columns(version)
