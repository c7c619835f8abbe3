"""Template tags of what exists on paper only."""

from functools import lru_cache
from urllib.parse import urljoin

import segno
from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from brochure.printed.models import PrintedRecord
from brochure.printed.snapshot import key_of, sections_of

register = template.Library()

ARTICLES = {"procedure": "brochure/parts/procedure.html", "program": "brochure/parts/program.html"}
# Where an article's QR code goes: its address is known once the rest is rendered. No content can say it unescaped.
CODE = "<!-- code -->"


@register.simple_tag
def qr(address, error="m"):
    """The QR code of an address as a picture, which a screen reader announces with the address.

    Args:
        error: how much of it may be damaged, l, m, q or h; the less, the larger the dots of a long address.
    """
    alternative = _("QR code of %(address)s") % {"address": address}
    return format_html('<img class="qr" src="{}" alt="{}">', qr_picture(address, error), alternative)


@lru_cache(maxsize=4096)
def qr_picture(address, error):
    """The code as a data: address; kept because each paper of an edition prints the same ones.

    A PNG: WeasyPrint takes ten times longer for the same dots as an SVG path. Four pixels a dot stay sharp on screens.
    """
    return segno.make_qr(address, error=error).png_data_uri(scale=4, border=0)


@register.filter
def page_address(record):
    """The whole address of a record's page, in the active language if the page is ours."""
    return urljoin(settings.PORTAL_URL, record.get_absolute_url())


@register.filter
def number_of(numbers, version):
    """The number of a ProcedureVersion in an edition, or None; `numbers` is empty outside of editions."""
    return numbers.get(version.procedure_id) if numbers else None


@register.simple_tag(takes_context=True)
def article(context, sheet, level, in_edition=()):
    """The printed article of a Sheet, with the QR code that leads to what has changed since; sets `sheet.printed`.

    Args:
        level: of its heading.
        in_edition: {key of a procedure: its number} in the same edition: links to those lead to their pages in it.
    """
    html = article_html(context, sheet, level, in_edition)
    version = sheet.version
    sheet.printed = printed_record(version, html) if version.is_public else None
    page = page_address(version.identity if version.is_public else version)
    address = page_address(sheet.printed) if sheet.printed else page
    code = render_to_string("brochure/parts/code.html", {"page": page, "address": address, "printed": sheet.printed})
    return mark_safe(html.replace(CODE, code, 1))  # noqa: S308 - two rendered templates


def article_html(context, sheet, level, in_edition=()):
    """The article of a Sheet, rendered once, with the mark `CODE` where the QR code is to be."""
    template = context.template.engine.get_template(ARTICLES[sheet.version.IDENTITY])
    with context.push(sheet=sheet, level=level, in_edition=in_edition):
        return template.render(context)


def printed_record(version, html):
    """The unsaved PrintedRecord of a version's article in the active language."""
    sections, language = sections_of(html), get_language()
    return PrintedRecord(
        key=key_of(language, version.identity.get_absolute_url(), sections),
        language=language,
        sections=sections,
        **{f"{version.IDENTITY}_version": version},
    )
