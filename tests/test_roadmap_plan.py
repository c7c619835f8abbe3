"""The plan: which tasks, why, in which order. What must hold for any catalogue and any facts is held by properties."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.roadmap.plan import make_plan
from procedures.roadmap.values import Catalogue, Circle, Condition, Facts, Link, Need, Reason, Task
from tests.roadmap_strategies import SITUATIONS, catalogues, conditions, facts


def task(slug, *, stage=1, asks=(), results=(), **fields):
    """A Task that asks for and results in documents, by name."""
    needs = tuple(Need(number, document) for number, document in enumerate(asks, 1))
    return Task(slug, f"stage-{stage}", stage, needs=needs, results=tuple(results), **fields)


def plan(*tasks, true=(), false=()):
    return make_plan(Catalogue(tasks), Facts(frozenset(true), frozenset(false)))


def outline(made):
    """`[(stage, [[slugs of a wave], …]), …]`"""
    return [(phase.stage, [[item.slug for item in wave] for wave in phase.waves]) for phase in made.phases]


def issuers_in_plan(made, catalogue, known, document):
    """Items a document comes from: what issues it, or a window that stands in for what issues it."""
    issuing = {issuer.slug for issuer in catalogue.issuers.get(document, ())}
    found = made.by_slug.keys() & issuing
    for window in catalogue.windows:
        if window.condition.verdict(known) and issuing & {bundled.slug for bundled in catalogue.bundled(window)}:
            found |= {window.slug}
    return found


# What must hold for any catalogue and any facts


@given(catalogues(), facts())
def test_plan_gives_every_task_one_place(catalogue, known):
    made = make_plan(catalogue, known)
    items = [item.slug for item in made.items]
    others = [entry.task.slug for entry in (*made.not_needed, *made.alternatives)]
    assert sorted([*items, *others]) == sorted(task.slug for task in catalogue.tasks)


@given(catalogues(), facts())
def test_plan_gives_a_reason_for_everything(catalogue, known):
    made = make_plan(catalogue, known)
    assert all(entry.reasons for entry in (*made.items, *made.not_needed))
    assert all(item.open for item in made.items if not item.is_sure)
    assert all(alternative.open and alternative.stands_for for alternative in made.alternatives)


@given(catalogues(), facts())
def test_plan_puts_every_issuer_before_its_user(catalogue, known):
    made = make_plan(catalogue, known)
    place = {item.slug: number for number, item in enumerate(made.items)}
    broken = {(circle.broken.task, circle.broken.issuer) for circle in made.circles}
    for item in made.items:
        for need in item.needs:
            for issuer in issuers_in_plan(made, catalogue, known, need.document) - {item.slug}:
                assert place[issuer] < place[item.slug] or (item.slug, issuer) in broken


@given(catalogues(), facts())
def test_plan_has_an_issuer_for_every_document_that_some_task_issues(catalogue, known):
    made = make_plan(catalogue, known)
    for item in made.items:
        for need in item.needs:
            # A window in the plan that stands for the issuer takes its place, unless it is the one that asks.
            own = {
                item.slug,
                *(task.slug for task in catalogue.bundled(item.task) if item.task.condition.verdict(known)),
            }
            others = {issuer.slug for issuer in catalogue.issuers.get(need.document, ())} - own
            assert not others or issuers_in_plan(made, catalogue, known, need.document) - {item.slug}


@given(catalogues(), facts())
def test_plan_waits_only_for_earlier_waves(catalogue, known):
    made = make_plan(catalogue, known)
    stages = {task.stage: task.stage_position for task in catalogue.tasks}
    place = {
        item.slug: (stages[phase.stage], number)
        for phase in made.phases
        for number, wave in enumerate(phase.waves)
        for item in wave
    }
    for item in made.items:
        assert all(place[other] < place[item.slug] for other in item.waits_for)
        assert place[item.slug][0] >= item.task.stage_position or item.covers


@given(catalogues(), facts(), st.randoms(use_true_random=False))
def test_plan_is_the_same_whatever_order_the_catalogue_comes_in(catalogue, known, dice):
    shuffled = list(catalogue.tasks)
    dice.shuffle(shuffled)
    assert make_plan(Catalogue(tuple(shuffled)), known) == make_plan(catalogue, known)


@given(catalogues(), facts())
def test_unknown_never_excludes(catalogue, known):
    """What a rule leaves undecided is in the plan or an alternative in it, unless a one-stop window does it."""
    made = make_plan(catalogue, known)
    for entry in made.not_needed:
        if entry.task.condition.verdict(known) is not False:
            assert {reason.kind for reason in entry.reasons} == {"covered_by"}


@given(catalogues(), facts())
def test_plan_names_the_window_that_covers_something(catalogue, known):
    made = make_plan(catalogue, known)
    covered = {
        (entry.task.slug, reason.task)
        for entry in made.not_needed
        if not entry.task.is_window
        for reason in entry.reasons
        if reason.kind == "covered_by"
    }
    assert covered == {(slug, item.slug) for item in made.items for slug in item.covers}


@given(catalogues(conditions(none_of=st.just(())), windows=False), facts(), st.sampled_from(SITUATIONS))
def test_one_more_true_removes_nothing_where_no_rule_forbids_it(catalogue, known, situation):
    unknown = Facts(known.true - {situation}, known.false - {situation})
    true = Facts(unknown.true | {situation}, unknown.false)
    assert make_plan(catalogue, unknown).by_slug.keys() <= make_plan(catalogue, true).by_slug.keys()


@given(catalogues(), facts(), st.sampled_from(SITUATIONS))
def test_what_one_more_true_removes_is_explained(catalogue, known, situation):
    """A none-of rule forbids it, a window does it, or it was only in for documents that nobody needs from it now."""
    before_facts = Facts(known.true - {situation}, known.false - {situation})
    after_facts = Facts(before_facts.true | {situation}, before_facts.false)
    before, after = make_plan(catalogue, before_facts), make_plan(catalogue, after_facts)
    for entry in after.not_needed:
        if entry.task.slug not in before.by_slug:
            continue
        is_forbidden = (
            situation in entry.task.condition.none_of and Reason("situation", situation, True) in entry.reasons
        )
        is_covered = {reason.kind for reason in entry.reasons} == {"covered_by"}
        assert is_forbidden or is_covered or is_no_longer_asked(entry.task, before, after, catalogue, after_facts)


def is_no_longer_asked(gone, before, after, catalogue, known):
    """Its own rule was false, and whoever asked for its result is gone, gets it elsewhere, or does not need it."""
    asked = [reason for reason in before.by_slug[gone.slug].reasons if reason.kind == "asked_by"]
    assert {reason.kind for reason in before.by_slug[gone.slug].reasons} == {"asked_by"}
    return all(
        reason.task not in after.by_slug
        or reason.document not in {need.document for need in after.by_slug[reason.task].needs}
        or issuers_in_plan(after, catalogue, known, reason.document) - {reason.task}
        for reason in asked
    )


@given(catalogues(), facts())
def test_plan_is_sure_of_everything_once_everything_is_known(catalogue, known):
    everything = Facts(known.true | (frozenset(SITUATIONS) - known.false), known.false)
    made = make_plan(catalogue, everything)
    assert all(item.is_sure and not item.open and not item.unsure for item in made.items)
    assert (made.open, made.alternatives) == (frozenset(), ())


@given(catalogues(windows=False), facts(), facts())
def test_what_is_sure_stays_whatever_else_becomes_known(catalogue, known, rest):
    """With one issuer for each document; several can take each other's place."""
    tasks = tuple(replace(task, results=(f"from-{task.slug}",)) for task in catalogue.tasks)
    documents = {need.document for task in tasks for need in task.needs} - {""}
    issued = dict(zip(sorted(documents), [task.results[0] for task in tasks], strict=False))
    renamed = Catalogue(tuple(with_documents(task, issued) for task in tasks))
    more = Facts(known.true | (rest.true - known.false), known.false | (rest.false - known.true))
    sure = {item.slug for item in make_plan(renamed, known).items if item.is_sure}
    assert sure <= {item.slug for item in make_plan(renamed, more).items if item.is_sure}


