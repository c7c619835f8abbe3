"""The public pages of the catalogue. What they show of dates is as of today in Chihuahua."""

from itertools import groupby

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from procedures.filters import ProcedureFilter, ProgramFilter
from procedures.gaps import completeness, unknowns
from procedures.glossary import PageGlossary, alphabetical, initial
from procedures.models import (
    GlossaryTerm,
    Institution,
    Level,
    ProcedureVersion,
    ProfileField,
    ProgramVersion,
    UnitValue,
    VersionState,
)
from procedures.preview import may_preview, opens_previews
from procedures.rules.effect import effect_of

PAGE_SIZE = 24
SUPPORTS_SHOWN = 3


@require_safe
def procedure_list(request):
    versions = ProcedureVersion.objects.published().for_cards()
    filterset = ProcedureFilter(request.GET, versions)
    page, is_bad_page = page_of(filterset.qs, request.GET.get("page"))
    context = {"filterset": filterset, "page": page, "is_bad_page": is_bad_page, "uma": current_uma()}
    return render(request, "procedures/procedure_list.html", context)


@require_safe
def procedure(request, slug):
    return procedure_page(request, procedure_to_read(slug))


@require_safe
@opens_previews
def procedure_version(request, slug, number):
    version = get_object_or_404(ProcedureVersion.objects.for_page(), procedure__slug=slug, number=number)
    if version.state == VersionState.PUBLISHED:
        return redirect(version)
    check_readable(request, version)
    in_force = ProcedureVersion.objects.published().filter(procedure__slug=slug).exists()
    current = version.procedure.get_absolute_url() if in_force else ""
    return procedure_page(request, version, current=current)


@require_safe
@opens_previews
def procedure_effect(request, slug, number):
    """For who holds a secret link: what the plans of businesses would become."""
    return effect_page(request, get_object_or_404(ProcedureVersion, procedure__slug=slug, number=number))


def procedure_page(request, version, current="", **more):
    """
    Args:
        current: the address of the version in force, where this is another one.
        more: what another app adds: `notice`, a template that is shown on top, and what that needs.
    """
    today = timezone.localdate()
    context = {
        "version": version,
        "current": current,
        "is_preview": not version.is_public,
        "today": today,
        "uma": current_uma(),
        "glossary": PageGlossary(GlossaryTerm.objects.all()),
        "doubts": version.reverifications.open().for_page(),
        **what_is_told(version),
        "alert": version.procedure.alert_on(today),
        "windows": ProcedureVersion.objects.standing_for(version.procedure_id).with_conditions().for_links(),
        "bundled": ProcedureVersion.objects.bundled_in(version).for_links(),
        "unlocked": ProcedureVersion.objects.opened_by(version).for_links(),
        "supports": ProgramVersion.objects.published().for_cards(today).filter(stages=version.stage)[:SUPPORTS_SHOWN],
        "crumbs": [
            (reverse("procedures:list"), _("Procedures")),
            (f"{reverse('procedures:list')}?etapa={version.stage.slug}", version.stage.name),
        ],
        **more,
    }
    return render(request, "procedures/procedure.html", context)


@require_safe
def program_list(request):
    today = timezone.localdate()
    filterset = ProgramFilter(request.GET, ProgramVersion.objects.published().for_cards(today))
    page, is_bad_page = page_of(filterset.qs, request.GET.get("page"))
    context = {"filterset": filterset, "page": page, "is_bad_page": is_bad_page, "today": today}
    return render(request, "procedures/program_list.html", context)


@require_safe
def program(request, slug):
    return program_page(request, program_to_read(slug))


@require_safe
@opens_previews
def program_version(request, slug, number):
    versions = ProgramVersion.objects.for_page(timezone.localdate())
    version = get_object_or_404(versions, program__slug=slug, number=number)
    if version.state == VersionState.PUBLISHED:
        return redirect(version)
    check_readable(request, version)
    in_force = ProgramVersion.objects.published().filter(program__slug=slug).exists()
    current = version.program.get_absolute_url() if in_force else ""
    return program_page(request, version, current=current)


