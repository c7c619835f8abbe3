"""What waits for the staff: entries that the admin's first page counts and links.

Each app adds its own from its `admin` module, so that this one needs to know no app above it::

    desk.add(_("questions waiting"), count=Thread.objects.pending().count, url=lambda: reverse(…), permission="…")
"""

from dataclasses import dataclass
from typing import NamedTuple


class Waiting(NamedTuple):
    """One line of the desk as it stands now."""

    label: str
    count: int
    url: str


@dataclass(frozen=True)
class Entry:
    label: str
    count: callable
    url: callable
    permission: str


_entries = []


def add(label, *, count, url, permission=""):
    """Adds a line to the desk.

    Args:
        label: a lazy translation, in lower case.
        count: callable without arguments → int; one query.
        url: callable without arguments → address of the list it counts, in the language of the page.
        permission: "app.codename" that a person needs to be shown the line; empty: everyone.
    """
    _entries.append(Entry(label, count, url, permission))


def waiting_for(user):
    """The lines that this user may see, counted now: a list of `Waiting`, one query each."""
    return [
        Waiting(entry.label, entry.count(), entry.url())
        for entry in _entries
        if not entry.permission or user.has_perm(entry.permission)
    ]
