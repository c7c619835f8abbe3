"""What is pinned up and passed on: a poster, and pictures for those who share an address in a chat or a network."""

import io
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from brochure import pdf
from brochure.downloads import send_rendered
from brochure.sheets import uma_on
from procedures.models import BusinessType, ProcedureVersion, ProgramVersion
from procedures.views import procedure_to_read, program_to_read

POINTS = 0.75  # in a pixel of CSS


@require_safe
def poster(request):
    return send_rendered(
        request,
        outreach_html("brochure/poster.html"),
        cache=f"poster/{get_language()}",
        filename=_("poster-%(language)s.pdf") % {"language": get_language()},
        page=reverse("brochure:editions"),
    )


@require_safe
def card(request):
    """The picture of the portal as a whole."""
    return send_card(request, outreach_html("brochure/card.html"), "portal")


@require_safe
def procedure_card(request, slug):
    version = procedure_to_read(slug)
    html = outreach_html("brochure/card.html", version=version, uma=uma_on(timezone.localdate()))
    return send_card(request, html, f"tramites/{slug}", version)


@require_safe
def program_card(request, slug):
    version = program_to_read(slug)
    return send_card(request, outreach_html("brochure/card.html", version=version), f"apoyos/{slug}", version)


def outreach_html(template, **more):
    """The HTML of a poster or card, with true counts of what the portal holds now."""
    context = {
        "date": timezone.localdate(),
        "home": urljoin(settings.PORTAL_URL, reverse("portal:home")),
        "offer": {
            "procedures": ProcedureVersion.objects.published().count(),
            "programs": ProgramVersion.objects.published().count(),
            "business_types": BusinessType.objects.count(),
        },
    }
    return pdf.render_html(template, context | more, language=get_language())


def send_card(request, html, place, version=None):
    return send_rendered(
        request,
        html,
        cache=f"cards/{place}/{get_language()}",
        filename=f"{place.rpartition('/')[2]}-{get_language()}.png",
        page=version.get_absolute_url() if version else reverse("brochure:editions"),
        draw=draw_picture,
        kind="png",
    )


def draw_picture(html):
    """The PNG bytes of an HTML document's first page, a pixel for each one of CSS; for whoever has `pdf.turn`.

    PDFium is not made for several threads: the turn keeps them apart.
    """
    content = pdf.draw(html)  # first, as it says what to install where there is no Pango
    import pypdfium2

    with pypdfium2.PdfDocument(content) as document:
        image = document[0].render(scale=1 / POINTS).to_pil()
    picture = io.BytesIO()
    image.save(picture, "PNG", optimize=True)
    return picture.getvalue()
