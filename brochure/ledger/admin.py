"""The ledger for the staff: only read, and beside it what would be recorded if an edition was published now."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from brochure.ledger import words
from brochure.ledger.comparison import Comparison, Measure
from brochure.ledger.models import LedgerEntry
from brochure.ledger.recording import entries_now
from brochure.ledger.shown import cells, labels, shown_comparison
from procedures.guide.reference import Wording


@admin.register(LedgerEntry)
class LedgerEntryAdmin(admin.ModelAdmin):
    list_display = ("name", "edition", "procedures", "documents", "copies", "visits", "days", "pesos")
    list_filter = ("business", "edition")
    list_select_related = ("edition", "business")
    list_per_page = 50
    change_list_template = "admin/brochure/ledgerentry/change_list.html"
    fields = (
        "name",
        ("edition", "recorded_at"),
        "in_words",
        ("procedures_sure", "procedures_open"),
        ("documents", "originals", "copies", "unstated"),
        "visits",
        ("days_from", "days_to", "times_unknown"),
        ("pesos_from", "pesos_to", "costs_unknown"),
    )
    readonly_fields = ("in_words",)
    actions = None

    @admin.display(description=words.LABELS[Measure.PROCEDURES])
    def procedures(self, entry):
        return figure(entry, Measure.PROCEDURES)

    @admin.display(description=words.LABELS[Measure.DAYS])
    def days(self, entry):
        return figure(entry, Measure.DAYS)

    @admin.display(description=words.LABELS[Measure.PESOS])
    def pesos(self, entry):
        return figure(entry, Measure.PESOS)

    @admin.display(description=_("Answers in words"))
    def in_words(self, entry):
        said = format_html_join("", "<dt>{}</dt><dd>{}</dd>", Wording().answers(entry.answers))
        return format_html("<dl>{}</dl>", said) if said else "–"

    def has_add_permission(self, request):
        """Publishing an edition adds entries; nothing changes them, the database refuses."""
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": _("Simplification ledger"), **(extra_context or {})})

    def get_urls(self):
        view = self.admin_site.admin_view(self.now_view)
        return [path("now/", view, name="brochure_ledgerentry_now"), *super().get_urls()]

    def now_view(self, request):
        """Each active business as it would be recorded now, against its last entry."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("What would be recorded now"),
            "labels": labels(),
            "rows": rows_now(),
        }
        return TemplateResponse(request, "admin/brochure/ledgerentry/now.html", context)


def figure(entry, measure):
    return words.figure(measure, entry.figures[measure])


def rows_now():
    """`{"entry", "cells", "last", "comparison"}` of each active business; the last two None where there is none."""
    last = {entry.business_id: entry for entry in LedgerEntry.objects.for_series()}
    return [row_now(entry, last.get(entry.business_id)) for entry in entries_now()]


def row_now(entry, last):
    comparison = shown_comparison(last and Comparison(last, entry))
    return {"entry": entry, "cells": cells(entry), "last": last and cells(last), "comparison": comparison}
