"""The plain values that a roadmap is computed from and made of.

Situations, tasks, documents, questions … are named by their slugs. Everything is frozen and hashable.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from procedures.conditions import evaluate, undecided


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a business: situations that are true, and that are false; any other is unknown.

    Raises:
        ValueError: a situation is in both sets.
    """

    true: frozenset[str] = frozenset()
    false: frozenset[str] = frozenset()

    def __post_init__(self):
        if both := self.true & self.false:
            raise ValueError(f"Both true and false: {sorted(both)}")

    @property
    def known(self):
        return self.true | self.false


@dataclass(frozen=True, slots=True)
class Condition:
    """For which businesses something applies; an empty one applies always."""

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()

    @property
    def is_empty(self):
        return not (self.all_of or self.any_of or self.none_of)

    @property
    def situations(self):
        return frozenset((*self.all_of, *self.any_of, *self.none_of))

    def verdict(self, facts):
        """True, False, or None while the facts don't decide it."""
        return self.is_empty or evaluate(self.all_of, self.any_of, self.none_of, facts.true, facts.false)

    def undecided(self, facts):
        """The situations that would decide it, in its order; empty if it is decided."""
        return tuple(dict.fromkeys(undecided(self.all_of, self.any_of, self.none_of, facts.true, facts.false)))

    def speaking_for(self, facts):
        """`(situation, value)` of the known facts that make it apply, as far as they do."""
        wanted = [(name, True) for name in (*self.all_of, *self.any_of) if name in facts.true]
        return tuple(dict.fromkeys([*wanted, *((name, False) for name in self.none_of if name in facts.false)]))

    def speaking_against(self, facts):
        """`(situation, value)` of the known facts that each, or for any-of together, keep it from applying."""
        against = [(name, False) for name in self.all_of if name in facts.false]
        if self.any_of and facts.false.issuperset(self.any_of):
            against += [(name, False) for name in self.any_of]
        return tuple(dict.fromkeys([*against, *((name, True) for name in self.none_of if name in facts.true)]))


@dataclass(frozen=True, slots=True)
class Need:
    """What a task asks for: a document, or (`document` empty) something to fulfil that is only described.

    `originals` and `copies` are None where no number is stated. `id` finds its words.
    """

    id: int
    document: str = ""
    originals: int | None = None
    copies: int | None = None
    is_certified: bool = False
    condition: Condition = Condition()


@dataclass(frozen=True, slots=True)
class Price:
    """One amount a task may cost.

    `kind` is free, fixed (`low`), range (`low` to `high`, one end may be open), formula or unknown; `unit` is MXN, UMA
    or percent. Of the prices of a task that share a `group` one is due, by case; those without a group are all due.
    """

    id: int
    kind: str
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = "MXN"
    assurance: str = "unverified"
    group: str = ""
    condition: Condition = Condition()


@dataclass(frozen=True, slots=True)
class Task:
    """One procedure as the roadmap sees it. `id` is its version's; `bundles` makes it a one-stop window."""

    slug: str
    stage: str
    stage_position: int = 0
    position: int = 0
    id: int = 0
    condition: Condition = Condition()
    needs: tuple[Need, ...] = ()
    results: tuple[str, ...] = ()
    bundles: tuple[str, ...] = ()
    prices: tuple[Price, ...] = ()
    time_value: int | None = None
    time_unit: str = ""
    channels: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()
    institution: str = ""
    level: str = ""

    @property
    def key(self):
        """Where it stands on the road when nothing else decides."""
        return self.stage_position, self.position, self.slug

    @property
    def is_window(self):
        return bool(self.bundles)


