"""Tables out and in: the pages of export and of an import from upload to end. They work without JavaScript."""

import json
import tempfile

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procedures.admin import desk
from procedures.exchange import runs, writing
from procedures.exchange.mapping import MAPPABLE, Mapping, required_columns, targets_of
from procedures.exchange.reading import MAX_BYTES, MAX_ROWS, ExchangeError
from procedures.exchange.tables import file_names, table_named
from procedures.models import Import, ImportRow, SavedMapping

PER_PAGE = 50
MAPPING_BYTES = 200_000

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, Excel (.xlsx) or a ZIP of CSV files; up to %(size)d MB and %(rows)d rows.")
        % {"size": MAX_BYTES // 1024**2, "rows": MAX_ROWS},
    )
    saved = forms.ModelChoiceField(
        SavedMapping.objects.all(),
        label=_("Mapping used before"),
        required=False,
        help_text=_("For a registry whose columns were named once already."),
    )
    removes_html = forms.BooleanField(
        label=_("Cells hold HTML: turn it into plain text"),
        required=False,
        help_text=_("Only for files with our own columns; of other registries it is always removed."),
    )


class ExportForm(forms.Form):
    table = forms.ChoiceField(label=_("What"))
    form = forms.ChoiceField(
        label=_("As"),
        choices=[("xlsx", _("Excel workbook (.xlsx)")), ("csv", _("CSV (several tables: a ZIP of them)"))],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["table"].choices = [("", _("Everything")), *writing.table_choices()]
        self.fields["table"].required = False


class MappingForm(forms.Form):
    """What is said of all rows; which column is what stands beside, in one field per column of the file."""

    table = forms.ChoiceField(label=_("What the rows are"))
    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    separators = forms.CharField(
        label=_("What stands between items"),
        required=False,
        strip=False,
        help_text=_("Several: with a space between them. Line breaks and lists always count."),
    )
    replacements = forms.CharField(
        label=_("To be replaced"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One per line, as: ~~ → ,"),
    )
    slug_prefix = forms.CharField(
        label=_("Beginning of every address"),
        required=False,
        max_length=30,
        help_text=_("Keeps records of another registry apart from ours, as: juarez-"),
    )
    only_column = forms.ChoiceField(label=_("Only rows whose column"), required=False)
    only_value = forms.CharField(label=_("says"), required=False, max_length=200)
    source_title = forms.CharField(label=_("Name of the registry"), required=False, max_length=300)
    source_url = forms.URLField(
        label=_("Its web address"),
        required=False,
        max_length=500,
        help_text=_("Becomes the source of every new record."),
    )
    save_as = forms.CharField(
        label=_("Keep this mapping under the name"), required=False, max_length=120, help_text=_("For its next file.")
    )

    def __init__(self, *args, seen, mapping, **kwargs):
        self.seen, self.mapping = seen, mapping
        super().__init__(*args, initial=self.initial_of(mapping, seen), **kwargs)
        choices = [(name, writing.words_of(name)) for name in MAPPABLE]
        self.fields["table"].choices = choices
        self.fields["sheet"].choices = [(name, name) for name in seen["sheets"]]
        self.fields["only_column"].choices = [("", "–"), *((name, name) for name in seen["header"])]
        self.add_columns()
        self.add_defaults()

    def initial_of(self, mapping, seen):
        plain = ("table", "slug_prefix", "only_column", "only_value", "source_title", "source_url")
        return {
            **{name: getattr(mapping, name) for name in plain},
            "sheet": seen["sheet"],
            "separators": " ".join(mapping.separators),
            "replacements": "\n".join(f"{old} → {new}" for old, new in mapping.replacements),
        }

    def add_columns(self):
        targets = [("", gettext("– is not imported –")), *targets_of(self.mapping.table)]
        for place, name in enumerate(self.seen["header"]):
            for which in range(2):
                chosen = self.mapping.columns.get(name, [])
                self.fields[f"column-{place}-{which}"] = forms.ChoiceField(
                    label=gettext("“%(column)s” becomes") % {"column": name}
                    if which == 0
                    else gettext("“%(column)s” becomes also") % {"column": name},
                    choices=targets,
                    required=False,
                    initial=chosen[which] if len(chosen) > which else "",
                )

    def add_defaults(self):
        """What every record needs and few registries say."""
        columns = {column.name: column for column in table_named(self.mapping.table).all_columns}
        for name in required_columns(self.mapping.table):
            column = columns[name]
            if column.kind == "choice":
                choices = column.field.choices
            elif column.kind == "link":
                choices = [(row.slug, str(row)) for row in column.target._base_manager.order_by("pk")]
            else:
                continue
            self.fields[f"default-{name}"] = forms.ChoiceField(
                label=gettext("%(column)s of all new records") % {"column": column.label.capitalize()},
                choices=[("", gettext("– a column says it –")), *choices],
                required=False,
                initial=self.mapping.defaults.get(name, ""),
            )

    @property
    def column_rows(self):
        """[(column of the file, three samples, its two fields)]."""
        rows = []
        for place, name in enumerate(self.seen["header"]):
            samples = list(dict.fromkeys(row[name][:160] for row in self.seen["rows"] if row[name].strip()))[:3]
            rows.append((name, samples, self[f"column-{place}-0"], self[f"column-{place}-1"]))
        return rows

    @property
    def default_fields(self):
        return [self[name] for name in self.fields if name.startswith("default-")]

    @property
    def plain_fields(self):
        return [self[name] for name in self.base_fields if name not in ("table", "sheet")]

    def clean_replacements(self):
        pairs = []
        for line in filter(None, map(str.strip, self.cleaned_data["replacements"].splitlines())):
            old, arrow, new = line.partition("→")
            if not (arrow and old.strip()):
                raise forms.ValidationError(_("Write each as: ~~ → ,"))
            pairs.append([old.strip(), new.strip()])
        return pairs

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        columns = {}
        for place, name in enumerate(self.seen["header"]):
            targets = [data[f"column-{place}-{which}"] for which in range(2)]
            columns[name] = list(dict.fromkeys(filter(None, targets)))
        plain = ("table", "sheet", "slug_prefix", "only_column", "only_value", "source_title", "source_url")
        mapping = Mapping(
            columns=columns,
            separators=data["separators"].split() or [],
            replacements=data["replacements"],
            defaults={
                name.removeprefix("default-"): data[name]
                for name in self.fields
                if name.startswith("default-") and data[name]
            },
            **{name: data[name] for name in plain},
        )
        try:
            mapping.check()
        except ExchangeError as error:
            raise forms.ValidationError(str(error)) from error
        data["mapping"] = mapping
        return data


class MappingFileForm(forms.Form):
    mapping_file = forms.FileField(label=_("Mapping file (JSON)"))

    def clean_mapping_file(self):
        file = self.cleaned_data["mapping_file"]
        if file.size > MAPPING_BYTES:
            raise forms.ValidationError(_("This is no mapping file of the portal."))
        try:
            return Mapping.from_json(json.loads(file.read()))
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(_("This is no mapping file of the portal.")) from error
        except ExchangeError as error:
            raise forms.ValidationError(str(error)) from error


@admin.register(Import)
class ImportAdmin(admin.ModelAdmin):
    """The list of imports; adding one brings a file, its page leads it to its end."""

    change_list_template = "admin/procedures/import/change_list.html"
    list_display = ("file_name", "state_badge", "by", "created_at", "created", "changed", "left", "refused")
    list_filter = (*desk.LISTED, "state", ("by", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("by",)
    search_fields = ("file_name", "sha256")
    show_full_result_count = False
    actions = None

    def has_module_permission(self, request):
        return self.may_import(request) or self.may_export(request)

    def has_view_permission(self, request, obj=None):
        return self.may_import(request)

    def has_add_permission(self, request):
        return self.may_import(request)

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def may_import(self, request):
        return request.user.has_perm("procedures.import_catalogue")

    def may_export(self, request):
        return request.user.has_perm("procedures.export_catalogue")

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, run):
        return format_html('<span class="badge import-{}">{}</span>', run.state, run.get_state_display())

    def changelist_view(self, request, extra_context=None):
        context = {"title": gettext("Imports"), "may_export": self.may_export(request)} | (extra_context or {})
        return super().changelist_view(request, context)

    def get_urls(self):
        def page(route, view, name):
            return path(route, self.admin_site.admin_view(view), name=f"procedures_import_{name}")

        return [
            page("export/", self.export_view, "export"),
            page("<int:pk>/change/", self.run_view, "change"),
            page("<int:pk>/mapping/", self.mapping_view, "mapping"),
            page("<int:pk>/mapping.json", self.mapping_file_view, "mapping_file"),
            page("<int:pk>/confirm/", self.confirm_view, "confirm"),
            page("<int:pk>/discard/", self.discard_view, "discard"),
            page("<int:pk>/refused.csv", self.refused_view, "refused"),
            *super().get_urls(),
        ]

    def render(self, request, template, title, **context):
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **context}
        return TemplateResponse(request, template, context)

    # Export

    def export_view(self, request):
        if not self.may_export(request):
            raise PermissionDenied
        form = ExportForm(request.GET if "form" in request.GET else None)
        if form.is_valid():
            try:
                return exported(form.cleaned_data["table"], form.cleaned_data["form"])
            except ExchangeError as error:
                form.add_error(None, str(error))
        return self.render(
            request, "admin/procedures/import/export.html", gettext("Export"), form=form, tables=writing.count_rows()
        )

    # Upload

    def add_view(self, request, form_url="", extra_context=None):
        if not self.may_import(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if form.is_valid() and (run := self.brought(request, form)):
            return HttpResponseRedirect(self.url_of(run))
        return self.render(request, "admin/procedures/import/upload.html", gettext("Import a file"), form=form)

    def brought(self, request, form):
        """The new Import of the uploaded file, handed on as far as it can go by itself; None if it can't be read."""
        file, saved = form.cleaned_data["file"], form.cleaned_data["saved"]
        try:
            run = runs.bring(file=file, name=file.name, by=request.user)
        except ExchangeError as error:
            form.add_error("file", str(error))
            return None
        run.removes_html = form.cleaned_data["removes_html"]
        if run.mapping is None:
            runs.ask_for_check(run)
        elif saved:
            run.mapping = saved.mapping
            runs.ask_for_check(run)
        return run

    def url_of(self, run, view="change"):
        return reverse(f"admin:procedures_import_{view}", args=[run.pk])

    def run_of(self, request, pk):
        if not self.may_import(request):
            raise PermissionDenied
        return get_object_or_404(Import.objects.select_related("by"), pk=pk)

    # The page of an import

    def run_view(self, request, pk):
        run = self.run_of(request, pk)
        if run.state == Import.State.MAPPING:
            return HttpResponseRedirect(self.url_of(run, "mapping"))
        if run.is_at_work:
            runs.notice_failure(run)
        outcome = request.GET.get("outcome", "")
        rows = run.rows.all()
        if outcome in ImportRow.Outcome.values:
            rows = rows.filter(outcome=outcome)
        page = Paginator(rows, PER_PAGE, allow_empty_first_page=True).get_page(request.GET.get("p"))
        response = self.render(
            request,
            "admin/procedures/import/run.html",
            run.file_name,
            run=run,
            outcome=outcome,
            progress=runs.progress_of(run),
            page=page,
            rows=[(row, record_url(row)) for row in page],
            all_count=sum(count for _outcome, _word, count in run.counts),
            kept_days=runs.KEPT_DAYS,
        )
        if run.is_at_work:
            response.headers["Refresh"] = "3"  # without JavaScript; the page is short while it is at work
        return response

    def confirm_view(self, request, pk):
        run = self.run_of(request, pk)
        if request.method != "POST" or run.state != Import.State.CHECKED:
            messages.info(request, gettext("There is nothing to confirm here any more."))
        elif run.refused and "only_good" not in request.POST:
            messages.error(request, gettext("Rows are refused: mend the file, or choose to leave them out."))
        elif not (run.created or run.changed):
            messages.info(request, gettext("There is nothing to import."))
        else:
            runs.ask_for_import(run, only_good="only_good" in request.POST)
        return HttpResponseRedirect(self.url_of(run))

    def discard_view(self, request, pk):
        run = self.run_of(request, pk)
        if request.method == "POST" and run.state in Import.WAITING:
            runs.end(run, Import.State.DISCARDED)
            messages.success(request, gettext("Discarded: nothing was imported."))
        return HttpResponseRedirect(reverse("admin:procedures_import_changelist"))

    def refused_view(self, request, pk):
        run = self.run_of(request, pk)
        response = HttpResponse(content_type=CONTENT_TYPES["csv"])
        response["Content-Disposition"] = f'attachment; filename="{slugify(run.file_name) or "import"}-refused.csv"'
        try:
            runs.write_refused(run, response)
        except ExchangeError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(self.url_of(run))
        return response

    # Mapping

    def mapping_view(self, request, pk):
        run = self.run_of(request, pk)
        if run.state not in Import.WAITING or run.mapping is None:
            return HttpResponseRedirect(self.url_of(run))
        file_form = (
            MappingFileForm(request.POST or None, request.FILES or None)
            if "load" in request.POST
            else MappingFileForm()
        )
        loaded = file_form.cleaned_data["mapping_file"] if file_form.is_bound and file_form.is_valid() else None
        asked = request.POST if request.method == "POST" else request.GET
        try:
            seen = runs.look(run, sheet=asked.get("sheet", ""), table=asked.get("table", ""))
            mapping = loaded or self.mapping_so_far(run, request, seen)
        except ExchangeError as error:
            runs.end(run, Import.State.FAILED, str(error))
            return HttpResponseRedirect(self.url_of(run))
        is_answer = request.method == "POST" and "save" in request.POST
        form = MappingForm(request.POST if is_answer else None, seen=seen, mapping=mapping)
        if is_answer and form.is_valid():
            self.use(request, run, form.cleaned_data)
            return HttpResponseRedirect(self.url_of(run))
        title = gettext("Which column is what")
        return self.render(
            request, "admin/procedures/import/mapping.html", title, run=run, form=form, file_form=file_form, seen=seen
        )

    def mapping_so_far(self, run, request, seen):
        """What was said already of this file; a guess where nothing was, or where another table is wanted."""
        if run.mapping and request.GET.get("table", run.mapping["table"]) == run.mapping["table"]:
            return Mapping.from_json(run.mapping)
        return seen["guess"]

    def use(self, request, run, data):
        mapping = data["mapping"].to_json()
        if data["save_as"]:
            SavedMapping.objects.update_or_create(
                name=data["save_as"], defaults={"mapping": mapping, "by": request.user}
            )
        run.mapping = mapping
        runs.ask_for_check(run)

    def mapping_file_view(self, request, pk):
        run = self.run_of(request, pk)
        if not run.mapping:
            raise Http404
        name = slugify(run.file_name) or "mapping"
        response = HttpResponse(json.dumps(run.mapping, ensure_ascii=False, indent=2), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{name}-mapping.json"'
        return response


def exported(table, form):
    """The file of one table, or of everything where none is named.

    Raises:
        ExchangeError: it can't be written in this form.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 – the response closes it when it is sent
    names = [table] if table else file_names()
    form = "zip" if form == "csv" and not table else form
    write = {
        "zip": writing.write_zip,
        "xlsx": writing.write_xlsx,
        "csv": lambda names, file: writing.write_csv(*names, file),
    }
    try:
        write[form](names, file)
    except ExchangeError:
        file.close()
        raise
    file.seek(0)
    name = f"{table or 'portal'}.{form}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPES[form])


def record_url(row):
    """The admin's page of what a row made or changed, "" where there is none."""
    if not row.record:
        return ""
    model, pk = row.record.split("/")
    try:
        return reverse(f"admin:procedures_{model}_change", args=[pk])
    except NoReverseMatch:
        return ""


desk.add_queue(
    desk.Queue(
        Import,
        _("Import and export"),
        (
            desk.Line(
                "waiting",
                _("imports that wait for somebody to look at them"),
                lambda look: Q(state__in=Import.WAITING),
                ("procedures.import_catalogue",),
            ),
        ),
        mine=lambda look: Q(by=look.user),
    )
)
