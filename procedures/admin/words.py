"""Small lists of words and days: glossary, stages, audiences, non-working days, sources."""

from django.contrib import admin
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from procedures.admin.bilingual import both
from procedures.admin.forms import CatalogueForm
from procedures.admin.records import RecordAdmin
from procedures.models import Audience, GlossaryTerm, NonWorkingDay, Source, Stage, VersionState


class GlossaryForm(CatalogueForm):
    slug_source = "term_es"


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(RecordAdmin):
    form = GlossaryForm
    list_display = ("title", "definition_es")
    search_fields = ("term_es", "term_en", "aliases_es", "aliases_en", "definition_es")
    fieldsets = ((None, {"fields": [*both("term"), "slug", *both("definition", "aliases")]}),)

    @admin.display(description=_("term"), ordering="term_es")
    def title(self, term):
        return str(term)


@admin.register(Stage)
class StageAdmin(RecordAdmin):
    list_display = ("title", "position", "procedures_count")
    search_fields = ("name_es", "name_en", "slug")
    fieldsets = ((None, {"fields": [*both("name"), "slug", "position", *both("description")]}),)

    def get_queryset(self, request):
        published = Q(procedure_versions__state=VersionState.PUBLISHED)
        return super().get_queryset(request).annotate(procedures_total=Count("procedure_versions", published))

    @admin.display(description=_("name"), ordering="name_es")
    def title(self, stage):
        return str(stage)

    @admin.display(description=_("procedures"), ordering="procedures_total")
    def procedures_count(self, stage):
        return stage.procedures_total


@admin.register(Audience)
class AudienceAdmin(RecordAdmin):
    list_display = ("title", "programs_count")
    search_fields = ("name_es", "name_en", "slug")
    fieldsets = ((None, {"fields": [*both("name"), "slug"]}),)

    def get_queryset(self, request):
        published = Q(program_versions__state=VersionState.PUBLISHED)
        return super().get_queryset(request).annotate(programs_total=Count("program_versions", published))

    @admin.display(description=_("name"), ordering="name_es")
    def title(self, audience):
        return str(audience)

    @admin.display(description=_("programs"), ordering="programs_total")
    def programs_count(self, audience):
        return audience.programs_total


@admin.register(NonWorkingDay)
class NonWorkingDayAdmin(RecordAdmin):
    list_display = ("date", "title", "level")
    list_filter = ("level",)
    search_fields = ("name_es", "name_en")
    date_hierarchy = "date"
    fieldsets = ((None, {"fields": [("date", "level"), *both("name")]}),)

    @admin.display(description=_("name"), ordering="name_es")
    def title(self, day):
        return day.name


@admin.register(Source)
class SourceAdmin(RecordAdmin):
    list_display = ("url", "title", "consulted_on")
    list_filter = ("consulted_on",)
    search_fields = ("url", "title")
    fields = ("url", "title", "consulted_on")
