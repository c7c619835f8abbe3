"""Where the plan takes a person: which place, for what, and what to take along."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from procedures.roadmap.folder import Paper, collect_papers, issuers_in


@dataclass(frozen=True, slots=True)
class Visit:
    """One way to one place, for all that can be done there at the same time.

    `office` is empty where no office is known, `institution` too where it is none of the catalogue's (then `tasks` is
    one task, whose provider says where). `papers` is what to take.
    """

    stage: str
    office: str
    institution: str
    tasks: tuple[str, ...]
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Visits:
    """`visits` in the order of the plan; what needs none: done `online`, or `by_phone`. Slugs of tasks."""

    visits: tuple[Visit, ...]
    online: tuple[str, ...]
    by_phone: tuple[str, ...]


def make_visits(plan, kinds):
    """The Visits of a Plan: as few as its order allows, where what can be done online needs none.

    A task whose channel is not known counts as a visit.

    Args:
        plan: the Plan.
        kinds: document → its kind (`catalogue.documents`).
    """
    issuers = issuers_in(plan)
    visits = []
    for phase in plan.phases:
        for wave in phase.waves:
            for (institution, office), items in by_place([item for item in wave if needs_visit(item.task)]):
                tasks = tuple(item.slug for item in items)
                papers = collect_papers(items, kinds, issuers)
                visits.append(Visit(phase.stage, office, institution, tasks, papers))
    return Visits(
        visits=tuple(visits),
        online=tuple(item.slug for item in plan.items if "online" in item.task.channels),
        by_phone=tuple(item.slug for item in plan.items if item.task.channels == ("phone",)),
    )


def needs_visit(task):
    return "online" not in task.channels and task.channels != ("phone",)


def by_place(items):
    """`((institution, office), items)` with few places: of a task's offices the one where most others can be done."""
    served = Counter(office for item in items for office in item.task.offices)
    places = defaultdict(list)
    for item in items:
        task = item.task
        office = min(task.offices, key=lambda slug: (-served[slug], slug), default="")
        # Where neither is known, the provider's own words say where: a place of its own.
        places[office, "" if office else task.institution or task.slug].append(item)
    return [((items[0].task.institution, office), items) for (office, _unknown), items in places.items()]
