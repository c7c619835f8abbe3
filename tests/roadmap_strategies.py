"""Hypothesis strategies: small catalogues with every oddity (circles, windows, empty rules), facts, questions."""

import os
from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from procedures.roadmap.values import Catalogue, Choice, Condition, Facts, Need, Price, Question, Task

# What is tested is what comes out, not how fast: a busy machine is no failure.
# HYPOTHESIS_PROFILE=thorough tries many more cases, before a change of the rules themselves.
for profile, examples in {"quick": 50, "thorough": 500}.items():
    settings.register_profile(
        profile, max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

SITUATIONS = ("a", "b", "c", "d", "e")
DOCUMENTS = ("p", "q", "r", "s", "t")
TASKS = tuple(f"task-{number}" for number in range(8))

situations = st.lists(st.sampled_from(SITUATIONS), max_size=2, unique=True).map(tuple)


def conditions(none_of=situations):
    return st.builds(Condition, all_of=situations, any_of=situations, none_of=none_of)


def needs(rules):
    number = st.none() | st.integers(0, 3)
    return st.builds(
        Need,
        id=st.integers(1, 1_000),
        document=st.sampled_from(("", *DOCUMENTS)),
        originals=number,
        copies=number,
        condition=rules,
    )


amounts = st.integers(0, 500).map(Decimal)


@st.composite
def prices(draw, rules):
    kind = draw(st.sampled_from(["free", "fixed", "range", "formula", "unknown"]))
    low, high = draw(amounts), draw(amounts)
    ends = {"fixed": (low, None), "range": draw(st.sampled_from([(low, low + high), (low, None), (None, high)]))}
    return Price(
        draw(st.integers(1, 1_000)),
        kind,
        *ends.get(kind, (None, None)),
        unit=draw(st.sampled_from(["MXN", "UMA", "percent"])),
        assurance=draw(st.sampled_from(["confirmed", "unverified"])),
        group=draw(st.sampled_from(["", "case"])),
        condition=draw(rules),
    )


@st.composite
def tasks(draw, slug, rules, windows, details):
    stage = draw(st.integers(1, 3))
    task = Task(
        slug=slug,
        stage=f"stage-{stage}",
        stage_position=stage,
        position=draw(st.integers(0, 2)),
        condition=draw(rules),
        needs=tuple(draw(st.lists(needs(rules), max_size=3))),
        results=tuple(draw(st.lists(st.sampled_from(DOCUMENTS), max_size=2, unique=True))),
        bundles=tuple(draw(st.lists(st.sampled_from(TASKS), max_size=3, unique=True))) if windows else (),
    )
    return draw(with_details(task, rules)) if details else task


@st.composite
def with_details(draw, task, rules):
    """The task with all that its place in a plan does not depend on."""
    value = draw(st.none() | st.integers(1, 20))
    return replace(
        task,
        prices=tuple(draw(st.lists(prices(rules), max_size=2))),
        time_value=value,
        time_unit="business_days" if value else "",
        channels=draw(st.sampled_from([(), ("online",), ("in_person",), ("phone",), ("online", "in_person")])),
        offices=tuple(draw(st.lists(st.sampled_from(["x", "y"]), max_size=2, unique=True))),
        institution=draw(st.sampled_from(["", "one", "two"])),
        level=draw(st.sampled_from(["municipal", "federal"])),
    )


@st.composite
def catalogues(draw, rules=None, windows=True, details=False):
    """Up to 8 tasks. `windows`: some may be one-stop windows; `details`: with prices, times, places."""
    rules = conditions() if rules is None else rules
    slugs = draw(st.lists(st.sampled_from(TASKS), unique=True))
    made = [draw(tasks(slug, rules, windows and draw(st.booleans()), details)) for slug in slugs]
    kinds = {document: draw(st.sampled_from(["identity", "form"])) for document in DOCUMENTS} if details else {}
    return Catalogue(tuple(made), kinds)


@st.composite
def facts(draw):
    """Each situation true, false or unknown."""
    values = {name: draw(st.sampled_from([True, False, None])) for name in SITUATIONS}
    return Facts(
        frozenset(name for name, value in values.items() if value is True),
        frozenset(name for name, value in values.items() if value is False),
    )


sets = st.frozensets(st.sampled_from(SITUATIONS), max_size=3)


@st.composite
def questions(draw):
    """Up to 5 questions that depend on anything, and that may contradict each other and themselves."""
    made = []
    for number in range(draw(st.integers(0, 5))):
        choices = [Choice(slug, draw(sets), draw(sets)) for slug in ("yes", "no")]
        depends_on = draw(st.sampled_from(("", "", *SITUATIONS)))
        made.append(
            Question(f"question-{number}", tuple(choices), draw(st.integers(0, 3)), depends_on, draw(st.booleans()))
        )
    return tuple(made)
