"""How one plan differs from another: what a draft version would change before it is published."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """What is different after; tasks by slug, in the order of the plan.

    `settled` became sure and `unsettled` no longer are; `moved` are `(task, phase before, phase after)`; `waits_for`
    has the tasks that wait for others than before, `asks_for` those that ask for other documents or numbers of them.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    moved: tuple[tuple[str, str, str], ...] = ()
    waits_for: tuple[str, ...] = ()
    asks_for: tuple[str, ...] = ()

    @property
    def is_nothing(self):
        return self == Change()


def compare_plans(before, after):
    """The Change from one Plan to another."""
    stages_before, stages_after = stages(before), stages(after)
    both = [(before.by_slug[item.slug], item) for item in after.items if item.slug in before.by_slug]
    return Change(
        added=tuple(item.slug for item in after.items if item.slug not in before.by_slug),
        removed=tuple(item.slug for item in before.items if item.slug not in after.by_slug),
        settled=tuple(new.slug for old, new in both if new.is_sure and not old.is_sure),
        unsettled=tuple(new.slug for old, new in both if old.is_sure and not new.is_sure),
        moved=tuple(
            (new.slug, stages_before[new.slug], stages_after[new.slug])
            for _old, new in both
            if stages_before[new.slug] != stages_after[new.slug]
        ),
        waits_for=tuple(new.slug for old, new in both if set(old.waits_for) != set(new.waits_for)),
        asks_for=tuple(new.slug for old, new in both if asked(old) != asked(new)),
    )


def stages(plan):
    return {item.slug: phase.stage for phase in plan.phases for item in phase.items}


def asked(item):
    """What an item asks for, without the ids that every version has anew."""
    return [(need.document, need.originals, need.copies, need in item.unsure) for need in item.needs]
