"""The plan: what is included, put into the phases of the road and, inside a phase, into waves."""

from collections import defaultdict

from procedures.roadmap.inclusion import Inclusion
from procedures.roadmap.order import put_in_order
from procedures.roadmap.values import Phase, Plan


def make_plan(catalogue, facts):
    """The Plan of a business: the same for the same facts, whatever order the catalogue's tasks come in.

    An item's phase is the stage of its task or, if that is later, the phase of what it waits for. Inside a phase,
    items of one wave can be done at the same time; each waits for something of an earlier wave.

    Args:
        catalogue: a Catalogue.
        facts: Facts.
    """
    inclusion = Inclusion(catalogue, facts)
    road = [task.slug for task in inclusion.tasks]
    order, waits_for, circles = put_in_order(road, inclusion.links)
    places = find_places(order, waits_for, {task.slug: own_stage(task, inclusion) for task in inclusion.tasks})
    rank = {slug: place for place, slug in enumerate(road)}
    waves = defaultdict(list)
    for task in inclusion.tasks:
        before = tuple(sorted(waits_for[task.slug], key=rank.get))
        waves[places[task.slug]].append(inclusion.item(task, before))
    return Plan(
        phases=make_phases(waves, {task.stage_position: task.stage for task in catalogue.tasks}),
        not_needed=tuple(inclusion.not_needed),
        alternatives=tuple(inclusion.alternatives),
        circles=tuple(circles),
    )


def own_stage(task, inclusion):
    """A one-stop window comes as early as the first thing it does, for others wait for that."""
    by_slug = inclusion.catalogue.by_slug
    return min(by_slug[slug].stage_position for slug in (task.slug, *inclusion.covers(task)))


def find_places(order, waits_for, stages):
    """Slug → (position of its phase, number of its wave), each after what it waits for.

    Args:
        order: slugs, each after those it waits for.
        waits_for: slug → slugs.
        stages: slug → the position of its own stage.
    """
    places = {}
    for slug in order:
        before = [places[other] for other in waits_for[slug]]
        stage = max((stages[slug], *(stage for stage, _wave in before)))
        places[slug] = stage, max((wave + 1 for other, wave in before if other == stage), default=0)
    return places


def make_phases(waves, stages):
    """Phases from `(stage position, wave) → items` and `stage position → stage`."""
    grouped = defaultdict(list)
    for stage, wave in sorted(waves):
        grouped[stage].append(tuple(waves[stage, wave]))
    return tuple(Phase(stages[stage], tuple(group)) for stage, group in grouped.items())
