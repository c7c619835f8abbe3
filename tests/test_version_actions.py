from datetime import timedelta
from itertools import product

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone, translation

from engagement.models import Thread
from procedures import actions, preview, signals
from procedures.actions import IllegalMove
from procedures.models import Procedure, ProcedureVersion, ProgramVersion, VersionState
from tests.factories import make_procedure, make_program

KINDS = {"procedure": make_procedure, "program": make_program}

# What a new draft does not take from the version that it is copied from.
OF_THE_VERSION = {
    "id",
    "number",
    "state",
    "author",
    "writers",
    "reviewer",
    "change_note",
    "review_note",
    "created_at",
    "submitted_at",
    "approved_at",
    "publish_at",
    "published_at",
    "retired_at",
}


@pytest.fixture
def author(db):
    return User.objects.create_user("autora")


@pytest.fixture
def reviewer(db):
    return User.objects.create_user("revisor")


@pytest.fixture(params=KINDS)
def published(request, db):
    return KINDS[request.param]()


def in_state(published, state, author, reviewer):
    """A version in that state, brought there by legal moves from a published one."""
    if state == VersionState.PUBLISHED:
        return published
    if state == VersionState.RETIRED:
        actions.retire(version=published, by=reviewer)
        return published
    version = actions.start_version(of=published, author=author)
    if state != VersionState.DRAFT:
        actions.submit(version=version, by=author)
    if state == VersionState.APPROVED:
        actions.approve(version=version, by=reviewer)
    return version


MOVES = {
    "start": lambda version, user: actions.start_version(of=version, author=user),
    "submit": lambda version, user: actions.submit(version=version, by=user),
    "return": lambda version, user: actions.return_to_author(version=version, by=user, note="Falta el costo."),
    "approve": lambda version, user: actions.approve(version=version, by=user),
    "publish": lambda version, user: actions.publish(version=version, by=user),
    "retire": lambda version, user: actions.retire(version=version, by=user),
    "discard": lambda version, user: actions.discard(version=version, by=user),
}
LEGAL = {
    ("start", "published"),
    ("start", "retired"),
    ("submit", "draft"),
    ("return", "in_review"),
    ("return", "approved"),
    ("approve", "in_review"),
    ("publish", "approved"),
    ("retire", "published"),
    ("discard", "draft"),
}


@pytest.mark.parametrize(("move", "state"), list(product(MOVES, VersionState.values)))
def test_every_move_is_legal_from_its_own_states_and_from_no_other(move, state, published, author, reviewer):
    version = in_state(published, state, author, reviewer)
    before = type(version).objects.filter(pk=version.pk).values().get()
    logged = LogEntry.objects.count()
    if (move, state) in LEGAL:
        MOVES[move](version, reviewer)
        assert LogEntry.objects.count() > logged
    else:
        with pytest.raises(IllegalMove):
            MOVES[move](version, reviewer)
        assert type(version).objects.filter(pk=version.pk).values().get() == before
        assert LogEntry.objects.count() == logged


# Starting: the copy


def row_values(row, left_out=()):
    """Every column and every many-to-many set of a row."""
    columns = {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields}
    sets = {field.name: set(getattr(row, field.name).all()) for field in row._meta.many_to_many}
    return {name: value for name, value in (columns | sets).items() if name not in left_out}


def assert_copied(original, copy):
    """Holds the copy against the original, field by field and child by child; returns how many rows it visited."""
    assert row_values(copy, OF_THE_VERSION) == row_values(original, OF_THE_VERSION)
    visited = 1
    for children in original.CHILDREN:
        pairs = list(zip(getattr(original, children).all(), getattr(copy, children).all(), strict=True))
        for old, new in pairs:
            assert old.pk != new.pk
            assert row_values(new, {"id", "version"}) == row_values(old, {"id", "version"})
        visited += len(pairs)
    return visited


def test_start_version_copies_every_real_record_whole(author):
    versions = [*ProcedureVersion.objects.published(), *ProgramVersion.objects.published()]
    visited = 0
    for version in versions:
        with translation.override("en"):  # the language of the page must not matter
            visited += assert_copied(version, actions.start_version(of=version, author=author))
    assert len(versions) == 67
    assert visited > 200


