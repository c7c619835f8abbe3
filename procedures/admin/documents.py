from django.contrib import admin
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from procedures.admin.bilingual import both
from procedures.admin.records import RecordAdmin, version_links
from procedures.models import Document, ProcedureVersion, VersionState


@admin.register(Document)
class DocumentAdmin(RecordAdmin):
    list_display = ("title", "kind", "asked_for_count", "issued_count")
    list_filter = ("kind",)
    search_fields = ("name_es", "name_en", "slug")
    readonly_fields = ("asked_for_by", "issued_by")
    fieldsets = (
        (None, {"fields": [*both("name"), "slug", "kind", *both("how_to_get")]}),
        (_("Who uses it"), {"fields": ["asked_for_by", "issued_by"]}),
    )

    def get_queryset(self, request):
        published = VersionState.PUBLISHED
        asking = Count("requirements__version", Q(requirements__version__state=published), distinct=True)
        issuing = Count("issuing_versions", Q(issuing_versions__state=published), distinct=True)
        return super().get_queryset(request).annotate(asking_total=asking, issuing_total=issuing)

    @admin.display(description=_("name"), ordering="name_es")
    def title(self, document):
        return str(document)

    @admin.display(description=_("asked for by"), ordering="asking_total")
    def asked_for_count(self, document):
        return document.asking_total

    @admin.display(description=_("issued by"), ordering="issuing_total")
    def issued_count(self, document):
        return document.issuing_total

    @admin.display(description=_("Asked for by"))
    def asked_for_by(self, document):
        asking = ProcedureVersion.objects.published().filter(requirements__document=document.pk).distinct()
        return version_links(asking, using=document)

    @admin.display(description=_("Issued by"))
    def issued_by(self, document):
        return version_links(ProcedureVersion.objects.published().filter(results=document.pk), using=document)
