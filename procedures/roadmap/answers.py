"""From what a person said to the facts of the business, and the questions that can still change something."""

from dataclasses import dataclass

from procedures.roadmap.values import Facts

UNSURE = "no-se"
"""The answer “I don't know”: it sets nothing, and the question counts as answered. No choice may have this slug."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the address that could not be taken as it stands; the rest was.

    `kind`:
        unknown_question  there is no such question
        unknown_choice    the question has no such answer
        repeated          the question has several answers; none was taken
        not_asked         the other answers don't lead to this question, so its answer was set aside
        contradiction     two answers say opposite things of `situation`, which therefore counts as unknown: the answer
                          `choice` to `question` and the earlier one, `other_choice` to `other_question`
    """

    kind: str
    question: str
    choice: str = ""
    situation: str = ""
    other_question: str = ""
    other_choice: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fact comes from: the `choice` made at `question` or, with both empty, the business type."""

    question: str = ""
    choice: str = ""


@dataclass(frozen=True)
class Profile:
    """What is known of one business, and whence.

    `answers` are those that count, question → choice, in the order of the questions. `origins` says for each known
    situation where it comes from, `overridden` which facts of the business type the answers changed.
    """

    facts: Facts
    answers: dict[str, str]
    origins: dict[str, Origin]
    overridden: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_answers(pairs, questions, business_type=None):
    """The Profile of a business from the answers in an address.

    An answer is worth more than what is usual for the business type. Where two answers contradict each other on a
    situation it counts as unknown, so that nothing is left out because of it.

    Args:
        pairs: `(question, choice)` in any order, as they were received.
        questions: Questions in any order.
        business_type: a BusinessType, or None.
    """
    questions = sorted(questions, key=lambda question: question.key)
    given, problems = valid_answers(pairs, questions)
    reading = Reading(business_type)
    waiting = [question for question in questions if question.slug in given]
    while question := next((question for question in waiting if question.is_asked(reading.facts)), None):
        reading.take(question, given[question.slug])
        waiting.remove(question)
    problems += [Problem("not_asked", question.slug, given[question.slug]) for question in waiting]
    return reading.profile(questions, problems)


def valid_answers(pairs, questions):
    """`(question → choice, Problems)`: what exists and was said once, or several times alike."""
    choices = {question.slug: {UNSURE, *(choice.slug for choice in question.choices)} for question in questions}
    given, problems = {}, []
    for question, choice in dict.fromkeys(pairs):
        if question not in choices:
            problems.append(Problem("unknown_question", question, choice))
        elif choice not in choices[question]:
            problems.append(Problem("unknown_choice", question, choice))
        else:
            given.setdefault(question, []).append(choice)
    problems += [Problem("repeated", question) for question, said in given.items() if len(said) > 1]
    return {question: said[0] for question, said in given.items() if len(said) == 1}, problems


class Reading:
    """Answers taken one after another; the first to speak of a situation is believed while reading goes on."""

    def __init__(self, business_type):
        self.usual = business_type.facts if business_type else Facts()
        self.answers = {}
        self.said = {}
        self.contradictions = []

    @property
    def facts(self):
        """What decides, while reading, whether a question is asked."""
        true = {name for name, (value, _origin) in self.said.items() if value}
        false = self.said.keys() - true
        return Facts((self.usual.true - false) | true, (self.usual.false - true) | false)

    def take(self, question, slug):
        self.answers[question.slug] = slug
        choice = next((choice for choice in question.choices if choice.slug == slug), None)
        if choice is None:
            return
        origin = Origin(question.slug, slug)
        for names, value in ((choice.sets_true, True), (choice.sets_false, False)):
            for name in sorted(names):
                before, other = self.said.setdefault(name, (value, origin))
                if before != value:
                    self.contradictions.append(
                        Problem("contradiction", question.slug, slug, name, other.question, other.choice)
                    )

    def profile(self, questions, problems):
        contested = {problem.situation for problem in self.contradictions}
        facts = Facts(self.facts.true - contested, self.facts.false - contested)
        usual = {name: Origin() for name in self.usual.known - self.said.keys()}
        said = {name: origin for name, (_value, origin) in self.said.items() if name not in contested}
        in_order = [question.slug for question in questions if question.slug in self.answers]
        return Profile(
            facts=facts,
            answers={slug: self.answers[slug] for slug in in_order},
            origins=usual | said,
            overridden=tuple(sorted((self.usual.true - facts.true) | (self.usual.false - facts.false))),
            problems=(*problems, *self.contradictions),
        )


def remaining_questions(questions, profile, open_situations):
    """The questions to ask next, in order: those not answered whose answer can still change the plan.

    A question can change it if one of its choices settles an open situation, or one that another such question
    depends on.

    Args:
        questions: Questions in any order.
        profile: the Profile so far.
        open_situations: what would change the plan, `plan.open` (and that of the supports).
    """
    known = profile.facts.known
    unanswered = [question for question in questions if question.slug not in profile.answers]
    possible = [question for question in unanswered if can_be_asked(question, profile.facts)]
    wanted = set(open_situations) - known
    while True:
        useful = [question for question in possible if question.sets & wanted]
        leads_to = {question.depends_on for question in useful if question.depends_on} - known
        if leads_to <= wanted:
            break
        wanted |= leads_to
    asked = [question for question in useful if question.is_asked(profile.facts)]
    return tuple(sorted(asked, key=lambda question: question.key))


def can_be_asked(question, facts):
    """Whether the question is asked, or may come to be asked once more is known."""
    return question.depends_on not in facts.known or question.is_asked(facts)


def settling_question(situation, questions, profile):
    """The question to ask, or to answer anew, in order to settle a situation; None if no question leads to it.

    Where the question that sets it is not asked yet, it is the one that leads there. Of several it is rather one that
    is not answered, or where the answer was “I don't know”.
    """

    def rank(question):
        answer = profile.answers.get(question.slug)
        return answer not in (None, UNSURE), answer == UNSURE, question.key

    seen = set()
    while situation not in seen:
        seen.add(situation)
        setting = [question for question in questions if situation in question.sets]
        if not setting:
            return None
        asked = [question for question in setting if question.is_asked(profile.facts)]
        if asked:
            return min(asked, key=rank)
        situation = min(setting, key=lambda question: question.key).depends_on
    return None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a person is: `answered` questions, and how many `remain` as far as can be told now."""

    answered: int
    remain: int

    @property
    def total(self):
        return self.answered + self.remain


def progress(profile, remaining):
    return Progress(len(profile.answers), len(remaining))


def question_before(profile, slug=None):
    """The slug of the answered question before `slug`, or of the last one if that is not answered; None at first."""
    answered = list(profile.answers)
    place = answered.index(slug) if slug in profile.answers else len(answered)
    return answered[place - 1] if place else None


def with_answer(profile, questions, slug, choice):
    """`(question, choice)` pairs for the address after one more answer, or a new one, in the order of the questions."""
    answers = profile.answers | {slug: choice}
    ordered = sorted(questions, key=lambda question: question.key)
    return tuple((question.slug, answers[question.slug]) for question in ordered if question.slug in answers)
