"""The life of a version: every move between draft and retirement, for procedures and programs alike.

Each action locks the identity, looks at the state as it is now, makes its move and its line in the history in one
transaction, or raises IllegalMove and changes nothing.
"""

import logging
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Max, ProtectedError
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from procedures.gate.checks import blocking, examine, warning
from procedures.gate.reading import read_facts
from procedures.history import log as _log
from procedures.models import PreviewLink, ProcedureVersion, ProgramVersion, ReviewNote, VersionState
from procedures.models.versions import OPEN_STATES, PUBLIC_STATES
from procedures.ripple import pass_on_doubts
from procedures.signals import version_published, version_retired
from procedures.trail.acting import acting

logger = logging.getLogger(__name__)


class IllegalMove(ValueError):
    """The version can't make this move; the message says why in the reader's language."""


class NotReady(IllegalMove):
    """The quality gate finds what blocks; the message names each finding, and so does `findings` (Checks)."""

    def __init__(self, message, findings):
        super().__init__(message)
        self.findings = findings


class CircleOfRequirements(NotReady):
    """In force, the version would ask for what can't be had without it; the message names the chain."""


@transaction.atomic
def start_version(*, of, author):
    """A new draft with all the content of a published or retired version, children and both languages included.

    What is known of its truth (assurance, verification dates, sources) is copied too: a copy is as true as what it
    was copied from until somebody changes it.

    Returns:
        The draft, of the same class as `of`.

    Raises:
        IllegalMove: `of` was never public, or a version is in progress already.
    """
    identity = _lock(of)
    _expect(of, *PUBLIC_STATES)
    if open_version := identity.versions.open().first():
        raise IllegalMove(_("Version %(number)d is in progress already.") % {"number": open_version.number})
    draft = _copy(
        of,
        number=identity.versions.aggregate(last=Max("number"))["last"] + 1,
        state=VersionState.DRAFT,
        author=author,
        reviewer=None,
        change_note="",
        review_note="",
        submitted_at=None,
        approved_at=None,
        publish_at=None,
        published_at=None,
        retired_at=None,
    )
    draft.writers.set([author])
    for children in of.CHILDREN:
        for child in getattr(of, children).all():
            _copy(child, version=draft)
    restored = of.state == VersionState.RETIRED
    said = (
        gettext_noop("Restored from version %(number)d.")
        if restored
        else gettext_noop("Started from version %(number)d.")
    )
    _log(draft, author, said, ADDITION, number=of.number)
    return draft


@transaction.atomic
def submit(*, version, by, note=""):
    """Hands a draft to review. `note` tells the reviewer what changes; empty keeps what the draft says of it."""
    _lock(version)
    _expect(version, VersionState.DRAFT)
    _move(
        version,
        VersionState.IN_REVIEW,
        submitted_at=timezone.now(),
        change_note=note or version.change_note,
        review_note="",
    )
    version.reviewnotes.create(kind=ReviewNote.Kind.SUBMITTED, by=by, note=version.change_note)
    _log(version, by, gettext_noop("Version submitted for review. %(note)s"), note=note)


@transaction.atomic
def return_to_author(*, version, by, note):
    """Makes a version in review, or approved, a draft again; `note` says what is missing."""
    _lock(version)
    _expect(version, VersionState.IN_REVIEW, VersionState.APPROVED)
    _move(
        version,
        VersionState.DRAFT,
        reviewer=None,
        submitted_at=None,
        approved_at=None,
        publish_at=None,
        review_note=note,
    )
    version.reviewnotes.create(kind=ReviewNote.Kind.RETURNED, by=by, note=note)
    _log(version, by, gettext_noop("Version returned to the author. %(note)s"), note=note)


