"""The brochure's public pages and files."""

import logging
import re
from base64 import b64encode
from functools import lru_cache, partial
from hashlib import sha256 as sha256_of

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.csp import CSP, build_policy
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from brochure import pdf
from brochure.counting import count_download
from brochure.differences import differences, in_words
from brochure.downloads import send_file, send_rendered
from brochure.forms import ComparisonForm
from brochure.models import Edition, EditionFile, Paper
from brochure.printed.actions import keep
from brochure.sheets import procedure_sheet as sheet_of_procedure
from brochure.sheets import program_sheet as sheet_of_program
from procedures.guide.views import present
from procedures.models import ProcedureVersion, ProgramVersion
from procedures.preview import may_preview, opens_previews
from procedures.views import page_of

logger = logging.getLogger(__name__)

MOST_PLANS = 200
"""Plans kept on disk, 80 MB at most: there are more addresses than any disk could hold."""


@require_safe
def editions(request):
    """The newest complete edition first, or whatever is offered; then all the others, withdrawn ones too."""
    rows = with_earlier(Edition.objects.published().for_lists())
    offered = [row for row in rows if not row.withdrawn_at]
    newest = next((row for row in offered if row.kind == Edition.Kind.COMPLETE), next(iter(offered), None))
    others = [row for row in rows if row != newest]
    return render(request, "brochure/editions.html", {"newest": newest, "others": others, "count": len(rows)})


def with_earlier(editions):
    """The published Editions, newest first, each with `earlier`: the last one before it about the same, or None."""
    rows, last = list(editions), {}
    for row in reversed(rows):
        row.earlier = last.get(row.about)
        last[row.about] = row
    return rows


@require_safe
def edition(request, number):
    rows = with_earlier(Edition.objects.published().for_lists())
    row = next((row for row in rows if row.number == number), None)
    if row is None:
        raise Http404
    context = {
        "edition": row,
        "is_alone": len(rows) == 1,
        "items": row.items.for_contents(),
        "crumbs": [(reverse("brochure:editions"), _("Brochure"))],
    }
    return render(request, "brochure/edition_page.html", context)


@require_safe
def compare_editions(request):
    """What changed between any two published editions: `?de=1&a=2`."""
    published = list(Edition.objects.published())
    newest = [str(row.number) for row in published[:2]]
    form = ComparisonForm(
        request.GET if {"de", "a"} & request.GET.keys() else None,
        editions=published,
        initial=dict(zip(("a", "de"), newest, strict=False)),
    )
    context = {
        "form": form,
        "can_compare": len(published) > 1,
        "crumbs": [(reverse("brochure:editions"), _("Brochure"))],
    }
    if form.is_bound and form.is_valid():
        by_number = {row.number: row for row in published}
        before, after = (by_number[form.cleaned_data[name]] for name in ("de", "a"))
        found = differences(before, after)
        page, is_bad_page = page_of(found.changed, request.GET.get("page"))
        changes = in_words(page.object_list, get_language())
        context |= {
            "before": before,
            "after": after,
            "editions": [before, after],
            "found": found,
            "page": page,
            "changes": changes,
            "is_bad_page": is_bad_page,
        }
    return render(request, "brochure/comparison.html", context)


@require_safe
def edition_file(request, number, language, paper=Paper.LETTER):
    """A PDF, or the file for screens; offered only once its edition is published."""
    files = EditionFile.objects.filter(edition__in=Edition.objects.published()).select_related("edition")
    file = get_object_or_404(files, edition__number=number, language=language, paper=paper)
    try:
        response = send_edition_file(request, file)
    except FileNotFoundError:
        raise Http404 from None
    count_download(request, response, file)
    return response


def send_edition_file(request, file):
    """An EditionFile as it lies on the disk, whole or in part.

    Raises:
        FileNotFoundError: it is gone.
    """
    names = {"number": file.edition.number, "language": file.language, "paper": file.paper}
    if file.paper == Paper.LETTER:
        filename = _("brochure-%(number)s-%(language)s.pdf") % names
    else:
        filename = _("brochure-%(number)s-%(language)s-%(paper)s") % names + f".{file.format.lower()}"
    path = settings.EDITIONS_DIR / file.path
    kind = "text/html; charset=utf-8" if file.paper == Paper.SCREEN else "application/pdf"
    response = send_file(request, path, etag=file.sha256, filename=filename, content_type=kind)
    response.headers["Content-Language"] = file.language
    if file.paper == Paper.SCREEN:
        response.headers[CSP.HEADER_ENFORCE] = screen_policy(path, file.sha256)
    return response


@lru_cache
def screen_policy(path, sha256):
    """The content-security policy of a file for screens: its own style, known by its hash, and nothing else.

    Args:
        sha256: of the file; with it the answer stays the same and is remembered.
    """
    styles = re.findall(r"<style>(.*?)</style>", path.read_text(encoding="utf-8"), re.DOTALL)
    hashes = [f"'sha256-{b64encode(sha256_of(style.encode()).digest()).decode()}'" for style in styles]
    nothing = {name: [CSP.NONE] for name in ("default-src", "base-uri", "form-action", "frame-ancestors")}
    return build_policy(nothing | {"style-src": hashes or [CSP.NONE], "img-src": ["data:"]})


@require_safe
@opens_previews
def procedure_sheet(request, slug):
    versions = ProcedureVersion.objects.for_page().filter(procedure__slug=slug)
    version = version_to_print(request, versions)
    today = timezone.localdate()
    context = {"sheet": sheet_of_procedure(version, today), "date": today}
    return send_sheet(request, "brochure/sheet_procedure.html", context)


@require_safe
@opens_previews
def program_sheet(request, slug):
    today = timezone.localdate()
    versions = ProgramVersion.objects.for_page(today).filter(program__slug=slug)
    version = version_to_print(request, versions)
    context = {"sheet": sheet_of_program(version, today), "date": today}
    return send_sheet(request, "brochure/sheet_program.html", context)


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


def send_sheet(request, template, context):
    sheet, language = context["sheet"], get_language()
    version, slug = sheet.version, sheet.version.identity.slug
    html = pdf.render_html(template, context, language=language)
    return send_rendered(
        request,
        html,
        cache=f"sheets/{version._meta.model_name}/{slug}/{language}" if version.is_public else "",
        filename=f"{slug}-{language}.pdf",
        page=version.get_absolute_url(),
        draw=partial(draw_sheet, sheet),
    )


def draw_sheet(sheet, html):
    """Draws a handout, on one page where it fits, and keeps what it says, for whoever scans its code."""
    try:
        keep([sheet])
    except DatabaseError as error:  # a full disk or a busy database costs the note, not the sheet
        logger.warning("%s was printed and not kept: %s", sheet.printed, error)
    return pdf.draw_handout(html)
