"""Records with a translation whose Spanish changed since: listed when somebody looks, counted in the background.

The count reads every text of the catalogue, which takes too long for a page that is opened all the time: the worker
counts again every few minutes and the first page tells when.
"""

from django.utils import timezone

from procedures.models import Tally
from procedures.translations import tables
from procedures.translations.progress import progress_of

TALLY = "outdated translations"


def outdated_records():
    """`[(language, Table, primary key, texts out of date)]`, by table."""
    return [
        (language, table, pk, progress.outdated)
        for table in tables.all_tables()
        for language in tables.target_languages()
        for pk, progress in sorted(progress_of(table, language).items())
        if progress.outdated
    ]


def recount(now=None):
    """Counts the records anew and keeps the number. For the background worker."""
    values = {"number": len(outdated_records()), "counted_at": now or timezone.now()}
    return Tally.objects.update_or_create(name=TALLY, defaults=values)[0]


def last_tally():
    """The Tally as it was counted last; counted now where nobody has yet."""
    return Tally.objects.filter(name=TALLY).first() or Tally(number=len(outdated_records()), counted_at=timezone.now())
