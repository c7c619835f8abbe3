"""What staff want to know about the rules: circles, and questions, rules and types that lead nowhere.

Each function returns what is wrong, by slug, and nothing where all is well.
"""

from collections import defaultdict
from itertools import product
from math import prod

from procedures.roadmap.order import put_in_order
from procedures.roadmap.plan import make_plan
from procedures.roadmap.values import Circle, Facts, Link

MOST_COMBINATIONS = 5_000
"""Of answers that are tried for one rule; a rule that would take more counts as one that can come true."""


def circles(catalogue):
    """The Circles of requirements among all tasks, whatever their rules say, since a document brings its issuer in.

    One through a task alone is a task that asks for what only it issues. A one-stop window and what it stands for are
    not linked: they are not done both.
    """
    links = all_links(catalogue)
    alone = [Circle((link,)) for link in links if link.task == link.issuer]
    others = [link for link in links if link.task != link.issuer]
    _order, _waits_for, found = put_in_order([task.slug for task in catalogue.tasks], others)
    return [*alone, *found]


def circles_through(catalogue, slug):
    """The Circles that one task is part of: what must not be published. One at least is found if there is any."""
    links = all_links(catalogue)
    alone = [Circle((link,)) for link in links if link.task == link.issuer == slug]
    chain = shortest_chain(links, slug)
    return [*alone, Circle(chain)] if chain else alone


def all_links(catalogue):
    """A Link for each document that a task asks for and each other task that issues it, or itself if nobody else."""
    links = []
    for task in catalogue.tasks:
        for document in dict.fromkeys(need.document for need in task.needs if need.document):
            issuers = catalogue.issuers.get(document, [])
            others = [issuer for issuer in issuers if issuer is not task] or issuers
            links += [Link(task.slug, document, issuer.slug) for issuer in others if are_done_both(task, issuer)]
    return links


def are_done_both(task, other):
    return task.slug not in other.bundles and other.slug not in task.bundles


def shortest_chain(links, slug):
    """The shortest chain of Links from a task back to itself, as a tuple; empty if there is none."""
    links_of = defaultdict(list)
    for link in links:
        if link.task != link.issuer:
            links_of[link.task].append(link)
    came_by, frontier = {}, [slug]
    while frontier and slug not in came_by:
        reached = [link for task in frontier for link in links_of[task] if link.issuer not in came_by]
        for link in reached:
            came_by.setdefault(link.issuer, link)
        frontier = list(dict.fromkeys(link.issuer for link in reached))
    if slug not in came_by:
        return ()
    chain = [came_by[slug]]
    while chain[-1].task != slug:
        chain.append(came_by[chain[-1].task])
    return tuple(reversed(chain))


def empty_plans(catalogue, business_types):
    """Business types for which nothing at all is in the plan."""
    return [kind.slug for kind in business_types if not make_plan(catalogue, kind.facts).items]


def unreachable_tasks(catalogue, questions, business_types):
    """Tasks that no plan ever holds for certain: no answers make their rule true, nor does a task that they make so
    ask for their result.

    Answers are combined freely, also where the guide would not ask one after another.
    """
    settings = Settings(questions, business_types)
    reached = {task.slug for task in catalogue.tasks if settings.can_make_true(task.condition)}
    queue = sorted(reached)
    while queue:
        for need in catalogue.by_slug[queue.pop()].needs:
            found = {issuer.slug for issuer in catalogue.issuers.get(need.document, ())} - reached
            reached |= found
            queue += sorted(found)
    return [task.slug for task in catalogue.tasks if task.slug not in reached]


class Settings:
    """All that business types and answers can make of situations."""

    def __init__(self, questions, business_types):
        self.questions = sorted(questions, key=lambda question: question.key)
        self.kinds = {Facts(), *(kind.facts for kind in business_types)}

    def can_make_true(self, condition):
        """Whether a business type and a choice for each question that has a say can make the rule true."""
        names = condition.situations
        kinds = {(kind.true & names, kind.false & names) for kind in self.kinds}
        asked = [choices_about(question, names) for question in self.questions if question.sets & names]
        if prod(map(len, asked)) * len(kinds) > MOST_COMBINATIONS:
            return True
        return any(condition.verdict(combined(kind, choices)) is True for kind in kinds for choices in product(*asked))


def choices_about(question, names):
    """The distinct `(true, false)` that the answers to a question, “I don't know” included, say of some situations."""
    return {(choice.sets_true & names, choice.sets_false & names) for choice in question.choices} | {
        (frozenset(), frozenset())
    }


def combined(kind, choices):
    """Facts from `(true, false)` of a business type and of answers, as `read_answers` combines them."""
    true, false = (frozenset().union(*(choice[side] for choice in choices)) for side in (0, 1))
    said = true | false
    return Facts((kind[0] - said) | (true - false), (kind[1] - said) | (false - true))


def idle_questions(catalogue, questions, supports=()):
    """Questions that change nothing: no rule, and no other question that does, depends on what they set."""
    wanted = used_situations(catalogue, supports)
    while True:
        useful = [question for question in questions if question.sets & wanted]
        leads_to = {question.depends_on for question in useful if question.depends_on}
        if leads_to <= wanted:
            break
        wanted |= leads_to
    return [question.slug for question in questions if question not in useful]


def unsettled_situations(catalogue, questions, business_types, supports=()):
    """Situations that a rule or question depends on and that no choice and no business type ever sets."""
    wanted = used_situations(catalogue, supports) | {question.depends_on for question in questions} - {""}
    settled = set().union(*(setter.sets for setter in questions), *(kind.facts.known for kind in business_types))
    return sorted(wanted - settled)


def unused_situations(catalogue, questions, business_types, supports=()):
    """Situations that choices or business types set and that no rule and no question depends on."""
    settled = set().union(*(setter.sets for setter in questions), *(kind.facts.known for kind in business_types))
    return sorted(settled - used_situations(catalogue, supports) - {question.depends_on for question in questions})


def used_situations(catalogue, supports=()):
    """Every situation that a rule of the catalogue names."""
    rules = [part.condition for task in catalogue.tasks for part in (task, *task.needs, *task.prices)]
    rules += [support.condition for support in supports]
    return {name for rule in rules for name in rule.situations}


def early_questions(questions):
    """Questions that stand before the first one that sets what they depend on."""
    ordered = sorted(questions, key=lambda question: question.key)
    early = []
    for place, question in enumerate(ordered):
        setting = [index for index, other in enumerate(ordered) if question.depends_on in other.sets]
        if question.depends_on and setting and min(setting) >= place:
            early.append(question.slug)
    return early


def impossible_rules(catalogue):
    """Tasks with a rule, their own or of a need or price, that asks for a situation and forbids it."""
    return [
        task.slug
        for task in catalogue.tasks
        if any(contradicts_itself(part.condition) for part in (task, *task.needs, *task.prices))
    ]


def contradicts_itself(condition):
    forbidden = set(condition.none_of)
    no_choice_left = condition.any_of and forbidden.issuperset(condition.any_of)
    return bool(no_choice_left or forbidden.intersection(condition.all_of))


def nested_windows(catalogue):
    """One-stop windows that stand for another one; a plan lists both."""
    windows = {window.slug for window in catalogue.windows}
    return [window.slug for window in catalogue.windows if windows.intersection(window.bundles) - {window.slug}]


def documents_nobody_issues(catalogue):
    """Documents that are asked for and that the person has to bring. Nothing is wrong with that."""
    asked = {need.document for task in catalogue.tasks for need in task.needs} - {""}
    return sorted(asked - catalogue.issuers.keys())
