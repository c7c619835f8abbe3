"""What waits for the staff: lines that the admin's first page counts and links.

Each app adds its own from its `admin` module, so that this one needs to know no app above it::

    desk.add(_("questions waiting"), count=…, url=…, permission="engagement.change_thread", group=_("Dialogue"))
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

OTHER = _("Also waiting")


class Waiting(NamedTuple):
    """One line of the desk as it stands now."""

    label: str
    count: int
    url: str


@dataclass(frozen=True)
class Entry:
    label: str
    count: Callable
    url: Callable
    permission: str
    group: str


_entries = []


def add(label, count, url, permission="", group=OTHER):
    """Adds a line to the desk.

    Args:
        label: what is counted, in lower case (a lazy translation).
        count: callable without arguments → int; one query.
        url: callable without arguments → address of the list it counts, in the language of the page.
        permission: "app.codename" that a person needs to be shown the line; empty: everyone.
        group: heading under which the line stands; groups and lines keep the order in which they were added.
    """
    _entries.append(Entry(label, count, url, permission, group))


def waiting_for(user):
    """The lines that this user may see, counted now, one query each: `{heading: [Waiting, …]}`."""
    groups = {}
    for entry in _entries:
        if not entry.permission or user.has_perm(entry.permission):
            lines = groups.setdefault(str(entry.group), [])
            lines.append(Waiting(entry.label, entry.count(), entry.url()))
    return groups
