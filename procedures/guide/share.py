"""A plan in a few lines of plain text, to send in a messaging app."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST = 1_000
"""Characters the whole text stays under."""


def as_text(plan):
    """The title, the figures, as many of the first procedures as fit, and the address of the Presentation."""
    address = plan.absolute_address()
    head = [plan.title, *figures(plan), ""]
    steps = [
        f"{step.number}. {item.version.name}" for phase in plan.phases for step in phase.steps for item in step.items
    ]
    for shown in range(len(steps), -1, -1):
        more = len(steps) - shown
        rest = [ngettext("… and %(n)s more", "… and %(n)s more", more) % {"n": more}] if more else []
        text = "\n".join([*head, *steps[:shown], *rest, "", _("The whole plan:"), address])
        if len(text) < MOST:
            return text
    return "\n".join([*head, plan.absolute_address("guide").partition("?")[0]])[: MOST - 1]


def figures(plan):
    totals = plan.figures.totals
    yield ngettext("%(n)s procedure", "%(n)s procedures", totals.procedures) % {"n": totals.procedures}
    yield _("Cost: %(cost)s") % {"cost": plan.figures.cost}
    if plan.figures.days:
        yield _("Time: %(days)s") % {"days": plan.figures.days}
    yield ngettext("%(n)s visit", "%(n)s visits", totals.visits) % {"n": totals.visits}
    yield ngettext("%(n)s document", "%(n)s documents", totals.documents) % {"n": totals.documents}
