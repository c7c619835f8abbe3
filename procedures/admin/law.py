from django.contrib import admin
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from procedures.admin.bilingual import both
from procedures.admin.records import HOW_SURE, RecordAdmin, VerifiedAdmin, version_links
from procedures.models import LegalInstrument, ProcedureVersion, UnitValue, VersionState


@admin.register(LegalInstrument)
class LegalInstrumentAdmin(RecordAdmin):
    list_display = ("title", "kind", "level", "published_on", "reformed_on", "cited_count")
    list_filter = ("kind", "level")
    search_fields = ("name_es", "name_en", "slug")
    readonly_fields = ("cited_by",)
    fieldsets = (
        (
            None,
            {
                "fields": [
                    *both("name"),
                    "slug",
                    ("kind", "level"),
                    "url",
                    ("published_on", "reformed_on"),
                    *both("note"),
                ]
            },
        ),
        (_("Who uses it"), {"fields": ["cited_by"]}),
    )

    def get_queryset(self, request):
        published = Q(citations__version__state=VersionState.PUBLISHED)
        return super().get_queryset(request).annotate(cited_total=Count("citations__version", published, distinct=True))

    @admin.display(description=_("name"), ordering="name_es")
    def title(self, instrument):
        return str(instrument)

    @admin.display(description=_("cited by"), ordering="cited_total")
    def cited_count(self, instrument):
        return instrument.cited_total

    @admin.display(description=_("Cited by"))
    def cited_by(self, instrument):
        grounded = Q(citations__instrument=instrument.pk) | Q(fees__instrument=instrument.pk)
        return version_links(ProcedureVersion.objects.published().filter(grounded).distinct())


@admin.register(UnitValue)
class UnitValueAdmin(VerifiedAdmin):
    list_display = ("__str__", "daily", "monthly", "yearly", "valid_from", "valid_to", "assurance")
    list_filter = ("unit", "assurance")
    search_fields = ("year",)
    fieldsets = (
        (
            None,
            {"fields": [("unit", "year"), ("daily", "monthly", "yearly"), ("valid_from", "valid_to")]},
        ),
        HOW_SURE,
    )
