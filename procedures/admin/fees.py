"""New figures for many fees at once: which ones, what they become, every before and after, then drafts for all."""

import csv
import hashlib
import io

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from procedures import ripple
from procedures.actions import IllegalMove
from procedures.admin import desk
from procedures.display import fee_amount
from procedures.models import Fee, UnitValue
from procedures.new_fees import (
    FIGURES,
    InProgress,
    NewFee,
    changed_by_percent,
    draft_new_fees,
    fees_in,
    past_fees,
    public_fees,
)
from procedures.spreadsheet import csv_bytes

WHICH = {
    "vencidas": gettext_lazy("whose validity is over"),
    "uma": gettext_lazy("counted in UMA"),
    "todas": gettext_lazy("all"),
}

MOST_BYTES = 1_000_000  # of an uploaded table

COLUMNS = ("id", "ficha", "concepto", "minimo", "maximo", "desde", "hasta")


class Amount(forms.DecimalField):
    """An amount as people write it: “$1,702.00” is one too."""

    def __init__(self, **kwargs):
        text = forms.TextInput(attrs={"inputmode": "decimal", "size": 10})
        super().__init__(max_digits=14, decimal_places=4, min_value=0, required=False, widget=text, **kwargs)

    def to_python(self, value):
        return super().to_python(value.replace("$", "").replace(",", "") if isinstance(value, str) else value)


class Day(forms.DateField):
    def __init__(self, **kwargs):
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        formats = ["%Y-%m-%d", "%d/%m/%Y"]
        super().__init__(required=False, widget=widget, input_formats=formats, **kwargs)


class RowForm(forms.Form):
    """One fee: whether it changes and what it becomes. What is left empty follows the common form, or stays."""

    chosen = forms.BooleanField(label=gettext_lazy("change"), required=False)
    minimum = Amount(label=gettext_lazy("amount, or from"))
    maximum = Amount(label=gettext_lazy("to"))
    valid_from = Day(label=gettext_lazy("valid from"))
    valid_to = Day(label=gettext_lazy("valid to"))

    def __init__(self, data, fee):
        super().__init__(data, prefix=f"f{fee.pk}")
        self.fee = fee

    def new_fee(self, common):
        """The NewFee that this row and the common form make of the fee."""
        typed, percent = self.cleaned_data, common["percent"] or 0
        amounts = {}
        for name in ("minimum", "maximum"):
            old = getattr(self.fee, name)
            is_kept = typed[name] is None
            amounts[name] = (changed_by_percent(old, percent) if percent else old) if is_kept else typed[name]
        days = {name: typed[name] or common[name] or getattr(self.fee, name) for name in ("valid_from", "valid_to")}
        return NewFee(self.fee, **amounts, **days)

    def check(self, common):
        """The NewFee, or None with the errors on the form where the fee would not be a legal one."""
        new = self.new_fee(common)
        try:
            new.after().full_clean(exclude=["version", "instrument"], validate_unique=False)
        except ValidationError as error:
            for message in error.messages:
                self.add_error(None, message)
            return None
        return new


