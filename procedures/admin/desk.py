"""What waits for the staff: lines that the admin's first page counts and that open the list they count.

A `Queue` is the waiting work in one table: its lines share one query, and the table's list filters by the very
conditions that are counted (`LISTED`), so that a count and what it opens can't differ. Each app makes its own from its
`admin` module, so that this one needs to know no app above it. What is no list of a table is a single line::

    desk.add(_("editions not published yet"), count=…, url=…, permission="brochure.change_edition", group=_("Brochure"))

The page answers for everyone, for one person or for that person's unit (`Whose`, in the address). What counts as a
person's and as a unit's each queue says; docs/architecture.md puts it together.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib import admin
from django.db import models
from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from procedures.models import Level, StaffProfile
from procedures.roadmap.calendar import business_days_between
from procedures.roadmap.catalogue import read_closed_days

OTHER = _("Also waiting")
NEAR = timedelta(days=30)  # a check is near
SOON = timedelta(days=14)  # a call closes soon


class Whose(models.TextChoices):
    """Whose work is looked at; the value stands in the address."""

    EVERYONE = "todo", _("everything")
    MINE = "mio", _("mine")
    UNIT = "unidad", _("my unit's")


class Urgency(models.TextChoices):
    """How much a line presses; told in words beside it."""

    LATE = "late", _("overdue")
    SOON = "soon", _("soon")
    NONE = "", ""


@dataclass(frozen=True)
class Look:
    """Who looks at the desk, at whose work, and when. Asks the database for each thing at most once."""

    user: object
    whose: str = Whose.EVERYONE
    now: datetime = field(default_factory=timezone.now)

    @classmethod
    def of(cls, request):
        """By the address; what it doesn't know is everything."""
        asked = request.GET.get("de")
        return cls(request.user, asked if asked in Whose.values else Whose.EVERYONE)

    @cached_property
    def today(self):
        return timezone.localdate(self.now)

    @cached_property
    def unit(self):
        """The person's Institution, or None."""
        profile = StaffProfile.objects.select_related("institution").filter(user=self.user).first()
        return profile and profile.institution

    @cached_property
    def closed(self):
        """The dates on which the municipality's offices don't work."""
        return read_closed_days()[Level.MUNICIPAL]

    def business_days_since(self, moment):
        return business_days_between(timezone.localdate(moment), self.today, self.closed)

    def may(self, permissions):
        return not permissions or any(self.user.has_perm(permission) for permission in permissions)


class Waiting(NamedTuple):
    """One line of the desk as it stands now."""

    label: str
    count: int
    url: str
    urgency: str = ""
    detail: str = ""

    @property
    def urgency_word(self):
        return Urgency(self.urgency).label

    @property
    def order(self):
        return Urgency.values.index(self.urgency)


@dataclass(frozen=True)
class Line:
    """Rows of a queue that wait for the same thing."""

    key: str  # in the address
    label: str  # what is counted, in lower case (a lazy translation)
    holds: Callable  # Look → Q of the rows that wait
    permissions: tuple[str, ...]  # any of them lets a person see the line
    urgency: str = ""
    since: object = None  # expression: the moment since which a row waits; the oldest one is told in business days
    is_anyones: bool = False  # whoever may do it is meant: `mine` leaves nothing out


@dataclass(frozen=True)
class Queue:
    """What waits in one table; its admin lists `LISTED` in `list_filter`.

    Args:
        mine, unit: Look → Q of the rows that are the person's, or the unit's (`look.unit` is there then); None where
            the table knows no such thing: its lines then stand under everything alone.
    """

    model: type
    group: str
    lines: tuple[Line, ...]
    mine: Callable | None = None
    unit: Callable | None = None

    def line(self, key):
        return next((line for line in self.lines if line.key == key), None)

    def scope(self, look, line=None):
        """Q of the rows in whose work is looked at; None where there can be none."""
        if look.whose == Whose.EVERYONE or (look.whose == Whose.MINE and line and line.is_anyones):
            return Q()
        if look.whose == Whose.MINE:
            return self.mine and self.mine(look)
        return self.unit and look.unit and self.unit(look)

    def waiting(self, look):
        """The lines that the person may see, counted by one query."""
        lines = [line for line in self.lines if look.may(line.permissions)]
        scopes = {line.key: self.scope(look, line) for line in lines}
        lines = [line for line in lines if scopes[line.key] is not None]
        if not lines:
            return []
        rows = {line.key: line.holds(look) & scopes[line.key] for line in lines}
        wanted = {key: Count("pk", filter=condition) for key, condition in rows.items()}
        wanted |= {f"{line.key}_since": Min(line.since, filter=rows[line.key]) for line in lines if line.since}
        counted = self.model._default_manager.order_by().aggregate(**wanted)
        return [
            Waiting(
                line.label,
                counted[line.key],
                self.url(line, look),
                line.urgency,
                waiting_words(look, counted.get(f"{line.key}_since")),
            )
            for line in lines
        ]

    def url(self, line, look):
        query = {"espera": line.key} | ({"de": look.whose} if look.whose != Whose.EVERYONE else {})
        options = self.model._meta
        return f"{reverse(f'admin:{options.app_label}_{options.model_name}_changelist')}?{urlencode(query)}"


