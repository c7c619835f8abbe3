"""Template tags of what exists on paper only."""

from urllib.parse import urljoin

import segno
from django import template
from django.conf import settings
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def qr(address, error="m"):
    """The QR code of an address as inline SVG, which a screen reader announces with the address.

    Args:
        error: how much of it may be damaged, l, m, q or h; the less, the larger the dots of a long address.
    """
    code = segno.make_qr(address, error=error)
    title = _("QR code of %(address)s") % {"address": address}
    # segno escapes the title.
    return mark_safe(code.svg_inline(title=title, border=0, omitsize=True, svgclass="qr", lineclass=None))  # noqa: S308


@register.filter
def page_address(record):
    """The whole address of a record's page, in the active language if the page is ours."""
    return urljoin(settings.PORTAL_URL, record.get_absolute_url())