class CommonForm(forms.Form):
    """What holds for every chosen fee that says nothing of its own."""

    percent = forms.DecimalField(
        label=gettext_lazy("Percent more (or less, with a minus)"),
        required=False,
        min_value=-99,
        max_value=1000,
        max_digits=7,
        decimal_places=3,
    )
    valid_from = Day(label=gettext_lazy("Valid from"))
    valid_to = Day(label=gettext_lazy("Valid to"))
    note = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("For the reviewers: every draft carries it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
    table = forms.FileField(
        label=gettext_lazy("Or a table with the new figures"),
        help_text=gettext_lazy("The CSV file of this page, filled in. Its rows count as chosen."),
        required=False,
    )

    def clean_table(self):
        file = self.cleaned_data["table"]
        if not file:
            return {}
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is too big for a table of fees."))
        return read_table(file.read())


def read_table(content):
    """`{key of a fee: {column of the row form: text}}` of an uploaded table.

    Raises:
        ValidationError: it is no table of this page; the message names the row.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    if not rows.fieldnames or "id" not in rows.fieldnames:
        raise ValidationError(_("The table has no column “id”: start from the CSV file of this page."))
    found = {}
    for number, row in enumerate(rows, 2):
        key = (row["id"] or "").strip()
        if not key.isdigit():
            raise ValidationError(_("Row %(n)d: “%(id)s” is no id of a fee.") % {"n": number, "id": key[:40]})
        names = {"minimum": "minimo", "maximum": "maximo", "valid_from": "desde", "valid_to": "hasta"}
        found[int(key)] = {name: (row.get(column) or "").strip().lstrip("'") for name, column in names.items()}
    return found


def fees_view(model_admin, request):
    """GET: the fees and what to type. POST: every before and after, or, once confirmed, the drafts."""
    user = request.user
    if not user.has_perm("procedures.change_procedureversion"):
        raise PermissionDenied
    which = request.GET.get("cuales") if request.GET.get("cuales") in WHICH else "vencidas"
    fees = list(affected(which))
    if request.GET.get("formato") == "csv":
        return table_of(fees)
    common = CommonForm(request.POST or None, request.FILES or None)
    data = dict(request.POST.items()) if request.method == "POST" else None
    unknown = []
    if data is not None and common.is_valid():
        unknown = fill_in(data, common.cleaned_data["table"], {fee.pk for fee in fees})
    forms_ = [RowForm(data, fee) for fee in fees]
    umas = two_umas()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Update and verify again"),
        "opts": model_admin.opts,
        "which": which,
        "choices": [(name, label, name == which) for name, label in WHICH.items()],
        "common": common,
        "rows": [(form, before(form.fee, umas)) for form in forms_],
        "umas": umas,
        "unknown": unknown,
    }
    if request.method == "POST" and "_doubt" in request.POST:
        return doubt(request, [form.fee for form in forms_ if form["chosen"].data], which)
    if request.method == "POST":
        news = proposed(forms_, common, unknown)
        seen = digest(news or ())
        if news and "_confirm" in request.POST and request.POST.get("seen") == seen:
            response = make_drafts(request, news, common.cleaned_data["note"])
            if response:
                return response
        context["seen"] = seen
        context["is_other"] = "_confirm" in request.POST and request.POST.get("seen") != seen
        context["preview"] = [(new, before(new.fee, umas), after(new, umas)) for new in news or ()]
        context["nothing_chosen"] = common.is_valid() and not any(form["chosen"].data for form in forms_)
    return TemplateResponse(request, "admin/procedures/fees.html", context)


def affected(which):
    today = timezone.localdate()
    return {"vencidas": lambda: past_fees(today), "uma": lambda: fees_in(Fee.Unit.UMA), "todas": public_fees}[which]()


def table_of(fees):
    rows = [
        [fee.pk, fee.version.procedure.slug, str(fee), fee.minimum, fee.maximum, fee.valid_from, fee.valid_to]
        for fee in fees
    ]
    response = HttpResponse(csv_bytes(COLUMNS, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="cuotas.csv"'
    return response


def fill_in(data, table, keys):
    """Puts an uploaded table into what was typed; returns the ids in it that are no fees of this page."""
    for key, row in table.items():
        if key in keys:
            data[f"f{key}-chosen"] = "on"
            data |= {f"f{key}-{name}": text for name, text in row.items()}
    return sorted(set(table) - keys)


def proposed(rows, common, unknown):
    """The NewFees of the chosen rows; None while something that was typed is wrong."""
    chosen = [row for row in rows if row["chosen"].data]
    if not common.is_valid() or unknown or sum(not row.is_valid() for row in chosen):
        return None
    news = [row.check(common.cleaned_data) for row in chosen]
    return None if None in news else news


def digest(news):
    """Tells these new figures from any others: what is made is what was shown."""
    said = [(new.fee.pk, *(str(getattr(new, name)) for name in FIGURES)) for new in news]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def make_drafts(request, news, note):
    """Makes them all and leads to the drafts; None if that can't be, with a message that says why."""
    try:
        drafts = draft_new_fees(new_fees=news, by=request.user, note=note)
    except IllegalMove as refusal:
        messages.error(request, str(refusal))
        return None
    except InProgress as refusal:
        names = ", ".join(str(version) for version in refusal.versions)
        said = _("Nothing was made. A version is in progress already of: %(names)s.")
        messages.error(request, said % {"names": names})
        return None
    count = len(drafts)
    said = ngettext("%(n)d draft made: submit it for review.", "%(n)d drafts made: submit them for review.", count)
    messages.success(request, said % {"n": count})
    return HttpResponseRedirect(f"{reverse('admin:procedures_procedureversion_changelist')}?state=draft")


def doubt(request, fees, which):
    """Marks the fichas of the chosen fees as to be verified, and leads to the list of them."""
    if not request.user.has_perm("procedures.add_reform"):
        raise PermissionDenied
    value = latest_uma() if which == "uma" else None
    count = len(ripple.doubt_fees(fees=fees, by=request.user, unit_value=value))
    said = ngettext("%(n)d record is to be verified now.", "%(n)d records are to be verified now.", count)
    messages.success(request, said % {"n": count})
    return HttpResponseRedirect(reverse("admin:procedures_reverification_changelist"))


def latest_uma():
    return UnitValue.objects.filter(unit=UnitValue.Unit.UMA).order_by("-valid_from").first()


def two_umas():
    """(the UMA before the latest, the latest), each a UnitValue or None."""
    values = list(UnitValue.objects.filter(unit=UnitValue.Unit.UMA).order_by("-valid_from")[:2])
    latest, earlier, *_rest = [*values, None, None]
    return earlier, latest


def before(fee, umas):
    earlier, _latest = umas
    return written(fee, earlier)


def after(new, umas):
    _earlier, latest = umas
    return written(new.after(), latest)


def written(fee, uma):
    """The amount and its validity as words."""
    return fee_amount(fee, uma), fee.valid_from, fee.valid_to


desk.add(
    gettext_lazy("amounts whose validity is over"),
    lambda: past_fees(timezone.localdate()).count(),
    lambda: reverse("admin:procedures_reverification_fees"),
    "procedures.change_procedureversion",
    gettext_lazy("Procedures"),
    desk.Urgency.LATE,
)
