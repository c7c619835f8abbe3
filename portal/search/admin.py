"""What readers looked for and did not find: made a synonym of a business type, or settled."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.models import EmptySearch
from procedures.admin import desk
from procedures.models import BusinessType
from procedures.words import fold


class SettledFilter(admin.SimpleListFilter):
    """Without a choice, what nobody has looked at since it last occurred."""

    title = _("stand")
    parameter_name = "settled"

    def lookups(self, request, model_admin):
        return [("yes", _("settled")), ("all", _("all"))]

    def queryset(self, request, queryset):
        if self.value() == "all":
            return queryset
        return queryset.filter(settled_at__isnull=self.value() != "yes")

    def choices(self, changelist):
        default, *others = super().choices(changelist)
        return [{**default, "display": _("to be looked at")}, *others]


class SynonymForm(forms.Form):
    text = forms.CharField(
        label=_("As people type it"), help_text=_("With its accents, if it has any."), max_length=EmptySearch.LONGEST
    )
    business_type = forms.ModelChoiceField(
        BusinessType.objects.order_by("name_es"), label=_("Finds the business type"), empty_label=_("Choose one")
    )

    def clean_text(self):
        return " ".join(self.cleaned_data["text"].split())


@admin.register(EmptySearch)
class EmptySearchAdmin(admin.ModelAdmin):
    list_display = ("text", "language", "times", "first_time", "last_time", "next_step")
    list_display_links = None
    list_filter = (*desk.LISTED, SettledFilter, "language")
    search_fields = ("text",)
    actions = ("settle",)
    list_per_page = 100
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("first time"), ordering="first_at")
    def first_time(self, search):
        return date_format(timezone.localtime(search.first_at), "SHORT_DATE_FORMAT")

    @admin.display(description=_("last time"), ordering="last_at")
    def last_time(self, search):
        return date_format(timezone.localtime(search.last_at), "SHORT_DATE_FORMAT")

    @admin.display(description=_("what to do"))
    def next_step(self, search):
        with translation.override(search.language):
            page = f"{reverse('portal:search')}?{urlencode({'q': search.text})}"
        return format_html(
            '<a href="{}" aria-label="{}">{}</a> · <a href="{}" aria-label="{}">{}</a>',
            page,
            gettext("Search for “%(text)s” now") % {"text": search.text},
            gettext("Search now"),
            reverse("admin:portal_emptysearch_change", args=[search.pk]),
            gettext("Make a synonym of “%(text)s”") % {"text": search.text},
            gettext("Make a synonym"),
        )

    @admin.action(description=_("Mark as settled, until they occur again"), permissions=["change"])
    def settle(self, request, queryset):
        count = queryset.filter(settled_at__isnull=True).update(settled_at=timezone.now(), settled_by=request.user)
        said = ngettext("%(n)d search is settled.", "%(n)d searches are settled.", count) % {"n": count}
        self.message_user(request, said, messages.SUCCESS)

    # The page of one: a synonym

    def get_urls(self):
        view = self.admin_site.admin_view(self.synonym_view)
        return [path("<int:pk>/change/", view, name="portal_emptysearch_change"), *super().get_urls()]

    def synonym_view(self, request, pk):
        """GET: of which business type it is to be a synonym. POST: makes it one, or settles it without."""
        search = get_object_or_404(EmptySearch, pk=pk)
        if not self.has_view_permission(request) or (
            request.method == "POST" and not self.has_change_permission(request)
        ):
            raise PermissionDenied("portal.change_emptysearch")
        if request.method == "POST" and "_settle" in request.POST:
            self.settle(request, EmptySearch.objects.filter(pk=pk))
            return HttpResponseRedirect(reverse("admin:portal_emptysearch_changelist"))
        may_write = request.user.has_perm("procedures.change_businesstype")
        form = SynonymForm(request.POST if request.method == "POST" else None, initial={"text": search.text})
        if request.method == "POST" and not may_write:
            raise PermissionDenied("procedures.change_businesstype")
        if form.is_valid():
            return self.make_synonym(request, search, **form.cleaned_data)
        context = self.admin_site.each_context(request) | {
            "title": gettext("“%(text)s” finds nothing") % {"text": search.text},
            "opts": self.opts,
            "search": search,
            "form": form if may_write else None,
            "may_settle": self.has_change_permission(request) and not search.settled_at,
        }
        return TemplateResponse(request, "admin/portal/emptysearch/synonym.html", context)

    def make_synonym(self, request, search, text, business_type):
        add_synonym(search=search, text=text, business_type=business_type, by=request.user)
        self.log_change(request, business_type, gettext("Synonym added: %(text)s.") % {"text": text})
        said = gettext("“%(text)s” finds “%(type)s” now.") % {"text": text, "type": business_type}
        self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:portal_emptysearch_changelist"))


@transaction.atomic
def add_synonym(*, search, text, business_type, by):
    """Adds the text to the synonyms of the business type in the search's language, once, and settles the search."""
    row = BusinessType.objects.select_for_update().get(pk=business_type.pk)
    column = f"synonyms_{search.language}"
    lines = getattr(row, column).splitlines() if getattr(row, column) else []
    if fold(text) not in map(fold, lines):
        setattr(row, column, "\n".join([*lines, text]))
        row.save(update_fields=[column])
    EmptySearch.objects.filter(pk=search.pk).update(settled_at=timezone.now(), settled_by=by)


desk.add_queue(
    desk.Queue(
        EmptySearch,
        _("Searches of readers"),
        (
            desk.Line(
                "unsettled",
                _("searches that found nothing"),
                lambda look: Q(settled_at__isnull=True),
                ("portal.view_emptysearch",),
            ),
        ),
    )
)
