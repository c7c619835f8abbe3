"""What it costs to open a business, edition by edition: for everyone to read and to take along."""

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from brochure.ledger.export import as_csv, as_data
from brochure.ledger.models import LedgerEntry
from brochure.ledger.shown import labels, read_series
from procedures.guide.reference import Wording

kept_like_pages = cache_control(public=True, max_age=0, s_maxage=60)


@require_safe
def ledger(request):
    """All businesses; those that the newest edition no longer measures are only named."""
    series = read_series(LedgerEntry.objects.all())
    newest = max((shown.latest.edition for shown in series), key=lambda edition: edition.number, default=None)
    current = [shown for shown in series if shown.latest.edition == newest]
    context = {
        "edition": newest,
        "labels": labels(),
        "series": current,
        "former": [shown for shown in series if shown not in current],
        "answer": next(iter(current), None),
        "crumbs": guide_crumbs(),
    }
    return render(request, "brochure/ledger/ledger.html", context)


@require_safe
def business(request, slug):
    """Every edition of one business, and by which answers it is defined."""
    [shown] = read_series(LedgerEntry.objects.filter(business__slug=slug)) or [None]
    if shown is None:
        raise Http404
    context = {
        "shown": shown,
        "labels": labels(),
        "answers": Wording().answers(shown.latest.answers),
        "crumbs": [*guide_crumbs(), (reverse("brochure:ledger"), _("Simplification ledger"))],
    }
    return render(request, "brochure/ledger/business.html", context)


@require_safe
@kept_like_pages
def ledger_csv(request):
    disposition = content_disposition_header(as_attachment=True, filename=_("simplification-ledger.csv"))
    content = as_csv(read_series(LedgerEntry.objects.all()))
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition})


@require_safe
@kept_like_pages
def ledger_json(request):
    data = as_data(read_series(LedgerEntry.objects.all()))
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})


def guide_crumbs():
    return [(reverse("procedures:guide"), _("Your route"))]
