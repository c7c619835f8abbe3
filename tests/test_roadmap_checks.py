"""What staff are told about the rules: circles, dead ends, what changes nothing, what a draft would change."""

from dataclasses import replace

from hypothesis import given

from procedures.roadmap import checks
from procedures.roadmap.compare import Change, compare_plans
from procedures.roadmap.plan import make_plan
from procedures.roadmap.values import (
    BusinessType,
    Catalogue,
    Choice,
    Circle,
    Condition,
    Facts,
    Link,
    Need,
    Question,
    Support,
    Task,
)
from tests.roadmap_strategies import catalogues


def task(slug, *, asks=(), results=(), stage=1, **fields):
    needs = tuple(Need(number, document) for number, document in enumerate(asks))
    return Task(slug, f"stage-{stage}", stage, needs=needs, results=tuple(results), **fields)


def yes_no(name, **fields):
    """A question that settles one situation."""
    choices = (Choice("yes", sets_true=frozenset({name})), Choice("no", sets_false=frozenset({name})))
    return Question(f"question-{name}", choices, **fields)


def needs_all(*names):
    return Condition(all_of=names)


RING = Catalogue(
    (
        task("one", asks=["third"], results=["first"]),
        task("three", asks=["second"], results=["third"]),
        task("two", asks=["first"], results=["second"]),
        task("after", asks=["third"]),
    )
)
CHAIN = (Link("one", "third", "three"), Link("three", "second", "two"), Link("two", "first", "one"))


def test_a_circle_is_named_with_its_chain():
    assert checks.circles(RING) == [Circle(CHAIN)]
    assert checks.circles_through(RING, "two") == [Circle((CHAIN[2], CHAIN[0], CHAIN[1]))]
    assert checks.circles_through(RING, "after") == []


def test_a_task_that_asks_for_what_only_it_issues_is_a_circle():
    alone = Catalogue((task("renewal", asks=["licence"], results=["licence"]),))
    assert checks.circles(alone) == [Circle((Link("renewal", "licence", "renewal"),))]
    assert checks.circles_through(alone, "renewal") == checks.circles(alone)
    assert checks.circles(Catalogue((*alone.tasks, task("first", results=["licence"])))) == []


def test_a_window_and_what_it_stands_for_make_no_circle():
    window = task("window", asks=["survey"], results=["licence"], bundles=("survey",))
    assert checks.circles(Catalogue((window, task("survey", asks=["licence"], results=["survey"])))) == []


@given(catalogues())
def test_circles_are_found_from_everywhere(catalogue):
    circles = checks.circles(catalogue)
    on_circles = {task.slug for task in catalogue.tasks if checks.circles_through(catalogue, task.slug)}
    assert {slug for circle in circles for slug in circle.tasks} <= on_circles
    assert bool(circles) == bool(on_circles)
    for circle in circles:
        assert [link.issuer for link in circle.links] == [*circle.tasks[1:], circle.tasks[0]]


def test_a_business_type_with_an_empty_plan_is_reported():
    catalogue = Catalogue((task("permit", condition=needs_all("food")),))
    kinds = [BusinessType("software", sets_false=frozenset({"food"})), BusinessType("tacos")]
    assert checks.empty_plans(catalogue, kinds) == ["software"]


def test_a_task_that_no_answer_reaches_is_reported():
    catalogue = Catalogue(
        (
            task("reached", condition=needs_all("food"), asks=["deed"]),
            task("asked-for", condition=needs_all("nobody-sets-this"), results=["deed"], asks=["plan"]),
            task("asked-for-too", condition=needs_all("nobody-sets-this"), results=["plan"]),
            task("by-type", condition=needs_all("truck")),
            task("never-set", condition=needs_all("nobody-sets-this")),
            task("impossible", condition=Condition(all_of=("food",), none_of=("food",))),
            task("exclusive", condition=needs_all("person", "company")),
        )
    )
    form = Question(
        "form",
        (
            Choice("person", frozenset({"person"}), frozenset({"company"})),
            Choice("company", frozenset({"company"}), frozenset({"person"})),
        ),
    )
    kinds = [BusinessType("food-truck", sets_true=frozenset({"truck"}))]
    found = checks.unreachable_tasks(catalogue, [yes_no("food"), form], kinds)
    assert sorted(found) == ["exclusive", "impossible", "never-set"]


def test_a_question_that_changes_nothing_is_reported():
    catalogue = Catalogue((task("permit", condition=needs_all("food")),))
    questions = [
        yes_no("food", depends_on="premises"),
        yes_no("premises"),
        yes_no("colour"),
        yes_no("size", depends_on="colour"),
        yes_no("woman"),
    ]
    supports = [Support("credit", condition=needs_all("woman"))]
    assert checks.idle_questions(catalogue, questions, supports) == ["question-colour", "question-size"]


def test_situations_that_nothing_sets_are_reported():
    catalogue = Catalogue((replace(task("permit"), needs=(Need(1, "deed", condition=needs_all("owned")),)),))
    supports = [Support("credit", condition=Condition(none_of=("rural",)))]
    questions = [yes_no("premises", depends_on="open")]
    kinds = [BusinessType("farm", sets_true=frozenset({"rural"}))]
    assert checks.unsettled_situations(catalogue, questions, kinds, supports) == ["open", "owned"]
    assert checks.unused_situations(catalogue, questions, kinds, supports) == ["premises"]


def test_a_question_before_the_one_it_depends_on_is_reported():
    early = yes_no("size", position=1, depends_on="building")
    assert checks.early_questions([early, yes_no("building", position=2)]) == ["question-size"]
    assert checks.early_questions([replace(early, position=3), yes_no("building", position=2)]) == []


def test_rules_that_contradict_themselves_are_reported():
    catalogue = Catalogue(
        (
            task("a", condition=Condition(all_of=("x",), none_of=("x",))),
            task("b", condition=Condition(any_of=("x", "y"), none_of=("x", "y"))),
            replace(task("c"), needs=(Need(1, "deed", condition=Condition(all_of=("x",), none_of=("x",))),)),
            task("d", condition=Condition(any_of=("x", "y"), none_of=("x",))),
        )
    )
    assert checks.impossible_rules(catalogue) == ["a", "b", "c"]


def test_windows_in_windows_and_brought_documents_are_listed():
    catalogue = Catalogue(
        (
            task("inner", bundles=("permit",)),
            task("outer", bundles=("inner", "permit")),
            task("permit", asks=["passport", "deed"]),
            task("notary", results=["deed"]),
        )
    )
    assert checks.nested_windows(catalogue) == ["outer"]
    assert checks.documents_nobody_issues(catalogue) == ["passport"]


def test_a_draft_says_how_plans_would_change():
    food, known = needs_all("food"), Facts(frozenset({"food"}))
    rules = [task("notice"), task("permit", condition=food, asks=["plan"]), task("old", condition=food)]
    before = make_plan(Catalogue(tuple(rules)), known)
    draft = task("permit", condition=food, asks=["plan", "survey"], stage=2)
    after = make_plan(
        Catalogue(
            (
                task("notice", condition=needs_all("unknown")),
                draft,
                task("old", condition=Condition(none_of=("food",))),
                task("survey", condition=needs_all("never"), results=["survey"]),
            )
        ),
        known,
    )
    assert compare_plans(before, before).is_nothing
    assert compare_plans(before, after) == Change(
        added=("survey",),
        removed=("old",),
        unsettled=("notice",),
        moved=(("permit", "stage-1", "stage-2"),),
        waits_for=("permit",),
        asks_for=("permit",),
    )
    assert compare_plans(after, before).settled == ("notice",)
