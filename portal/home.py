"""The first page: every way into the catalogue, and what moved lately."""

from django.db.models import Count, Max, Prefetch, Q
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from brochure.models import Edition
from engagement.models import OfficialAnswer, Thread
from procedures.glossary import alphabetical
from procedures.models import Assurance, BusinessType, ProcedureVersion, ProgramVersion, Stage, VersionState

# The lines of business that most people ask about come first; all others are one click further.
EVERYDAY = (
    "taqueria",
    "abarrotes",
    "estetica",
    "taller-mecanico",
    "food-truck",
    "cafeteria",
    "tienda-de-ropa",
    "tienda-en-linea",
    "consultorio-medico",
    "guarderia",
    "papeleria",
    "puesto-en-tianguis",
)
PROGRAMS_SHOWN = 3
ANSWERS_SHOWN = 3


@require_safe
def home(request):
    today = timezone.localdate()
    everyday, others = business_types()
    live = ProgramVersion.objects.live_on(today)
    context = {
        "everyday": everyday,
        "others": others,
        "stages": Stage.objects.annotate(
            count=Count("procedure_versions", filter=Q(procedure_versions__state=VersionState.PUBLISHED))
        ),
        "procedure_count": ProcedureVersion.objects.published().count(),
        "program_count": ProgramVersion.objects.published().count(),
        "live": list(live.for_cards(today)[:PROGRAMS_SHOWN]),
        "not_live_count": ProgramVersion.objects.published().exclude(pk__in=live.values("pk")).count(),
        "today": today,
        "threads": latest_answered()[:ANSWERS_SHOWN],
        "edition": Edition.objects.offered().filter(kind=Edition.Kind.COMPLETE).with_files().first(),
        "assurance": assurance_counts(),
    }
    return render(request, "portal/home.html", context)


def latest_answered():
    """Answered threads, the last answered first; each with `answered_at` and its answers, newest first."""
    answers = OfficialAnswer.objects.select_related("institution").order_by("-published_at", "-pk")
    return (
        Thread.objects.answered()
        .annotate(answered_at=Max("answers__published_at"))
        .filter(answered_at__isnull=False)
        .prefetch_related(Prefetch("answers", answers))
        .order_by("-answered_at", "-pk")
    )


def business_types():
    """The everyday ones in their order, and all others in alphabetical order."""
    by_slug = {row.slug: row for row in BusinessType.objects.all()}
    everyday = [by_slug.pop(slug) for slug in EVERYDAY if slug in by_slug]
    return everyday, sorted(by_slug.values(), key=lambda row: alphabetical(row.name))


def assurance_counts():
    """How many published procedures and programs are sure to what degree: `[(Assurance, count)]`, all three."""
    counts = dict.fromkeys(Assurance, 0)
    for versions in (ProcedureVersion.objects.published(), ProgramVersion.objects.published()):
        for assurance, count in versions.order_by().values_list("assurance").annotate(Count("pk")):
            counts[Assurance(assurance)] += count
    return list(counts.items())
