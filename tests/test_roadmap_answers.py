"""From answers to facts; which questions still matter; what is wrong in an address is said and the rest kept."""

from hypothesis import given
from hypothesis import strategies as st

from procedures.roadmap.answers import (
    UNSURE,
    Origin,
    Problem,
    progress,
    question_before,
    read_answers,
    remaining_questions,
    settling_question,
    with_answer,
)
from procedures.roadmap.plan import make_plan
from procedures.roadmap.values import BusinessType, Choice, Facts, Question
from tests.roadmap_strategies import SITUATIONS, catalogues, questions


def choice(slug, true=(), false=()):
    return Choice(slug, frozenset(true), frozenset(false))


PREMISES = Question(
    "premises", (choice("yes", ["premises"]), choice("home", ["home"], ["premises", "building"])), position=1
)
BUILDING = Question(
    "building", (choice("yes", ["building"]), choice("no", [], ["building"])), position=2, depends_on="premises"
)
SIZE = Question("size", (choice("small", ["small"]), choice("large", [], ["small"])), position=3, depends_on="building")
STREET = Question(
    "street", (choice("yes", ["street"], ["home"]),), position=4, depends_on="premises", depends_value=False
)
GUIDE = (SIZE, STREET, BUILDING, PREMISES)

pairs = st.lists(
    st.tuples(
        st.sampled_from([*(f"question-{number}" for number in range(5)), "no-such-question"]),
        st.sampled_from(["yes", "no", UNSURE, "no-such-choice"]),
    ),
    max_size=6,
)
types = st.none() | st.builds(
    BusinessType,
    st.just("giro"),
    st.frozensets(st.sampled_from(SITUATIONS), max_size=3),
    st.frozensets(st.sampled_from(SITUATIONS), max_size=3),
)


# What must hold for any questions and any address


@given(pairs, questions(), types, st.randoms(use_true_random=False))
def test_answers_mean_the_same_in_any_order(said, guide, kind, dice):
    profile = read_answers(said, guide, kind)
    dice.shuffle(said)
    shuffled = list(guide)
    dice.shuffle(shuffled)
    again = read_answers(said, shuffled, kind)
    assert (again.facts, again.answers, again.origins) == (profile.facts, profile.answers, profile.origins)
    assert set(again.problems) == set(profile.problems)


@given(pairs, questions(), types)
def test_every_answer_counts_or_is_reported(said, guide, kind):
    profile = read_answers(said, guide, kind)
    reported = {problem.question for problem in profile.problems if problem.kind != "contradiction"}
    assert {question for question, _choice in said} == profile.answers.keys() | reported
    assert profile.origins.keys() == profile.facts.known


@given(pairs, questions(), types)
def test_a_profile_read_again_is_the_same(said, guide, kind):
    profile = read_answers(said, guide, kind)
    again = read_answers(list(profile.answers.items()), guide, kind)
    assert (again.facts, again.answers) == (profile.facts, profile.answers)


@given(catalogues(), questions(), types, st.data())
def test_the_guide_comes_to_an_end(catalogue, guide, kind, data):
    """Whatever is answered, each question is asked once at most, and then none remains."""
    said = []
    for _turn in range(len(guide) + 1):
        profile = read_answers(said, guide, kind)
        remaining = remaining_questions(guide, profile, make_plan(catalogue, profile.facts).open)
        if not remaining:
            break
        assert remaining[0].slug not in dict(said)
        slugs = [*(choice.slug for choice in remaining[0].choices), UNSURE]
        said.append((remaining[0].slug, data.draw(st.sampled_from(slugs))))
    assert not remaining
    assert not {problem.kind for problem in profile.problems} - {"contradiction"}


@given(catalogues(), questions(), types, pairs)
def test_a_question_that_is_not_asked_changes_nothing(catalogue, guide, kind, said):
    """An answer to one that could be given now, but does not matter, leaves the same items, as sure as before."""
    profile = read_answers(said, guide, kind)
    before = make_plan(catalogue, profile.facts)
    remaining = remaining_questions(guide, profile, before.open)
    for question in guide:
        if question in remaining or question.slug in profile.answers or not question.is_asked(profile.facts):
            continue
        for choice_ in question.choices:
            extra = read_answers([*profile.answers.items(), (question.slug, choice_.slug)], guide, kind)
            # Only facts that were open may be compared: an answer can also contradict what is known.
            if profile.facts.true <= extra.facts.true and profile.facts.false <= extra.facts.false:
                after = make_plan(catalogue, extra.facts)
                assert {(item.slug, item.is_sure) for item in after.items} == {
                    (item.slug, item.is_sure) for item in before.items
                }


# One by one


