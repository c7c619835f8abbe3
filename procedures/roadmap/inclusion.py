"""Which tasks belong in a plan, and why: their own rules, one-stop windows, and documents that others ask for."""

from collections import defaultdict, deque
from dataclasses import dataclass
from functools import cached_property

from procedures.roadmap.values import Alternative, Item, Link, NotNeeded, Reason


@dataclass(frozen=True, slots=True)
class Ask:
    """A task of the plan asks for a document; `is_sure` if its rule for that is true, else `open` would decide it."""

    task: str
    document: str
    is_sure: bool
    open: tuple[str, ...]


class Inclusion:
    """Decides the place of every task of a catalogue for some facts.

    A task whose rule is true or undecided is in. One whose rule is false comes in all the same where a task of the
    plan asks for a document that nothing else in the plan issues. A one-stop window whose rule is true replaces the
    tasks it stands for; one that is undecided is the alternative to them.

    `tasks` (what is in), `not_needed` and `alternatives` are in road order; `links` say what needs what among the
    tasks, and `item()` makes an Item of one once its order is known.
    """

    def __init__(self, catalogue, facts):
        self.catalogue = catalogue
        self.facts = facts
        self.verdicts = {task.slug: task.condition.verdict(facts) for task in catalogue.tasks}
        self.covered_by = self._windows_that_stand_in()
        self.included = {task.slug for task in catalogue.tasks if self._is_in_by_itself(task)}
        self._asks = {}
        self._brought_in_for = {}
        self._close_over_documents()

    @cached_property
    def tasks(self):
        return [task for task in self.catalogue.tasks if task.slug in self.included]

    @cached_property
    def not_needed(self):
        places = self.included | self._offered
        return [self._not_needed(task) for task in self.catalogue.tasks if task.slug not in places]

    @cached_property
    def alternatives(self):
        return [self._alternative(window) for window in self.catalogue.windows if window.slug in self._offered]

    @cached_property
    def links(self):
        """One Link for each document that an item asks for and each other item that issues it."""
        return [Link(ask.task, ask.document, issuer) for ask, issuers in self._answered for issuer in issuers]

    # One-stop windows

    def _windows_that_stand_in(self):
        """Task → the windows that do it, for windows whose rule is true."""
        covered_by = defaultdict(list)
        for window in self.catalogue.windows:
            if self.verdicts[window.slug]:
                for task in self.catalogue.bundled(window):
                    covered_by[task.slug].append(window.slug)
        return dict(covered_by)

    def _replaceable(self, window):
        """What a window could do for this business: the tasks it stands for that may apply."""
        return [task for task in self.catalogue.bundled(window) if self.verdicts[task.slug] is not False]

    def _is_in_by_itself(self, task):
        """An undecided window is only an alternative, unless nothing it stands for can apply: then it stands alone."""
        verdict = self.verdicts[task.slug]
        if verdict is False or task.slug in self.covered_by:
            return False
        return not (verdict is None and task.is_window and self._replaceable(task))

    @cached_property
    def _offered(self):
        """Undecided windows that would replace an item of the plan."""
        return {
            window.slug
            for window in self.catalogue.windows
            if self.verdicts[window.slug] is None
            and window.slug not in self.included
            and any(task.slug not in self.covered_by for task in self._replaceable(window))
        }

    @cached_property
    def _alternatives_to(self):
        """Item → the windows that are the alternative to it."""
        offers = defaultdict(list)
        for alternative in self.alternatives:
            for slug in alternative.stands_for:
                offers[slug].append(alternative.task.slug)
        return offers

    # Documents

    def _close_over_documents(self):
        """Brings in an issuer for each document that is asked for and that nothing in the plan issues yet."""
        queue = deque(task for task in self.catalogue.tasks if task.slug in self.included)
        while queue:
            task = queue.popleft()
            self._asks[task.slug] = self._asks_of(task)
            for ask in self._asks[task.slug]:
                if not self._issuers_in_plan(ask) and (issuer := self._best_issuer(ask)):
                    self.included.add(issuer.slug)
                    self._brought_in_for[issuer.slug] = ask
                    queue.append(issuer)

    def _asks_of(self, task):
        """Its Asks for documents that some task issues; all others the person brings."""
        asks = []
        for need in task.needs:
            verdict = need.document in self.catalogue.issuers and need.condition.verdict(self.facts)
            if verdict is not False:
                opened = () if verdict else need.condition.undecided(self.facts)
                asks.append(Ask(task.slug, need.document, bool(verdict), opened))
        return asks

    def _issuers_in_plan(self, ask):
        """Slugs of the other items that issue the document; for a replaced task, the window that does it."""
        issuers = []
        for task in self.catalogue.issuers[ask.document]:
            issuers += [task.slug] if task.slug in self.included else self.covered_by.get(task.slug, ())
        return [slug for slug in dict.fromkeys(issuers) if slug != ask.task]

    def _best_issuer(self, ask):
        """The task to bring in for a document: the first on the road, rather no window."""
        candidates = (
            task
            for task in self.catalogue.issuers[ask.document]
            if task.slug != ask.task and task.slug not in self.covered_by
        )
        return min(candidates, key=lambda task: (task.is_window, task.key), default=None)

    @cached_property
    def _answered(self):
        """Each Ask with the items that issue its document, in road order of those who ask."""
        asks = (ask for task in self.catalogue.tasks for ask in self._asks.get(task.slug, ()))
        return [(ask, self._issuers_in_plan(ask)) for ask in asks]

    @cached_property
    def _asked_of(self):
        """Item → the Asks that it answers."""
        asked = defaultdict(list)
        for ask, issuers in self._answered:
            for issuer in issuers:
                asked[issuer].append(ask)
        return asked

    # Certainty

    @cached_property
    def _sure(self):
        """Items needed for certain: by their own rule, or because one that is would bring them in in any case."""
        relies_on = defaultdict(set)
        for ask, issuers in self._answered:
            best = self._best_issuer(ask) if ask.is_sure else None
            if best and (issuers == [best.slug] or self._brought_in_for.get(best.slug) == ask):
                relies_on[ask.task].add(best.slug)
        sure = {slug for slug in self.included if self.verdicts[slug]}
        queue = deque(sure)
        while queue:
            new = relies_on[queue.popleft()] - sure
            sure |= new
            queue.extend(new)
        return sure

    @cached_property
    def _open(self):
        """Item that is not sure → the situations that decide it: of its rule or, if that is false, of its askers."""
        opened, heirs = defaultdict(set), defaultdict(list)
        for slug in self.included - self._sure:
            if self.verdicts[slug] is None:
                opened[slug].update(self.catalogue.by_slug[slug].condition.undecided(self.facts))
                continue
            for ask in self._asked_of[slug]:
                opened[slug].update(ask.open)
                heirs[ask.task].append(slug)
        queue = deque(opened)
        while queue:
            slug = queue.popleft()
            for heir in heirs[slug]:
                if not opened[slug] <= opened[heir]:
                    opened[heir] |= opened[slug]
                    queue.append(heir)
        return opened

    # What comes out

    def item(self, task, waits_for):
        """The Item of a task that is in; `waits_for` are slugs."""
        needs, open_needs = self._applying(task.needs)
        prices, open_prices = self._applying(task.prices)
        return Item(
            task=task,
            is_sure=task.slug in self._sure,
            reasons=self._reasons(task),
            open=tuple(sorted(self._open.get(task.slug, ()))),
            needs=needs,
            prices=prices,
            unsure=frozenset((*open_needs, *open_prices)),
            waits_for=waits_for,
            covers=self.covers(task),
            alternatives=tuple(self._alternatives_to.get(task.slug, ())),
        )

    def _applying(self, parts):
        """`(the parts that may apply, those of them that are undecided)` of needs or prices."""
        verdicts = [part.condition.verdict(self.facts) for part in parts]
        if all(verdicts):
            return parts, ()
        applying = tuple(part for part, verdict in zip(parts, verdicts, strict=True) if verdict is not False)
        return applying, [part for part, verdict in zip(parts, verdicts, strict=True) if verdict is None]

    def _reasons(self, task):
        """By its own rule, if that is not false; then by each document that somebody asks it for."""
        verdict = self.verdicts[task.slug]
        reasons = [Reason("always")] if task.condition.is_empty else []
        if verdict is not False:
            reasons += [Reason("situation", name, value) for name, value in task.condition.speaking_for(self.facts)]
        if verdict is None:
            reasons += [Reason("open", name) for name in task.condition.undecided(self.facts)]
        asked = dict.fromkeys((ask.document, ask.task) for ask in self._asked_of.get(task.slug, ()))
        return (*reasons, *(Reason("asked_by", document=document, task=by) for document, by in asked))

    def covers(self, task):
        """What a window of the plan does for this business; nothing for any other task."""
        is_standing_in = task.is_window and self.verdicts[task.slug]
        return tuple(other.slug for other in self._replaceable(task)) if is_standing_in else ()

    def _alternative(self, window):
        return Alternative(
            task=window,
            stands_for=tuple(task.slug for task in self._replaceable(window) if task.slug in self.included),
            open=window.condition.undecided(self.facts),
        )

    def _not_needed(self, task):
        """What speaks against it; else the windows that do it or, for a window, all that it could do."""
        against = task.condition.speaking_against(self.facts)
        if against:
            return NotNeeded(task, tuple(Reason("situation", name, value) for name, value in against))
        done = [task] if task.slug in self.covered_by else self._replaceable(task)
        windows = dict.fromkeys(window for other in done for window in self.covered_by.get(other.slug, ()))
        return NotNeeded(task, tuple(Reason("covered_by", task=window) for window in windows))
