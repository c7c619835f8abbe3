"""The plan on a calendar: days on which offices work, and the earliest each step can be filed and answered.

An office is closed on Saturdays, Sundays and the non-working days of its level of government. As the law counts time
limits, the day of filing does not count: three business days after Monday is Thursday.
"""

import calendar
import datetime
from dataclasses import dataclass
from math import ceil

ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Dated:
    """When one item can be filed at the earliest, when it is answered then, and how that was counted.

    It is filed when the answer of `waits_for` (None: nothing) is there, or on the next business day. Of the days up to
    the answer `business_days` count; `weekend_days` and the dates in `closed` do not. Where the time is not known
    (`is_known` False) it is answered the same day.
    """

    task: str
    files_on: datetime.date
    answers_on: datetime.date
    waits_for: str | None
    is_known: bool
    business_days: int
    weekend_days: int
    closed: tuple[datetime.date, ...]


def make_schedule(plan, start, closed):
    """The Dated items of a Plan, in its order.

    Args:
        plan: the Plan.
        start: the date from which the person can file.
        closed: level of government → set of the dates on which its offices don't work.

    Raises:
        OverflowError: the plan runs beyond the year 9999.
    """
    dated = {}
    for item in plan.items:
        dates = closed.get(item.task.level, frozenset())
        waits_for = max(item.waits_for, key=lambda slug: dated[slug].answers_on, default=None)
        earliest = dated[waits_for].answers_on if waits_for else start
        dated[item.slug] = put_on_calendar(item.task, earliest, waits_for, dates)
    return tuple(dated.values())


def put_on_calendar(task, earliest, waits_for, closed):
    """One task as Dated, filed on `earliest` or the next business day; `closed` is a set of dates."""
    files_on = business_day_from(earliest, closed)
    is_known = task.time_value is not None
    answers_on = answer_date(files_on, task.time_value, task.time_unit, closed) if is_known else files_on
    days = [files_on + ONE_DAY * n for n in range(1, (answers_on - files_on).days + 1)]
    weekend = [day for day in days if is_weekend(day)]
    return Dated(
        task=task.slug,
        files_on=files_on,
        answers_on=answers_on,
        waits_for=waits_for,
        is_known=is_known,
        business_days=sum(is_business_day(day, closed) for day in days),
        weekend_days=len(weekend),
        closed=tuple(day for day in days if day in closed and not is_weekend(day)),
    )


def answer_date(files_on, value, unit, closed):
    """The last day of a time limit that began with a filing.

    Business days are counted one by one; hours as business days of 24. Days, weeks, months and years are counted on
    the calendar (a month ends on the same day number, or the month's last) and end on the next business day.

    Raises:
        OverflowError: the date lies beyond the year 9999.
        KeyError: the unit is none of these.
    """
    if unit in ("business_days", "hours"):
        return add_business_days(files_on, value if unit == "business_days" else ceil(value / 24), closed)
    if unit in ("days", "weeks"):
        return business_day_from(files_on + ONE_DAY * value * {"days": 1, "weeks": 7}[unit], closed)
    return business_day_from(add_months(files_on, value * {"months": 1, "years": 12}[unit]), closed)


def is_weekend(date):
    return date.weekday() >= calendar.SATURDAY


def is_business_day(date, closed):
    return not is_weekend(date) and date not in closed


def business_day_from(date, closed):
    """The date itself if it is a business day, else the next one."""
    while not is_business_day(date, closed):
        date += ONE_DAY
    return date


def add_business_days(date, number, closed):
    """The date on which that many business days have passed after `date`, which itself does not count."""
    while number > 0:
        date += ONE_DAY
        number -= is_business_day(date, closed)
    return date


def business_days_between(start, end, closed):
    """How many business days there are after `start` up to and with `end`; 0 if `end` is not later."""
    return sum(is_business_day(start + ONE_DAY * n, closed) for n in range(1, (end - start).days + 1))


def add_months(date, number):
    """The same day so many months later, or that month's last day.

    Raises:
        OverflowError: the date lies beyond the year 9999.
    """
    years, month = divmod(date.month - 1 + number, 12)
    year, month = date.year + years, month + 1
    if year > datetime.MAXYEAR:
        raise OverflowError(f"{date} and {number} months")
    return date.replace(year=year, month=month, day=min(date.day, calendar.monthrange(year, month)[1]))
