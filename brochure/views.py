"""The brochure's public pages and files."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from brochure import pdf
from brochure.downloads import send_file, send_rendered
from brochure.models import Edition, EditionFile
from brochure.sheets import procedure_sheet as sheet_of_procedure
from brochure.sheets import program_sheet as sheet_of_program
from procedures.guide.views import present
from procedures.models import ProcedureVersion, ProgramVersion
from procedures.preview import may_preview, opens_previews

MOST_PLANS = 200
"""Plans kept on disk, 80 MB at most: there are more addresses than any disk could hold."""


@require_safe
def editions(request):
    newest, *older = Edition.objects.published().for_lists() or [None]
    return render(request, "brochure/editions.html", {"newest": newest, "older": older})


@require_safe
def edition(request, number):
    row = get_object_or_404(Edition.objects.published().for_lists(), number=number)
    context = {
        "edition": row,
        "items": row.items.for_contents(),
        "crumbs": [(reverse("brochure:editions"), _("Brochure"))],
    }
    return render(request, "brochure/edition_page.html", context)


@require_safe
def edition_file(request, number, language):
    """A file has its row only once it is whole and published."""
    files = EditionFile.objects.filter(edition__in=Edition.objects.published())
    file = get_object_or_404(files, edition__number=number, language=language)
    filename = _("brochure-%(number)s-%(language)s.pdf") % {"number": number, "language": language}
    try:
        return send_file(request, settings.EDITIONS_DIR / file.path, etag=file.sha256, filename=filename)
    except FileNotFoundError:
        raise Http404 from None


@require_safe
@opens_previews
def procedure_sheet(request, slug):
    versions = ProcedureVersion.objects.for_page().filter(procedure__slug=slug)
    version = version_to_print(request, versions)
    today = timezone.localdate()
    context = {"sheet": sheet_of_procedure(version, today), "date": today}
    return send_sheet(request, version, slug, "brochure/sheet_procedure.html", context)


@require_safe
@opens_previews
def program_sheet(request, slug):
    today = timezone.localdate()
    versions = ProgramVersion.objects.for_page(today).filter(program__slug=slug)
    version = version_to_print(request, versions)
    context = {"sheet": sheet_of_program(version, today), "date": today}
    return send_sheet(request, version, slug, "brochure/sheet_program.html", context)


@require_safe
def plan_pdf(request):
    """The plan of the guide on paper; what can't be taken from the address is said on it, the rest counts."""
    plan, language = present(request), get_language()
    context = {"plan": plan, "page": plan.absolute_address(), "date": plan.today}
    return send_rendered(
        request,
        pdf.render_html("brochure/plan.html", context, language=language),
        cache="plans/plan",
        most=MOST_PLANS,
        filename=f"{plan.file_name}-{language}.pdf",
        page=plan.address(),
        as_attachment=True,
    )


def version_to_print(request, versions):
    """The version in force or the last one that was; with a valid key, the one in progress.

    Raises:
        Http404: there is none, or the key does not open it.
        KeyEnded: the key did open it once.
    """
    if "clave" in request.GET:
        version = versions.open().first()
        if version is None or not may_preview(version, request.GET["clave"]):
            version = None
    else:
        version = versions.public().in_force_first().first()
    if version is None:
        raise Http404
    return version


def send_sheet(request, version, slug, template, context):
    language = get_language()
    html = pdf.render_html(template, context, language=language)
    return send_rendered(
        request,
        html,
        cache=f"sheets/{version._meta.model_name}/{slug}/{language}" if version.is_public else "",
        filename=f"{slug}-{language}.pdf",
        page=version.get_absolute_url(),
    )
