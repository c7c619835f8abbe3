"""Folder, visits and totals of a plan: everything is counted once, and what can't be counted is named."""

from decimal import Decimal

import pytest
from hypothesis import given

from procedures.roadmap.folder import Paper, Use, make_folder
from procedures.roadmap.plan import make_plan
from procedures.roadmap.totals import Cost, add_costs, business_days, item_cost, make_totals, plan_time
from procedures.roadmap.values import Catalogue, Condition, Facts, Need, Price, Task
from procedures.roadmap.visits import make_visits
from tests.roadmap_strategies import catalogues, facts

UNITS = {"UMA": Decimal("117.31")}
MAYBE = Condition(all_of=("maybe",))
NEVER = Condition(all_of=("never",))


def plan(*tasks):
    """The plan where `never` is false and nothing else is known."""
    return make_plan(Catalogue(tasks), Facts(false=frozenset({"never"})))


def pesos(number):
    return Decimal(number)


def cost(*prices, condition=Condition()):  # noqa: B008 – frozen
    (item,) = plan(Task("one", "a", condition=condition, prices=prices)).items
    return item_cost(item, UNITS)


# What must hold for any plan


@given(catalogues(details=True), facts())
def test_totals_equal_the_sum_of_items(catalogue, known):
    made = make_plan(catalogue, known)
    folder, visits = (make(made, catalogue.documents) for make in (make_folder, make_visits))
    totals = make_totals(made, folder, visits, UNITS)
    costs = [item_cost(item, UNITS) for item in made.items]
    assert totals.cost.low == sum(cost.low for cost in costs)
    assert totals.cost.high == sum(cost.high for cost in costs)
    assert totals.cost.unknown == tuple(name for cost in costs for name in cost.unknown)
    assert Decimal(0) <= totals.cost.low <= totals.cost.high
    assert totals.copies == sum(need.copies or 0 for item in made.items for need in item.needs if need.document)
    assert (totals.procedures, totals.unsure) == (len(made.items), sum(not item.is_sure for item in made.items))


@given(catalogues(details=True), facts())
def test_folder_has_every_use_of_every_document_once(catalogue, known):
    made = make_plan(catalogue, known)
    folder = make_folder(made, catalogue.documents)
    papers = (*folder.bring, *folder.produced)
    uses = [(use.task, use.need) for use in (*folder.fulfil, *(use for paper in papers for use in paper.uses))]
    asked = [(item.slug, need) for item in made.items for need in item.needs]
    assert sorted(uses, key=repr) == sorted(asked, key=repr)
    assert len({paper.document for paper in papers}) == len(papers)


@given(catalogues(details=True), facts())
def test_every_item_is_visited_or_done_from_afar(catalogue, known):
    made = make_plan(catalogue, known)
    visits = make_visits(made, catalogue.documents)
    places = [*visits.online, *visits.by_phone, *(slug for visit in visits.visits for slug in visit.tasks)]
    assert sorted(places) == sorted(made.by_slug)


@given(catalogues(details=True), facts())
def test_time_is_the_length_of_its_path(catalogue, known):
    made = make_plan(catalogue, known)
    time = plan_time(made)
    days = [business_days(made.by_slug[slug].task.time_value, made.by_slug[slug].task.time_unit) for slug in time.path]
    assert time.high == sum(days)
    assert 0 <= time.low <= time.high


# Folder


def test_one_shown_original_serves_all_and_copies_add_up():
    tasks = [
        Task("a", "s", needs=(Need(1, "id", originals=1, copies=1), Need(2, "form", originals=1))),
        Task("b", "s", needs=(Need(3, "id", originals=1, copies=3), Need(4, "form", originals=2))),
        Task("c", "s", needs=(Need(5, "id"), Need(6, ""))),
    ]
    folder = make_folder(plan(*tasks), {"id": "identity", "form": "form"})
    identity, form = folder.bring
    assert (identity.document, identity.originals, identity.copies, identity.unstated) == ("id", 1, 4, 1)
    assert (form.document, form.originals, form.copies, form.unstated) == ("form", 3, 0, 0)
    assert [use.task for use in identity.uses] == ["a", "b", "c"]
    assert folder.fulfil == (Use("c", Need(6, ""), True),)


def test_what_the_plan_produces_is_set_apart():
    issuer = Task("issuer", "s", results=("permit",))
    user = Task("user", "s", needs=(Need(1, "permit", copies=2),))
    folder = make_folder(plan(issuer, user), {})
    assert folder.bring == ()
    assert folder.produced == (
        Paper("permit", 0, 2, 0, (Use("user", Need(1, "permit", copies=2), True),), ("issuer",)),
    )


def test_what_a_window_replaces_is_produced_by_the_window():
    tasks = [
        Task("window", "s", bundles=("issuer",)),
        Task("issuer", "s", results=("permit",)),
        Task("user", "s", needs=(Need(1, "permit"),)),
    ]
    (paper,) = make_folder(plan(*tasks), {}).produced
    assert paper.issued_by == ("window",)


def test_an_undecided_use_is_marked():
    tasks = [Task("a", "s", needs=(Need(1, "id", condition=MAYBE),)), Task("b", "s", needs=(Need(2, "form"),))]
    papers = make_folder(plan(*tasks), {}).bring
    assert {paper.document: paper.is_sure for paper in papers} == {"id": False, "form": True}