@dataclass(frozen=True)
class Catalogue:
    """All tasks, in road order whatever order they come in, with what is looked up again and again.

    `documents` maps a document to its kind.
    """

    tasks: tuple[Task, ...]
    documents: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        object.__setattr__(self, "tasks", tuple(sorted(self.tasks, key=lambda task: task.key)))

    @cached_property
    def by_slug(self):
        return {task.slug: task for task in self.tasks}

    @cached_property
    def issuers(self):
        """Document → the tasks whose result it is, in road order."""
        issuers = defaultdict(list)
        for task in self.tasks:
            for document in task.results:
                issuers[document].append(task)
        return dict(issuers)

    @cached_property
    def windows(self):
        return tuple(task for task in self.tasks if task.is_window)

    def bundled(self, window):
        """The tasks a one-stop window stands for, in road order; it never stands for another window."""
        tasks = (self.by_slug.get(slug) for slug in window.bundles)
        return sorted((task for task in tasks if task and not task.is_window), key=lambda task: task.key)


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question and what it makes true or false."""

    slug: str
    sets_true: frozenset[str] = frozenset()
    sets_false: frozenset[str] = frozenset()

    @property
    def sets(self):
        return self.sets_true | self.sets_false


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the guide; with `depends_on`, asked only where that situation is known to be `depends_value`."""

    slug: str
    choices: tuple[Choice, ...]
    position: int = 0
    depends_on: str = ""
    depends_value: bool = True

    @property
    def key(self):
        return self.position, self.slug

    @property
    def sets(self):
        return frozenset().union(*(choice.sets for choice in self.choices))

    def is_asked(self, facts):
        return not self.depends_on or self.depends_on in (facts.true if self.depends_value else facts.false)


@dataclass(frozen=True, slots=True)
class BusinessType:
    """A giro and what is usual for it."""

    slug: str
    sets_true: frozenset[str] = frozenset()
    sets_false: frozenset[str] = frozenset()

    @property
    def facts(self):
        """What it sets; a situation set both ways counts as unknown."""
        both = self.sets_true & self.sets_false
        return Facts(self.sets_true - both, self.sets_false - both)


@dataclass(frozen=True, slots=True)
class Support:
    """A program of support.

    `status` is permanent, open, upcoming, undecided, unknown or closed, as of the day it was read.
    """

    slug: str
    position: int = 0
    id: int = 0
    status: str = "unknown"
    condition: Condition = Condition()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a task is in the plan, or is not.

    `kind`:
        always     it applies to every business
        situation  `situation` is known to have that `value`
        open       it depends on `situation`, which is not known yet
        asked_by   `task` asks for its result, `document`
        covered_by the one-stop window `task` does it
    """

    kind: str
    situation: str = ""
    value: bool | None = None
    document: str = ""
    task: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One task of a plan. Needs and prices that certainly don't apply are left out; `unsure` holds those that may.

    `is_sure` is False while it depends on a situation in `open` whether it is needed at all. `waits_for` are the items
    that must be done before, `covers` what it does as a one-stop window, `alternatives` the windows that would do it
    if they turn out to apply.
    """

    task: Task
    is_sure: bool
    reasons: tuple[Reason, ...]
    open: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    prices: tuple[Price, ...] = ()
    unsure: frozenset[Need | Price] = frozenset()
    waits_for: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()

    @property
    def slug(self):
        return self.task.slug


@dataclass(frozen=True, slots=True)
class NotNeeded:
    """A task that is not in the plan, and why."""

    task: Task
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """A one-stop window that would stand for these items of the plan if the situations in `open` turn out right."""

    task: Task
    stands_for: tuple[str, ...]
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """`task` asks for `document`, which `issuer` issues."""

    task: str
    document: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Circle:
    """A chain of links that comes back to where it began; a plan breaks it by leaving the first one out."""

    links: tuple[Link, ...]

    @property
    def tasks(self):
        return tuple(link.task for link in self.links)

    @property
    def broken(self):
        return self.links[0]


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the road; `waves` are groups of items that can be done at the same time, one group after another."""

    stage: str
    waves: tuple[tuple[Item, ...], ...]

    @property
    def items(self):
        return tuple(item for wave in self.waves for item in wave)


@dataclass(frozen=True)
class Plan:
    """The roadmap. Every task of the catalogue is an item, or not needed, or an alternative."""

    phases: tuple[Phase, ...]
    not_needed: tuple[NotNeeded, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    circles: tuple[Circle, ...] = ()

    @cached_property
    def items(self):
        """In an order in which they can be done one by one."""
        return tuple(item for phase in self.phases for item in phase.items)

    @cached_property
    def by_slug(self):
        return {item.slug: item for item in self.items}

    @cached_property
    def open(self):
        """Every situation that is unknown and, once known, could change the plan."""
        parts = [part.condition for item in self.items for part in item.unsure]
        known = (entry.open for entry in (*self.items, *self.alternatives))
        return frozenset(name for names in known for name in names).union(*(part.situations for part in parts))
