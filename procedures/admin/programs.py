from django.contrib import admin
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from procedures.admin import desk
from procedures.admin.bilingual import Bilingual, both
from procedures.admin.forms import CatalogueForm
from procedures.admin.identities import IdentityAdmin
from procedures.admin.procedures import RULE
from procedures.admin.records import HOW_SURE
from procedures.admin.versions import StateFilter, VersionAdmin, add_to_desk
from procedures.models import Call, Program, ProgramVersion, VersionState

STATUS_LABELS = {
    "permanent": _("all year round"),
    "open": pgettext_lazy("call", "open"),
    "upcoming": pgettext_lazy("call", "opens later"),
    "undecided": pgettext_lazy("call", "closing date unknown"),
    "closed": pgettext_lazy("call", "closed"),
    "unknown": _("unknown"),
}


@admin.register(ProgramVersion)
class ProgramVersionAdmin(VersionAdmin):
    identity_link = _("calls and place in the catalogue")
    list_display = (
        "title",
        "institution_short",
        "kind",
        "status_today",
        "state_badge",
        "assurance_badge",
        "number",
        "published_on",
    )
    list_select_related = ("program", "institution")
    list_filter = (
        *desk.LISTED,
        StateFilter,
        "assurance",
        "kind",
        "stages",
        "level",
        ("institution", admin.RelatedOnlyFieldListFilter),
    )
    ordering = ("program__position", "program__slug", "-number")
    page = (
        (_("What it is"), {"fields": [*both("name"), "slug", ("kind", "level"), *both("benefits", "who")]}),
        (_("Amounts"), {"fields": [("amount_minimum", "amount_maximum"), *both("amount_note")]}),
        (_("For whom"), {"fields": ["audiences", "stages"]}),
        RULE,
        (_("When"), {"fields": ["availability", "calls"]}),
        (_("How to apply"), {"fields": [*both("how_to_apply"), "documents", "online_url"]}),
        (_("Who offers it"), {"fields": [("institution", "operator"), "partners"]}),
        (_("Where to ask"), {"fields": [("contact_office", "contact_phones"), *both("place"), "offices"]}),
        (_("Good to know"), {"fields": both("good_to_know")}),
        HOW_SURE,
        (_("For the reviewer"), {"fields": ["change_note"]}),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).with_status_on(timezone.localdate())

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "calls"]

    @admin.display(description=_("today"), ordering="status_order")
    def status_today(self, version):
        return STATUS_LABELS[version.status]

    @admin.display(description=_("Calls"))
    def calls(self, version):
        """The program's own, whatever the version: a call is opened without a review of all the rest."""
        if version.pk is None:
            return gettext("Save the draft first; then calls can be added.")
        rows = ((call, _span(call)) for call in version.program.calls.all())
        url = reverse("admin:procedures_program_change", args=[version.program_id])
        return format_html(
            '<ul>{}</ul><a class="button" href="{}">{}</a>',
            format_html_join("", "<li>{} {}</li>", rows),
            url,
            gettext("Open or change a call"),
        )


def _span(call):
    ends = (date_format(day) if day else "…" for day in (call.opens, call.closes))
    return "({} – {})".format(*ends)


class CallInline(Bilingual, admin.StackedInline):
    model = Call
    form = CatalogueForm
    extra = 1
    fieldsets = ((None, {"fields": [*both("label"), ("opens", "closes", "url")]}),)


class OpenTodayFilter(admin.SimpleListFilter):
    title = _("with a call open today")
    parameter_name = "open"

    def lookups(self, request, model_admin):
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request, queryset):
        is_open = Exists(Call.objects.open_on(timezone.localdate()).filter(program=OuterRef("pk")))
        return {"yes": queryset.filter(is_open), "no": queryset.filter(~is_open)}.get(self.value(), queryset)


@admin.register(Program)
class ProgramAdmin(IdentityAdmin):
    versions = ProgramVersion
    list_display = ("name", "position", "version_count")
    list_filter = (OpenTodayFilter,)
    search_fields = ("slug", "versions__name_es", "versions__name_en")
    fields = ("slug", "version_links", "position")
    inlines = (CallInline,)


def call_closes_soon(look):
    calls = Call.objects.filter(program=OuterRef("program"), closes__gte=look.today, closes__lte=look.today + desk.SOON)
    return Q(state=VersionState.PUBLISHED) & Q(Exists(calls))


CLOSING = desk.Line(
    "closing",
    _("live ones with a call that closes within 14 days"),
    call_closes_soon,
    ("procedures.change_programversion",),
    desk.Urgency.SOON,
)

add_to_desk(ProgramVersion, _("Programs"), CLOSING)
