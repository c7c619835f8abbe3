"""Secret addresses of a version that is not public yet, for readers without an account.

Two kinds of key, both signed: one of a PreviewLink, which staff make for somebody, which ends on a day and can be
revoked; and one for their own look at what they write, which ends within the hour. "." instead of ":" keeps a key
readable in an address.
"""

from datetime import timedelta
from functools import wraps
from urllib.parse import urlencode

from django.core.signing import BadSignature, SignatureExpired, Signer, TimestampSigner
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from procedures.models import PreviewLink

LINKS = Signer(sep=".", salt="procedures.preview.link")
LOOKS = TimestampSigner(sep=".", salt="procedures.preview.look")
A_LOOK = timedelta(hours=1)


class KeyEnded(Exception):
    """The key was a good one, but its time is over or it was revoked."""


def link_path(link):
    """The address, in the active language, under which the link's holder reads its version."""
    return with_key(link.version.get_absolute_url(), LINKS.sign(f"l{link.pk}"))


def preview_path(version):
    """The address, in the active language, for one's own look at a version that is not public."""
    path = version.get_absolute_url()
    return path if version.is_public else with_key(path, LOOKS.sign(name_of(version)))


def with_key(path, key):
    return f"{path}?{urlencode({'clave': key})}"


def may_preview(version, key):
    """Whether the key opens this version. Any text is a valid question.

    Raises:
        KeyEnded: it did once, or the version it was made for is gone.
    """
    key = key or ""
    try:
        return LOOKS.unsign(key, max_age=A_LOOK) == name_of(version)
    except SignatureExpired as error:
        raise KeyEnded from error
    except BadSignature:
        return may_preview_by_link(version, key)


def may_preview_by_link(version, key):
    try:
        pk = LINKS.unsign(key)[1:]
    except BadSignature:
        return False
    link = PreviewLink.objects.filter(pk=pk).select_related("procedure_version", "program_version").first()
    if link is None or not link.is_valid_on(timezone.now()):
        raise KeyEnded
    return link.version == version


def is_ours(key):
    """Whether we made this key for somebody, whatever became of it."""
    try:
        LINKS.unsign(key or "")
    except BadSignature:
        return False
    return True


def opens_previews(view):
    """For a view whose page may be asked for with a key: kept out of caches, search engines and other sites' logs.

    A key that worked once, or whose version is gone, gets a page that says so: 410.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if "clave" not in request.GET:
            return view(request, *args, **kwargs)
        try:
            response = view(request, *args, **kwargs)
        except KeyEnded:
            response = ended(request)
        except Http404:
            if not is_ours(request.GET["clave"]):
                raise
            response = ended(request)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return guarded


def ended(request):
    return render(request, "procedures/preview_ended.html", {"response_status": 410}, status=410)


def name_of(version):
    return f"{version._meta.model_name}-{version.pk}" if version else ""
