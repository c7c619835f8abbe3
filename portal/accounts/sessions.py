"""When a session ends: with the browser, after doing nothing for a while, and in any case after a working day."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.utils import timezone

SIGNED_IN, LAST_SEEN = "signed_in_at", "last_seen_at"

# Seconds between two notes of when somebody was last seen: not every page writes.
NOTE_EVERY = 60


def watch():
    user_logged_in.connect(begin, dispatch_uid="session begins")


def begin(request, **signal):
    """Notes when somebody signed in, and clears away sessions that ended without anybody signing out."""
    request.session[SIGNED_IN] = request.session[LAST_SEEN] = timezone.now().isoformat()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


def is_over(request):
    """Whether the session of somebody signed in has lasted too long, or done nothing for too long."""
    now = timezone.now()
    try:
        signed_in, last_seen = (datetime.fromisoformat(request.session[key]) for key in (SIGNED_IN, LAST_SEEN))
    except (KeyError, ValueError):
        return True
    return now - signed_in > settings.SESSION_MAX or now - last_seen > settings.SESSION_IDLE


def note_seen(request):
    now = timezone.now()
    if (now - datetime.fromisoformat(request.session[LAST_SEEN])).total_seconds() > NOTE_EVERY:
        request.session[LAST_SEEN] = now.isoformat()
