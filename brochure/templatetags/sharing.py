"""What a chat or a network shows of a page that somebody passes on."""

import re
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

register = template.Library()

LOCALES = {"es": "es_MX", "en": "en_US"}
NOWHERE = {"localhost", "127.0.0.1"}


PICTURE = re.compile(r'\s*<link rel="image_src" href="([^"]*)">')


@register.simple_block_tag(takes_context=True)
def sharing(context, content):
    """Says to networks what the title, the description and the `image_src` between its ends say.

    Not of a draft or an error, and not where no public address is configured: nobody could open what was shared.
    """
    picture = PICTURE.search(content)[1]
    content = mark_safe(PICTURE.sub("", content))  # noqa: S308 - rendered by templates
    hidden = "request" not in context or "response_status" in context or context.get("is_preview")
    if hidden or urlsplit(settings.PORTAL_URL).hostname in NOWHERE:
        return content
    language = get_language()
    more = {
        "title": plain(re.search(r"<title>(.*?)</title>", content, re.DOTALL)),
        "description": plain(re.search(r'name="description" content="([^"]*)"', content)),
        "page": f"{settings.PORTAL_URL}{context['request'].get_full_path()}",
        "picture": f"{settings.PORTAL_URL}{picture}",
        "locale": LOCALES.get(language, language),
    }
    return content + render_to_string("brochure/sharing.html", more)


def plain(match):
    """The text that was found, which is escaped already, without marks of language."""
    return mark_safe(" ".join(re.sub(r"<[^>]*>", "", match[1]).split()))  # noqa: S308 - as it stands in the page
