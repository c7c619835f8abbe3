"""From the parameters of an address to what is known of a business, and back to addresses."""

import datetime
from dataclasses import dataclass

from django.urls import reverse
from django.utils.dateparse import parse_date

from procedures.guide.parameters import CHANGED, NO_TYPE, NOT_QUESTIONS, RETURN, START, TRACKERS, TYPE
from procedures.roadmap.answers import Problem, Profile, question_before, read_answers, settling_question
from procedures.roadmap.catalogue import read_business_types, read_questions
from procedures.roadmap.values import Question

FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Inquiry:
    """What one address says of a business.

    `type_slug` is that of a business type, NO_TYPE, or empty where the address names none that exists. `problems` are
    those of the answers and of the other parameters.
    """

    questions: tuple[Question, ...]
    profile: Profile
    type_slug: str = ""
    start: datetime.date | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def has_begun(self):
        return bool(self.type_slug or self.profile.answers)

    def parameters(self, answers=None):
        """The parameters of an address for these facts, `answers` (question → choice) instead of those known."""
        start = {START: self.start.isoformat()} if self.start else {}
        kind = {TYPE: self.type_slug} if self.type_slug else {}
        return {**kind, **(self.profile.answers if answers is None else answers), **start}

    def address(self, name, **others):
        """The path of a page of the guide, by its url name, for these facts and with other parameters."""
        return reverse(f"procedures:{name}", query={**self.parameters(), **others})

    def question(self, slug):
        """The Question with that slug if it is asked of this business, else None."""
        asked = (question for question in self.questions if question.is_asked(self.profile.facts))
        return next((question for question in asked if question.slug == slug), None)

    def place_of(self, slug):
        """Which of the questions it is, counted from 1: an answered one where it is, any other comes next."""
        answered = list(self.profile.answers)
        return 1 + (answered.index(slug) if slug in answered else len(answered))

    def address_of_question(self, slug, return_to=""):
        """Where a question is asked, or asked again, with all answers kept.

        Args:
            slug: the question's.
            return_to: PLAN where the answer leads back to the plan, not to the next question.
        """
        return self.address("guide", **{CHANGED: slug, **({RETURN: return_to} if return_to else {})})

    def address_before(self, slug):
        """Where the reader was before the question: the question before it, or the choice of the business type."""
        before = question_before(self.profile, slug)
        return self.address_of_question(before) if before else reverse("procedures:guide")

    def answers_without(self, slug):
        return {question: choice for question, choice in self.profile.answers.items() if question != slug}

    def settling(self, situation):
        """The Question that would settle a situation, or None."""
        return settling_question(situation, self.questions, self.profile)


def read_inquiry(parameters):
    """The Inquiry of an address, whatever its parameters (a QueryDict) are."""
    questions = read_questions()
    types = {kind.slug: kind for kind in read_business_types()}
    type_slug, type_problems = read_type(parameters.getlist(TYPE), types)
    start, start_problems = read_start(parameters.get(START, ""))
    pairs = [
        (name, choice)
        for name, choices in parameters.lists()
        if name not in NOT_QUESTIONS and not name.startswith(TRACKERS)
        for choice in choices
    ]
    profile = read_answers(pairs, questions, types.get(type_slug))
    return Inquiry(
        questions=questions,
        profile=profile,
        type_slug=type_slug,
        start=start,
        problems=(*type_problems, *profile.problems, *start_problems),
    )


def read_type(given, types):
    """`(slug, Problems)` of the business type; an empty slug unless exactly one is named that exists."""
    named = [slug for slug in dict.fromkeys(given) if slug]
    if len(named) > 1:
        return "", [Problem("repeated_type", TYPE)]
    if named and named[0] != NO_TYPE and named[0] not in types:
        return "", [Problem("unknown_type", TYPE, named[0])]
    return (named[0] if named else ""), []


def read_start(text):
    """`(date, Problems)` of the start date; None for an empty one or one that is no date of these times."""
    try:
        date = parse_date(text)
    except ValueError:
        date = None
    if date and FIRST_YEAR <= date.year <= LAST_YEAR:
        return date, []
    return None, [Problem("bad_date", START, text)] if text else []
