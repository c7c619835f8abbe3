"""Searches that found nothing, counted for the staff: no reader is known, and no reader ever waits for it.

A text that may be personal (an e-mail address, a number of somebody) is not kept, and neither is what machines look
for. A busy database loses the count, not the reader's page.
"""

import logging
import re
import threading
import time

from django.db import Error
from django.db.models import F
from django.utils import timezone

from portal.models import EmptySearch
from procedures.hurry import in_a_hurry
from procedures.words import split

logger = logging.getLogger(__name__)

MOST = 2_000  # rows; the ones that occurred longest ago go
MOST_A_MINUTE = 60  # of one process: more than that is a machine

# An address, or at least six digits with what people write between them: a phone, an RFC, a CURP, a card.
PERSONAL = re.compile(r"@|\d(?:[\s().+/-]*\d){5}")
MACHINE = re.compile(r"bot|crawl|spider|slurp|scan|curl|wget|python|http-?client|headless|^$", re.IGNORECASE)


def note_miss(query, agent):
    """Counts a Query that found nothing; whatever goes wrong, the reader's page goes on.

    Args:
        agent: what the reader's program calls itself.
    """
    text = " ".join(split(query.typed))
    if not text or len(query.typed) > EmptySearch.LONGEST or query.was_cut:
        return
    if PERSONAL.search(query.typed) or MACHINE.search(agent) or not _pace.allows():
        return
    try:
        with in_a_hurry():
            _count(query.language, text, timezone.now())
    except Error as error:
        logger.warning("A search without results was not counted: %s", error)


def _count(language, text, now):
    again = EmptySearch.objects.filter(language=language, text=text)
    if again.update(times=F("times") + 1, last_at=now, settled_at=None, settled_by=None):
        return
    # Of two readers at the same moment the second one's row is left out.
    row = EmptySearch(language=language, text=text, first_at=now, last_at=now)
    EmptySearch.objects.bulk_create([row], ignore_conflicts=True)
    surplus = EmptySearch.objects.order_by("-last_at", "-id").values_list("pk", flat=True)[MOST:]
    EmptySearch.objects.filter(pk__in=list(surplus)).delete()


class _Pace:
    """So many a minute, for all threads of a process together."""

    def __init__(self):
        self.lock, self.minute, self.count = threading.Lock(), 0, 0

    def allows(self):
        with self.lock:
            minute = int(time.monotonic() // 60)
            if minute != self.minute:
                self.minute, self.count = minute, 0
            self.count += 1
            return self.count <= MOST_A_MINUTE


_pace = _Pace()
