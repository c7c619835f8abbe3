from django.conf import settings
from django.utils import translation
from django.utils.cache import has_vary_header


class PathLanguageMiddleware:
    """The address alone decides the language: `/en/…` English and so on, anything else Spanish.

    Django's own LocaleMiddleware also looks at the Accept-Language header and adds it to `Vary`; here a page is
    the same bytes for every reader, so that it can be cached.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = language_of(request.path_info)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            if hasattr(response, "render") and not response.is_rendered:
                response.render()
        response.headers.setdefault("Content-Language", language)
        return response


def language_of(path):
    """The language that a path begins with, whether or not the interface speaks it; Spanish for none."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class PublicCacheMiddleware:
    """Lets proxies keep a page that is the same for every reader; editors' changes show in a minute.

    A browser asks each time, with the page's ETag: whoever has just published or answered sees it at once.

    Outside the session's middleware, so that it sees what the page really depends on. A view that says something
    about caching itself is left alone.
    """

    FRESH = "public, max-age=0, s-maxage=60"  # seconds

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        is_page = response.status_code == 200 and response.get("Content-Type", "").startswith("text/html")
        is_personal = response.cookies or has_vary_header(response, "Cookie")
        if request.method in ("GET", "HEAD") and is_page and not is_personal:
            response.headers.setdefault("Cache-Control", self.FRESH)
        return response
