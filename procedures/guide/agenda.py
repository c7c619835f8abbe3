"""A plan on the calendar, in words."""

from functools import cached_property

from procedures import models
from procedures.guide import words
from procedures.guide.shown import ShownDates
from procedures.roadmap.answers import Problem
from procedures.roadmap.calendar import make_schedule
from procedures.roadmap.catalogue import read_closed_days


class Agenda:
    """The dates of a plan from a start date; false without one.

    Args:
        plan: the Plan.
        start: date or None.
        said: the Words of the plan.
    """

    def __init__(self, plan, start, said):
        self.start = start
        self._words = said
        self.problems = []
        self.dated = self._count(plan) if start else {}

    def __bool__(self):
        return bool(self.dated)

    def _count(self, plan):
        """Task → Dated; empty with a Problem if the plan runs beyond what a calendar can count."""
        try:
            return {dated.task: dated for dated in make_schedule(plan, self.start, read_closed_days())}
        except OverflowError:
            self.problems.append(Problem("date_too_far", ""))
            return {}

    @cached_property
    def closed_days(self):
        """Date → NonWorkingDay."""
        return {day.date: day for day in models.NonWorkingDay.objects.all()}

    def dates_of(self, item):
        """The ShownDates of an Item; None if there are none."""
        dated = self.dated.get(item.slug)
        if dated is None:
            return None
        return ShownDates(
            dated=dated,
            files_on=words.day(dated.files_on),
            answers_on=words.day(dated.answers_on),
            counted=words.counted(dated, item.task.time_unit, self.closed_days),
            waits_for=self._words.task(dated.waits_for) if dated.waits_for else "",
        )

    @property
    def first_day(self):
        return words.day(self.start)

    @property
    def last_day(self):
        """The earliest date by which everything is answered."""
        return words.day(max(dated.answers_on for dated in self.dated.values()))

    @property
    def years_without_days(self):
        """Years that the plan runs through and of which no non-working day is known."""
        last = max(dated.answers_on for dated in self.dated.values())
        return sorted(set(range(self.start.year, last.year + 1)) - {date.year for date in self.closed_days})

    @property
    def knows_local_days(self):
        return any(day.level == models.Level.MUNICIPAL for day in self.closed_days.values())
