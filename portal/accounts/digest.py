"""The daily mail to staff who want it: what waits for them, as their first page counts it.

One mail a day and person, never two. A mail server that isn't there is tried again at the next round. Once it is
there, the day is noted as begun before a mail is handed over and as done afterwards: a worker that is killed in between
leaves a mail that may have gone out; it is not sent again, and the next worker says so.
"""

import logging
from datetime import time

from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from procedures.admin.desk import Look, pressing_first, waiting_at
from procedures.models import Level, StaffProfile
from procedures.roadmap.calendar import is_business_day
from procedures.roadmap.catalogue import read_closed_days

logger = logging.getLogger(__name__)

FROM_HOUR = time(7)


def send_due(now=None):
    """Sends today's mail to everyone who is still to get it, on business days from FROM_HOUR on.

    Args:
        now: aware datetime.

    Returns:
        The number of mails that the server took.
    """
    now = now or timezone.now()
    local = timezone.localtime(now)
    if not settings.SENDS_MAIL or local.time() < FROM_HOUR:
        return 0
    if not is_business_day(local.date(), read_closed_days()[Level.MUNICIPAL]):
        return 0
    due = list(due_on(local.date()))
    if not due:
        return 0
    sent = 0
    try:
        with mailers.default as server:
            for profile in due:
                sent += send(profile, server, now)
    except OSError as error:  # of the network, or the server's answer; the others get theirs in the next round
        logger.warning("The daily mail was interrupted after %d were sent: %s", sent, error)
    return sent


def due_on(day):
    """Profiles of active staff who want the mail, have an address and whose mail of the day was not begun."""
    wanting = StaffProfile.objects.exclude(digest=StaffProfile.Digest.NONE).exclude(user__email="")
    staff = wanting.filter(user__is_active=True, user__is_staff=True)
    return staff.filter(Q(digest_begun_on__isnull=True) | Q(digest_begun_on__lt=day)).select_related("user")


def send(profile, server, now):
    """Sends one mail by an open mail backend, or none where nothing waits; whether one was sent."""
    day = timezone.localdate(now)
    with translation.override(profile.digest_language):
        message = written(profile, now)
    # Only who changes the row sends: another process at the same moment finds the day begun.
    before = StaffProfile.objects.filter(pk=profile.pk, digest_begun_on=profile.digest_begun_on)
    if not before.update(digest_begun_on=day):
        return False
    if message:
        server.send_messages([message])
    StaffProfile.objects.filter(pk=profile.pk).update(digest_done_on=day)
    return message is not None


def written(profile, now):
    """The mail in the active language, or None where nothing waits."""
    full, _empty = pressing_first(waiting_at(Look(profile.user, profile.digest, now)))
    if not full:
        return None
    count = sum(len(lines) for _heading, lines in full)
    subject = ngettext(
        "Business portal: %(n)d thing waits for you", "Business portal: %(n)d things wait for you", count
    ) % {"n": count}
    context = {
        "groups": full,
        "portal": settings.PORTAL_URL,
        "first_page": f"{settings.PORTAL_URL}{reverse('admin:index')}?de={profile.digest}",
        "account": f"{settings.PORTAL_URL}{reverse('admin:account')}",
    }
    return EmailMessage(subject, render_to_string("admin/accounts/digest_mail.txt", context), to=[profile.user.email])


def tell_interrupted():
    """Says once in the log whose last mail was begun and never done: it may not have arrived. At a worker's start."""
    begun = StaffProfile.objects.filter(digest_begun_on__isnull=False).select_related("user")
    for profile in begun.filter(Q(digest_done_on=None) | Q(digest_done_on__lt=F("digest_begun_on"))):
        logger.warning("The daily mail of %s to %s may not have been sent.", profile.digest_begun_on, profile.user)
        StaffProfile.objects.filter(pk=profile.pk).update(digest_done_on=profile.digest_begun_on)
