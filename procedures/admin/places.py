from django.contrib import admin
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procedures.admin import desk
from procedures.admin.bilingual import Bilingual, both
from procedures.admin.records import HOW_SURE, VerifiedAdmin, links
from procedures.models import Institution, Office, OpeningHours, VersionState


@admin.register(Institution)
class InstitutionAdmin(VerifiedAdmin):
    list_display = (
        "title",
        "acronym",
        "level",
        "parent",
        "offices_count",
        "procedures_count",
        "programs_count",
        "assurance",
    )
    list_select_related = ("parent",)
    list_filter = (*desk.LISTED, "level", "assurance")
    search_fields = ("name_es", "name_en", "acronym", "slug")
    readonly_fields = ("office_links",)
    fieldsets = (
        (None, {"fields": [*both("name"), "slug", ("acronym", "level", "parent"), *both("role")]}),
        (_("Contact"), {"fields": [("phones", "email", "url")]}),
        (_("Offices"), {"fields": ["office_links"]}),
        HOW_SURE,
    )

    def get_queryset(self, request):
        published = VersionState.PUBLISHED
        return (
            super()
            .get_queryset(request)
            .annotate(
                offices_total=Count("offices", distinct=True),
                procedures_total=Count("procedure_versions", Q(procedure_versions__state=published), distinct=True),
                programs_total=Count("program_versions", Q(program_versions__state=published), distinct=True),
            )
        )

    @admin.display(description=_("name"), ordering="name_es")
    def title(self, institution):
        return str(institution)

    @admin.display(description=_("offices"), ordering="offices_total")
    def offices_count(self, institution):
        return institution.offices_total

    @admin.display(description=_("procedures"), ordering="procedures_total")
    def procedures_count(self, institution):
        return institution.procedures_total

    @admin.display(description=_("programs"), ordering="programs_total")
    def programs_count(self, institution):
        return institution.programs_total

    @admin.display(description=_("offices"))
    def office_links(self, institution):
        if institution.pk is None:
            return gettext("Save the institution first; then offices can be added.")
        offices = institution.offices.all()
        rows = links((reverse("admin:procedures_office_change", args=[office.pk]), office) for office in offices)
        add = f"{reverse('admin:procedures_office_add')}?institution={institution.pk}"
        return format_html('{} <a class="button" href="{}">{}</a>', rows, add, gettext("Add an office"))


class OpeningHoursInline(Bilingual, admin.TabularInline):
    model = OpeningHours
    extra = 1


@admin.register(Office)
class OfficeAdmin(VerifiedAdmin):
    list_display = ("title", "institution", "address", "neighborhood", "procedures_count", "assurance")
    list_select_related = ("institution",)
    list_filter = (
        *desk.LISTED,
        "assurance",
        "institution__level",
        ("institution", admin.RelatedOnlyFieldListFilter),
    )
    search_fields = ("name_es", "name_en", "address", "slug", "institution__name_es", "institution__acronym")
    inlines = (OpeningHoursInline,)
    fieldsets = (
        (None, {"fields": [*both("name"), "slug", "institution", *both("unit")]}),
        (_("Where"), {"fields": [("address", "neighborhood"), ("latitude", "longitude")]}),
        (_("Contact"), {"fields": [("phones", "email", "url"), *both("hours_note", "note")]}),
        HOW_SURE,
    )

    def get_queryset(self, request):
        published = Q(procedure_versions__state=VersionState.PUBLISHED)
        return super().get_queryset(request).annotate(procedures_total=Count("procedure_versions", published))

    @admin.display(description=_("name"), ordering="name_es")
    def title(self, office):
        return str(office)

    @admin.display(description=_("procedures"), ordering="procedures_total")
    def procedures_count(self, office):
        return office.procedures_total


desk.add_checks(
    Institution,
    _("Other records"),
    "procedures.change_institution",
    lambda look: Q(pk=look.unit.pk) | Q(verified_by=look.unit),
)
desk.add_checks(
    Office,
    _("Other records"),
    "procedures.change_office",
    lambda look: Q(institution=look.unit) | Q(verified_by=look.unit),
)
