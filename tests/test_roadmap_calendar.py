"""Business days and the plan's dates."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.roadmap.calendar import (
    Dated,
    add_business_days,
    add_months,
    answer_date,
    business_day_from,
    business_days_between,
    is_business_day,
    make_schedule,
)
from procedures.roadmap.plan import make_plan
from procedures.roadmap.totals import plan_time
from procedures.roadmap.values import Catalogue, Facts, Need, Task
from tests.roadmap_strategies import catalogues, facts

MONDAY = datetime.date(2026, 3, 2)
FRIDAY = datetime.date(2026, 3, 13)
HOLIDAY = datetime.date(2026, 3, 16)

dates = st.dates(datetime.date(2020, 1, 1), datetime.date(2030, 12, 31))
closed_days = st.frozensets(dates, max_size=20)


@given(dates, st.integers(0, 60), closed_days)
def test_adding_business_days_and_counting_them_agree(date, number, closed):
    end = add_business_days(date, number, closed)
    assert business_days_between(date, end, closed) == number
    assert number == 0 or is_business_day(end, closed)


@given(dates, closed_days)
def test_the_next_business_day_is_one_and_none_is_skipped(date, closed):
    found = business_day_from(date, closed)
    assert is_business_day(found, closed)
    assert business_days_between(date, found, closed) == (0 if is_business_day(date, closed) else 1)


@given(catalogues(details=True), facts(), dates, closed_days)
def test_nothing_is_filed_before_what_it_waits_for_is_answered(catalogue, known, start, closed):
    made = make_plan(catalogue, known)
    dated = {entry.task: entry for entry in make_schedule(made, start, {"municipal": closed})}
    assert dated.keys() == made.by_slug.keys()
    for item in made.items:
        entry = dated[item.slug]
        assert start <= entry.files_on <= entry.answers_on
        assert all(dated[other].answers_on <= entry.files_on for other in item.waits_for)
        counted = entry.business_days + entry.weekend_days + len(entry.closed)
        assert counted == (entry.answers_on - entry.files_on).days


@given(catalogues(details=True), facts())
def test_the_last_answer_is_as_far_away_as_the_critical_path_is_long(catalogue, known):
    """Where no office is closed on a working day, the dates and the totals count the same."""
    made = make_plan(catalogue, known)
    answers = [entry.answers_on for entry in make_schedule(made, MONDAY, {})]
    assert business_days_between(MONDAY, max(answers, default=MONDAY), frozenset()) == plan_time(made).high


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1, "business_days", datetime.date(2026, 3, 17)),
        (5, "business_days", datetime.date(2026, 3, 23)),
        (24, "hours", datetime.date(2026, 3, 17)),
        (25, "hours", datetime.date(2026, 3, 18)),
        (1, "days", datetime.date(2026, 3, 17)),
        (10, "days", datetime.date(2026, 3, 23)),
        (2, "weeks", datetime.date(2026, 3, 27)),
        (1, "months", datetime.date(2026, 4, 13)),
        (1, "years", datetime.date(2027, 3, 15)),
    ],
)
def test_a_time_limit_ends_on_a_business_day(value, unit, expected):
    assert answer_date(FRIDAY, value, unit, {HOLIDAY}) == expected


@pytest.mark.parametrize(
    ("date", "number", "expected"),
    [((2026, 1, 31), 1, (2026, 2, 28)), ((2026, 11, 30), 3, (2027, 2, 28)), ((2024, 2, 29), 12, (2025, 2, 28))],
)
def test_a_month_ends_on_its_last_day_at_the_latest(date, number, expected):
    assert add_months(datetime.date(*date), number) == datetime.date(*expected)


def test_dates_beyond_the_calendar_are_refused():
    with pytest.raises(OverflowError):
        add_months(datetime.date(9999, 12, 1), 1)
    with pytest.raises(OverflowError):
        add_business_days(datetime.date(9999, 12, 30), 5, frozenset())


def test_a_schedule_shows_how_it_was_counted():
    number = Task("number", "a", 1, results=("number",), time_value=2, time_unit="business_days", level="federal")
    licence = Task("licence", "b", 2, needs=(Need(1, "number"),), level="municipal")
    made = make_plan(Catalogue((number, licence)), Facts())
    saturday = datetime.date(2026, 3, 14)
    assert make_schedule(made, saturday, {"federal": {HOLIDAY}, "municipal": {datetime.date(2026, 3, 19)}}) == (
        Dated("number", datetime.date(2026, 3, 17), datetime.date(2026, 3, 19), None, True, 2, 0, ()),
        Dated("licence", datetime.date(2026, 3, 20), datetime.date(2026, 3, 20), "number", False, 0, 0, ()),
    )
    (dated, _licence) = make_schedule(made, datetime.date(2026, 3, 13), {"federal": {HOLIDAY}})
    assert (dated.answers_on, dated.business_days, dated.weekend_days) == (datetime.date(2026, 3, 18), 2, 2)
    assert dated.closed == (HOLIDAY,)
