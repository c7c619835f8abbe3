"""Forms of the catalogue's admin: what they do beyond Django's own is said in each class."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import URLValidator
from django.db.models import CheckConstraint
from django.forms.models import BaseInlineFormSet
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procedures.models import Source


class PlainLines(forms.Textarea):
    """Gives line breaks as the database keeps them: browsers send a carriage return with each."""

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if value else value


class CatalogueForm(forms.ModelForm):
    """Shows a broken constraint beside the field it is about, and makes a slug from the name where none is given."""

    slug_source = "name_es"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("Part of the address: never changes. Empty: made from the name.")

    def clean(self):
        data = super().clean()
        if "slug" in self.fields and "slug" not in self.errors and not data.get("slug"):
            data["slug"] = slugify(data.get(self.slug_source) or "")[:80].strip("-")
            if not data["slug"] and self.slug_source not in self.errors:
                self.add_error("slug", _("The name gives no address: write one with letters and hyphens."))
        return data

    def add_error(self, field, error):
        if field is None and hasattr(error, "error_dict"):
            error = ValidationError(self._beside_fields(error.error_dict))
        super().add_error(field, error)

    def _beside_fields(self, error_dict):
        """The same errors, that of a broken check constraint moved to the first field of the form that it reads."""
        errors = {field: list(found) for field, found in error_dict.items()}
        general = errors.pop(NON_FIELD_ERRORS, [])
        moved = set()
        for constraint in self._broken_constraints({error.message for error in general}):
            read = constraint.condition.referenced_base_fields
            if field := next((name for name in self.fields if name in read), None):
                errors.setdefault(field, []).append(ValidationError(constraint.violation_error_message))
                moved.add(constraint.violation_error_message)
        if rest := [error for error in general if error.message not in moved]:
            errors[NON_FIELD_ERRORS] = rest
        return errors

    def _broken_constraints(self, messages):
        """The check constraints with one of these messages that what was typed breaks."""
        model = self._meta.model
        exclude = {
            field.name for field in model._meta.fields if field.name not in self.fields or field.name in self.errors
        }
        for constraint in model._meta.constraints:
            if isinstance(constraint, CheckConstraint) and constraint.violation_error_message in messages:
                try:
                    constraint.validate(model, self.instance, exclude=exclude)
                except ValidationError:
                    yield constraint


class AddressesField(forms.CharField):
    """Web addresses, one per line → a list of them, in order and without repetition."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value):
        return list(dict.fromkeys(super().to_python(value).split()))

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def validate(self, value):
        super().validate(value)
        check = URLValidator(schemes=["http", "https"])
        longest = Source._meta.get_field("url").max_length
        for url in value:
            try:
                check(url)
            except ValidationError as error:
                raise ValidationError(gettext("“%(url)s” is no web address.") % {"url": url[:80]}) from error
            if len(url) > longest:
                raise ValidationError(gettext("“%(url)s…” is too long.") % {"url": url[:80]})

    def run_validators(self, value):
        """The ones for a single text say nothing of a list."""

    def has_changed(self, initial, data):
        return (initial or []) != self.to_python(data)


class VerifiedForm(CatalogueForm):
    """Adds the sources as addresses to paste: a list of all that were ever consulted would help nobody choose."""

    source_addresses = AddressesField(label=_("Sources"), required=False, help_text=_("One web address per line."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "source_addresses" in self.fields:
            self.initial["source_addresses"] = [source.url for source in self.instance.sources.all()]

    def save_sources(self):
        urls = self.cleaned_data["source_addresses"]
        self.instance.sources.set([Source.objects.get_or_create(url=url)[0] for url in urls])


class OrderedFormSet(BaseInlineFormSet):
    """Rows with a position; a new one without a position goes last."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["position"].required = False
        if form.instance.pk is None:
            form.initial["position"] = None

    def save_new(self, form, commit=True):
        if form.cleaned_data.get("position") is None:
            kept = [other.instance.position or 0 for other in self.forms if other not in self.deleted_forms]
            form.instance.position = max(kept, default=0) + 1
        return super().save_new(form, commit)