@transaction.atomic
def approve(*, version, by, publish_at=None, despite=False):
    """A second person, who wrote none of it, approves.

    Args:
        publish_at: aware datetime at which it goes live by itself; without one somebody publishes it by hand.
        despite: they want it live although something warns; the history says what.
    """
    _lock(version)
    _expect(version, VersionState.IN_REVIEW)
    if by == version.author:
        raise IllegalMove(_("The reviewer can't be the author."))
    if version.writers.contains(by):
        raise IllegalMove(_("You wrote part of it: somebody who didn't has to review it."))
    facts = _expect_ready(version) if publish_at else None
    _move(version, VersionState.APPROVED, reviewer=by, approved_at=timezone.now(), publish_at=publish_at)
    version.reviewnotes.create(kind=ReviewNote.Kind.APPROVED, by=by, publish_at=publish_at)
    _log(version, by, gettext_noop("Version approved."))
    _log_despite(version, by, despite and facts)


@transaction.atomic
def schedule(*, version, by, publish_at, despite=False):
    """Sets the time (aware datetime) at which an approved version goes live by itself; None: by hand again.

    `despite`: they want it live although something warns; the history says what.
    """
    _lock(version)
    _expect(version, VersionState.APPROVED)
    facts = _expect_ready(version) if publish_at else None
    _move(version, VersionState.APPROVED, publish_at=publish_at)
    if publish_at:
        said = gettext_noop("To be published by itself on %(time)s.")
        _log(version, by, said, time=date_format(timezone.localtime(publish_at), "DATETIME_FORMAT"))
        _log_despite(version, by, despite and facts)
    else:
        _log(version, by, gettext_noop("No longer published by itself."))


@transaction.atomic
def publish(*, version, by=None, at=None, despite=False):
    """Makes an approved version the one in force and retires the one that was.

    Args:
        by: who presses the button; without it the history names the reviewer, who set the time.
        at: moment from which it is in force (aware datetime; default now).
        despite: they publish it although something warns; the history says what.

    Raises:
        IllegalMove: it is not approved, or (NotReady) the quality gate finds what blocks.
    """
    identity = _lock(version)
    _expect(version, VersionState.APPROVED)
    facts = _expect_ready(version)
    at = at or timezone.now()
    who = by or version.reviewer
    # First out, then in: at no moment are two versions in force.
    in_force = list(identity.versions.published())
    for replaced in in_force:
        _move(replaced, VersionState.RETIRED, retired_at=at)
        _log(replaced, who, gettext_noop("Replaced by version %(number)d."), number=version.number)
    _move(version, VersionState.PUBLISHED, published_at=at)
    said = gettext_noop("Version published.") if by else gettext_noop("Version published at the time that was set.")
    _log(version, who, said)
    _log_despite(version, who, despite and facts)
    if isinstance(version, ProcedureVersion):
        pass_on_doubts(replaced=in_force, successor=version, by=who, reforms=facts.reforms)
    _send_on_commit(version_published, version)


@transaction.atomic
def retire(*, version, by):
    """Withdraws the published version; its page stays, with a notice."""
    _lock(version)
    _expect(version, VersionState.PUBLISHED)
    _move(version, VersionState.RETIRED, retired_at=timezone.now())
    _log(version, by, gettext_noop("Version retired."))
    _send_on_commit(version_retired, version)


@transaction.atomic
def discard(*, version, by):
    """Deletes a draft, which no reader ever saw; an identity left without any version goes with it."""
    identity = _lock(version)
    _expect(version, VersionState.DRAFT)
    _log(version, by, gettext_noop("Draft discarded."), DELETION)
    # Not version.delete(): that takes the key from the object, which the caller still needs if this is refused.
    identity.versions.filter(pk=version.pk).delete()
    if identity.versions.exists():
        return
    try:
        identity.delete()
    except ProtectedError as error:
        raise IllegalMove(_("Other records name it already.")) from error


@transaction.atomic
def make_preview_link(*, version, by, days, label=""):
    """A secret link to a version that is not public, good for that many days.

    Returns:
        The PreviewLink; `procedures.preview.link_path` has its address.

    Raises:
        IllegalMove: the version is public, and so has an address for everybody.
    """
    _lock(version)
    _expect(version, *OPEN_STATES)
    link = version.previewlinks.create(created_by=by, label=label, expires_at=timezone.now() + timedelta(days=days))
    said = gettext_noop("Secret link made, good for %(days)d days. %(label)s")
    _log(version, by, said, days=days, label=label)
    return link


