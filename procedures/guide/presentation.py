"""The plan of one business as its reader sees it: computed, named and said once for the page, the PDF and the JSON."""

from dataclasses import replace
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext as _

from procedures import display, models
from procedures.guide import words
from procedures.guide.agenda import Agenda
from procedures.guide.figures import Figures
from procedures.guide.parameters import PLAN, START
from procedures.guide.records import Records
from procedures.guide.shown import (
    Sheet,
    ShownAlternative,
    ShownAnswer,
    ShownFact,
    ShownItem,
    ShownNeed,
    ShownNotNeeded,
    ShownPhase,
    ShownSupport,
    ShownUse,
    ShownVisit,
    Step,
    Undecided,
)
from procedures.guide.words import Words, text_of
from procedures.roadmap.answers import progress, remaining_questions
from procedures.roadmap.catalogue import read_catalogue, read_supports
from procedures.roadmap.folder import issuers_in, make_folder
from procedures.roadmap.plan import make_plan
from procedures.roadmap.supports import fitting
from procedures.roadmap.totals import business_days, item_cost, make_totals
from procedures.roadmap.values import Item
from procedures.roadmap.visits import make_visits

SUPPORTS_SHOWN = 5
"""Supports that are seen at once; the others are folded away."""


class Presentation:
    """The plan for an Inquiry on a day, with all that is shown of it; each part is made when it is first asked for.

    Args:
        inquiry: the Inquiry.
        today: the date that amounts and the status of supports are for.
        return_to: where an answer that is changed leads to: back to the plan or, empty, to the next question.
    """

    def __init__(self, inquiry, today, return_to=PLAN):
        self.inquiry = inquiry
        self.today = today
        self.return_to = return_to

    @cached_property
    def catalogue(self):
        return read_catalogue()

    @cached_property
    def plan(self):
        return make_plan(self.catalogue, self.inquiry.profile.facts)

    @cached_property
    def fits(self):
        """The supports that apply or may apply."""
        return fitting(read_supports(self.today), self.inquiry.profile.facts)

    @cached_property
    def windows(self):
        """The one-stop windows that are alternatives, as the Items they would be."""
        return [item_of_window(alternative, self.inquiry.profile.facts) for alternative in self.plan.alternatives]

    @cached_property
    def records(self):
        return Records(self)

    @cached_property
    def kind(self):
        """The BusinessType row, or None."""
        return models.BusinessType.objects.filter(slug=self.inquiry.type_slug).first()

    @cached_property
    def words(self):
        return Words(self)

    @cached_property
    def title(self):
        return _("Your plan: %(kind)s") % {"kind": self.kind.name} if self.kind else _("Your plan")

    @property
    def file_name(self):
        return f"plan-{self.kind.slug}" if self.kind else "plan"

    # What is known

    @cached_property
    def problems(self):
        """What was wrong with the address, as sentences."""
        of_dates = self.agenda.problems if self.inquiry.start else ()
        return [self.words.problem(problem) for problem in (*self.inquiry.problems, *of_dates)]

    @cached_property
    def answers(self):
        return [
            ShownAnswer(
                question,
                choice,
                self.words.question(question),
                self.words.choice(question, choice),
                self.address_of_question(question),
            )
            for question, choice in self.inquiry.profile.answers.items()
        ]

    @cached_property
    def usual(self):
        """ShownFacts that are taken for granted because they are usual for the business type."""
        true = self.inquiry.profile.facts.true
        usual = [situation for situation, origin in self.inquiry.profile.origins.items() if not origin.question]
        return [
            ShownFact(situation, situation in true, self.words.fact(situation), self.address_settling(situation))
            for situation in sorted(usual, key=lambda situation: (situation not in true, situation))
        ]

    @cached_property
    def remaining(self):
        """Questions whose answers can still change the plan or which supports fit."""
        opened = self.plan.open.union(*(fit.open for fit in self.fits))
        return remaining_questions(self.inquiry.questions, self.inquiry.profile, opened)

    @cached_property
    def progress(self):
        return progress(self.inquiry.profile, self.remaining)

    @cached_property
    def undecided(self):
        """All that the plan still depends on."""
        return self._undecided(sorted(self.plan.open))

    def _undecided(self, situations):
        return [self._one_undecided(situation) for situation in situations]

    def _one_undecided(self, situation):
        fact, question = self.words.fact(situation), self.inquiry.settling(situation)
        if question is None:
            return Undecided(situation, fact)
        return Undecided(situation, fact, self.words.question(question.slug), self.address_of_question(question.slug))

    # Addresses

    def address(self, name="plan"):
        return self.inquiry.address(name)

    def absolute_address(self, name="plan"):
        return f"{settings.PORTAL_URL}{self.address(name)}"

    def address_of_question(self, slug):
        return self.inquiry.address_of_question(slug, self.return_to)

    @cached_property
    def addresses(self):
        """Where the questions go on, and the other forms of the plan."""
        names = {"questions": "guide", "json": "plan_json", "calendar": "plan_ics", "text": "plan_share"}
        return {form: self.address(name) for form, name in names.items()}

    @property
    def kept_parameters(self):
        """The parameters of the address without the start date, which a form gives anew."""
        return {name: value for name, value in self.inquiry.parameters().items() if name != START}

    def address_settling(self, situation):
        question = self.inquiry.settling(situation)
        return self.address_of_question(question.slug) if question else ""

    # The road

    @cached_property
    def agenda(self):
        return Agenda(self.plan, self.inquiry.start, self.words)

    @cached_property
    def phases(self):
        """ShownPhases; in a step, what is sure comes first."""
        number, phases = 0, []
        for phase in self.plan.phases:
            steps = []
            for wave in phase.waves:
                number += 1
                steps.append(Step(number, [self.items[item.slug] for item in sorted(wave, key=is_unsure)]))
            phases.append(ShownPhase(self.records.stages[phase.stage], steps))
        return phases

    @cached_property
    def items(self):
        """Task → ShownItem, in the order of the plan."""
        return {item.slug: self._shown(item) for item in self.plan.items}

    def _shown(self, item):
        task = item.task
        fees = [self.records.fees[price.id] for price in item.prices]
        return ShownItem(
            item=item,
            version=self.records.versions[item.slug],
            why=self.words.why(item.reasons),
            open=self._undecided(item.open),
            cost=item_cost(item, self.units),
            price=words.price(item_cost(replace(item, is_sure=True), self.units), fees, self.uma),
            time=display.duration(task.time_value, task.time_unit),
            days=None if task.time_value is None else business_days(task.time_value, task.time_unit),
            needs=[self._shown_need(item, need) for need in item.needs if need.document],
            duties=[text_of(self.records.requirements[need.id], "text") for need in item.needs if not need.document],
            offices=[self.records.offices[slug] for slug in task.offices],
            covers=self.words.tasks(item.covers),
            waits_for=self.words.tasks(item.waits_for),
            alternatives=self.words.tasks(item.alternatives),
            dates=self.agenda.dates_of(item),
        )

    def _shown_need(self, item, need):
        issuers = [slug for slug in self._issuers.get(need.document, ()) if slug != item.slug]
        return ShownNeed(
            need=need,
            document=self.records.documents[need.document],
            is_sure=need not in item.unsure,
            copies=display.copies(need.originals, need.copies, need.is_certified),
            issuers=self.words.tasks(issuers),
        )

    @cached_property
    def _issuers(self):
        return issuers_in(self.plan)

    @cached_property
    def alternatives(self):
        found = zip(self.windows, self.plan.alternatives, strict=True)
        return [
            ShownAlternative(self._shown(window), entry.stands_for, self.words.tasks(entry.stands_for))
            for window, entry in found
        ]

    @cached_property
    def circles(self):
        """Sentences about requirements that ask for each other."""
        return [self.words.circle(circle) for circle in self.plan.circles]

    @cached_property
    def not_needed(self):
        """Groups of procedures with the same reasons, the largest first."""
        groups = {}
        for entry in self.plan.not_needed:
            groups.setdefault(tuple(self.words.why(entry.reasons)), []).append(entry)
        shown = [
            ShownNotNeeded(
                entries=entries,
                why=list(why),
                names=[self.words.task(entry.task.slug) for entry in entries],
                address=self._address_to_change(entries[0].reasons),
            )
            for why, entries in groups.items()
        ]
        return sorted(shown, key=lambda group: -len(group.entries))

    def _address_to_change(self, reasons):
        situations = (reason.situation for reason in reasons if reason.situation)
        return next(filter(None, map(self.address_settling, situations)), "")

    # Folder, visits, supports

    @cached_property
    def folder(self):
        return make_folder(self.plan, self.catalogue.documents)

    @cached_property
    def visits(self):
        return make_visits(self.plan, self.catalogue.documents)

    @cached_property
    def bring(self):
        return [self._sheet(paper) for paper in self.folder.bring]

    @cached_property
    def produced(self):
        return [self._sheet(paper) for paper in self.folder.produced]

    @property
    def folder_groups(self):
        """`{"heading", "sheets"}` of what is surely asked for, of what may be, and of what the plan itself produces."""
        sure, perhaps = ([sheet for sheet in self.bring if sheet.paper.is_sure is wanted] for wanted in (True, False))
        return [
            {"heading": "", "sheets": sure},
            {"heading": _("Perhaps these too, by what you answer"), "sheets": perhaps},
            {"heading": _("These come out of the plan itself"), "sheets": self.produced},
        ]

    def _sheet(self, paper):
        return Sheet(
            paper=paper,
            document=self.records.documents[paper.document],
            copies=display.copies(paper.originals, paper.copies, is_certified=False),
            uses=[self._shown_use(use) for use in paper.uses],
            issuers=self.words.tasks(paper.issued_by),
        )

    def _shown_use(self, use):
        need = use.need
        return ShownUse(
            use=use,
            task=self.words.task(use.task),
            copies=display.copies(need.originals, need.copies, need.is_certified),
            note=text_of(self.records.requirements[need.id], "note"),
        )

    @cached_property
    def shown_visits(self):
        steps = {item.slug: step.number for phase in self.phases for step in phase.steps for item in step.items}
        return [
            ShownVisit(
                visit=visit,
                step=steps[visit.tasks[0]],
                office=self.records.offices.get(visit.office),
                version=self.records.versions[visit.tasks[0]],
                is_sure=any(self.plan.by_slug[task].is_sure for task in visit.tasks),
                tasks=self.words.tasks(visit.tasks),
                documents=[self.words.document(paper.document) for paper in visit.papers],
            )
            for visit in self.visits.visits
        ]

    @cached_property
    def supports(self):
        return [
            ShownSupport(fit, self.records.programs[fit.support.slug], self._undecided(fit.open)) for fit in self.fits
        ]

    @cached_property
    def online(self):
        """What needs no visit, named."""
        return self.words.tasks(self.visits.online)

    @cached_property
    def by_phone(self):
        return self.words.tasks(self.visits.by_phone)

    @property
    def first_supports(self):
        return self.supports[:SUPPORTS_SHOWN]

    @property
    def other_supports(self):
        return self.supports[SUPPORTS_SHOWN:]

    # Figures

    @cached_property
    def uma(self):
        """The UnitValue in force, or None."""
        return models.UnitValue.objects.in_force_on(self.today).filter(unit=models.UnitValue.Unit.UMA).first()

    @cached_property
    def units(self):
        return {self.uma.unit: self.uma.daily} if self.uma else {}

    @cached_property
    def figures(self):
        return Figures(make_totals(self.plan, self.folder, self.visits, self.units), self.words)


def is_unsure(item):
    return not item.is_sure


def item_of_window(alternative, facts):
    """A one-stop window that is no item of the plan, as the Item it would be."""
    task = alternative.task
    needs, prices = (
        tuple(part for part in parts if part.condition.verdict(facts) is not False)
        for parts in (task.needs, task.prices)
    )
    return Item(task, is_sure=False, reasons=(), open=alternative.open, needs=needs, prices=prices)
