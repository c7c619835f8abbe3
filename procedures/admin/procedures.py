from functools import partial

from django.contrib import admin
from django.urls import path
from django.utils.translation import gettext_lazy as _

from procedures.admin import desk
from procedures.admin.bilingual import both
from procedures.admin.forms import CatalogueForm, OrderedFormSet
from procedures.admin.identities import IdentityAdmin
from procedures.admin.records import HOW_SURE
from procedures.admin.rules import rule, rule_test
from procedures.admin.versions import StateFilter, VersionAdmin, VersionInline, add_to_desk
from procedures.models import (
    Conditional,
    Fee,
    LegalCitation,
    Procedure,
    ProcedureVersion,
    Requirement,
    Step,
)

CONDITIONS = (
    _("Only for some businesses"),
    {"fields": [Conditional.CONDITION_FIELDS], "classes": ["collapse", "conditions"]},
)
RULE = (_("Only for some businesses"), {"fields": [rule, Conditional.CONDITION_FIELDS], "classes": ["conditions"]})


class PartInline(VersionInline, admin.StackedInline):
    """A list of the ficha: ordered rows, with one empty row that needs no JavaScript to be filled in."""

    form = CatalogueForm
    formset = OrderedFormSet
    extra = 1
    related = ()
    prefetched = ()

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*self.related).prefetch_related(*self.prefetched)


class RequirementInline(PartInline):
    model = Requirement
    readonly_fields = (rule,)
    verbose_name_plural = _("What to bring")
    related = ("document",)
    prefetched = Conditional.CONDITION_FIELDS
    fieldsets = (
        (
            None,
            {
                "fields": [
                    ("position", "document", "originals", "copies", "is_certified"),
                    *both("text", "note", "signed_by"),
                    rule,
                ]
            },
        ),
        CONDITIONS,
    )


class StepInline(PartInline):
    model = Step
    related = ("office",)
    fieldsets = (
        (
            None,
            {
                "fields": [
                    ("position", "actor", "channel", "office", "duration_value", "duration_unit"),
                    *both("title", "text"),
                ]
            },
        ),
    )


class FeeInline(PartInline):
    model = Fee
    readonly_fields = (rule,)
    verbose_name_plural = _("What it costs")
    related = ("instrument",)
    prefetched = Conditional.CONDITION_FIELDS
    fieldsets = (
        (
            None,
            {
                "fields": [
                    ("position", "kind", "minimum", "maximum", "unit", "is_alternative", "assurance"),
                    *both("concept", "note"),
                    ("instrument", "article", "valid_from", "valid_to"),
                    rule,
                ]
            },
        ),
        CONDITIONS,
    )


class CitationInline(PartInline):
    model = LegalCitation
    verbose_name_plural = _("Legal basis")
    related = ("instrument",)
    fieldsets = ((None, {"fields": [("position", "instrument", "article", "grounds"), *both("note")]}),)


@admin.register(ProcedureVersion)
class ProcedureVersionAdmin(VersionAdmin):
    identity_link = _("homoclave, alert and place in the catalogue")
    list_display = (
        "title",
        "institution_short",
        "stage",
        "state_badge",
        "assurance_badge",
        rule,
        "number",
        "published_on",
    )
    list_select_related = ("procedure", "institution", "stage")
    list_filter = (
        *desk.LISTED,
        StateFilter,
        "assurance",
        "stage",
        "level",
        ("institution", admin.RelatedOnlyFieldListFilter),
    )
    ordering = ("stage__position", "procedure__position", "procedure__slug", "-number")
    page = (
        (_("What it is"), {"fields": [*both("name"), "slug", *both("purpose", "who", "cases"), ("level", "stage")]}),
        (_("Who does it"), {"fields": ["institution", *both("provider")]}),
        RULE,
        RequirementInline,
        StepInline,
        FeeInline,
        (
            _("How long it takes"),
            {"fields": [("response_value", "response_unit", "silence"), *both("response_text")]},
        ),
        (_("Where"), {"fields": [("is_online", "is_in_person", "is_by_phone"), "online_url", "offices"]}),
        (
            _("What you receive"),
            {"fields": ["results", *both("result_note"), ("validity_value", "validity_unit"), *both("validity_text")]},
        ),
        (_("Good to know"), {"fields": [*both("good_to_know", "redress", "inspection"), "bundles"]}),
        CitationInline,
        HOW_SURE,
        (_("For the reviewer"), {"fields": ["change_note"]}),
    )

    def get_urls(self):
        test = self.admin_site.admin_view(partial(rule_test, self))
        return [path("rules/", test, name="procedures_rules"), *super().get_urls()]


@admin.register(Procedure)
class ProcedureAdmin(IdentityAdmin):
    versions = ProcedureVersion
    list_display = ("name", "position", "homoclave", "alert_es", "alert_from", "alert_to", "version_count")
    search_fields = ("slug", "homoclave", "versions__name_es", "versions__name_en")
    fields = (
        "slug",
        "version_links",
        ("homoclave", "catalogue_url"),
        "position",
        *both("alert"),
        ("alert_from", "alert_to"),
    )


add_to_desk(ProcedureVersion, _("Procedures"))