@require_safe
@opens_previews
def program_effect(request, slug, number):
    """For who holds a secret link: what the plans of businesses would become."""
    return effect_page(request, get_object_or_404(ProgramVersion, program__slug=slug, number=number))


def effect_page(request, version):
    if version.is_public:
        return redirect(version)
    check_readable(request, version)
    context = {
        "version": version,
        "in_force": version.identity.versions.published().first(),
        "effect": effect_of(version, timezone.localdate()),
    }
    return render(request, "procedures/preview_effect.html", context)


def program_page(request, version, current="", **more):
    """As `procedure_page`."""
    context = {
        "version": version,
        "current": current,
        "is_preview": not version.is_public,
        "today": timezone.localdate(),
        "glossary": PageGlossary(GlossaryTerm.objects.all()),
        **what_is_told(version),
        "crumbs": [(reverse("procedures:programs"), _("Supports"))],
        **more,
    }
    return render(request, "procedures/program.html", context)


@require_safe
def institution_list(request):
    rows = sorted(Institution.objects.with_counts(), key=lambda row: (level_order(row), alphabetical(row.name)))
    levels = [(Level(level), list(group)) for level, group in groupby(rows, key=lambda row: row.level)]
    return render(request, "procedures/institution_list.html", {"levels": levels, "count": len(rows)})


@require_safe
def institution(request, slug):
    today = timezone.localdate()
    row = get_object_or_404(Institution.objects.for_page(), slug=slug)
    context = {
        "institution": row,
        "procedures": ProcedureVersion.objects.published().filter(institution=row).for_cards(),
        "programs": ProgramVersion.objects.published().offered_by(row).for_cards(today),
        "today": today,
        "uma": current_uma(),
        "glossary": PageGlossary(GlossaryTerm.objects.all()),
        "crumbs": [(reverse("procedures:institutions"), _("Institutions and offices"))],
    }
    return render(request, "procedures/institution.html", context)


@require_safe
def glossary(request):
    terms = sorted(GlossaryTerm.objects.all(), key=lambda term: alphabetical(term.term))
    letters = [(letter, list(group)) for letter, group in groupby(terms, key=lambda term: initial(term.term))]
    return render(request, "procedures/glossary.html", {"letters": letters})


def procedure_to_read(slug):
    """The version in force; of a procedure that was given up, the last one, whose page has a notice.

    Raises:
        Http404: there is none.
    """
    return first_or_404(ProcedureVersion.objects.public().filter(procedure__slug=slug).in_force_first().for_page())


def program_to_read(slug):
    """The same for a program."""
    versions = ProgramVersion.objects.public().filter(program__slug=slug)
    return first_or_404(versions.in_force_first().for_page(timezone.localdate()))


def what_is_told(version):
    """How complete the record is and what it doesn't tell, as the `complete` and `gaps` of its page."""
    complete = completeness(version, list(ProfileField.objects.in_use_for(version.IDENTITY)))
    return {"complete": complete, "gaps": unknowns(version, complete)}


def page_of(rows, number):
    """The Page with that number, and whether there is none such, in which case it is the first."""
    paginator = Paginator(rows, PAGE_SIZE)
    try:
        return paginator.page(number or 1), False
    except InvalidPage:
        return paginator.page(1), True


def first_or_404(rows):
    row = rows.first()
    if row is None:
        raise Http404
    return row


def check_readable(request, version):
    """Raises Http404 if the version is not public and the address has no key for it, KeyEnded if that is over."""
    if not version.is_public and not may_preview(version, request.GET.get("clave", "")):
        raise Http404


def current_uma():
    """The UnitValue of the UMA that is in force today, or None."""
    return UnitValue.objects.in_force_on(timezone.localdate()).filter(unit=UnitValue.Unit.UMA).first()


def level_order(institution):
    return Level.values.index(institution.level)
