"""A plan's dates as an iCalendar file (RFC 5545): an all-day event for filing each item, one for its answer."""

import hashlib
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from procedures.guide.words import plain

LONGEST_LINE = 75
"""Octets of a line; a longer one goes on in the next, after a blank."""


def as_calendar(plan):
    """The dates of a Presentation with a start date, as bytes."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{urlsplit(settings.PORTAL_URL).hostname}//Ruta//{get_language().upper()}",
        "CALSCALE:GREGORIAN",
        text("X-WR-CALNAME", plan.title),
        *(line for item in plan.items.values() if item.dates for line in events(item, plan)),
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines).encode()


def events(item, plan):
    """The lines of an item's event for filing and, if the answer comes on a later day, of that for the answer."""
    dated, names = item.dates.dated, {"name": item.version.name}
    yield from event(item, plan, "file", dated.files_on, _("File: %(name)s") % names)
    if dated.answers_on > dated.files_on:
        yield from event(item, plan, "answer", dated.answers_on, _("Answer expected: %(name)s") % names)


def event(item, plan, what, date, summary):
    """The lines of one all-day event.

    Its UID is the same for the same business whatever the start date: a calendar that has the plan moves the event
    instead of adding another.
    """
    host = urlsplit(settings.PORTAL_URL).hostname
    return [
        "BEGIN:VEVENT",
        f"UID:{item.slug}-{what}-{business(plan.inquiry)}@{host}",
        f"DTSTAMP:{plan.today:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{date:%Y%m%d}",
        text("SUMMARY", summary),
        text("DESCRIPTION", "\n".join(description(item))),
        f"URL:{settings.PORTAL_URL}{item.version.get_absolute_url()}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def description(item):
    """Lines of text: where, how the date was counted, what it depends on."""
    yield " · ".join(filter(None, [item.provider, *(office.name for office in item.offices[:1])]))
    yield item.dates.counted
    for entry in item.open:
        yield _("Only if %(fact)s.") % {"fact": plain(entry.fact)}


def business(inquiry):
    """A short name for the business type and the answers."""
    said = repr((inquiry.type_slug, sorted(inquiry.profile.answers.items())))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def text(name, value):
    """A property with a text, in which some characters are escaped and line breaks are kept."""
    for character in "\\;,":
        value = value.replace(character, f"\\{character}")
    return f"{name}:{'\\n'.join(value.splitlines())}"


def folded(line):
    """A line in stretches of at most LONGEST_LINE octets, no character cut in two."""
    stretches, length = [""], 0
    for character in line:
        octets = len(character.encode())
        if length + octets > LONGEST_LINE:
            stretches.append(" ")
            length = 1
        stretches[-1] += character
        length += octets
    return "\r\n".join(stretches)
