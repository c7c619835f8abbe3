"""What a ficha has to say, as data: legal profiles and placeholders."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from procedures.admin.bilingual import Bilingual, both
from procedures.admin.forms import CatalogueForm, OrderedFormSet
from procedures.admin.records import RecordAdmin
from procedures.gaps import DATA
from procedures.gate.checks import ALWAYS_BLOCKS, RULES
from procedures.models import LegalProfile, Placeholder, ProfileField


def demands_of(kind):
    """Choices: what a record of a kind can tell, then the rules of the house."""
    rules = [(code, words) for code, (words, _severity) in RULES.items() if code not in ALWAYS_BLOCKS]
    return [
        ("", "---------"),
        (_("Data of the record"), [(code, datum.words) for code, datum in DATA[kind].items()]),
        (_("Rules of the house"), rules),
    ]


class DemandForm(CatalogueForm):
    datum = forms.ChoiceField(label=_("What is demanded"))


class DemandInline(Bilingual, admin.StackedInline):
    model = ProfileField
    form = DemandForm
    formset = OrderedFormSet
    extra = 1
    fieldsets = ((None, {"fields": [("position", "datum", "severity", "article"), *both("note")]}),)

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.base_fields["datum"].choices = demands_of(obj.kind if obj else LegalProfile.Kind.PROCEDURE)
        return formset


@admin.register(LegalProfile)
class LegalProfileAdmin(RecordAdmin):
    list_display = ("title", "kind", "version", "assurance", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name_es", "name_en", "slug")
    inlines = (DemandInline,)
    fieldsets = (
        (
            None,
            {
                "fields": [
                    *both("name"),
                    "slug",
                    ("kind", "is_active"),
                    ("version", "dated_on"),
                    ("source_title", "source_url"),
                    "assurance",
                    *both("note"),
                ]
            },
        ),
    )

    @admin.display(description=_("name"), ordering="name_es")
    def title(self, profile):
        return str(profile)

    def get_readonly_fields(self, request, obj=None):
        """What it applies to decides what it can demand, so that it stands once written."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "kind"] if obj else fields

    def get_inlines(self, request, obj):
        return self.inlines if obj else ()


@admin.register(Placeholder)
class PlaceholderAdmin(RecordAdmin):
    list_display = ("text", "place", "not_after", "is_active")
    list_filter = ("place", "is_active")
    search_fields = ("text",)
    fields = ("text", "place", "not_after", "is_active")
