"""Supports that fit the facts of a business."""

from procedures.roadmap.supports import LIVE_FIRST, Fit, fitting
from procedures.roadmap.values import Condition, Facts, Reason, Support


def support(slug, status="open", position=0, **rule):
    return Support(slug, position, status=status, condition=Condition(**rule))


def test_supports_that_fit_say_why():
    supports = [
        support("all", position=1),
        support("rural", position=2, all_of=("rural",)),
        support("woman", position=3, all_of=("woman", "rural")),
        support("town", none_of=("rural",)),
    ]
    assert fitting(supports, Facts(frozenset({"rural"}))) == (
        Fit(supports[0], True, (Reason("always"),), ()),
        Fit(supports[1], True, (Reason("situation", "rural", True),), ()),
        Fit(supports[2], False, (Reason("situation", "rural", True), Reason("open", "woman")), ("woman",)),
    )


def test_live_supports_come_first_then_sure_ones():
    supports = [support(status, status) for status in reversed(LIVE_FIRST)]
    supports.append(support("maybe", "open", all_of=("unknown",)))
    order = [fit.support.slug for fit in fitting(supports, Facts())]
    assert order == ["open", "maybe", "permanent", "upcoming", "undecided", "unknown", "closed"]