def with_documents(task, names):
    return replace(task, needs=tuple(replace(need, document=names.get(need.document, "")) for need in task.needs))


# What belongs in


def test_plan_of_nothing_is_empty():
    assert plan().items == ()


def test_a_task_without_rule_is_always_there():
    (item,) = plan(task("register")).items
    assert (item.is_sure, item.reasons) == (True, (Reason("always"),))


def test_a_task_says_which_facts_put_it_there():
    rule = Condition(all_of=("food",), any_of=("premises", "stall"), none_of=("online",))
    (item,) = plan(task("notice", condition=rule), true=["food", "stall"], false=["online"]).items
    assert item.is_sure
    assert item.reasons == (
        Reason("situation", "food", True),
        Reason("situation", "stall", True),
        Reason("situation", "online", False),
    )


def test_an_undecided_task_is_there_with_what_would_settle_it():
    rule = Condition(all_of=("food", "premises"))
    (item,) = plan(task("notice", condition=rule), true=["food"]).items
    assert (item.is_sure, item.open) == (False, ("premises",))
    assert item.reasons == (Reason("situation", "food", True), Reason("open", "premises"))


@pytest.mark.parametrize(
    ("rule", "reasons"),
    [
        (Condition(all_of=("no", "yes")), [("no", False)]),
        (Condition(any_of=("no", "neither")), [("no", False), ("neither", False)]),
        (Condition(none_of=("yes", "no")), [("yes", True)]),
    ],
)
def test_a_task_that_does_not_apply_says_why(rule, reasons):
    (entry,) = plan(task("permit", condition=rule), true=["yes"], false=["no", "neither"]).not_needed
    assert entry.reasons == tuple(Reason("situation", name, value) for name, value in reasons)


