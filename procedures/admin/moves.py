"""The moves of a version as the staff see them: words, who may, what is asked before, what is said after."""

from collections.abc import Callable
from typing import NamedTuple

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procedures import actions
from procedures.admin.checklist import GatedForm
from procedures.models import VersionState


class NothingForm(forms.Form):
    """Nothing is asked: the button is the answer."""


class SubmitForm(forms.Form):
    note = forms.CharField(
        label=_("What changes"),
        help_text=_("Internal: tells the reviewer what to look at."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        required=False,
    )


class ReturnForm(forms.Form):
    note = forms.CharField(
        label=_("What is missing"),
        help_text=_("Internal: the author reads it above the draft."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )


class PublishForm(GatedForm):
    """Nothing is asked but the tick for what warns."""


class ApproveForm(GatedForm):
    publish_at = forms.DateTimeField(
        label=_("Publish by itself at"),
        help_text=_("Time of Chihuahua. Empty: somebody publishes it by hand."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        required=False,
    )

    def clean_publish_at(self):
        publish_at = self.cleaned_data["publish_at"]
        if publish_at and publish_at <= timezone.now():
            raise forms.ValidationError(_("That time is past."))
        return publish_at

    def goes_live(self, data):
        return bool(data.get("publish_at"))


class ScheduleForm(ApproveForm):
    """The time of a version that is approved already; empty takes a time away that was set."""


class Move(NamedTuple):
    name: str
    label: str
    explanation: str
    done: str
    states: tuple  # in which it is legal
    permission: str  # "change", "review" or "publish" of the version's model
    run: Callable  # (version, user, **what the form asked) → the draft that it made, or None
    form: type = NothingForm
    look: str = ""  # "default" for the usual next step, "danger" for what takes something away


MOVES = {
    move.name: move
    for move in (
        Move(
            name="start",
            label=_("New version"),
            explanation=_("Makes a draft with all of this version's content. The public goes on seeing what it sees."),
            done=_("This is the new draft: change what has to change, then submit it for review."),
            states=(VersionState.PUBLISHED,),
            permission="change",
            run=lambda version, user: actions.start_version(of=version, author=user),
            look="default",
        ),
        Move(
            name="restore",
            label=_("Restore as a new draft"),
            explanation=_("Makes a draft with what this old version said. The public goes on seeing what it sees."),
            done=_("This is the new draft, with the content of the old version: check it, then submit it for review."),
            states=(VersionState.RETIRED,),
            permission="change",
            run=lambda version, user: actions.start_version(of=version, author=user),
        ),
        Move(
            name="submit",
            label=_("Submit for review"),
            explanation=_("Somebody other than the author reviews it. Until then it can't be changed."),
            done=_("Submitted: it waits for somebody other than its author to review it."),
            states=(VersionState.DRAFT,),
            permission="change",
            run=lambda version, user, note: actions.submit(version=version, by=user, note=note),
            form=SubmitForm,
            look="default",
        ),
        Move(
            name="approve",
            label=_("Approve"),
            explanation=_("You vouch that it is right. It goes live when it is published."),
            done=_("Approved: it can be published."),
            states=(VersionState.IN_REVIEW,),
            permission="review",
            run=lambda version, user, **asked: actions.approve(version=version, by=user, **asked),
            form=ApproveForm,
            look="default",
        ),
        Move(
            name="publish",
            label=_("Publish"),
            explanation=_("The public sees it from this moment; the version that was in force is retired."),
            done=_("Published: it is what the public sees now."),
            states=(VersionState.APPROVED,),
            permission="publish",
            run=lambda version, user, **asked: actions.publish(version=version, by=user, **asked),
            form=PublishForm,
            look="default",
        ),
        Move(
            name="schedule",
            label=_("Set the time"),
            explanation=_("It goes live by itself at that time; the version that was in force is retired then."),
            done=_("The time is set."),
            states=(VersionState.APPROVED,),
            permission="publish",
            run=lambda version, user, **asked: actions.schedule(version=version, by=user, **asked),
            form=ScheduleForm,
        ),
        Move(
            name="return",
            label=_("Return to the author"),
            explanation=_("It becomes a draft again and can be changed."),
            done=_("Returned: it is a draft again."),
            states=(VersionState.IN_REVIEW, VersionState.APPROVED),
            permission="review",
            run=lambda version, user, note: actions.return_to_author(version=version, by=user, note=note),
            form=ReturnForm,
        ),
        Move(
            name="retire",
            label=_("Retire"),
            explanation=_("It leaves the catalogue and no version takes its place. Its page stays, with a notice."),
            done=_("Retired: it is no longer in the catalogue."),
            states=(VersionState.PUBLISHED,),
            permission="publish",
            run=lambda version, user: actions.retire(version=version, by=user),
            look="danger",
        ),
        Move(
            name="discard",
            label=_("Discard the draft"),
            explanation=_("The draft and all that was written in it are deleted. This can't be undone."),
            done=_("The draft was discarded."),
            states=(VersionState.DRAFT,),
            permission="change",
            run=lambda version, user: actions.discard(version=version, by=user),
            look="danger",
        ),
    )
}


WHAT_COMES_FIRST = {
    VersionState.DRAFT: _("It has to be submitted first, then somebody other than its authors reviews it."),
    VersionState.IN_REVIEW: _("Somebody other than its authors has to review it first: to approve it or to return it."),
    VersionState.APPROVED: _("It is approved: it can be published, or returned to the author."),
    VersionState.PUBLISHED: _("It is what the public sees: to change it, make a new version."),
    VersionState.RETIRED: _("It is no longer in force: to have it back, restore it as a new draft."),
}


def has(user, permission, version):
    """Whether the user has the "change", "review" or "publish" permission on versions of this kind."""
    options = version._meta
    return user.has_perm(f"{options.app_label}.{permission}_{options.model_name}")


def may(user, move, version):
    """Whether the user may make this move of this version, were it legal now.

    Who submitted something may take it back; who only publishes returns what was approved.
    """
    if move.name == "return":
        return (
            has(user, "review", version)
            or (version.state == VersionState.APPROVED and has(user, "publish", version))
            or (user == version.author and has(user, "change", version))
        )
    return has(user, move.permission, version)


def moves_for(user, version, *, in_progress):
    """The moves that are legal now and that this user may make, the usual next step first.

    `in_progress` is the identity's open version or None: while there is one, no other is started.
    """
    return [
        move
        for move in MOVES.values()
        if may(user, move, version) and not why_illegal(user, move, version, in_progress=in_progress)
    ]


def why_illegal(user, move, version, *, in_progress):
    """Why this move can't be made now, whatever the user's permissions; an empty string if it can."""
    if version.state not in move.states:
        message = _("“%(move)s” can't be done with a version that is “%(state)s”. %(next)s")
        words = {"move": move.label, "state": version.get_state_display(), "next": WHAT_COMES_FIRST[version.state]}
        return message % words
    if move.name in ("start", "restore") and in_progress:
        return _("Version %(number)d is in progress already: continue that one, or discard it.") % {
            "number": in_progress.number
        }
    if move.name == "approve" and user == version.author:
        return _("You wrote it: somebody else has to review it.")
    if move.name == "approve" and version.writers.contains(user):
        return _("You wrote part of it: somebody who didn't has to review it.")
    return ""