@transaction.atomic
def revoke_preview_link(*, link, by):
    """From now on the link opens nothing. One that has ended already stays as it is."""
    if PreviewLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        _log(link.version, by, gettext_noop("Secret link revoked. %(label)s"), label=link.label)


def publish_due(*, now):
    """Publishes the approved versions whose set time has come by `now`, each in a transaction of its own.

    Returns:
        The versions that went live. One that somebody moved meanwhile is left as it is; so is one in which the
        quality gate finds what blocks, of which the history and the log tell once.
    """
    published = []
    for model in (ProcedureVersion, ProgramVersion):
        for version in model.objects.filter(state=VersionState.APPROVED, publish_at__lte=now):
            try:
                with acting(version.reviewer), translation.override(settings.LANGUAGE_CODE):
                    publish(version=version, at=now)
            except NotReady as refusal:
                _note_refusal(version, str(refusal))
                continue
            except IllegalMove:
                continue
            published.append(version)
    return published


def _lock(version):
    """Locks the identity, so that its versions move one at a time, and reads the version as it is now.

    SQLite needs no row lock: its transactions begin as IMMEDIATE and wait for each other.
    """
    identities = type(version.identity)._base_manager
    try:
        identity = identities.select_for_update().get(pk=version.identity.pk)
        version.refresh_from_db()
    except ObjectDoesNotExist as error:
        raise IllegalMove(_("It is no longer there.")) from error
    return identity


def _expect(version, *states):
    if version.state not in states:
        message = _("That can't be done with a version that is “%(state)s”.")
        raise IllegalMove(message % {"state": version.get_state_display()})


def _expect_ready(version):
    """The Facts that the quality gate has looked at; raises NotReady, or CircleOfRequirements, for what blocks."""
    facts = read_facts(version)
    findings = blocking(examine(facts))
    if [check.code for check in findings] == ["circle"]:
        message = _("It can't be published, for its requirements would go round in a circle: %(chain)s.")
        raise CircleOfRequirements(message % {"chain": facts.circles[0]}, findings)
    if findings:
        message = _("It can't be published. %(findings)s.")
        raise NotReady(message % {"findings": "; ".join(check.words for check in findings)}, findings)
    return facts


def _log_despite(version, by, facts):
    """Keeps what warned when somebody let a version go live all the same."""
    if not facts:
        return
    with translation.override(settings.LANGUAGE_CODE):
        words = "; ".join(check.words for check in warning(examine(facts)))
    if words:
        _log(version, by, gettext_noop("To be published although this was found: %(words)s."), words=words)


def _note_refusal(version, refusal):
    """Says once, not at every look, why a version did not go live at its time."""
    told = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(version),
        object_id=version.pk,
        change_message=refusal,
        action_time__gte=version.approved_at,
    )
    if not told.exists():
        logger.warning("%s %s: %s", version._meta.model_name, version.pk, refusal)
        LogEntry.objects.log_actions(version.reviewer_id, [version], CHANGE, change_message=refusal)


def _move(version, state, **columns):
    version.state = state
    for column, value in columns.items():
        setattr(version, column, value)
    version.save(update_fields=["state", *columns])


def _copy(row, **changes):
    """A saved copy of the row with `changes`: every column, both languages, and every many-to-many set."""
    copy = type(row)._base_manager.get(pk=row.pk)
    copy.pk = None
    copy._state.adding = True
    for name, value in changes.items():
        setattr(copy, name, value)
    copy.save(force_insert=True)
    for field in row._meta.many_to_many:
        getattr(copy, field.name).set(getattr(row, field.name).all())
    return copy


def _send_on_commit(signal, version):
    # Robust: what a listener does wrong is logged and can't make a publication look failed.
    transaction.on_commit(partial(signal.send_robust, sender=type(version), version=version), robust=True)