def test_a_document_brings_in_its_issuer_against_the_issuers_own_rule():
    deed = task("deed", asks=["signature"])
    signature = task("signature", results=["signature"], condition=Condition(all_of=("person",)))
    made = plan(deed, signature, false=["person"])
    assert outline(made) == [("stage-1", [["signature"], ["deed"]])]
    assert made.by_slug["signature"].is_sure
    assert made.by_slug["signature"].reasons == (Reason("asked_by", document="signature", task="deed"),)


def test_a_document_that_something_in_the_plan_issues_brings_in_nothing():
    deed = task("deed", asks=["signature"])
    online = task("online", results=["signature"], condition=Condition(all_of=("person",)))
    office = task("office", results=["signature"])
    made = plan(deed, online, office, false=["person"])
    assert [item.slug for item in made.items] == ["office", "deed"]


def test_of_several_issuers_that_do_not_apply_the_first_that_is_no_window_is_brought_in():
    rule = Condition(all_of=("x",))
    user = task("user", asks=["permit"])
    window = task("a-window", results=["permit"], bundles=("user",), condition=rule)
    others = [task(slug, results=["permit"], condition=rule) for slug in ("c-third", "b-second")]
    made = plan(user, window, *others, false=["x"])
    assert [item.slug for item in made.items] == ["b-second", "user"]


def test_an_undecided_issuer_is_not_sure_where_another_would_be_brought_in_instead():
    user = task("user", asks=["permit"], stage=2)
    away = task("away", results=["permit"], condition=Condition(all_of=("x",)))
    maybe = task("maybe", results=["permit"], condition=Condition(all_of=("y",)))
    made = plan(user, away, maybe, false=["x"])
    assert {item.slug: item.is_sure for item in made.items} == {"maybe": False, "user": True}


def test_what_an_undecided_task_asks_for_is_undecided_by_the_same():
    sale = task("sale", asks=["permit"], condition=Condition(all_of=("alcohol",)))
    permit = task("permit", results=["permit"], asks=["survey"], condition=Condition(all_of=("premises",)))
    survey = task("survey", results=["survey"], condition=Condition(all_of=("premises",)))
    made = plan(sale, permit, survey, false=["premises"])
    assert {item.slug: (item.is_sure, item.open) for item in made.items} == {
        "survey": (False, ("alcohol",)),
        "permit": (False, ("alcohol",)),
        "sale": (False, ("alcohol",)),
    }


def test_an_undecided_need_makes_its_issuer_undecided():
    rule = Condition(all_of=("company",))
    register = replace(task("register"), needs=(Need(1, "deed", condition=rule),))
    deed = task("deed", results=["deed"], condition=Condition(all_of=("notary",)))
    made = plan(register, deed, false=["notary"])
    assert made.by_slug["register"].unsure == {Need(1, "deed", condition=rule)}
    assert (made.by_slug["deed"].is_sure, made.by_slug["deed"].open) == (False, ("company",))
    assert made.open == {"company"}


def test_an_undecided_task_is_sure_where_a_sure_one_needs_it():
    register = task("register", asks=["number"])
    number = task("number", results=["number"], condition=Condition(all_of=("person",)))
    made = plan(register, number)
    assert made.by_slug["number"].is_sure
    assert made.open == frozenset()


def test_a_need_that_does_not_apply_is_left_out():
    needs = (Need(1, "deed", condition=Condition(all_of=("company",))), Need(2, "passport"))
    (item,) = plan(replace(task("register"), needs=needs), false=["company"]).items
    assert item.needs == (Need(2, "passport"),)


# One-stop windows

