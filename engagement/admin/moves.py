"""The moves of a thread and of its posts as the staff see them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from engagement import actions
from engagement.models import Post, Thread
from procedures.admin.moves import Move
from procedures.models import Institution

State = Thread.State


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It is kept, and shown wherever the public saw the text."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )


class AnswerForm(forms.Form):
    institution = forms.ModelChoiceField(Institution.objects.all(), label=_("Answers for"))
    body_es = forms.CharField(
        label=_("Answer (Spanish)"), widget=forms.Textarea(attrs={"rows": 12, "lang": "es"}), max_length=20_000
    )
    body_en = forms.CharField(
        label=_("Answer (English)"),
        help_text=_("Empty: readers in English see the Spanish one."),
        widget=forms.Textarea(attrs={"rows": 12, "lang": "en"}),
        max_length=20_000,
        required=False,
    )


def by_name(*moves):
    return {move.name: move for move in moves}


THREAD_MOVES = by_name(
    Move(
        name="publish",
        label=_("Publish"),
        explanation=_("Everybody can read it from this moment, as it was written."),
        done=_("Published: it waits for an official answer."),
        states=(State.PENDING, State.REJECTED, State.WITHDRAWN),
        permission="moderate",
        run=lambda thread, user: actions.publish_thread(thread=thread, by=user),
        look="default",
    ),
    Move(
        name="reject",
        label=_("Don't publish"),
        explanation=_("The public never sees it. The reason stays here, for the staff."),
        done=_("It was not published."),
        states=(State.PENDING,),
        permission="moderate",
        run=lambda thread, user, reason: actions.reject_thread(thread=thread, by=user, reason=reason),
        form=ReasonForm,
        look="danger",
    ),
    Move(
        name="answer",
        label=_("Answer"),
        explanation=_("The answer is public at once and can't be changed: a correction is a further answer."),
        done=_("The answer is published."),
        states=(State.OPEN, State.ANSWERED, State.CLOSED),
        permission="answer",
        run=lambda thread, user, **answer: actions.answer_thread(thread=thread, by=user, **answer),
        form=AnswerForm,
        look="default",
    ),
    Move(
        name="close",
        label=_("Close"),
        explanation=_("It stays readable, with the reason; nothing is expected of it any more."),
        done=_("Closed."),
        states=(State.OPEN, State.ANSWERED),
        permission="moderate",
        run=lambda thread, user, reason: actions.close_thread(thread=thread, by=user, reason=reason),
        form=ReasonForm,
    ),
    Move(
        name="withdraw",
        label=_("Withdraw"),
        explanation=_("All of it goes out of sight. A notice with the reason stays at its address."),
        done=_("Withdrawn: a notice stays in its place."),
        states=(State.OPEN, State.ANSWERED, State.CLOSED),
        permission="moderate",
        run=lambda thread, user, reason: actions.withdraw_thread(thread=thread, by=user, reason=reason),
        form=ReasonForm,
        look="danger",
    ),
)

POST_MOVES = by_name(
    Move(
        name="withdraw",
        label=_("Withdraw this text"),
        explanation=_("This text alone goes out of sight. A notice with the reason stays in its place."),
        done=_("Withdrawn: a notice stays in its place."),
        states=(Post.State.PUBLISHED,),
        permission="moderate",
        run=lambda post, user, reason: actions.withdraw_post(post=post, by=user, reason=reason),
        form=ReasonForm,
        look="danger",
    ),
    Move(
        name="restore",
        label=_("Show this text again"),
        explanation=_("It is readable again, as it was written."),
        done=_("The text is shown again."),
        states=(Post.State.WITHDRAWN,),
        permission="moderate",
        run=lambda post, user: actions.restore_post(post=post, by=user),
    ),
)


def may(user, move):
    return user.has_perm(f"engagement.{move.permission}_thread")


def moves_for(user, row, moves):
    """Those of the moves that are legal now for this thread or post and that this user may make."""
    return [move for move in moves.values() if row.state in move.states and may(user, move)]
