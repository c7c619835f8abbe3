"""A plan's totals in words, and what they leave out."""

from functools import cached_property

from django.utils.translation import gettext as _

from procedures.guide import words
from procedures.guide.shown import Note


class Figures:
    """The Totals of a plan as they are shown.

    Args:
        totals: the Totals.
        said: the Words of the plan.
    """

    def __init__(self, totals, said):
        self.totals = totals
        self._words = said

    @property
    def cost(self):
        """From–to in pesos."""
        return words.total(self.totals.cost)

    @property
    def days(self):
        """Business days on the critical path; empty if no time is known."""
        return words.days(self.totals.time)

    @property
    def critical_path(self):
        """The procedures that decide how long the plan takes; empty if no time is known."""
        return self._words.tasks(self.totals.time.path)

    @cached_property
    def uncounted(self):
        """Procedures of which not all costs are in the sum."""
        cost = self.totals.cost
        return list(dict.fromkeys(slug for slug, _price in (*cost.unknown, *cost.by_rule, *cost.unconverted)))

    @cached_property
    def notes(self):
        """What the figures leave out or are not sure of, as Notes; without those that concern nothing."""
        cost = self.totals.cost
        unknown_times = [(slug, None) for slug in self.totals.time.unknown]
        named = {
            _("We don't know what it costs"): cost.unknown,
            _("Costs a percentage or follows a rule, and is not in the sum"): cost.by_rule,
            _("Costs an amount whose value in pesos we don't know"): cost.unconverted,
            _("Costs at least what we counted, nobody states up to how much"): cost.open_ended,
            _("Costs what we counted, but nobody confirmed the amount"): cost.unverified,
            _("We don't know how long it takes"): unknown_times,
        }
        return [self._note(text, found) for text, found in named.items() if found]

    def _note(self, text, found):
        tasks = list(dict.fromkeys(slug for slug, _price in found))
        return Note(text, tasks, self._words.tasks(tasks))
