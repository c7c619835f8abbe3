"""Two people on the same draft: the second one to save sees what the first one changed, and neither loses a word.

The page of a draft carries what it showed, signed. If the draft says something else when it comes back, nothing is
saved: a page shows both changes, puts together what can be, and asks about the rest. Saving locks the record, so that
of two who save in the same moment one comes second.
"""

import hashlib
import json
from decimal import Decimal

from django import forms
from django.contrib.admin.utils import flatten_fieldsets
from django.core import signing
from django.core.exceptions import ValidationError
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from procedures.admin.catalogues import UNKNOWN
from procedures.admin.choosing import MORE
from procedures.comparison import Part, Row, Said, compare, field_change
from procedures.merging import merge

SALT = "procedures.editing"
MAIN = ""  # the record's own row
NOT_CONTENT = {"id", "version", "DELETE"}
# The field of a row by which people know it: the first of these that says something.
TITLES = ("document", "text_es", "title_es", "concept_es", "instrument")


class Sheet:
    """The forms of a draft's page: what they show, and what somebody sent back from them."""

    def __init__(self, form, formsets):
        self.form, self.formsets = form, formsets
        self.form.fields.pop("slug", None)  # written once, with the first draft
        self.blank = {formset.prefix: formset.empty_form for formset in formsets}

    def saved(self):
        """The text as it is in the database: `{row: {field: value}}`."""
        text = {MAIN: shown(self.form)}
        for formset in self.formsets:
            for form in formset.initial_forms:
                text[f"{formset.prefix}/{form.instance.pk}"] = shown(form)
        return text

    def sent(self, data):
        """The text that `data` (a QueryDict) asks to save. New rows have the key `prefix/+index`."""
        text = {MAIN: read(self.form, data)}
        for formset in self.formsets:
            for index in range(count_of(data, formset.prefix)):
                prefix = f"{formset.prefix}-{index}"
                row = read(self.blank[formset.prefix], data, prefix)
                key = data.get(f"{prefix}-id") or ""
                is_gone = forms.CheckboxInput().value_from_datadict(data, {}, f"{prefix}-DELETE")
                if is_gone or (not key and row == shown(self.blank[formset.prefix])):
                    continue
                text[f"{formset.prefix}/{key or f'+{index}'}"] = row
        return text

    def as_data(self, text, saved, data):
        """A QueryDict that asks to save the text; what `data` holds beyond the forms (the button) stays."""
        sent = data.copy()
        names = {self.form.add_prefix(name) for name in self.form.fields}
        names |= {f"{name}{MORE}" for name in names}
        prefixes = tuple(f"{formset.prefix}-" for formset in self.formsets)
        for name in list(sent):
            if name in names or name.startswith((*prefixes, "take:")):
                del sent[name]
        write(self.form, text[MAIN], sent)
        for formset in self.formsets:
            rows = [key for key in [*saved, *(key for key in text if key not in saved)] if of(formset, key)]
            for index, key in enumerate(rows):
                prefix = f"{formset.prefix}-{index}"
                write(self.blank[formset.prefix], text.get(key) or saved[key], sent, prefix)
                if key in saved:
                    sent[f"{prefix}-id"] = key.partition("/")[2]
                    if key not in text:
                        sent[f"{prefix}-DELETE"] = "on"
            sent[f"{formset.prefix}-TOTAL_FORMS"] = len(rows)
            sent[f"{formset.prefix}-INITIAL_FORMS"] = sum(key in saved for key in rows)
        return sent

    def parts(self, text):
        """The text as Parts in words, for people to compare."""
        yield Part(_("The record itself"), said_by(self.form, text[MAIN]))
        for formset in self.formsets:
            form = self.blank[formset.prefix]
            rows = [(key, row) for key, row in text.items() if of(formset, key)]
            yield Part(
                capfirst(formset.model._meta.verbose_name_plural),
                rows=tuple(Row(key, title(form, row), said_by(form, row)) for key, row in rows),
            )

    def form_of(self, row):
        """The form that shows a row of the text."""
        return self.blank.get(row.partition("/")[0], self.form)


