import re

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.health import run_checks
from portal.models import SearchEntry
from portal.search import find, note_miss, parse
from procedures.models import Institution, Stage

RESULTS_PER_PAGE = 20


@require_safe
def search(request):
    query = parse(request.GET.get("q", ""), get_language())
    if not query.terms:
        return render(request, "portal/search.html", {"query": query, "stages": Stage.objects.all()})
    found = find(query)
    if not found.matches and request.method == "GET" and set(request.GET) == {"q"}:
        note_miss(query, request.headers.get("User-Agent", ""))
    asked_kind = request.GET.get("tipo", "")
    kind = next((kind for kind, _count in found.counts if kind == asked_kind), None)
    paginator = Paginator(found.ids(kind), RESULTS_PER_PAGE)
    asked_page = request.GET.get("page", "1")
    page = paginator.get_page(asked_page)
    page.object_list = found.results(page.object_list)
    return render(
        request,
        "portal/search.html",
        {
            "query": query,
            "found": found,
            "kind": kind,
            "unknown_kind": bool(asked_kind) and asked_kind not in SearchEntry.Kind.values,
            "page": page,
            "unknown_page": asked_page != str(page.number),
            "stages": [] if found.matches else Stage.objects.all(),
        },
    )


@require_safe
def about(request):
    return render(request, "portal/about.html", {"institution": in_charge()})


@require_safe
def privacy(request):
    return render(request, "portal/privacy.html", {"institution": in_charge()})


@require_safe
def accessibility(request):
    return render(request, "portal/accessibility.html")


@require_safe
def data(request):
    return render(request, "portal/data.html")


def in_charge():
    """The institution that answers for the portal, or None where the catalogue does not hold it."""
    return Institution.objects.filter(slug="ddec").first()


@never_cache
@require_safe
def health(request):
    """The web server answers; nothing else is asked, so that a busy database does not get it restarted."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request):
    """The portal can do its work: 200 if every check is "ok", else 503."""
    checks = run_checks()
    is_ready = set(checks.values()) == {"ok"}
    return JsonResponse(
        {"status": "ok" if is_ready else "not ready", "checks": checks}, status=200 if is_ready else 503
    )


@require_safe
def robots(request):
    hidden = [reverse("admin:index"), reverse("portal:search"), reverse("brochure:plan_pdf")]
    lines = [
        "User-agent: *",
        *(f"Disallow: {prefix}{path}" for path in hidden for prefix in ("", "/en")),
        "Disallow: /*?*clave=",  # previews
        "Disallow: /*?*cambiar=",  # from each state of the guide to every other
        "",
        f"Sitemap: {settings.PORTAL_URL}{reverse('sitemap')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def not_found(request, exception):
    """404 with the words of the address ready to be searched."""
    words = " ".join(re.findall(r"[^\W_]+", re.sub(r"^/en/", "/", request.path)))
    return render(request, "404.html", {"words": words[:100], "response_status": 404}, status=404)
