"""The change log for those who may read all of it. Nobody writes here, the superuser included."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import TextField
from django.db.models.functions import Cast
from django.http import Http404, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procedures.models import TrailLine
from procedures.trail import words
from procedures.trail.coverage import kept_models
from procedures.trail.export import csv_chunks, json_chunks
from procedures.trail.story import summary

FILES = {
    "csv": ("text/csv; charset=utf-8", csv_chunks),
    "json": ("application/json", json_chunks),
}
SHOWN = 3  # fields of a line in the list


class TableFilter(admin.SimpleListFilter):
    """By table, its rows included: the fees of a ficha are found with the fichas."""

    title = _("table")
    parameter_name = "table"

    def lookups(self, request, model_admin):
        names = [(model._meta.label_lower, words.model_words(model._meta.label_lower)) for model in kept_models()]
        return sorted(names, key=lambda pair: pair[1].casefold())

    def queryset(self, request, queryset):
        return queryset.filter(model=self.value()) if self.value() else queryset


class PersonFilter(admin.SimpleListFilter):
    title = _("who")
    parameter_name = "who"

    def lookups(self, request, model_admin):
        lines = TrailLine.objects.order_by("who").values_list("who", flat=True).distinct()[:200]
        return [(who, words.who_words(TrailLine(who=who))) for who in lines]

    def queryset(self, request, queryset):
        return queryset.filter(who=self.value()) if self.value() else queryset


@admin.register(TrailLine)
class TrailAdmin(admin.ModelAdmin):
    change_list_template = "admin/procedures/trail/change_list.html"
    list_display = ("moment", "record", "before_and_after")
    list_display_links = None
    list_filter = (PersonFilter, TableFilter, "action")
    date_hierarchy = "at"
    search_fields = ("label", "who", "said")
    search_help_text = _("Words of the record's name, of what it said before or after, or who did it.")
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False
    actions = None

    @admin.display(description=_("when and who"), ordering="id")
    def moment(self, line):
        at = date_format(timezone.localtime(line.at), "SHORT_DATETIME_FORMAT")
        return format_html('{} <span class="quiet">{}</span>', at, words.who_words(line))

    @admin.display(description=_("record"), ordering="label")
    def record(self, line):
        url = reverse("admin:procedures_trailline_record", args=[line.root_model, line.root_key])
        table, action = words.model_words(line.model), line.get_action_display()
        link = format_html('<a href="{}">{}</a>', url, words.content_words(line))
        return format_html('{} <span class="quiet">{} · {}</span>', link, table, action)

    @admin.display(description=_("before and after"))
    def before_and_after(self, line):
        said = summary(line)
        items = format_html_join("", "<li>{}</li>", ((in_short(*change),) for change in said[:SHOWN]))
        more = len(said) - SHOWN
        if more > 0:
            items += format_html("<li>{}</li>", gettext("and %(n)d more fields") % {"n": more})
        return format_html('<ul class="trail-short">{}</ul>', items) if said else None

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset.alias(said=Cast("changes", TextField())), search_term)

    # Nobody writes

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    # The pages

    def changelist_view(self, request, extra_context=None):
        files = [(kind.upper(), f"{self.address('file', kind)}?{request.GET.urlencode()}") for kind in FILES]
        context = {"title": gettext("Change log"), "files": files}
        return super().changelist_view(request, context | (extra_context or {}))

    def get_changelist_instance(self, request):
        if any("\0" in value for value in request.GET.values()):  # PostgreSQL knows no such text
            raise IncorrectLookupParameters
        return super().get_changelist_instance(request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A line is read in the story of its record."""
        line = self.get_object(request, object_id)
        if request.method != "GET" or not self.has_view_permission(request, line):
            raise PermissionDenied
        if line is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return HttpResponseRedirect(self.address("record", line.root_model, line.root_key))

    def history_view(self, request, object_id, extra_context=None):
        return self.change_view(request, object_id)

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("file/<slug:kind>/", view(self.file_view), name="procedures_trailline_file"),
            path("record/<str:model>/<str:key>/", view(self.record_view), name="procedures_trailline_record"),
            *super().get_urls(),
        ]

    def address(self, page, *args):
        return reverse(f"admin:procedures_trailline_{page}", args=args)

    def file_view(self, request, kind):
        """What the list shows, filtered as it is, whole as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if kind not in FILES:
            raise Http404
        content_type, chunks = FILES[kind]
        try:
            lines = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            raise Http404 from None
        response = StreamingHttpResponse(chunks(lines), content_type=content_type)
        name = f"{timezone.localdate():%Y-%m-%d}.{kind}"
        response["Content-Disposition"] = f'attachment; filename="registro-de-cambios-{name}"'
        return response

    def record_view(self, request, model, key):
        """The story of one record, whether it is still there or not."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        newest = None if "\0" in model + key else TrailLine.objects.filter(model=model, key=key).first()
        if newest is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("History: %(record)s") % {"record": words.record_words(newest)},
            "opts": self.opts,
            "line": newest,
            "table": words.model_words(model),
            "is_gone": newest.action == TrailLine.Action.DELETED,
            "record_url": self.url_of_record(model, key),
        }
        return TemplateResponse(request, "admin/procedures/trail/record.html", context)

    def url_of_record(self, model, key):
        """The record's own page in the admin, or None if its table has none."""
        options = (found := words.model_of(model)) and self.admin_site._registry.get(found) and found._meta
        return options and reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[key])


def in_short(field, before, after):
    """ "Name (Spanish): Acta → Acta de nacimiento" """
    if not field:
        return after
    return format_html("<b>{}:</b> {} → {}", field, before or "–", after or "–")