def test_start_version_copies_conditions_of_children(author):
    version = make_procedure(requirements=2, fees=1, citations=1, steps=1, offices=1)
    draft = actions.start_version(of=version, author=author)
    assert assert_copied(version, draft) == 6
    assert draft.requirements.first().all_of.count() == 1


def test_start_version_makes_a_draft_of_its_author_with_the_next_number(published, author):
    published.change_note = "viejo"
    published.save()
    draft = actions.start_version(of=published, author=author)
    assert (draft.number, draft.state, draft.author, draft.reviewer) == (2, "draft", author, None)
    assert (draft.change_note, draft.review_note, draft.published_at) == ("", "", None)
    assert draft.created_at > published.created_at
    assert draft.identity == published.identity


def test_start_version_keeps_what_is_known_of_its_truth(published, author):
    published.assurance = "confirmed"
    published.verified_on = published.check_by = timezone.localdate()
    published.save()
    draft = actions.start_version(of=published, author=author)
    assert (draft.assurance, draft.verified_on, draft.check_by) == (
        "confirmed",
        published.verified_on,
        published.check_by,
    )


def test_start_version_from_an_older_version_numbers_after_the_last(published, author, reviewer):
    second = in_state(published, VersionState.APPROVED, author, reviewer)
    actions.publish(version=second, by=reviewer)
    published.refresh_from_db()
    draft = actions.start_version(of=published, author=author)
    assert (published.state, draft.number) == ("retired", 3)


def test_start_version_refuses_while_another_is_in_progress(published, author):
    actions.start_version(of=published, author=author)
    with pytest.raises(IllegalMove, match="2"):
        actions.start_version(of=published, author=author)


# Review


def test_submit_hands_the_note_to_the_reviewer(published, author):
    draft = actions.start_version(of=published, author=author)
    actions.submit(version=draft, by=author, note="Cambió la tarifa.")
    draft.refresh_from_db()
    assert (draft.state, draft.change_note) == ("in_review", "Cambió la tarifa.")
    assert draft.submitted_at is not None


def test_submit_without_a_note_keeps_the_one_of_the_draft(published, author):
    draft = actions.start_version(of=published, author=author)
    draft.change_note = "Escrita en el borrador."
    draft.save()
    actions.submit(version=draft, by=author)
    assert draft.change_note == "Escrita en el borrador."


def test_approve_refuses_the_author(published, author, reviewer):
    version = in_state(published, VersionState.IN_REVIEW, author, reviewer)
    with translation.override("es"), pytest.raises(IllegalMove, match="Quien revisa no puede ser"):
        actions.approve(version=version, by=author)
    version.refresh_from_db()
    assert (version.state, version.reviewer) == ("in_review", None)


def test_approve_of_a_record_without_author_takes_anyone(reviewer):
    version = make_procedure(state=VersionState.DRAFT, published_at=None, author=None)
    actions.submit(version=version, by=reviewer)
    actions.approve(version=version, by=reviewer)
    assert (version.state, version.reviewer) == ("approved", reviewer)


def test_return_to_author_forgets_the_approval_and_says_why(published, author, reviewer):
    version = in_state(published, VersionState.APPROVED, author, reviewer)
    actions.return_to_author(version=version, by=reviewer, note="Falta el horario.")
    version.refresh_from_db()
    assert (version.state, version.reviewer, version.approved_at, version.submitted_at) == ("draft", None, None, None)
    assert version.review_note == "Falta el horario."
    actions.submit(version=version, by=author)
    assert version.review_note == ""


# Publication


def test_publish_retires_the_version_in_force(published, author, reviewer):
    version = in_state(published, VersionState.APPROVED, author, reviewer)
    actions.publish(version=version, by=reviewer)
    published.refresh_from_db()
    version.refresh_from_db()
    assert (published.state, version.state) == ("retired", "published")
    assert published.retired_at == version.published_at


def test_publish_tells_the_listeners_after_the_commit(published, author, reviewer, django_capture_on_commit_callbacks):
    told = []

    def listen(sender, version, **kwargs):
        told.append((sender, version.pk))

    signals.version_published.connect(listen)
    version = in_state(published, VersionState.APPROVED, author, reviewer)
    with django_capture_on_commit_callbacks(execute=True):
        actions.publish(version=version, by=reviewer)
        assert told == []
    assert told == [(type(version), version.pk)]


