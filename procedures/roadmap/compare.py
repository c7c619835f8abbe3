"""How one plan differs from another: what a draft version would change before it is published."""

from dataclasses import dataclass, replace

from procedures.roadmap.values import Condition


@dataclass(frozen=True, slots=True)
class Change:
    """What is different after; tasks by slug, in the order of the plan.

    `settled` became sure and `unsettled` no longer are; `depends` are as unsure as before, but for other reasons.
    `moved` are `(task, phase before, phase after)`. `waits_for` has the tasks that wait for others than before,
    `asks_for` those that ask for other documents or numbers of them, `costs` and `times` those that cost something else
    or take another time. `offered` and `withdrawn` are the one-stop windows that are, or no longer are, the
    alternative to something.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    moved: tuple[tuple[str, str, str], ...] = ()
    waits_for: tuple[str, ...] = ()
    asks_for: tuple[str, ...] = ()
    costs: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()

    @property
    def is_nothing(self):
        return self == Change()


def compare_plans(before, after):
    """The Change from one Plan to another."""
    stages_before, stages_after = stages(before), stages(after)
    windows_before, windows_after = windows(before), windows(after)
    both = [(before.by_slug[item.slug], item) for item in after.items if item.slug in before.by_slug]

    def differing(part):
        return tuple(new.slug for old, new in both if part(old) != part(new))

    return Change(
        added=tuple(item.slug for item in after.items if item.slug not in before.by_slug),
        removed=tuple(item.slug for item in before.items if item.slug not in after.by_slug),
        settled=tuple(new.slug for old, new in both if new.is_sure and not old.is_sure),
        unsettled=tuple(new.slug for old, new in both if old.is_sure and not new.is_sure),
        depends=tuple(
            new.slug for old, new in both if not (old.is_sure or new.is_sure) and set(old.open) != set(new.open)
        ),
        moved=tuple(
            (new.slug, stages_before[new.slug], stages_after[new.slug])
            for _old, new in both
            if stages_before[new.slug] != stages_after[new.slug]
        ),
        waits_for=differing(lambda item: set(item.waits_for)),
        asks_for=differing(asked),
        costs=differing(priced),
        times=differing(lambda item: (item.task.time_value, item.task.time_unit)),
        offered=tuple(slug for slug in windows_after if slug not in windows_before),
        withdrawn=tuple(slug for slug in windows_before if slug not in windows_after),
    )


def stages(plan):
    return {item.slug: phase.stage for phase in plan.phases for item in phase.items}


def windows(plan):
    return [alternative.task.slug for alternative in plan.alternatives]


def asked(item):
    """What an item asks for, without the ids that every version has anew."""
    return [(need.document, need.originals, need.copies, need.is_certified, need in item.unsure) for need in item.needs]


def priced(item):
    """What an item costs, likewise without ids."""
    return [(replace(price, id=0, condition=Condition()), price in item.unsure) for price in item.prices]
