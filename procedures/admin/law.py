from django.contrib import admin
from django.db.models import Count, Q
from django.urls import path
from django.utils.translation import gettext_lazy as _

from procedures.admin import desk
from procedures.admin.bilingual import both
from procedures.admin.doubts import link_state, reform_view, reforms_of
from procedures.admin.records import HOW_SURE, RecordAdmin, VerifiedAdmin, version_links
from procedures.models import LegalInstrument, ProcedureVersion, UnitValue, VersionState


@admin.register(LegalInstrument)
class LegalInstrumentAdmin(RecordAdmin):
    list_display = ("title", "kind", "level", "published_on", "reformed_on", "cited_count")
    list_filter = ("kind", "level")
    search_fields = ("name_es", "name_en", "slug")
    readonly_fields = ("cited_by", "reforms", "link")
    change_form_template = "admin/procedures/instrument_change_form.html"
    fieldsets = (
        (
            None,
            {
                "fields": [
                    *both("name"),
                    "slug",
                    ("kind", "level"),
                    "url",
                    "link",
                    ("published_on", "reformed_on"),
                    *both("note"),
                ]
            },
        ),
        (_("Who uses it"), {"fields": ["cited_by", "reforms"]}),
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

    def get_urls(self):
        view = self.admin_site.admin_view(self.reform_view)
        return [path("<int:pk>/reform/", view, name="procedures_legalinstrument_reform"), *super().get_urls()]

    def reform_view(self, request, pk):
        return reform_view(self, request, pk)

    @admin.display(description=_("Reforms marked here"))
    def reforms(self, instrument):
        return reforms_of(instrument) if instrument.pk else "–"

    @admin.display(description=_("The link to it"))
    def link(self, instrument):
        return link_state(instrument.url)

    @admin.display(description=_("Cited by"))
    def cited_by(self, instrument):
        grounded = Q(citations__instrument=instrument.pk) | Q(fees__instrument=instrument.pk)
        citing = ProcedureVersion.objects.published().filter(grounded).distinct()
        return version_links(citing, using=instrument)


@admin.register(UnitValue)
class UnitValueAdmin(VerifiedAdmin):
    list_display = ("__str__", "daily", "monthly", "yearly", "valid_from", "valid_to", "assurance")
    list_filter = (*desk.LISTED, "unit", "assurance")
    search_fields = ("year",)
    fieldsets = (
        (
            None,
            {"fields": [("unit", "year"), ("daily", "monthly", "yearly"), ("valid_from", "valid_to")]},
        ),
        HOW_SURE,
    )


desk.add_checks(UnitValue, _("Other records"), "procedures.change_unitvalue", lambda look: Q(verified_by=look.unit))
