"""Template tags and filters for content; available in every template."""

from functools import cache
from pathlib import Path

from django import template
from django.conf import settings
from django.utils.html import conditional_escape, format_html
from django.utils.translation import get_language

from procedures import display

register = template.Library()

register.filter("money", display.money)
register.filter("address", display.address)
register.filter("dialable", display.dialable)
register.filter("opening_hours", display.opening_hours)


@register.filter
def duration(value, unit):
    """`{{ version.response_value|duration:version.response_unit }}` → "3 business days"."""
    return display.duration(value, unit)


@register.simple_tag
def fee_amount(fee, uma=None):
    return display.fee_amount(fee, uma)


@register.simple_tag
def cost(fees, uma=None):
    return display.cost(fees, uma)


@register.simple_tag
def amount_range(low, high):
    return display.amount_range(low, high)


@register.simple_tag
def copies(requirement):
    return display.copies(requirement.originals, requirement.copies, requirement.is_certified)


@register.simple_tag
def program_status(version, date):
    return display.program_status(version.status, version.program.calls.all(), date)


@register.simple_tag
def open_facts(version, business):
    """The situations that would decide whether a version applies to a business type; empty if it surely does."""
    return version.open_facts_for(business)


def is_fallback(row, field):
    """True where the row has no text of its own in the active language and shows the Spanish one."""
    language = get_language()
    return language != settings.LANGUAGE_CODE and not getattr(row, f"{field}_{language}", None)


@register.simple_tag
def interface_language():
    """The language that the page's own words are in: Spanish where nobody has translated them yet."""
    language = get_language()
    return language if is_spoken(language) else settings.LANGUAGE_CODE


@register.simple_tag
def language_name():
    """The active language's own name."""
    return dict(settings.LANGUAGES)[get_language()]


@cache
def is_spoken(language):
    """Whether the interface has words in a language; those of the code are English."""
    catalogues = (Path(folder) / language for folder in settings.LOCALE_PATHS)
    return language == "en" or any(path.is_dir() for path in catalogues)


def in_language(row, field, html):
    """The text of a field as safe HTML, with its language where that is not the page's, as of a missing translation."""
    language = settings.LANGUAGE_CODE if is_fallback(row, field) else get_language()
    if html and language != interface_language():
        return format_html('<span lang="{}">{}</span>', language, html)
    return conditional_escape(html)


@register.simple_tag
def content(row, field):
    """`{% content procedure "name" %}`: a translated text, marked `lang="es"` where English is missing."""
    return in_language(row, field, getattr(row, field) or "")


@register.simple_tag
def content_lines(row, field):
    """`{% content_lines program "benefits" as benefits %}`: one entry per line, marked like `content`."""
    return [in_language(row, field, line) for line in (getattr(row, field) or "").splitlines() if line.strip()]


@register.simple_tag(takes_context=True)
def explained(context, row, field):
    """Like `content`, with each glossary term linked to its words where it first occurs on the page.

    The view puts a `PageGlossary` into the context as `glossary`. Not for headings and links.
    """
    return in_language(row, field, context["glossary"].mark(getattr(row, field) or ""))


@register.simple_tag(takes_context=True)
def explained_lines(context, row, field):
    """Like `content_lines`, with glossary terms explained."""
    lines = (getattr(row, field) or "").splitlines()
    return [in_language(row, field, context["glossary"].mark(line)) for line in lines if line.strip()]


@register.simple_tag(takes_context=True)
def language_path(context, language):
    """The address of the page that is shown, in another language; what was asked for is kept."""
    request = context.get("request")
    path = request.get_full_path() if request else "/"
    for code, _name in settings.LANGUAGES:
        if path == f"/{code}" or path.startswith((f"/{code}/", f"/{code}?")):
            path = path[len(code) + 1 :] or "/"
            break
    return path if language == settings.LANGUAGE_CODE else f"/{language}{path}"


@register.simple_tag
def absolute(path):
    """The whole address of a path of this portal."""
    return f"{settings.PORTAL_URL}{path}"