def unbound(model_admin, request, version, record=None):
    """The Sheet of the page of a draft; without a version that can be changed, of the `record` it was."""
    fields = flatten_fieldsets(model_admin.get_fieldsets(request, version))
    form = model_admin.get_form(request, version, change=version is not None, fields=fields)
    formsets = [
        formset(instance=version or record, prefix=formset.get_default_prefix(), queryset=inline.get_queryset(request))
        for formset, inline in model_admin.get_formsets_with_inlines(request, version)
    ]
    return Sheet(form(instance=version or record), formsets)


# The token


def token(text):
    return signing.dumps(text, salt=SALT, compress=True)


def token_of_page(context):
    """The token of what the admin's page of a draft shows."""
    formsets = [inline.formset for inline in context["inline_admin_formsets"]]
    return token(Sheet(context["adminform"].form, formsets).saved())


def text_of(signed):
    """The text in a token, or None if it is none of ours."""
    try:
        return signing.loads(signed, salt=SALT)
    except signing.BadSignature:
        return None


def digest(text):
    return hashlib.sha256(json.dumps(text, sort_keys=True).encode()).hexdigest()


# The page


def changed_meanwhile(model_admin, request, version):
    """What has to be done with a draft that comes back from its page.

    Returns:
        (None, data to save) or, if somebody has to look at it first, (the page, what was sent).
    """
    sheet, was = unbound(model_admin, request, version), text_of(request.POST.get("edit_base", ""))
    saved = sheet.saved()
    request.edit_base = token(saved)
    if was is None or was == saved or was[MAIN].keys() != saved[MAIN].keys():  # the last: the portal is a newer one
        return None, request.POST
    mine = sheet.sent(request.POST)
    clashes = merge(was, saved, mine)[1]
    joined = {(clash.row, clash.field) for clash in clashes if may_join(sheet.form_of(clash.row), clash)}
    chosen = {place: choice for place, choice in choices(request.POST).items() if choice != "both" or place in joined}
    merged, clashes, undecided = merge(was, saved, mine, chosen)
    if request.POST.get("edit_seen") == digest(saved) and not undecided:
        return None, sheet.as_data(merged, saved, request.POST)
    context = {
        "clashes": [in_words(sheet, clash, chosen) for clash in clashes],
        "undecided": len(undecided) if "edit_seen" in request.POST else 0,
        "theirs": compare(*(tuple(sheet.parts(text)) for text in (was, saved))),
        "mine": compare(*(tuple(sheet.parts(text)) for text in (was, mine))),
        "seen": digest(saved),
        "is_own": version.author == request.user,
    }
    return page(model_admin, request, version, context), request.POST


def closed_meanwhile(model_admin, request, version):
    """The page for what comes back after the draft was submitted (`version` is none any more) or discarded (None)."""
    sheet = unbound(model_admin, request, None, record=version or model_admin.model())
    was = text_of(request.POST.get("edit_base", "")) or sheet.saved()
    texts = (was, sheet.sent(request.POST))
    context = {"is_closed": True, "mine": compare(*(tuple(sheet.parts(text)) for text in texts))}
    return page(model_admin, request, version, context)


def page(model_admin, request, version, context):
    left_out = {"csrfmiddlewaretoken", "edit_seen"}
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in left_out and not name.startswith("take:")
        for value in values
    ]
    context |= {
        **model_admin.admin_site.each_context(request),
        "title": _("Somebody else changed this draft"),
        "opts": model_admin.opts,
        "version": version,
        "version_url": model_admin.url_of("change", version) if version else "",
        "kept": kept,
    }
    return TemplateResponse(request, "admin/procedures/version_merge.html", context, status=409)


def choices(data):
    """What was chosen on the page: {(row, field): "theirs", "mine" or, for a running text, "both"}."""
    chosen = {}
    for name, value in data.items():
        take, _colon, place = name.partition(":")
        if take == "take" and value in ("theirs", "mine", "both"):
            row, _colon, field = place.partition(":")
            chosen[row, field] = value
    return chosen


def may_join(form, clash):
    return bool(clash.field) and isinstance(form.fields[clash.field].widget, forms.Textarea)