@dataclass(frozen=True)
class Entry:
    """A single line that is no list of a table: it stands under everything alone."""

    label: str
    count: Callable
    url: Callable
    permission: str
    group: str
    urgency: str
    detail: Callable

    def waiting(self, look):
        if look.whose != Whose.EVERYONE or not look.may([self.permission] if self.permission else []):
            return []
        return [Waiting(self.label, self.count(), self.url(), self.urgency, self.detail())]


_entries = []
_queues = {}


def add(label, count, url, permission="", group=OTHER, urgency="", detail=str):
    """Adds a single line to the desk.

    Args:
        label: what is counted, in lower case (a lazy translation).
        count: callable without arguments → int; one query.
        url: callable without arguments → address of the list it counts, in the language of the page.
        permission: "app.codename" that a person needs to be shown the line; empty: everyone.
        group: heading under which the line stands; groups and lines keep the order in which they were added.
        detail: callable without arguments → what else is to be said of it.
    """
    _entries.append(Entry(label, count, url, permission, group, urgency, detail))


def add_queue(queue):
    _entries.append(queue)
    _queues[queue.model] = queue


def waiting_for(user, whose=Whose.EVERYONE):
    """The lines that this user may see, counted now, one query per queue: `{heading: [Waiting, …]}`."""
    return waiting_at(Look(user, whose))


def waiting_at(look):
    groups = {}
    for entry in _entries:
        if lines := entry.waiting(look):
            groups.setdefault(str(entry.group), []).extend(lines)
    return groups


def pressing_first(groups):
    """The groups' lines with something to do, what presses first; and those without: both `[(heading, lines)]`."""
    full = [
        (heading, sorted((line for line in lines if line.count), key=lambda line: line.order))
        for heading, lines in groups.items()
    ]
    empty = [(heading, [line for line in lines if not line.count]) for heading, lines in groups.items()]
    pressing = sorted((group for group in full if group[1]), key=lambda group: group[1][0].order)
    return pressing, [group for group in empty if group[1]]


def waiting_words(look, since):
    """How long the oldest waits, in business days; "" for nothing."""
    if since is None:
        return ""
    days = look.business_days_since(since)
    return gettext("the oldest: %(days)s") % {"days": days_words(days)}


def days_words(days):
    return ngettext("%(n)d business day waiting", "%(n)d business days waiting", days) % {"n": days}


# The lists


class WaitingFilter(admin.SimpleListFilter):
    """The rows that a line of the first page counts."""

    title = _("what waits")
    parameter_name = "espera"

    def __init__(self, request, params, model, model_admin):
        self.queue, self.look = _queues[model], Look.of(request)
        super().__init__(request, params, model, model_admin)

    def lookups(self, request, model_admin):
        return [(line.key, line.label) for line in self.queue.lines if self.look.may(line.permissions)]

    def has_output(self):
        return True  # somebody's link is honoured although none of its lines is theirs

    def queryset(self, request, queryset):
        line = self.queue.line(self.value())
        return queryset.filter(line.holds(self.look)) if line else queryset


class WhoseFilter(admin.SimpleListFilter):
    """The person's own rows, or the unit's."""

    title = _("whose")
    parameter_name = "de"

    def __init__(self, request, params, model, model_admin):
        self.queue, self.look = _queues[model], Look.of(request)
        self.line = self.queue.line(request.GET.get(WaitingFilter.parameter_name))
        super().__init__(request, params, model, model_admin)

    def lookups(self, request, model_admin):
        known = {Whose.MINE: self.queue.mine, Whose.UNIT: self.queue.unit}
        return [(whose.value, whose.label) for whose, rows in known.items() if rows]

    def has_output(self):
        return True

    def queryset(self, request, queryset):
        scope = self.queue.scope(self.look, self.line)
        return queryset.none() if scope is None else queryset.filter(scope)


LISTED = (WaitingFilter, WhoseFilter)


# What many tables have alike


def checks(rows, permissions, records):
    """Lines of records whose date for a new check has passed or is near.

    Args:
        rows: Q of the records that matter.
        records: their name, as it stands within a sentence.
    """

    def passed(look):
        return rows & Q(check_by__lt=look.today)

    def near(look):
        return rows & Q(check_by__gte=look.today, check_by__lte=look.today + NEAR)

    return (
        Line(
            "check_passed",
            format_lazy(_("{records} whose date to be checked again has passed"), records=records),
            passed,
            permissions,
            Urgency.LATE,
        ),
        Line(
            "check_near",
            format_lazy(_("{records} to be checked again within 30 days"), records=records),
            near,
            permissions,
            Urgency.SOON,
        ),
    )


def add_checks(model, group, permission, unit):
    """A queue of records of which nothing else is known to wait. `unit`: see Queue."""
    name = model._meta.verbose_name_plural
    add_queue(Queue(model, group, checks(Q(), (permission,), name), unit=unit))
