"""Reference businesses: what the guide makes of their answers, and what is wrong with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.urls import reverse
from django.utils.translation import gettext as _

from procedures.guide.inquiry import NOT_QUESTIONS, TRACKERS, TYPE
from procedures.models import Question, ReferenceBusiness
from procedures.roadmap.answers import UNSURE, Profile, read_answers, remaining_questions
from procedures.roadmap.catalogue import read_business_types, read_questions
from procedures.roadmap.folder import make_folder
from procedures.roadmap.plan import make_plan
from procedures.roadmap.totals import Totals, make_totals
from procedures.roadmap.visits import make_visits


@dataclass(frozen=True)
class Measured:
    """A reference business with what the guide knows of it, the Totals of its plan, and the questions left open."""

    business: ReferenceBusiness
    profile: Profile
    totals: Totals
    open_questions: tuple


def measure(businesses: Iterable[ReferenceBusiness], catalogue, units):
    """The businesses as Measured, each with the very plan that its address gives.

    The guide is read once: the number of queries is the same for one business and for ten.

    Args:
        businesses: with their business type.
        catalogue: the Catalogue of the versions to measure.
        units: unit → its value in pesos.
    """
    questions = read_questions()
    types = {kind.slug: kind for kind in read_business_types()}
    return [measure_one(business, questions, types, catalogue, units) for business in businesses]


def measure_one(business, questions, types, catalogue, units):
    profile = read_answers(business.answers.items(), questions, types.get(business.business_type.slug))
    plan = make_plan(catalogue, profile.facts)
    folder, visits = make_folder(plan, catalogue.documents), make_visits(plan, catalogue.documents)
    totals = make_totals(plan, folder, visits, units)
    return Measured(business, profile, totals, remaining_questions(questions, profile, plan.open))


def plan_address(kind, answers):
    """The address of the plan for a business type's slug and `question → choice`."""
    return reverse("procedures:plan", query={TYPE: kind, **answers})


def read_written(text):
    """`(business type, pairs)` from answers as staff write them: an address of the guide, or `question=choice` lines.

    The business type is empty where none is named; parameters that are no answers are left out.
    """
    address, mark, query = text.strip().partition("?")
    query = query.partition("#")[0] if mark else "&".join(address.split())
    pairs = parse_qsl(query, keep_blank_values=True)
    answers = [pair for pair in pairs if pair[0] not in NOT_QUESTIONS and not pair[0].startswith(TRACKERS)]
    return dict(pairs).get(TYPE, ""), answers


class Wording:
    """Questions and choices by slug, in words of the active language: two queries, however much is said."""

    def __init__(self):
        self.questions = {row.slug: row for row in Question.objects.prefetch_related("choices")}

    def question(self, slug):
        """Its text; the slug where the guide has no such question any more."""
        return str(self.questions.get(slug) or slug)

    def choice(self, question, slug):
        if slug == UNSURE:
            return _("I don't know")
        return next((str(choice) for choice in self.choices(question) if choice.slug == slug), slug)

    def choices(self, question):
        return self.questions[question].choices.all() if question in self.questions else ()

    def answers(self, answers):
        """`[(question, choice)]` in words, in the order of the guide."""
        order = list(self.questions)
        in_order = sorted(answers.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))
        return [(self.question(question), self.choice(question, choice)) for question, choice in in_order]

    def problem(self, problem):
        """What is wrong with an answer, as a sentence that names it.

        Args:
            problem: a `roadmap.answers.Problem`.
        """
        names = {
            "question": self.question(problem.question),
            "slug": problem.question,
            "choice": problem.choice,
            "other": self.question(problem.other_question),
            "choices": ", ".join(choice.slug for choice in self.choices(problem.question)),
        }
        return {
            "unknown_question": _("“%(slug)s” is no question of the guide."),
            "unknown_choice": _("“%(choice)s” is no answer to %(slug)s (“%(question)s”). It has: %(choices)s."),
            "repeated": _("%(slug)s (“%(question)s”) is answered in several ways: keep one."),
            "not_asked": _("With the other answers %(slug)s (“%(question)s”) is not asked: take it out."),
            "contradiction": _("The answers to “%(other)s” and “%(question)s” (%(slug)s) contradict each other."),
        }[problem.kind] % names
