"""What the whole plan costs in money and time, and how much there is of everything.

Nothing is guessed: what can't be added up is named beside the sum.
"""

from collections import defaultdict
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from math import ceil

BUSINESS_DAYS = {
    "hours": Fraction(1, 24),
    "business_days": Fraction(1),
    "days": Fraction(5, 7),
    "weeks": Fraction(5),
    "months": Fraction(21),
    "years": Fraction(252),
}
"""Business days in one unit of a response time. Calendar units count five of seven days, a month 21 and a year 252 (the
usual year of working days); 24 hours count one day. Fractions of the result are rounded up to whole days."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Pesos `low` to `high`, and what they leave out.

    Every other field holds `(task, id of the price)`, with None for the id where a task has no price at all:
        unverified   counted, but the amount is not confirmed
        open_ended   counted with its known end: how high it can go is not stated
        unknown      not counted: no amount is known
        by_rule      not counted: a percentage or a formula
        unconverted  not counted: in a unit whose value in pesos is not known
    """

    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    unverified: tuple = ()
    open_ended: tuple = ()
    unknown: tuple = ()
    by_rule: tuple = ()
    unconverted: tuple = ()

    @property
    def is_counted(self):
        return not (self.unknown or self.by_rule or self.unconverted)


def add_costs(costs):
    """The sum of some Costs, which names all that they name."""
    costs = list(costs)
    named = (chain.from_iterable(getattr(cost, field.name) for cost in costs) for field in fields(Cost)[2:])
    low, high = (sum((getattr(cost, end) for cost in costs), Decimal(0)) for end in ("low", "high"))
    return Cost(low, high, *map(tuple, named))


def item_cost(item, units):
    """The Cost of one item of a plan. What may turn out not to apply adds to the upper end only.

    Args:
        item: the Item.
        units: unit → its value in pesos, such as `{"UMA": Decimal("117.31")}`.
    """
    if not item.task.prices:
        return Cost(unknown=((item.slug, None),))
    groups = defaultdict(list)
    for price in item.prices:
        groups[price.group or price.id].append(price)
    return add_costs(group_cost(item, prices, units) for prices in groups.values())


def group_cost(item, prices, units):
    """The Cost of the one among some prices that is due: from the lowest to the highest of them."""
    costs = [price_cost(price, item.slug, units) for price in prices]
    is_sure = item.is_sure and not item.unsure.intersection(prices) and all(cost.is_counted for cost in costs)
    low = min(cost.low for cost in costs) if is_sure else Decimal(0)
    return replace(add_costs(costs), low=low, high=max(cost.high for cost in costs))


def price_cost(price, slug, units):
    name = ((slug, price.id),)
    if price.kind == "free":
        return Cost()
    if price.kind == "unknown":
        return Cost(unknown=name)
    if price.kind == "formula" or price.unit == "percent":
        return Cost(by_rule=name)
    rate = Decimal(1) if price.unit == "MXN" else units.get(price.unit)
    if rate is None:
        return Cost(unconverted=name)
    high = price.low if price.kind == "fixed" else price.high
    return Cost(
        low=(price.low or Decimal(0)) * rate,
        high=(price.low if high is None else high) * rate,
        unverified=() if price.assurance == "confirmed" else name,
        open_ended=name if high is None else (),
    )


def business_days(value, unit):
    """A response time in whole business days, by `BUSINESS_DAYS`; 0 for an unknown one (`value` None)."""
    return 0 if value is None else ceil(value * BUSINESS_DAYS[unit])


@dataclass(frozen=True, slots=True)
class Time:
    """Business days on the plan's critical path, if everything is filed as early as can be.

    `low` counts the items that are sure, `high` all; `path` are the items that add to `high`, in order. An unknown
    time counts as none: `unknown` names those items.
    """

    low: int
    high: int
    path: tuple[str, ...]
    unknown: tuple[str, ...]


def plan_time(plan):
    low, _path = critical_path(plan, lambda item: item_days(item) if item.is_sure else 0)
    high, path = critical_path(plan, item_days)
    return Time(low, high, path, tuple(item.slug for item in plan.items if item.task.time_value is None))


def item_days(item):
    return business_days(item.task.time_value, item.task.time_unit)


def critical_path(plan, days):
    """`(length, slugs on it that take time)` of the longest chain of items that wait for each other.

    Args:
        plan: the Plan.
        days: Item → its length.
    """
    ends, previous = {}, {}
    for item in plan.items:
        latest = max(item.waits_for, key=lambda slug: ends[slug], default=None)
        previous[item.slug] = latest
        ends[item.slug] = ends.get(latest, 0) + days(item)
    slug = max(ends, key=ends.get, default=None)
    length, path = ends.get(slug, 0), []
    while slug is not None:
        path.append(slug)
        slug = previous[slug]
    return length, tuple(slug for slug in reversed(path) if days(plan.by_slug[slug]))


@dataclass(frozen=True, slots=True)
class Totals:
    """The plan in figures.

    `unsure` of the `procedures` may turn out not to be needed. `documents` and `originals` are those to bring; `copies`
    are also of what the plan itself produces. Of `unstated` uses no number is known.
    """

    procedures: int
    unsure: int
    documents: int
    originals: int
    copies: int
    unstated: int
    visits: int
    cost: Cost
    time: Time


def make_totals(plan, folder, visits, units):
    """The Totals of a Plan with its Folder and Visits; `units` as in `item_cost`."""
    return Totals(
        procedures=len(plan.items),
        unsure=sum(not item.is_sure for item in plan.items),
        documents=len(folder.bring),
        originals=sum(paper.originals for paper in folder.bring),
        copies=sum(paper.copies for paper in (*folder.bring, *folder.produced)),
        unstated=sum(paper.unstated for paper in (*folder.bring, *folder.produced)),
        visits=len(visits.visits),
        cost=add_costs(item_cost(item, units) for item in plan.items),
        time=plan_time(plan),
    )
