"""Every business type against its plan, and what is odd about the rules: what the staff want to know of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from procedures import models
from procedures.glossary import alphabetical
from procedures.guide import words
from procedures.roadmap import checks
from procedures.roadmap.catalogue import (
    read_business_types,
    read_catalogue,
    read_questions,
    read_supports,
    read_units,
)
from procedures.roadmap.folder import make_folder
from procedures.roadmap.plan import make_plan
from procedures.roadmap.totals import Totals, make_totals
from procedures.roadmap.values import Facts
from procedures.roadmap.visits import make_visits
from procedures.rules.naming import Names


@dataclass(frozen=True)
class Row:
    """A business type and the Totals of the plan that its facts alone make."""

    kind: models.BusinessType
    totals: Totals

    @property
    def sure(self):
        return self.totals.procedures - self.totals.unsure

    @property
    def cost(self):
        return words.total(self.totals.cost)

    @property
    def days(self):
        return words.days(self.totals.time)


@dataclass(frozen=True)
class Finding:
    """One thing to look at: what it is, why it matters, and the records concerned as safe HTML.

    `is_normal` where nothing has to be wrong.
    """

    name: str
    title: str
    explanation: str
    records: list[SafeString] = field(default_factory=list)
    is_normal: bool = False


class RuleTest:
    """The rules in force, tested on a day; each part is made when it is first asked for.

    Args:
        today: the date that amounts are for.
        user: to whom names are links, as in Names.
    """

    def __init__(self, today, user=None):
        self.today = today
        self.names = Names(models.ProcedureVersion.objects.published(), user)

    @cached_property
    def catalogue(self):
        return read_catalogue()

    @cached_property
    def questions(self):
        return read_questions()

    @cached_property
    def kinds(self):
        return read_business_types()

    @cached_property
    def supports(self):
        return read_supports(self.today)

    # The plans

    @cached_property
    def rows(self):
        """A Row for each business type, in alphabetical order; those that settle the same things share their plan."""
        used = checks.used_situations(self.catalogue)
        totals_of, units = {}, read_units(self.today)
        for kind in self.kinds:
            facts = relevant(kind.facts, used)
            if facts not in totals_of:
                totals_of[facts] = self._totals(facts, units)
        rows = [Row(self.names.business_types[kind.slug], totals_of[relevant(kind.facts, used)]) for kind in self.kinds]
        return sorted(rows, key=lambda row: alphabetical(str(row.kind)))

    def _totals(self, facts, units):
        plan = make_plan(self.catalogue, facts)
        folder, visits = (make(plan, self.catalogue.documents) for make in (make_folder, make_visits))
        return make_totals(plan, folder, visits, units)

    # What is odd

    @cached_property
    def findings(self):
        """The Findings that concern any record: first what keeps a plan from being right."""
        found = [make() for make in self._checks]
        return [finding for finding in found if finding.records]

    @property
    def troubles(self):
        return [finding for finding in self.findings if not finding.is_normal]

    @property
    def normal(self):
        return [finding for finding in self.findings if finding.is_normal]

    @property
    def _checks(self) -> list[Callable[[], Finding]]:
        return [
            self._empty_plans,
            self._circles,
            self._impossible_rules,
            self._unreachable,
            self._nested_windows,
            self._unsettled,
            self._idle_questions,
            self._early_questions,
            self._unused,
            self._brought,
        ]

    def _empty_plans(self):
        return Finding(
            "empty",
            _("Empty plans"),
            _("Whoever chooses one of these business types is told to do nothing at all. A rule leaves too much out."),
            [self.names.business_type(row.kind.slug) for row in self.rows if not row.totals.procedures],
        )

    def _circles(self):
        return Finding(
            "circles",
            _("Circles of requirements"),
            _("Each waits for the other, so nobody could ever begin. The plan breaks the chain and says so."),
            [self.names.circle(circle) for circle in checks.circles(self.catalogue)],
        )

    def _impossible_rules(self):
        return Finding(
            "impossible",
            _("Rules that can't come true"),
            _("They ask for a fact and forbid it, be it in the procedure itself, in a requirement or in a fee."),
            [self.names.task(slug) for slug in checks.impossible_rules(self.catalogue)],
        )

    def _unreachable(self):
        return Finding(
            "unreachable",
            _("Procedures that no plan ever needs for sure"),
            _(
                "No business type and no answers make their rule true, and nothing that is needed asks for their "
                "result. A question is missing, or the rule is wrong."
            ),
            [self.names.task(slug) for slug in checks.unreachable_tasks(self.catalogue, self.questions, self.kinds)],
        )

    def _nested_windows(self):
        return Finding(
            "nested",
            _("One-stop windows inside others"),
            _("They stand for another one-stop window; a plan lists both."),
            [self.names.task(slug) for slug in checks.nested_windows(self.catalogue)],
        )

    def _unsettled(self):
        return Finding(
            "unsettled",
            _("Facts that nothing settles"),
            _(
                "A rule or a question depends on them, and no answer and no business type ever makes them true or "
                "false: what depends on them stays open for ever."
            ),
            [self.names.situation(slug) for slug in self._situations(checks.unsettled_situations)],
        )

    def _idle_questions(self):
        return Finding(
            "idle",
            _("Questions that change nothing"),
            _("No rule, and no other question that matters, depends on what they settle."),
            [
                self.names.question(slug)
                for slug in checks.idle_questions(self.catalogue, self.questions, self.supports)
            ],
        )

    def _early_questions(self):
        return Finding(
            "early",
            _("Questions that come too early"),
            _("They stand before the question that settles what they depend on. Change their position."),
            [self.names.question(slug) for slug in checks.early_questions(self.questions)],
        )

    def _unused(self):
        return Finding(
            "unused",
            _("Facts that no rule uses"),
            _("Answers or business types settle them, and nothing depends on them. A rule may be missing."),
            [self.names.situation(slug) for slug in self._situations(checks.unused_situations)],
        )

    def _brought(self):
        return Finding(
            "brought",
            _("Documents nobody issues"),
            _(
                "They are asked for, and no procedure results in them: people bring them along. That is normal for an "
                "identity card or a plan of the premises. Where an office issues one, name it among that "
                "procedure's results, so that the plan puts it first."
            ),
            [self.names.document(slug) for slug in checks.documents_nobody_issues(self.catalogue)],
            is_normal=True,
        )

    def _situations(self, check):
        return check(self.catalogue, self.questions, self.kinds, self.supports)


def relevant(facts, used):
    """The Facts without those that no rule names: many business types are alike then."""
    return Facts(facts.true & used, facts.false & used)
