"""The programs of support that fit the facts of a business."""

from dataclasses import dataclass

from procedures.roadmap.values import Reason, Support

LIVE_FIRST = ("open", "permanent", "upcoming", "undecided", "unknown", "closed")
"""The order of statuses: what can be asked for today, soonest gone first; then what may be open; then what is over."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A support that applies, or may apply once the situations in `open` are known."""

    support: Support
    is_sure: bool
    reasons: tuple[Reason, ...]
    open: tuple[str, ...]


def fitting(supports, facts):
    """The Fits among some Supports: live ones first, sure ones before others, then in the catalogue's order."""
    found = []
    for support in supports:
        verdict = support.condition.verdict(facts)
        if verdict is not False:
            opened = support.condition.undecided(facts)
            known = [Reason("situation", name, value) for name, value in support.condition.speaking_for(facts)]
            always = [Reason("always")] if support.condition.is_empty else []
            reasons = (*always, *known, *(Reason("open", name) for name in opened))
            found.append(Fit(support, verdict is True, reasons, opened))
    return tuple(sorted(found, key=order_of))


def order_of(fit):
    return LIVE_FIRST.index(fit.support.status), not fit.is_sure, fit.support.position, fit.support.slug