# Visits


def test_what_can_be_done_at_one_place_at_the_same_time_is_one_visit():
    tasks = [
        Task("a", "s", offices=("far", "near"), institution="town", needs=(Need(1, "id", copies=1),)),
        Task("b", "s", offices=("near",), institution="town", needs=(Need(2, "id", copies=2),)),
        Task("c", "s", institution="state"),
        Task("d", "s", channels=("online", "in_person"), offices=("near",)),
        Task("e", "s", channels=("phone",)),
        Task("f", "s", offices=("near",), needs=(Need(3, "result"),)),
        Task("g", "s", results=("result",)),
        Task("h", "s", channels=("phone", "in_person"), institution="state"),
    ]
    visits = make_visits(plan(*tasks), {})
    assert [(visit.office, visit.institution, visit.tasks) for visit in visits.visits] == [
        ("near", "town", ("a", "b")),
        ("", "state", ("c", "h")),
        ("", "", ("g",)),
        ("near", "", ("f",)),
    ]
    assert (visits.online, visits.by_phone) == (("d",), ("e",))
    (paper,) = visits.visits[0].papers
    assert (paper.document, paper.copies) == ("id", 3)
    assert visits.visits[3].papers[0].issued_by == ("g",)


# Money

NAME = (("one", 1),)


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        (Price(1, "free"), Cost()),
        (Price(1, "fixed", pesos(100)), Cost(pesos(100), pesos(100), unverified=NAME)),
        (Price(1, "fixed", pesos(100), assurance="confirmed"), Cost(pesos(100), pesos(100))),
        (Price(1, "fixed", pesos(2), unit="UMA", assurance="confirmed"), Cost(Decimal("234.62"), Decimal("234.62"))),
        (Price(1, "fixed", pesos(2), unit="UMI"), Cost(unconverted=NAME)),
        (Price(1, "range", pesos(1), pesos(5), assurance="confirmed"), Cost(pesos(1), pesos(5))),
        (Price(1, "range", None, pesos(5), assurance="confirmed"), Cost(pesos(0), pesos(5))),
        (Price(1, "range", pesos(1), assurance="confirmed"), Cost(pesos(1), pesos(1), open_ended=NAME)),
        (Price(1, "formula", pesos(3), unit="percent"), Cost(by_rule=NAME)),
        (Price(1, "fixed", pesos(3), unit="percent"), Cost(by_rule=NAME)),
        (Price(1, "unknown"), Cost(unknown=NAME)),
        (Price(1, "fixed", pesos(9), condition=MAYBE, assurance="confirmed"), Cost(pesos(0), pesos(9))),
        (Price(1, "fixed", pesos(9), condition=NEVER), Cost()),
    ],
)
def test_each_kind_of_price_counts_or_is_named(price, expected):
    assert cost(price) == expected


def test_a_task_without_prices_costs_nobody_knows_what():
    assert cost() == Cost(unknown=(("one", None),))


def test_an_undecided_task_adds_to_the_upper_end_only():
    assert cost(Price(1, "fixed", pesos(9), assurance="confirmed"), condition=MAYBE) == Cost(pesos(0), pesos(9))


def test_prices_are_all_due_or_one_by_case():
    prices = [Price(number, "fixed", pesos(number * 10), assurance="confirmed") for number in (1, 2)]
    assert cost(*prices) == Cost(pesos(30), pesos(30))
    by_case = [Price(price.id, price.kind, price.low, assurance="confirmed", group="case") for price in prices]
    assert cost(*by_case) == Cost(pesos(10), pesos(20))
    assert cost(*by_case, Price(3, "unknown", group="case")) == Cost(pesos(0), pesos(20), unknown=(("one", 3),))


def test_nothing_costs_nothing():
    assert add_costs([]) == Cost()


# Time


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (None, "", 0),
        (1, "hours", 1),
        (24, "hours", 1),
        (25, "hours", 2),
        (3, "business_days", 3),
        (7, "days", 5),
        (8, "days", 6),
        (2, "weeks", 10),
        (3, "months", 63),
        (1, "years", 252),
    ],
)
def test_times_become_business_days(value, unit, expected):
    assert business_days(value, unit) == expected


def test_the_critical_path_is_the_longest_chain():
    def task(slug, days, asks=(), **fields):
        needs = tuple(Need(number, document) for number, document in enumerate(asks))
        unit = "business_days" if days else ""
        return Task(slug, "s", needs=needs, results=(f"from-{slug}",), time_value=days, time_unit=unit, **fields)

    made = plan(
        task("a", 3),
        task("b", 10, condition=MAYBE),
        task("c", None, asks=["from-a"]),
        task("d", 5, asks=["from-c", "from-b"]),
        task("e", 7),
    )
    time = plan_time(made)
    # b is in for certain: d, which is, asks for what only b issues.
    assert (time.low, time.high, time.path, time.unknown) == (15, 15, ("b", "d"), ("c",))
    undecided = plan_time(plan(task("a", 3), task("b", 10, condition=MAYBE)))
    assert (undecided.low, undecided.high, undecided.path) == (3, 10, ("b",))
