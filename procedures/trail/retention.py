"""The one way in which lines leave the change log: by a command of whoever runs the portal, and with a trace."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from procedures import frozen
from procedures.models import TrailLine
from procedures.trail.acting import acting_now


def lines_before(date):
    """Lines older than that date, in local time."""
    return TrailLine.objects.filter(at__date__lt=date)


def lines_about(model, key):
    """Lines about one record and its rows, for somebody's words that have to go."""
    return TrailLine.objects.about(model, key)


def lines_by(username):
    """Lines by one person, and about the account of that name."""
    return TrailLine.objects.filter(Q(who=username) | Q(model="auth.user", label=username))


@transaction.atomic
def remove(lines, *, model, key, reason):
    """Takes lines out and leaves one that says how many and why; the rest stays frozen for everybody else.

    Args:
        lines: a queryset of TrailLines.
        model, key: what the line that stays is about.

    Returns:
        How many lines were removed.
    """
    with frozen.lifted():
        count, _by_model = lines.delete()
    doing = acting_now()
    TrailLine.objects.create(
        at=timezone.now(),
        act=doing["act"],
        by_id=doing["by"],
        who=doing["who"],
        action=TrailLine.Action.FORGOTTEN,
        model=model,
        key=key,
        root_model=model,
        root_key=key,
        changes={"": [count, reason]},
    )
    return count
