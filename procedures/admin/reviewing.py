"""The moves of a version as pages: two versions side by side, the review, every other move, and why one is refused."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from procedures.actions import IllegalMove
from procedures.admin.checklist import GatedForm, checklist_of, checks_page
from procedures.admin.moves import MOVES, may, moves_for, why_illegal
from procedures.comparison import compare
from procedures.models import VersionState
from procedures.models.versions import OPEN_STATES, PUBLIC_STATES
from procedures.version_words import parts_of

# What a reviewer decides, on one page with what there is to decide about.
DECISIONS = ("approve", "return")

# On whose pages the checklist stands.
GATED = ("submit", "approve", "schedule", "publish")


def compare_view(model_admin, request, pk):
    """Two versions of the same record, the older one first; by default against what the public sees."""
    version, versions = version_and_siblings(model_admin, request, pk)
    asked = request.GET.get("con", "")
    other = next((other for other in versions if str(other.number) == asked), None) or usual_other(version, versions)
    is_unknown = bool(asked) and (other is None or str(other.number) != asked)
    context = page_context(model_admin, request, version, _("Compare versions")) | {
        "others": [sibling for sibling in versions if sibling != version],
        "is_unknown": is_unknown,
        **compared(version, other),
    }
    return TemplateResponse(request, "admin/procedures/version_compare.html", context)


def review_view(model_admin, request, pk):
    version, versions = version_and_siblings(model_admin, request, pk)
    return review_page(model_admin, request, version, versions)


def checks_view(model_admin, request, pk):
    """What stands between a version and its publication."""
    version, _versions = version_and_siblings(model_admin, request, pk)
    context = page_context(model_admin, request, version, _("Checklist"))
    return checks_page(model_admin, request, version, context)


def move_view(model_admin, request, pk, name):
    """GET: what the move will do, and what it asks. POST: makes it. What can't be is a page that says why."""
    if name not in MOVES:
        raise Http404
    move = MOVES[name]
    version, versions = version_and_siblings(model_admin, request, pk)
    if not may(request.user, move, version):
        raise PermissionDenied(f"procedures.{move.permission}_{model_admin.opts.model_name}")
    if reason := why_illegal(request.user, move, version, in_progress=open_among(versions)):
        return refusal_page(model_admin, request, version, move, reason, versions)
    checklist = checklist_of(version, model_admin.url_of("change", version)) if move.name in GATED else None
    form = form_of(request, move, version, checklist)
    if form.is_valid():
        return make(model_admin, request, move, version, versions, form.cleaned_data)
    if move.name in DECISIONS and version.state == VersionState.IN_REVIEW:
        return review_page(model_admin, request, version, versions, filled_in={move.name: form}, checklist=checklist)
    context = page_context(model_admin, request, version, move.label) | {
        "effect_url": model_admin.url_of("effect", version),
        "move": move,
        "form": form,
        "checklist": checklist,
    }
    return TemplateResponse(request, "admin/procedures/version_move.html", context)


def make(model_admin, request, move, version, versions, asked):
    try:
        draft = move.run(version, request.user, **asked)
    except IllegalMove as refusal:
        return refusal_page(model_admin, request, version, move, str(refusal), versions)
    messages.success(request, move.done)
    if move.name == "discard":
        return HttpResponseRedirect(reverse(f"admin:procedures_{model_admin.opts.model_name}_changelist"))
    return HttpResponseRedirect(model_admin.url_of("change", draft or version))


def form_of(request, move, version, checklist):
    """The move's form, filled in if it was sent to this address; one that lets it go live asks about what warns."""
    is_sent = request.method == "POST" and request.path.endswith(f"/{move.name}/")
    form = move.form(request.POST if is_sent else None)
    if isinstance(form, GatedForm):
        form.look_at(checklist)
    return form


def refusal_page(model_admin, request, version, move, reason, versions):
    """Says why a move can't be made now, and what can be done instead."""
    context = page_context(model_admin, request, version, _("This can't be done now")) | {
        "move": move,
        "reason": reason,
        "moves": [
            (other, model_admin.url_of("move", version, other.name))
            for other in moves_for(request.user, version, in_progress=open_among(versions))
        ],
    }
    return TemplateResponse(request, "admin/procedures/version_refusal.html", context, status=409)


def review_page(model_admin, request, version, versions, *, filled_in=None, checklist=None):
    """What changes, what was said of it so far, and the forms to decide.

    Args:
        filled_in: {name of a move: its form as it was sent}, for what was not accepted.
        checklist: its Checklist, where that was read already.
    """
    filled_in = filled_in or {}
    checklist = checklist or checklist_of(version, model_admin.url_of("change", version))
    moves = moves_for(request.user, version, in_progress=open_among(versions))
    context = page_context(model_admin, request, version, _("Review")) | {
        "decisions": [
            (
                move,
                model_admin.url_of("move", version, move.name),
                filled_in.get(move.name) or form_of(request, move, version, checklist),
            )
            for move in moves
            if move.name in DECISIONS
        ],
        "checklist": checklist,
        "notes": version.reviewnotes.select_related("by"),
        "effect_url": model_admin.url_of("effect", version),
        "compare_url": model_admin.url_of("compare", version),
        **compared(version, usual_other(version, versions)),
    }
    return TemplateResponse(request, "admin/procedures/version_review.html", context)


def page_context(model_admin, request, version, title):
    return {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": model_admin.opts,
        "version": version,
        "version_url": model_admin.url_of("change", version),
    }


def version_and_siblings(model_admin, request, pk):
    """The version and all versions of its record, newest first.

    Raises:
        Http404: there is none.
        PermissionDenied: this account may not see it.
    """
    version = model_admin.get_object(request, str(pk))
    if version is None:
        raise Http404
    if not model_admin.has_view_permission(request, version):
        raise PermissionDenied(f"procedures.view_{model_admin.opts.model_name}")
    return version, list(version.identity.versions.order_by("-number"))


def open_among(versions):
    """The version that is in progress, or None."""
    return next((version for version in versions if version.state in OPEN_STATES), None)


def usual_other(version, versions):
    """What a version is compared with unless somebody asks for another: the one in force, or else the one before it."""
    published = next((other for other in versions if other.state == VersionState.PUBLISHED), None)
    if published and published != version:
        return published
    return next((other for other in versions if other.number < version.number and other.state in PUBLIC_STATES), None)


def compared(version, other):
    """Template context: `before` and `after`, and their `comparison`; without an `other`, what the version says first.

    A constant number of queries.
    """
    if other is None:
        return {"before": None, "after": version, "comparison": None}
    rows = type(version).objects.whole().in_bulk([version.pk, other.pk])
    before, after = sorted(rows.values(), key=lambda row: row.number)
    return {"before": before, "after": after, "comparison": compare(parts_of(before), parts_of(after))}
