from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from engagement.actions import open_thread
from engagement.filters import KINDS, ThreadFilter
from engagement.forms import TargetForm, ThreadForm
from engagement.models import Thread

THREADS_PER_PAGE = 20


@require_safe
def threads(request):
    public = Thread.objects.public()
    filterset = ThreadFilter(request.GET, queryset=public.with_target())
    asked_page = request.GET.get("page", "1")
    page = Paginator(filterset.qs, THREADS_PER_PAGE).get_page(asked_page)
    counts = public.aggregate(
        total=Count("pk"),
        waiting=Count("pk", filter=Q(state=Thread.State.OPEN)),
        answered=Count("pk", filter=Q(state=Thread.State.ANSWERED)),
    )
    return render(
        request,
        "engagement/threads.html",
        {"filterset": filterset, "page": page, "is_bad_page": asked_page != str(page.number), "counts": counts},
    )


@require_safe
def thread(request, pk):
    thread = get_object_or_404(Thread.objects.public().for_page(), pk=pk)
    return render(request, "engagement/thread.html", {"thread": thread, "crumbs": crumbs()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_thread(request):
    about = TargetForm(request.GET)
    sent = request.POST if request.method == "POST" else None
    form = ThreadForm(sent, initial=asked_kind(request), label_suffix="")
    if form.is_valid():
        open_thread(**form.content, **about.target, language=get_language())
        return redirect("engagement:thanks")
    return render(
        request,
        "engagement/new_thread.html",
        {"form": form, "about": Thread(**about.target), "unknown": about.unknown, "crumbs": crumbs()},
    )


def asked_kind(request):
    """Which kind the form starts with: links from a ficha say `?tipo=correccion`."""
    kind, _label = KINDS.get(request.GET.get("tipo"), (Thread.Kind.QUESTION, ""))
    return {"kind": kind}


@require_safe
def thanks(request):
    return render(request, "engagement/thanks.html", {"crumbs": crumbs()})


def crumbs():
    return [(reverse("engagement:threads"), _("Dialogue"))]
