"""The links of the records and what came of the last look at each."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from procedures.admin import desk
from procedures.gate.reading import whole
from procedures.links.round import check_version
from procedures.models import (
    Call,
    Institution,
    LinkCheck,
    Office,
    ProcedureVersion,
    ProgramVersion,
    VersionState,
)


@admin.register(LinkCheck)
class LinkCheckAdmin(admin.ModelAdmin):
    list_display = ("address", "state", "status", "failures", "first_failed_at", "checked_at")
    list_display_links = None
    list_filter = (*desk.LISTED, "is_dead", "result")
    search_fields = ("url",)
    list_per_page = 100
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("address"), ordering="url")
    def address(self, row):
        return format_html('<a href="{}" rel="noreferrer">{}</a>', row.url, row.url)

    @admin.display(description=_("result"), ordering="result")
    def state(self, row):
        look = "blocks" if row.is_dead else "warns" if row.failures else "fine"
        return format_html('<span class="badge check-{}">{}</span>', look, row.get_result_display() or "–")


def look_now(model_admin, request, pk):
    """Looks at the links of one version before it is published, and leads back to its checklist."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    version = model_admin.get_object(request, str(pk))
    if version is None:
        raise Http404
    if not model_admin.has_view_permission(request, version):
        raise PermissionDenied
    count = len(check_version(whole(version, timezone.localdate())))
    said = ngettext("%(n)d link was looked at.", "%(n)d links were looked at.", count)
    messages.info(request, said % {"n": count})
    return HttpResponseRedirect(model_admin.url_of("checks", version))


def of_unit(look):
    """Addresses that the unit's records name: versions that are not retired, their sources and calls, its own pages."""
    alive = Q(institution=look.unit) & ~Q(state=VersionState.RETIRED)
    procedures, programs = (model.objects.filter(alive) for model in (ProcedureVersion, ProgramVersion))
    sources = [
        versions.model.sources.through.objects.filter(
            source__url=OuterRef("url"), **{f"{versions.model._meta.model_name}__in": versions.values("pk")}
        )
        for versions in (procedures, programs)
    ]
    own = [
        rows.filter(url=OuterRef("url"))
        for rows in (
            Call.objects.filter(program__in=programs.values("program")),
            Institution.objects.filter(pk=look.unit.pk),
            Office.objects.filter(institution=look.unit),
        )
    ]
    online = [versions.filter(online_url=OuterRef("url")) for versions in (procedures, programs)]
    named = Q()
    for rows in (*online, *sources, *own):
        named |= Q(Exists(rows))
    return named


desk.add_queue(
    desk.Queue(
        LinkCheck,
        _("Links"),
        (desk.Line("dead", _("dead links"), lambda look: Q(is_dead=True), ("procedures.view_linkcheck",)),),
        unit=of_unit,
    )
)
