"""The translation desk: what is translated into each language, and each record's texts side by side."""

from collections import defaultdict

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from procedures.admin import desk
from procedures.admin.forms import PlainLines
from procedures.models import TranslatedText
from procedures.models.versions import Version
from procedures.translations import tables
from procedures.translations.outdated import last_tally, outdated_records
from procedures.translations.progress import Progress, progress_by_table, progress_of
from procedures.translations.record import lines_of, translate

PER_PAGE = 50


def language_names():
    """Code → name of each language that is translated into, in the language itself."""
    return {code: name for code, name in settings.LANGUAGES if code in tables.target_languages()}


@admin.register(TranslatedText)
class TranslatedTextAdmin(admin.ModelAdmin):
    """The memory itself can only be read; the desk stands above it."""

    list_display = ("source", "text", "language", "made_by", "made_at")
    list_filter = ("language",)
    search_fields = ("source", "text")
    list_select_related = ("made_by",)
    change_list_template = "admin/procedures/translation_memory.html"

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        def named(view):
            return self.admin_site.admin_view(view)

        return [
            path("desk/", named(self.desk), name="procedures_translation_desk"),
            path("desk/outdated/", named(self.outdated), name="procedures_translation_outdated"),
            path("desk/<slug:language>/", named(self.desk), name="procedures_translation_language"),
            path("desk/<slug:language>/<str:name>/<int:pk>/", named(self.record), name="procedures_translation_record"),
            *super().get_urls(),
        ]

    def desk(self, request, language=None):
        """Progress in one language; with `?de=` the records of one table."""
        if not self.has_view_permission(request):
            raise PermissionDenied("procedures.view_translatedtext")
        language = known_language(language)
        counted = [row for row in progress_by_table(language) if may(request.user, "view", row[0].model)]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Translations"),
            "opts": self.opts,
            "language": language,
            "languages": language_names(),
            "total": sum((progress for _table, progress, _open in counted), Progress()),
            "counted": [row for row in counted if row[1].texts],
        }
        if name := request.GET.get("de"):
            table = known_table(name)
            if not may(request.user, "view", table.model):
                raise PermissionDenied(f"{table.model._meta.app_label}.view_{table.model._meta.model_name}")
            context |= {"table": table, "page": records_page(table, language, request.GET)}
        return TemplateResponse(request, "admin/procedures/translation_desk.html", context)

    def outdated(self, request):
        """Every record of which a text's Spanish changed after it was translated, in all languages."""
        if not self.has_view_permission(request):
            raise PermissionDenied("procedures.view_translatedtext")
        found = [row for row in outdated_records() if may(request.user, "view", row[1].model)]
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("p"))
        page.object_list = with_records(page.object_list)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Translations whose Spanish changed since"),
            "opts": self.opts,
            "page": page,
        }
        return TemplateResponse(request, "admin/procedures/translation_outdated.html", context)

    def record(self, request, language, name, pk):
        """GET: the texts side by side. POST: writes what was translated, unless somebody was faster."""
        language, table = known_language(language), known_table(name)
        if not may(request.user, "view", table.model):
            raise PermissionDenied(f"{table.model._meta.app_label}.view_{table.model._meta.model_name}")
        with transaction.atomic():
            record = table.model._default_manager.select_for_update().filter(pk=pk).first()
            if record is None:
                raise Http404
            lines = lines_of(table, record, language)
            may_write = may(request.user, "change", table.model) and getattr(record, "is_editable", True)
            form = TranslationForm(lines, request.POST if request.method == "POST" else None)
            if request.method == "POST":
                if not may_write:
                    raise PermissionDenied(f"{table.model._meta.app_label}.change_{table.model._meta.model_name}")
                if form.is_valid():
                    return self.write(request, record, form, language, table)
        return TemplateResponse(
            request,
            "admin/procedures/translation_record.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Translation of %(record)s") % {"record": record},
                "opts": self.opts,
                "language": language,
                "language_name": language_names()[language],
                "table": table,
                "record": record,
                "record_url": address_of(record),
                "is_version": isinstance(record, Version),
                "form": form,
                "may_write": may_write,
            },
        )

    def write(self, request, record, form, language, table):
        changed = translate(
            record=record,
            lines=form.lines,
            texts=form.texts,
            kept=form.kept,
            language=language,
            by=request.user,
        )
        done = ngettext("%(n)d text was saved.", "%(n)d texts were saved.", len(changed)) % {"n": len(changed)}
        messages.success(request, done if changed else _("Nothing was written anew; what you confirmed is kept."))
        return HttpResponseRedirect(f"{desk_url(language)}?de={table.name}")