WINDOW = task(
    "window", stage=2, results=["licence"], bundles=("survey", "licence"), condition=Condition(all_of=("low",))
)
SURVEY = task("survey", stage=1, results=["survey"], condition=Condition(all_of=("premises",)))
LICENCE = task("licence", stage=2, asks=["survey"], results=["licence"], condition=Condition(all_of=("premises",)))
BUILD = task("build", stage=1, asks=["survey"])


def test_a_window_replaces_what_it_stands_for():
    made = plan(WINDOW, SURVEY, LICENCE, BUILD, true=["low", "premises"])
    assert outline(made) == [("stage-1", [["window"], ["build"]])]
    assert made.by_slug["window"].covers == ("survey", "licence")
    assert made.by_slug["build"].waits_for == ("window",)
    assert [(entry.task.slug, entry.reasons) for entry in made.not_needed] == [
        ("survey", (Reason("covered_by", task="window"),)),
        ("licence", (Reason("covered_by", task="window"),)),
    ]


def test_an_undecided_window_is_the_alternative_to_what_it_stands_for():
    made = plan(WINDOW, SURVEY, LICENCE, BUILD, true=["premises"])
    assert outline(made) == [("stage-1", [["survey"], ["build"]]), ("stage-2", [["licence"]])]
    (alternative,) = made.alternatives
    assert (alternative.task, alternative.stands_for, alternative.open) == (WINDOW, ("survey", "licence"), ("low",))
    assert [item.alternatives for item in made.items] == [("window",), (), ("window",)]
    assert made.open == {"low"}


def test_a_window_that_does_not_apply_is_not_needed():
    made = plan(WINDOW, SURVEY, LICENCE, true=["premises"], false=["low"])
    assert [entry.task.slug for entry in made.not_needed] == ["window"]


def test_an_undecided_window_without_anything_to_replace_stands_alone():
    made = plan(WINDOW, SURVEY, LICENCE, false=["premises"])
    assert [item.slug for item in made.items] == ["window"]
    assert made.alternatives == ()


def test_an_undecided_window_is_not_needed_where_another_does_it_all():
    other = task("other", bundles=("survey", "licence"))
    made = plan(WINDOW, SURVEY, LICENCE, other, true=["premises"])
    assert [item.slug for item in made.items] == ["other"]
    window = next(entry for entry in made.not_needed if entry.task == WINDOW)
    assert window.reasons == (Reason("covered_by", task="other"),)


# Order and circles


def test_a_task_comes_in_the_phase_of_what_it_waits_for():
    made = plan(task("early", stage=1, asks=["late"]), task("late", stage=3, results=["late"]), task("also", stage=3))
    assert outline(made) == [("stage-3", [["also", "late"], ["early"]])]


def test_what_can_be_done_at_the_same_time_is_one_wave():
    made = plan(
        task("c", asks=["x", "y"]),
        task("a", results=["x"], position=2),
        task("b", results=["y"], position=1),
        task("d", position=3),
    )
    assert outline(made) == [("stage-1", [["b", "a", "d"], ["c"]])]


def test_a_circle_is_broken_and_its_chain_named():
    tasks = [
        task("one", asks=["third"], results=["first"]),
        task("two", asks=["first"], results=["second"]),
        task("three", asks=["second"], results=["third"], position=1),
        task("after", asks=["third"], stage=2),
    ]
    made = plan(*tasks)
    assert made.circles == (
        Circle((Link("one", "third", "three"), Link("three", "second", "two"), Link("two", "first", "one"))),
    )
    assert outline(made) == [("stage-1", [["one"], ["two"], ["three"]]), ("stage-2", [["after"]])]
    assert made.by_slug["one"].waits_for == ()


def test_a_task_that_asks_for_its_own_result_does_not_wait_for_itself():
    made = plan(task("renewal", asks=["licence"], results=["licence"]))
    assert made.by_slug["renewal"].waits_for == ()
    assert made.circles == ()


def test_a_renewal_brings_in_what_issued_the_first_one():
    renewal = task("renewal", asks=["licence"], results=["licence"])
    first = task("first", results=["licence"], condition=Condition(all_of=("new",)))
    assert outline(plan(renewal, first, false=["new"])) == [("stage-1", [["first"], ["renewal"]])]


def test_a_chain_of_three_thousand_is_no_problem():
    chain = [task(f"task-{n:04}", asks=[f"paper-{n - 1}"], results=[f"paper-{n}"]) for n in range(3_000)]
    made = plan(*chain)
    assert len(made.items) == 3_000
    assert [item.slug for item in made.items] == [item.slug for item in chain]


def test_facts_cannot_be_true_and_false():
    with pytest.raises(ValueError, match="food"):
        Facts(frozenset({"food"}), frozenset({"food"}))
