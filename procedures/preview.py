"""Secret links to a version that is not public yet: signed, limited in time, without an account."""

from datetime import timedelta
from urllib.parse import urlencode

from django.core.signing import BadSignature, TimestampSigner

# "." instead of ":" keeps the key readable in an address.
SIGNER = TimestampSigner(sep=".", salt="procedures.preview")


def preview_path(version, days=14):
    """The address, in the active language, that shows the version to whoever holds it for that many days."""
    path = version.get_absolute_url()
    if version.is_public:
        return path
    key = SIGNER.sign(f"{version._meta.model_name}-{version.pk}-{days}")
    return f"{path}?{urlencode({'clave': key})}"


def may_preview(version, key):
    """Whether the key is one of ours, for this version, and not yet expired. Any text is a valid question."""
    try:
        model, pk, days = SIGNER.unsign(key or "").split("-")
        SIGNER.unsign(key, max_age=timedelta(days=int(days)))
    except (BadSignature, ValueError):
        return False
    return (model, pk) == (version._meta.model_name, str(version.pk))
