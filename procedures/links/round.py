"""The daily round of all links, in portions that end soon; and all of one version at once."""

import queue
import threading
import time
from contextlib import suppress
from itertools import groupby

from django.db import transaction
from django.utils import timezone

from procedures.links.addresses import addresses_of, all_addresses
from procedures.links.looking import look
from procedures.models import LinkCheck

PORTION = 20  # links that are looked at in one go
SECONDS_ASKED = 20  # that somebody waits for a look at one version
AT_ONCE = 4  # hosts that are asked at the same time; of each, one address after the other


def take_up_addresses():
    """Makes a LinkCheck for every address that a record names, and drops those that none names any more."""
    named = all_addresses()
    known = set(LinkCheck.objects.values_list("url", flat=True))
    with transaction.atomic():
        LinkCheck.objects.bulk_create([LinkCheck(url=url) for url in sorted(named - known)], ignore_conflicts=True)
        LinkCheck.objects.filter(url__in=known - named).delete()


def check_due(now=None, portion=PORTION):
    """Looks at the links that nobody looked at for a day, the longest ago first.

    Returns:
        The LinkChecks that were looked at; none where not a single one could be reached, for then it is we who are
        cut off, and no link is held to be dead for that.
    """
    now = now or timezone.now()
    return check(list(LinkCheck.objects.due(now)[:portion]), now)


def check_version(version):
    """Looks now at all links of a version that `for_page()` loaded, as far as they answer while somebody waits."""
    urls = list(addresses_of(version))
    LinkCheck.objects.bulk_create([LinkCheck(url=url) for url in urls], ignore_conflicts=True)
    return check(list(LinkCheck.objects.filter(url__in=urls)), timezone.now(), SECONDS_ASKED)


def check(rows, now, seconds=None):
    answers = look_at(sorted(row.url for row in rows), seconds)
    hosts = {host_of(url) for url in answers}
    if len(hosts) > 1 and all(answer.result == LinkCheck.Result.UNREACHABLE for answer in answers.values()):
        return []
    looked_at = [row for row in rows if row.url in answers]
    for row in looked_at:
        row.take(answers[row.url], now)
        row.save()
    return looked_at


def look_at(urls, seconds=None):
    """`{address: Answer}`; what has not answered after so many seconds in all is left out."""
    hosts = queue.SimpleQueue()
    for _host, group in groupby(sorted(urls, key=host_of), host_of):
        hosts.put(list(group))
    answers = {}
    # Daemons: a slow server must not keep the process from ending.
    threads = [threading.Thread(target=look_in_turn, args=[hosts, answers], daemon=True) for _ in range(AT_ONCE)]
    until = None if seconds is None else time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(None if until is None else max(0, until - time.monotonic()))
    return dict(answers)


def look_in_turn(hosts, answers):
    """Takes one host after the other, and of each one address after the other."""
    with suppress(queue.Empty):
        while True:
            for url in hosts.get_nowait():
                answers[url] = look(url)


def host_of(url):
    return url.split("//", 1)[-1].split("/", 1)[0].lower()
