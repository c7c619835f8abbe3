"""What staff fill in: composing an edition, withdrawing one."""

from itertools import groupby

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from brochure.models import PRINTED, Edition
from brochure.selection import (
    in_order_of_kinds,
    key_of,
    keys_held,
    published_procedures,
    published_programs,
    selected_items,
)
from procedures.admin.forms import CatalogueForm, PlainLines


class WordsField(forms.MultipleChoiceField):
    """Several choices, kept as their words parted by spaces, in the order in which they are offered."""

    widget = forms.CheckboxSelectMultiple

    def prepare_value(self, value):
        return value.split() if isinstance(value, str) else value

    def clean(self, value):
        chosen = super().clean(value)
        return " ".join(word for word, _label in self.choices if word in chosen)

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)


def papers():
    return [(paper.value, capfirst(paper.label)) for paper in PRINTED]


def records():
    """What can be picked by hand: [(stage or kind, [(key, name)])]."""
    procedures = groupby(published_procedures(), lambda version: version.stage)
    programs = groupby(in_order_of_kinds(published_programs()), lambda version: version.get_kind_display())
    groups = [
        *((stage.name if stage else gettext("Procedures"), list(versions)) for stage, versions in procedures),
        *((f"{gettext('Supports')}: {kind}", list(versions)) for kind, versions in programs),
    ]
    return [(label, [(key_of(version), version.name) for version in versions]) for label, versions in groups]


class EditionForm(CatalogueForm):
    """A draft: what it is called and what goes in. Of the choices only the one that goes with its kind counts."""

    languages = WordsField(label=_("Languages"), choices=settings.LANGUAGES, initial="es en")
    papers = WordsField(
        label=_("Paper"),
        choices=papers,
        initial=PRINTED[0].value,
        help_text=_("A file for phones and screen readers is made in each language besides."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)  # the revision that the page showed
    picked = forms.MultipleChoiceField(
        label=_("Records to pick"), choices=records, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        widgets = {
            "kind": forms.RadioSelect,
            "foreword_es": PlainLines(attrs={"rows": 6}),
            "foreword_en": PlainLines(attrs={"rows": 6}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.instance.revision
        if self.instance.pk and self.instance.kind == Edition.Kind.PICKED:
            self.initial["picked"] = keys_held(self.instance)

    def clean(self):
        data = super().clean()
        if self.instance.pk and data.get("seen") not in (None, self.instance.revision):
            self.data = self.data.copy()
            self.data["seen"] = self.instance.revision
            said = gettext("Somebody changed this draft meanwhile. Save again to put yours in its place.")
            raise ValidationError(said)
        kind = data.get("kind")
        for field in Edition.CHOICES.values():
            if Edition.CHOICES.get(kind) != field and field in data:
                data[field] = "" if field == "level" else None
        if field := Edition.CHOICES.get(kind):
            if not data.get(field) and field not in self.errors:
                self.add_error(field, gettext("Say which one."))
        elif kind == Edition.Kind.PICKED and not data.get("picked") and "picked" not in self.errors:
            self.add_error("picked", gettext("Pick at least one record."))
        return data

    def _post_clean(self):
        """With everything else right, what was chosen must hold something."""
        super()._post_clean()
        if not self.errors and not selected_items(self.instance, self.cleaned_data["picked"]):
            field = Edition.CHOICES.get(self.cleaned_data["kind"])
            if field:
                self.add_error(field, gettext("No published record goes with it: there would be nothing to print."))
            else:
                self.add_error("kind", gettext("Nothing is published yet: there is nothing to print."))


class ComparisonForm(forms.Form):
    """Which two published editions a reader compares. An unknown number stays in its list, marked, beside the error."""

    de = forms.TypedChoiceField(label=_("From edition"), coerce=int)
    a = forms.TypedChoiceField(label=_("To edition"), coerce=int)

    def __init__(self, *args, editions, **kwargs):
        """editions: published Editions, newest first."""
        super().__init__(*args, **kwargs)
        numbers = [(str(edition.number), str(edition)) for edition in editions]
        for name, field in self.fields.items():
            typed = self.data.get(name, "")[:40]
            is_unknown = typed and typed not in dict(numbers)
            field.choices = numbers
            field.widget.choices = [(typed, typed), *numbers] if is_unknown else numbers
            field.error_messages |= {
                "required": gettext("Say which edition."),
                "invalid_choice": gettext("There is no published edition “%(value)s”."),
            }

    def clean(self):
        data = super().clean()
        if data.get("de") and data.get("de") == data.get("a"):
            self.add_error("a", gettext("Choose another one: these are the same."))
        return data


class WithdrawalForm(forms.Form):
    """Why a published edition is withdrawn, for everyone to read."""

    reason_es = forms.CharField(
        label=_("Reason (Spanish)"),
        max_length=1000,
        widget=PlainLines(attrs={"rows": 4, "lang": "es"}),
        help_text=_("Everybody reads it on the edition's page. It can't be changed later."),
    )
    reason_en = forms.CharField(
        label=_("Reason (English)"), max_length=1000, required=False, widget=PlainLines(attrs={"rows": 4, "lang": "en"})
    )
