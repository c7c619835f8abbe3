"""Catalogues and questions out of a random generator with a fixed seed: as large as wanted, always the same."""

import random
from decimal import Decimal

from procedures.roadmap.values import (
    Catalogue,
    Choice,
    Condition,
    Facts,
    Need,
    Price,
    Question,
    Task,
)

STAGES = ("planear", "formalizar", "local", "permisos", "contratar", "operar")
KINDS = ("identity", "proof", "form", "plan", "permit", "other")


def make_catalogue(tasks=3_000, situations=200, seed=2026):
    """A Catalogue as a large portal's: most tasks concern one kind of business.

    A task asks for documents that nobody issues, for results of earlier tasks of its own kind of business, and for
    those of a few that everybody needs, as the tax registration. One in a hundred is a one-stop window, which by
    standing in for earlier tasks can close a circle.
    """
    dice = random.Random(seed)  # noqa: S311 – no secret: test data must be the same every time
    names = situation_names(situations)
    made = []
    for number in range(tasks):
        made.append(make_task(dice, number, tasks, names))
    documents = {f"brought-{number}": dice.choice(KINDS) for number in range(100)}
    documents |= {f"result-{number}": "permit" for number in range(tasks)}
    dice.shuffle(made)
    return Catalogue(tuple(made), documents)


def situation_names(number):
    return [f"situation-{index}" for index in range(number)]


def make_task(dice, number, total, names):
    stage = number * len(STAGES) // total
    kin = list(range(number % len(names), number, len(names)))
    basic = list(range(min(number, 20)))
    needed = [*dice.sample(kin, min(len(kin), dice.choice([0, 1, 2]))), *dice.sample(basic, min(len(basic), 1))]
    brought = dice.sample(range(100), dice.choice([1, 2, 4, 8]))
    documents = [*(f"result-{other}" for other in needed), *(f"brought-{other}" for other in brought)]
    is_window = len(kin) >= 3 and dice.random() < 0.01
    return Task(
        slug=f"task-{number}",
        stage=STAGES[stage],
        stage_position=stage + 1,
        position=number,
        condition=make_condition(dice, names, first=names[number % len(names)]),
        needs=tuple(make_need(dice, number * 100 + place, document, names) for place, document in enumerate(documents)),
        results=(f"result-{number}",),
        bundles=tuple(f"task-{other}" for other in dice.sample(kin, 3)) if is_window else (),
        prices=tuple(make_price(dice, number * 10 + place, names) for place in range(dice.choice([0, 1, 1, 2]))),
        time_value=dice.choice([None, 1, 3, 10, 20]),
        time_unit="business_days",
        channels=dice.choice([(), ("online",), ("in_person",), ("online", "in_person")]),
        offices=(f"office-{dice.randrange(40)}",) if dice.random() < 0.7 else (),
        institution=f"institution-{dice.randrange(60)}",
        level=dice.choice(["municipal", "state", "federal"]),
    )


def make_condition(dice, names, first=None):
    """Up to two situations beside the `first`, which must be true."""
    sides = ([first] if first else [], [], [])
    for name in dice.sample(names, dice.choice([0, 0, 1, 2])):
        if name != first:
            dice.choices(sides, weights=[6, 3, 1])[0].append(name)
    return Condition(*map(tuple, sides))


def make_need(dice, number, document, names):
    condition = make_condition(dice, names) if dice.random() < 0.1 else Condition()
    return Need(number, document, dice.choice([None, 0, 1]), dice.choice([None, 1, 2]), condition=condition)


def make_price(dice, number, names):
    low = Decimal(dice.randrange(100, 5_000))
    kind = dice.choice(["free", "fixed", "range", "formula", "unknown"])
    condition = make_condition(dice, names) if dice.random() < 0.1 else Condition()
    amounts = {"fixed": (low, None), "range": (low, low * 2)}.get(kind, (None, None))
    return Price(number, kind, *amounts, unit=dice.choice(["MXN", "MXN", "UMA"]), condition=condition)


def make_facts(situations=200, seed=7, true=0.1, false=0.8):
    """Facts that settle about the given shares of the situations."""
    dice = random.Random(seed)  # noqa: S311 – as above
    drawn = {name: dice.random() for name in situation_names(situations)}
    return Facts(
        frozenset(name for name, share in drawn.items() if share < true),
        frozenset(name for name, share in drawn.items() if true <= share < true + false),
    )


def make_questions(situations=200):
    """One yes-or-no question for each situation; every third depends on the one before it."""
    names = situation_names(situations)
    return tuple(
        Question(
            slug=f"question-{place}",
            position=place,
            choices=(Choice("si", sets_true=frozenset({name})), Choice("no", sets_false=frozenset({name}))),
            depends_on=names[place - 1] if place % 3 == 2 else "",
        )
        for place, name in enumerate(names)
    )
