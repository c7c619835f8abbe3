from pathlib import PurePath

from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from engagement import export
from engagement.filetypes import CONTENT_TYPES
from engagement.models import Commitment, Evidence, Milestone, Thread

THREADS_SHOWN = 5


@require_safe
def commitments(request):
    return render(request, "engagement/commitments.html", {"commitments": Commitment.objects.with_milestones()})


@require_safe
def commitment(request, code):
    commitment = get_object_or_404(Commitment.objects.for_page(), code=code)
    threads = list(Thread.objects.public().with_target().filter(commitment=commitment)[: THREADS_SHOWN + 1])
    return render(
        request,
        "engagement/commitment.html",
        {
            "commitment": commitment,
            "threads": threads[:THREADS_SHOWN],
            "more_threads": len(threads) > THREADS_SHOWN,
            "crumbs": crumbs(),
        },
    )


@require_safe
def milestone(request, code, number):
    milestone = get_milestone(code, number)
    return render(
        request, "engagement/milestone.html", {"milestone": milestone, "crumbs": crumbs(milestone.commitment)}
    )


@require_safe
def milestone_csv(request, code, number):
    response = HttpResponse(export.as_csv(get_milestone(code, number)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}-{number}.csv"'
    return response


@require_safe
def milestone_json(request, code, number):
    data = export.as_data(get_milestone(code, number))
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})


def crumbs(commitment=None):
    """The way to a page under the list of commitments, and under one of them."""
    above = [(reverse("engagement:commitments"), _("Commitments"))]
    return [*above, (commitment.get_absolute_url(), commitment.code)] if commitment else above


def get_milestone(code, number):
    milestones = Milestone.objects.select_related("commitment").for_page()
    return get_object_or_404(milestones, commitment__code=code, number=number)


@require_safe
@csp_override({"default-src": [CSP.NONE], "sandbox": True})
def evidence(request, pk):
    """A file as a download: whatever is in it, the browser opens nothing of it inside this portal."""
    evidence = get_object_or_404(Evidence.objects.exclude(file=""), pk=pk)
    ending = PurePath(evidence.file.name).suffix
    try:
        file = evidence.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"{slugify(evidence.title_es) or evidence.pk}{ending}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPES[ending])
