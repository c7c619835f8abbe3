"""The life of a thread, from what a citizen sends to the official answer.

Each action locks the thread, looks at its state as it is now, makes its move and its line in the history in one
transaction, or raises IllegalMove and changes nothing. What a citizen wrote is never edited.
"""

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from engagement.models import Post, Thread

State = Thread.State


class IllegalMove(ValueError):
    """The thread, or the post, can't make this move; the message says why in the reader's language."""


@transaction.atomic
def open_thread(*, kind, title, body, language, author_name="", procedure=None, program=None, commitment=None):
    """Keeps what a citizen sends, for a moderator to read; nobody else sees it until then.

    Args:
        language: code of the language the page was in, "es" or "en".
        procedure, program, commitment: what it is about, one at most.
    """
    thread = Thread.objects.create(
        kind=kind, title=title, language=language, procedure=procedure, program=program, commitment=commitment
    )
    thread.posts.create(author_name=author_name, body=body)
    return thread


@transaction.atomic
def publish_thread(*, thread, by):
    """Makes a thread public, or public again; posts that were withdrawn one by one stay withdrawn."""
    _lock(thread)
    _expect(thread, State.PENDING, State.REJECTED, State.WITHDRAWN)
    thread.posts.filter(state__in=[Post.State.PENDING, Post.State.REJECTED]).update(
        state=Post.State.PUBLISHED, state_reason=""
    )
    state = State.ANSWERED if thread.answers.exists() else State.OPEN
    _move(thread, state, published_at=thread.published_at or timezone.now())
    _log(thread, by, gettext_noop("Published."))


@transaction.atomic
def reject_thread(*, thread, by, reason):
    """Does not let a pending thread through. The reason is for the staff: the public never saw the thread."""
    _lock(thread)
    _expect(thread, State.PENDING)
    reason = _reason(reason)
    thread.posts.update(state=Post.State.REJECTED, state_reason=reason)
    _move(thread, State.REJECTED, reason)
    _log(thread, by, gettext_noop("Not published: %(reason)s"), reason=reason)


@transaction.atomic
def answer_thread(*, thread, institution, body_es, by, body_en=""):
    """Publishes an official answer; one more, after the first, adds to it or corrects it.

    Returns:
        The OfficialAnswer, which never changes again.
    """
    _lock(thread)
    _expect(thread, State.OPEN, State.ANSWERED, State.CLOSED)
    if not body_es.strip():
        raise IllegalMove(_("An answer needs its text in Spanish."))
    answer = thread.answers.create(institution=institution, body_es=body_es, body_en=body_en, author=by)
    _move(thread, State.ANSWERED)
    _log(thread, by, gettext_noop("Answered for %(institution)s."), institution=institution)
    return answer


@transaction.atomic
def close_thread(*, thread, by, reason):
    """Ends a public thread; it stays readable, with the reason."""
    _lock(thread)
    _expect(thread, State.OPEN, State.ANSWERED)
    reason = _reason(reason)
    _move(thread, State.CLOSED, reason)
    _log(thread, by, gettext_noop("Closed: %(reason)s"), reason=reason)


@transaction.atomic
def withdraw_thread(*, thread, by, reason):
    """Takes all of a public thread out of sight; a notice with the reason stays at its address."""
    _lock(thread)
    _expect(thread, State.OPEN, State.ANSWERED, State.CLOSED)
    reason = _reason(reason)
    _move(thread, State.WITHDRAWN, reason)
    _log(thread, by, gettext_noop("Withdrawn: %(reason)s"), reason=reason)


@transaction.atomic
def withdraw_post(*, post, by, reason):
    """Takes one post out of sight; a notice with the reason stays in its place."""
    _lock(post.thread)
    post.refresh_from_db()
    if post.state != Post.State.PUBLISHED:
        raise IllegalMove(_("Only a published post can be withdrawn."))
    post.state = Post.State.WITHDRAWN
    post.state_reason = _reason(reason)
    post.save(update_fields=["state", "state_reason"])
    _log(
        post.thread, by, gettext_noop("Post %(number)d withdrawn: %(reason)s"), number=post.pk, reason=post.state_reason
    )


@transaction.atomic
def restore_post(*, post, by):
    """Shows a withdrawn post again."""
    _lock(post.thread)
    post.refresh_from_db()
    if post.state != Post.State.WITHDRAWN:
        raise IllegalMove(_("Only a withdrawn post can be shown again."))
    post.state = Post.State.PUBLISHED
    post.state_reason = ""
    post.save(update_fields=["state", "state_reason"])
    _log(post.thread, by, gettext_noop("Post %(number)d shown again."), number=post.pk)


def _lock(thread):
    """Locks the row, so that one move happens at a time, and reads the thread as it is now.

    SQLite needs no row lock: its transactions begin as IMMEDIATE and wait for each other.
    """
    Thread.objects.select_for_update().get(pk=thread.pk)
    thread.refresh_from_db()


def _expect(thread, *states):
    if thread.state not in states:
        message = _("That can't be done with a thread that is “%(state)s”.")
        raise IllegalMove(message % {"state": thread.get_state_display()})


def _reason(text):
    if not text.strip():
        raise IllegalMove(_("Say why: the reason is kept."))
    return text.strip()


def _move(thread, state, reason="", **columns):
    thread.state = state
    thread.state_reason = reason
    for column, value in columns.items():
        setattr(thread, column, value)
    thread.save(update_fields=["state", "state_reason", *columns])


def _log(thread, by, message, **values):
    """A line in the thread's history, in the language of the house: who reads it later is not who wrote it."""
    with translation.override(settings.LANGUAGE_CODE):
        LogEntry.objects.log_actions(by.pk, [thread], CHANGE, change_message=_(message) % values)
