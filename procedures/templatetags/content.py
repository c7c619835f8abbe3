"""Template tags and filters for content; available in every template."""

from django import template
from django.conf import settings
from django.utils.html import conditional_escape, format_html
from django.utils.translation import get_language

from procedures import display

register = template.Library()

register.filter("money", display.money)
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


def is_fallback(row, field):
    """True where the row has no text of its own in the active language and shows the Spanish one."""
    language = get_language()
    return language != settings.LANGUAGE_CODE and not getattr(row, f"{field}_{language}", None)


@register.simple_tag
def content(row, field):
    """`{% content procedure "name" %}`: a translated text, marked `lang="es"` where English is missing."""
    text = getattr(row, field) or ""
    if text and is_fallback(row, field):
        return format_html('<span lang="{}">{}</span>', settings.LANGUAGE_CODE, text)
    return conditional_escape(text)


@register.simple_tag
def content_lines(row, field):
    """`{% content_lines program "benefits" as benefits %}`: one entry per line, marked like `content`."""
    text = getattr(row, field) or ""
    fallback = is_fallback(row, field)
    return [
        format_html('<span lang="{}">{}</span>', settings.LANGUAGE_CODE, line) if fallback else line
        for line in text.splitlines()
        if line.strip()
    ]


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