def test_answers_make_facts_and_say_whence():
    profile = read_answers([("building", "no"), ("premises", "yes")], GUIDE)
    assert profile.facts == Facts(frozenset({"premises"}), frozenset({"building"}))
    assert profile.origins == {"premises": Origin("premises", "yes"), "building": Origin("building", "no")}
    assert (list(profile.answers), profile.problems) == (["premises", "building"], ())


def test_unsure_counts_as_answered_and_sets_nothing():
    profile = read_answers([("premises", UNSURE)], GUIDE)
    assert (profile.facts, profile.answers) == (Facts(), {"premises": UNSURE})


def test_an_answer_is_worth_more_than_the_business_type():
    kind = BusinessType("shop", frozenset({"premises", "food"}), frozenset({"home"}))
    profile = read_answers([("premises", "home")], GUIDE, kind)
    assert profile.facts == Facts(frozenset({"home", "food"}), frozenset({"premises", "building"}))
    assert profile.overridden == ("home", "premises")
    assert profile.origins["food"] == Origin()
    assert profile.problems == ()


def test_tampered_answers_are_reported_and_the_rest_kept():
    said = [("premises", "yes"), ("premises", "yes"), ("colour", "red"), ("building", "maybe"), ("size", "small")]
    profile = read_answers(said, GUIDE)
    assert profile.answers == {"premises": "yes"}
    assert profile.problems == (
        Problem("unknown_question", "colour", "red"),
        Problem("unknown_choice", "building", "maybe"),
        Problem("not_asked", "size", "small"),
    )


def test_two_answers_to_one_question_count_for_none():
    profile = read_answers([("premises", "yes"), ("premises", "home")], GUIDE)
    assert (profile.answers, profile.problems) == ({}, (Problem("repeated", "premises"),))


def test_answers_that_contradict_each_other_leave_it_unknown():
    profile = read_answers([("premises", "home"), ("street", "yes")], GUIDE)
    assert profile.facts == Facts(frozenset({"street"}), frozenset({"premises", "building"}))
    assert profile.answers == {"premises": "home", "street": "yes"}
    assert profile.problems == (Problem("contradiction", "street", "yes", "home", "premises", "home"),)


def test_only_questions_that_can_change_something_remain():
    def remaining(said, opened):
        return [question.slug for question in remaining_questions(GUIDE, read_answers(said, GUIDE), opened)]

    assert remaining([], {"small"}) == ["premises"]
    assert remaining([("premises", "yes")], {"small"}) == ["building"]
    assert remaining([("premises", "yes"), ("building", "yes")], {"small"}) == ["size"]
    assert remaining([("premises", "yes"), ("building", "no")], {"small"}) == []
    assert remaining([("premises", UNSURE)], {"small"}) == []
    assert remaining([], {"street"}) == ["premises"]
    assert remaining([("premises", "home")], {"street", "home"}) == ["street"]
    assert remaining([], {"nothing-sets-this"}) == []


def test_the_question_that_settles_a_situation_leads_there():
    def settling(said, situation):
        question = settling_question(situation, GUIDE, read_answers(said, GUIDE))
        return question and question.slug

    assert settling([("premises", "yes"), ("building", "yes")], "small") == "size"
    assert settling([("premises", "yes")], "small") == "building"
    assert settling([], "small") == "premises"
    assert settling([("premises", UNSURE)], "building") == "premises"
    assert settling([], "nothing-sets-this") is None


def test_a_situation_in_a_circle_of_questions_is_settled_by_none():
    circle = (
        Question("one", (choice("yes", ["a"]),), depends_on="b"),
        Question("two", (choice("yes", ["b"]),), depends_on="a"),
    )
    assert settling_question("a", circle, read_answers([], circle)) is None


def test_progress_and_the_way_back():
    profile = read_answers([("building", "yes"), ("premises", "yes")], GUIDE)
    done = progress(profile, remaining_questions(GUIDE, profile, {"small"}))
    assert (done.answered, done.remain, done.total) == (2, 1, 3)
    assert question_before(profile, "size") == "building"
    assert question_before(profile, "building") == "premises"
    assert question_before(profile, "premises") is None
    assert question_before(read_answers([], GUIDE), "premises") is None


def test_an_answer_can_be_changed_at_any_point():
    profile = read_answers([("building", "yes"), ("premises", "yes")], GUIDE)
    assert with_answer(profile, GUIDE, "premises", "home") == (("premises", "home"), ("building", "yes"))
    changed = read_answers(with_answer(profile, GUIDE, "premises", "home"), GUIDE)
    assert changed.answers == {"premises": "home"}
    assert changed.problems == (Problem("not_asked", "building", "yes"),)
