from pathlib import PurePath

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engagement import filetypes
from engagement.models import Commitment, CommitmentEvent, Evidence, Milestone, StatusUpdate, Verdict
from procedures.admin import desk
from procedures.admin.bilingual import Bilingual, both
from procedures.admin.forms import CatalogueForm
from procedures.admin.records import HOW_SURE, RecordAdmin, VerifiedAdmin
from procedures.models import ProcedureVersion
from procedures.roadmap.calendar import add_months
from procedures.translations import tables

tables.add(Commitment, CommitmentEvent="commitment")
tables.add(Milestone)


class EventInline(Bilingual, admin.StackedInline):
    model = CommitmentEvent
    extra = 0
    fields = [("date", "source_url"), *both("text", "note")]


@admin.register(Commitment)
class CommitmentAdmin(VerifiedAdmin):
    list_display = ("code", "name", "starts_month", "ends_month", "assurance")
    list_filter = desk.LISTED
    inlines = [EventInline]
    fieldsets = (
        (None, {"fields": ["code", *both("title", "title_note", "plan", "network", "policy_area"), "url"]}),
        (_("Dates and institutions"), {"fields": [("starts_month", "ends_month"), "institutions"]}),
        (_("Content"), {"fields": both("problem", "actions", "ogp_values", "other_participants", "status_note")}),
        HOW_SURE,
    )

    @admin.display(description=_("title"), ordering="title_es")
    def name(self, commitment):
        return commitment.title

    def get_readonly_fields(self, request, obj=None):
        """The code is part of the address: it is written once."""
        return [*super().get_readonly_fields(request, obj), "code"] if obj else super().get_readonly_fields(request)

    def has_delete_permission(self, request, obj=None):
        return False


class ReportedFilter(admin.SimpleListFilter):
    title = _("progress")
    parameter_name = "reported"

    def lookups(self, request, model_admin):
        return [("no", _("never reported")), ("yes", _("reported"))]

    def queryset(self, request, queryset):
        if self.value() == "no":
            return queryset.without_update()
        return queryset.with_update() if self.value() == "yes" else queryset


@admin.register(Milestone)
class MilestoneAdmin(RecordAdmin):
    list_display = ("__str__", "name", "status", "verdict", "starts_month", "ends_month", "report")
    list_select_related = ("commitment",)
    list_filter = (*desk.LISTED, ReportedFilter, "commitment")
    fields = [("commitment", "number"), *both("title"), ("starts_month", "ends_month"), "responsible"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("updates", "verdicts")

    @admin.display(description=_("title"), ordering="title_es")
    def name(self, milestone):
        return milestone.title

    @admin.display(description=_("status"))
    def status(self, milestone):
        return milestone.current_update and milestone.current_update.get_status_display()

    @admin.display(description=_("verdict"))
    def verdict(self, milestone):
        return milestone.current_verdict and milestone.current_verdict.get_verdict_display()

    @admin.display(description=_("report"))
    def report(self, milestone):
        url = f"{reverse('admin:engagement_statusupdate_add')}?milestone={milestone.pk}"
        return format_html('<a href="{}">{}</a>', url, gettext("Report progress"))

    def get_readonly_fields(self, request, obj=None):
        """Both are part of the address: they are written once."""
        return ["commitment", "number"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False


class AddOnlyAdmin(Bilingual, admin.ModelAdmin):
    """Rows that are added and never changed; the database refuses it too."""

    form = CatalogueForm
    list_select_related = ("milestone__commitment", "author")
    actions = None

    def save_model(self, request, obj, form, change):
        obj.author = request.user
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class EvidenceForm(CatalogueForm):
    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file:
            return file
        if file.size > filetypes.MAX_BYTES:
            limit = filesizeformat(filetypes.MAX_BYTES)
            raise ValidationError(
                gettext("The file has %(size)s; at most %(limit)s are taken.")
                % {"size": filesizeformat(file.size), "limit": limit}
            )
        if PurePath(file.name).suffix.lower() not in filetypes.CONTENT_TYPES:
            kinds = ", ".join(kind.removeprefix(".") for kind in filetypes.CONTENT_TYPES)
            raise ValidationError(gettext("Files of these kinds are taken: %(kinds)s.") % {"kinds": kinds})
        if not filetypes.is_what_it_says(file, file.name):
            raise ValidationError(gettext("What is in the file is not what its name says. A CSV has to be in UTF-8."))
        return file


class EvidenceInline(Bilingual, admin.StackedInline):
    """Evidence comes with its update and stays as it came."""

    model = Evidence
    form = EvidenceForm
    extra = 2
    view_on_site = False
    readonly_fields = ("link",)

    def get_fields(self, request, obj=None):
        return [*both("title"), "link"] if obj else [*both("title"), ("file", "url", "procedure_version")]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "procedure_version":
            kwargs["queryset"] = ProcedureVersion.objects.published()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("evidence"))
    def link(self, evidence):
        return format_html('<a href="{0}">{0}</a>', evidence.get_absolute_url())

    def has_add_permission(self, request, obj=None):
        return obj is None and request.user.has_perm("engagement.add_statusupdate")

    def has_view_permission(self, request, obj=None):
        return True  # the update's own page decides who sees it

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(StatusUpdate)
class StatusUpdateAdmin(AddOnlyAdmin):
    list_display = ("milestone", "status", "period_from", "period_to", "author", "created_at")
    list_filter = ("status", "milestone__commitment")
    fields = ["milestone", "status", ("period_from", "period_to"), *both("progress", "obstacles")]
    inlines = [EvidenceInline]

    def get_fields(self, request, obj=None):
        return [*self.fields, "author", "created_at"] if obj else self.fields


@admin.register(Verdict)
class VerdictAdmin(AddOnlyAdmin):
    list_display = ("milestone", "verdict", "institution", "author", "created_at")
    list_select_related = ("milestone__commitment", "institution", "author")
    list_filter = ("verdict", "milestone__commitment")
    fields = ["milestone", "verdict", "institution", *both("reasons")]

    def get_fields(self, request, obj=None):
        return [*self.fields, "author", "created_at"] if obj else self.fields


desk.add_queue(
    desk.Queue(
        Milestone,
        _("Commitments"),
        (
            desk.Line(
                "unreported",
                _("milestones without a report for four months, or ever"),
                lambda look: Q(pk__in=Milestone.objects.unreported_since(add_months(look.today, -4)).values("pk")),
                ("engagement.add_statusupdate",),
                desk.Urgency.LATE,
            ),
        ),
        mine=lambda look: Q(Exists(StatusUpdate.objects.filter(milestone=OuterRef("pk"), author=look.user))),
        unit=lambda look: Q(Exists(look.unit.milestones.filter(pk=OuterRef("pk")))),
    )
)
desk.add_checks(
    Commitment,
    _("Commitments"),
    "engagement.change_commitment",
    lambda look: Q(Exists(look.unit.commitments.filter(pk=OuterRef("pk")))) | Q(verified_by=look.unit),
)
