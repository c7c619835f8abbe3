from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language_from_path


class PathLanguageMiddleware:
    """The address alone decides the language: `/en/…` English, anything else Spanish.

    Django's own LocaleMiddleware also looks at the Accept-Language header and adds it to `Vary`; here a page is
    the same bytes for every reader, so that it can be cached.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            if hasattr(response, "render") and not response.is_rendered:
                response.render()
        response.headers.setdefault("Content-Language", language)
        return response
