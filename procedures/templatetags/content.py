"""Template tags and filters for content; available in every template."""

from django import template
from django.conf import settings
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
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


@register.simple_tag
def svg(name):
    """An icon of static/img/icons, inline: it takes the colour of its text and is hidden from screen readers."""
    return mark_safe(ICONS[name])  # noqa: S308 - our own constants, no input


def icon(paths):
    return (
        '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false" fill="none" '
        f'stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">{paths}</svg>'
    )


ICONS = {
    "search": icon('<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>'),
    "money": icon(
        '<rect x="3" y="6" width="18" height="12" rx="2"/><circle cx="12" cy="12" r="2.6"/><path d="M6.5 9.5v5M17.5 9.5v5"/>'
    ),
    "time": icon('<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.2l3.2 2"/>'),
    "place": icon(
        '<path d="M12 21s6.5-5.6 6.5-11a6.5 6.5 0 1 0-13 0c0 5.4 6.5 11 6.5 11Z"/><circle cx="12" cy="10" r="2.3"/>'
    ),
    "online": icon('<rect x="3" y="4.5" width="18" height="12" rx="2"/><path d="M9 20h6M12 16.5V20"/>'),
    "document": icon(
        '<path d="M7 3.5h7l4 4V20a.8.8 0 0 1-.8.8H7a.8.8 0 0 1-.8-.8V4.3A.8.8 0 0 1 7 3.5Z"/><path d="M14 3.5v4h4M9 12h6M9 15.5h6"/>'
    ),
    "result": icon('<circle cx="12" cy="9.5" r="5.5"/><path d="m8.8 14.2-1.3 6.3L12 18l4.5 2.5-1.3-6.3"/>'),
    "check": icon('<path d="m5 12.5 4.5 4.5L19 7.5"/>'),
    "alert": icon('<path d="M12 4 2.8 19.5h18.4L12 4Z"/><path d="M12 10v4.5M12 17v.2"/>'),
    "question": icon(
        '<circle cx="12" cy="12" r="8.5"/><path d="M9.6 9.4a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2 1-1.2 2M12 16.7v.2"/>'
    ),
    "print": icon('<path d="M7 8.5V4h10v4.5M7 17H4.5v-7.5h15V17H17"/><path d="M7 14h10v6.5H7z"/>'),
    "people": icon(
        '<circle cx="9" cy="8.5" r="3"/><path d="M3.5 19.5c0-3.3 2.5-5.5 5.5-5.5s5.5 2.2 5.5 5.5M15.5 5.8a3 3 0 0 1 0 5.4M17 14.3c2.1.7 3.5 2.600 3.500 5.200"/>'
    ),
    "dialogue": icon('<path d="M4 5h16v10.500H11L6.500 19.500v-4H4V5Z"/>'),
    "arrow": icon('<path d="M5 12h14M13.500 6.500 19 12l-5.500 5.500"/>'),
    "phone": icon(
        '<path d="M6.500 3.500h3l1.500 4-2 1.600a12 12 0 0 0 5.900 5.900l1.600-2 4 1.500v3c0 1.100-.9 2-2 2A15 15 0 0 1 4.500 5.500c0-1.100.9-2 2-2Z"/>'
    ),
    "book": icon(
        '<path d="M4 5.500c2.700-1.300 5.300-1.300 8 0 2.700-1.300 5.300-1.300 8 0V19c-2.700-1.300-5.300-1.300-8 0-2.700-1.300-5.300-1.300-8 0V5.500ZM12 5.500V19"/>'
    ),
    "flag": icon('<path d="M5.500 21V4M5.500 4.500h12l-2.500 4 2.500 4h-12"/>'),
    "law": icon('<path d="M12 4v16M7 20h10M5 7h14M5 7l-2.500 6h5L5 7ZM19 7l-2.500 6h5L19 7Z"/>'),
}