def test_publish_works_on_what_is_in_the_database_not_on_an_old_copy(published, author, reviewer):
    version = in_state(published, VersionState.APPROVED, author, reviewer)
    old = type(version).objects.get(pk=version.pk)
    actions.return_to_author(version=version, by=reviewer, note="Espera.")
    with pytest.raises(IllegalMove):
        actions.publish(version=old, by=reviewer)


def test_publish_due_publishes_what_is_due_and_nothing_else(published, author, reviewer):
    now = timezone.now()
    due = in_state(published, VersionState.IN_REVIEW, author, reviewer)
    actions.approve(version=due, by=reviewer, publish_at=now - timedelta(minutes=1))
    later = in_state(make_procedure("mas-tarde"), VersionState.IN_REVIEW, author, reviewer)
    actions.approve(version=later, by=reviewer, publish_at=now + timedelta(days=1))
    by_hand = in_state(make_program("a-mano"), VersionState.APPROVED, author, reviewer)
    assert actions.publish_due(now=now) == [due]
    assert actions.publish_due(now=now) == []
    due.refresh_from_db()
    assert (due.state, due.published_at) == ("published", now)
    assert {later.state, by_hand.state} == {"approved"}


def test_publish_due_command_says_what_it_did(published, author, reviewer, capsys):
    version = in_state(published, VersionState.IN_REVIEW, author, reviewer)
    actions.approve(version=version, by=reviewer, publish_at=timezone.now())
    call_command("publish_due")
    assert capsys.readouterr().out == f"{version.identity.slug}: version 2\n1 published\n"


def test_retire_leaves_no_version_in_force(published, reviewer, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        actions.retire(version=published, by=reviewer)
    assert not published.identity.versions.published().exists()
    assert published.retired_at is not None


# Discarding


def test_discard_deletes_the_draft_and_nothing_else(published, author):
    draft = actions.start_version(of=published, author=author)
    actions.discard(version=draft, by=author)
    assert list(published.identity.versions.all()) == [published]


def test_discard_of_a_first_draft_takes_the_identity_with_it(author):
    version = make_procedure("recien-creado", state=VersionState.DRAFT, published_at=None, author=author)
    actions.discard(version=version, by=author)
    assert not Procedure.objects.filter(slug="recien-creado").exists()


def test_discard_refuses_where_others_name_the_identity(author):
    version = make_procedure("con-pregunta", state=VersionState.DRAFT, published_at=None, author=author)
    Thread.objects.create(procedure=version.procedure, title="¿Cuándo?")
    with pytest.raises(IllegalMove):
        actions.discard(version=version, by=author)
    assert ProcedureVersion.objects.filter(pk=version.pk).exists()


def test_moves_of_a_version_that_is_gone_are_refused(published, author):
    draft = actions.start_version(of=published, author=author)
    stale = type(draft).objects.get(pk=draft.pk)
    actions.discard(version=draft, by=author)
    with pytest.raises(IllegalMove):
        actions.submit(version=stale, by=author)


# History


def test_history_names_who_did_what_in_spanish(published, author, reviewer):
    with translation.override("en"):
        version = in_state(published, VersionState.IN_REVIEW, author, reviewer)
        actions.return_to_author(version=version, by=reviewer, note="Falta el costo.")
    lines = LogEntry.objects.filter(object_id=version.pk).order_by("pk").values_list("user__username", "change_message")
    assert list(lines) == [
        ("autora", "Iniciada a partir de la versión 1."),
        ("autora", "Versión enviada a revisión."),
        ("revisor", "Versión devuelta a quien la escribió. Falta el costo."),
    ]


# Previews


def test_preview_opens_only_the_version_it_was_made_for(published, author):
    draft = actions.start_version(of=published, author=author)
    path, key = preview.preview_path(draft).split("?clave=")
    assert path == draft.get_absolute_url()
    assert preview.may_preview(draft, key)
    assert not preview.may_preview(published, key)


@pytest.mark.parametrize("key", ["", None, "x", "procedureversion-1-14", "é" * 3000, "a.b.c", "a-b-c.1vKX.x"])
def test_preview_refuses_any_other_text(key, published):
    assert preview.may_preview(published, key) is False


def test_preview_of_a_public_version_is_its_own_address(published):
    assert preview.preview_path(published) == published.get_absolute_url()