def in_words(sheet, clash, chosen):
    """A Clash as the page shows it: what both wrote, held against what was there, and a choice of two."""
    form, place = sheet.form_of(clash.row), f"{clash.row}:{clash.field}"
    sides = {"was": clash.was, "theirs": clash.theirs, "mine": clash.mine}
    if clash.field:
        label = form.fields[clash.field].label
        was, theirs, mine = (said(form.fields[clash.field], value) for value in sides.values())
        sides = {"theirs": field_change(was, theirs), "mine": field_change(was, mine)}
    else:
        label = title(form, clash.theirs or clash.mine)
        sides = {side: said_by(form, row) if row else () for side, row in sides.items()}
    return {
        "name": f"take:{place}",
        "id": f"take-{digest(place)[:12]}",
        "label": label,
        "is_row": not clash.field,
        "may_join": may_join(form, clash),
        "chosen": chosen.get((clash.row, clash.field)),
        **sides,
    }


# Values: what a field shows and what a browser sends are brought into one form


def shown(form):
    """{field: value} of what an unbound form shows."""
    return {
        name: canonical(field, form.get_initial_for_field(field, name))
        for name, field in form.fields.items()
        if name not in NOT_CONTENT
    }


def read(form, data, prefix=None):
    """{field: value} of what was sent under the form's names, or under those of a row with that prefix."""
    return {
        name: canonical(field, field.widget.value_from_datadict(data, {}, html_name(form, name, prefix)))
        for name, field in form.fields.items()
        if name not in NOT_CONTENT
    }


def write(form, row, data, prefix=None):
    """The opposite of `read`: puts {field: value} into `data` as a browser would send it."""
    for name, value in row.items():
        sent_as = html_name(form, name, prefix)
        catalogue = getattr(form.fields[name], "catalogue", None)
        if isinstance(value, list):
            typed = [key for key in value if catalogue and key.startswith(UNKNOWN)]
            data.setlist(sent_as, [key for key in value if key not in typed])
            data.setlist(f"{sent_as}{MORE}", [catalogue.write(key) for key in typed])
        elif value is not False:
            data[sent_as] = "on" if value is True else catalogue.write(value) if catalogue else value


def html_name(form, name, prefix):
    return f"{prefix}-{name}" if prefix else form.add_prefix(name)


def canonical(field, value):
    """The value as text, a bool or a sorted list of texts; equal for equal values however they are written."""
    value = field.prepare_value(value)
    if isinstance(field, forms.ModelMultipleChoiceField):
        return sorted(str(key) for key in value or [])
    if isinstance(field, forms.BooleanField):
        return field.to_python(value)
    if isinstance(field, (forms.ModelChoiceField, forms.ChoiceField)):
        return "" if value is None else str(value)
    try:
        python = field.to_python(value)
    except ValidationError:
        return str(value)
    if isinstance(python, Decimal):
        return f"{python.normalize():f}"
    if isinstance(python, list):
        return "\n".join(python)
    return "" if python is None else str(python).replace("\r\n", "\n")


def of(formset, key):
    return key.startswith(f"{formset.prefix}/")


def count_of(data, prefix):
    """How many rows were sent; what is no number, or more than a form takes, counts as none."""
    count = data.get(f"{prefix}-TOTAL_FORMS", "")
    return int(count) if count.isdecimal() and int(count) <= forms.formsets.DEFAULT_MAX_NUM else 0


# Words


def said_by(form, row):
    """The row as labelled words."""
    return tuple(said(field, row[name]) for name, field in form.fields.items() if name in row)


def said(field, value):
    label = str(field.label or "")
    if isinstance(value, bool):
        return Said(label, _("Yes") if value else _("No"))
    if isinstance(value, list):
        return Said(label, items=tuple(map(words_of(field), value)))
    if isinstance(field, (forms.ModelChoiceField, forms.ChoiceField)):
        return Said(label, words_of(field)(value) if value else "")
    return Said(label, value, is_long=True)


def words_of(field):
    """A function from a key of a field's choices to its words."""
    if catalogue := getattr(field, "catalogue", None):
        return catalogue.write
    names = {str(getattr(key, "value", key)): str(words) for key, words in field.choices}
    return lambda key: names.get(key, key)


def title(form, row):
    """What people call the row."""
    name = next((name for name in TITLES if row.get(name)), None)
    return said(form.fields[name], row[name]).text[:120] if name else ""
