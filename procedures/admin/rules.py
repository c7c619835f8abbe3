"""The pages on which the staff test the rules and see what a version would change."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedures.guide.parameters import TYPE
from procedures.models import ProcedureVersion, ProgramVersion
from procedures.rules.effect import effect_of
from procedures.rules.naming import may_view
from procedures.rules.sentences import asked_sentence, condition_sentence, sets_sentence
from procedures.rules.tester import RuleTest
from procedures.words import fold

FOUND = "q"


NOTHING_YET = "–"

# Columns and fields that are read, not written: the rule of a row as it is saved, and nothing of one that is not.


@admin.display(description=gettext_lazy("rule"))
def rule(row):
    return condition_sentence(row) if row.pk else NOTHING_YET


@admin.display(description=gettext_lazy("what it decides"))
def decides(row):
    return sets_sentence(row) if row.pk else NOTHING_YET


@admin.display(description=gettext_lazy("when it is asked"), ordering="depends_on")
def asked_when(question):
    return asked_sentence(question) if question.pk else NOTHING_YET


# Pages


def rule_test(model_admin, request):
    """Every business type against its plan; `?q=` shows those alone whose name or address has these letters."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied("procedures.view_procedureversion")
    test = RuleTest(timezone.localdate(), request.user)
    typed = request.GET.get(FOUND, "").strip()
    rows = [row for row in test.rows if fold(typed) in fold(f"{row.kind} {row.kind.slug}")]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Test the rules"),
        "test": test,
        "typed": typed,
        "rows": [
            (row, reverse("procedures:plan", query={TYPE: row.kind.slug}), test.names.business_type(row.kind.slug))
            for row in rows
        ],
        "in_progress": in_progress(request.user),
    }
    return TemplateResponse(request, "admin/procedures/rule_test.html", context)


def in_progress(user):
    """`(version, address of its effect)` of all work that the user may see and that is not public yet."""
    return [
        (version, effect_url(version))
        for model in (ProcedureVersion, ProgramVersion)
        if may_view(user, model)
        for version in model.objects.open().select_related(model.IDENTITY).order_by("name_es", "pk")
    ]


def version_effect(model_admin, request, pk):
    """Which plans the version would change, and how."""
    version = model_admin.get_object(request, str(pk))
    if version is None:
        raise Http404
    if not model_admin.has_view_permission(request, version):
        raise PermissionDenied
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("What it changes"),
        "opts": model_admin.opts,
        "version": version,
        "version_url": model_admin.url_of("change", version),
        "in_force": version.identity.versions.published().exclude(pk=version.pk).first(),
        "effect": effect_of(version, timezone.localdate(), request.user),
    }
    return TemplateResponse(request, "admin/procedures/version_effect.html", context)


def effect_url(version):
    return reverse(f"admin:procedures_{version._meta.model_name}_effect", args=[version.pk])