class TranslationForm(forms.Form):
    """A text for each Line, a tick for each that is out of date, and what the page showed of both."""

    def __init__(self, lines, data=None):
        super().__init__(data)
        self.lines = lines
        for line in lines:
            self.fields[f"text-{line.key}"] = self.text_field(line)
            self.fields[f"seen-{line.key}"] = forms.CharField(required=False)
            if line.state == "outdated":
                label = gettext_lazy("It is still right")
                self.fields[f"kept-{line.key}"] = forms.BooleanField(label=label, required=False)

    def text_field(self, line):
        is_long = len(line.source) > 80 or "\n" in line.source
        rows = min(12, 2 + len(line.source) // 60 + line.source.count("\n"))
        return forms.CharField(
            label=line.label,
            required=False,
            initial=line.text,
            max_length=line.field.max_length,
            widget=PlainLines(attrs={"rows": rows, "lang": line.language})
            if is_long
            else forms.TextInput(attrs={"lang": line.language}),
        )

    def clean(self):
        """What somebody changed since the page was opened is shown, and saved only when sent again."""
        data = super().clean()
        for line in self.lines:
            was_seen = data.get(f"seen-{line.key}") == line.seen
            if not was_seen and data.get(f"text-{line.key}") not in (None, line.text):
                self.add_error(f"text-{line.key}", self.meanwhile(line))
        return data

    def meanwhile(self, line):
        if not line.text:
            return _("The Spanish changed since you opened this page: look at it again and save.")
        return _("Somebody changed this since you opened the page. It says now: “%(text)s”. Save to keep yours.") % {
            "text": line.text
        }

    @property
    def texts(self):
        """Key of a Line → what was written; a text that the page did not have stays as it is."""
        return {
            line.key: self.cleaned_data[f"text-{line.key}"] for line in self.lines if f"text-{line.key}" in self.data
        }

    @property
    def kept(self):
        return {line.key for line in self.lines if self.cleaned_data.get(f"kept-{line.key}")}

    @property
    def rows(self):
        """`(line, its text, its tick or None)`."""
        for line in self.lines:
            kept = self[f"kept-{line.key}"] if f"kept-{line.key}" in self.fields else None
            yield line, self[f"text-{line.key}"], kept


def may(user, action, model):
    options = model._meta
    names = {"view": ("view", "change"), "change": ("change",)}[action]
    return any(user.has_perm(f"{options.app_label}.{get_permission_codename(name, options)}") for name in names)


def known_language(code):
    """The code, or that of the first language that is translated into for none."""
    targets = tables.target_languages()
    if not targets or (code and code not in targets):
        raise Http404
    return code or targets[0]


def known_table(name):
    try:
        return tables.table_of(name)
    except KeyError:
        raise Http404 from None


def records_page(table, language, parameters):
    """One page of `(record, Progress)`: those with something to do, or with `?todo=1` all; most to do first."""
    found = progress_of(table, language)
    if not parameters.get("todo"):
        found = {pk: progress for pk, progress in found.items() if progress.open}
    order = sorted(found, key=lambda pk: (-found[pk].open, pk))
    page = Paginator(order, PER_PAGE).get_page(parameters.get("p"))
    rows = table.model._default_manager.in_bulk(page.object_list)
    page.object_list = [(rows[pk], found[pk]) for pk in page.object_list]
    return page


def with_records(rows):
    """`[(name of the language, Table, record, address of its translation, texts)]`: one query for each table."""
    keys = defaultdict(set)
    for _language, table, pk, _texts in rows:
        keys[table.name].add(pk)
    records = {name: known_table(name).model._default_manager.in_bulk(pks) for name, pks in keys.items()}
    names = language_names()
    return [
        (
            names[language],
            table,
            records[table.name][pk],
            reverse("admin:procedures_translation_record", args=[language, table.name, pk]),
            texts,
        )
        for language, table, pk, texts in rows
    ]


def address_of(record):
    options = record._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[record.pk])


def desk_url(language=None):
    name = "admin:procedures_translation_"
    return reverse(f"{name}language", args=[language]) if language else reverse(f"{name}desk")


def counted_at():
    moment = timezone.localtime(last_tally().counted_at)
    return _("counted on %(date)s") % {"date": date_format(moment, "SHORT_DATETIME_FORMAT")}


desk.add(
    gettext_lazy("records with a text whose Spanish changed after it was translated"),
    lambda: last_tally().number,
    lambda: reverse("admin:procedures_translation_outdated"),
    "procedures.view_translatedtext",
    gettext_lazy("Translations"),
    detail=counted_at,
)
