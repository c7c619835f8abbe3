"""How a record is chosen in a form: from a list if there are few, by writing its name if there are many.

A box for a name offers the names of its catalogue (a `<datalist>`, once in a page, however many boxes share it) and
works without JavaScript. What the widgets give and take are keys, as those of Django's own lists; a text that is
nobody's name goes with the mark of the unknown, so that it is refused, shown again and never lost.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from procedures.admin.catalogues import SIMILAR, UNKNOWN

MORE = "-more"  # ends the name under which a set's boxes are sent
BOXES = 3  # with which a set is added to; saving gives as many more
SHOWN = 80  # characters of what was typed that a message repeats


class ChosenFirst(forms.CheckboxSelectMultiple):
    """Checkboxes with the chosen ones on top: seen without scrolling, and no click undoes another."""

    def optgroups(self, name, value, attrs=None):
        return sorted(super().optgroups(name, value, attrs), key=lambda group: not group[1][0]["selected"])


class NamedInput(forms.TextInput):
    """A box for the name of one record."""

    def __init__(self, catalogue):
        super().__init__({"list": catalogue.list_id, "autocomplete": "off"})
        self.catalogue = catalogue

    def format_value(self, value):
        return self.catalogue.write(value) or None

    def value_from_datadict(self, data, files, name):
        return self.catalogue.read(super().value_from_datadict(data, files, name))

    class Media:
        js = ["admin/js/admin/RelatedObjectLookups.js", "js/choosing.js"]


class NamedSet(forms.CheckboxSelectMultiple):
    """The chosen records, each with a tick to take away, and boxes for the names of more."""

    template_name = "admin/procedures/named_set.html"

    def __init__(self, catalogue):
        super().__init__()
        self.catalogue = catalogue

    def get_context(self, name, value, attrs):
        keys = self.format_value(value)
        typed = [key.removeprefix(UNKNOWN) for key in keys if key.startswith(UNKNOWN)]
        chosen = [(key, self.catalogue.write(key)) for key in keys if not key.startswith(UNKNOWN)]
        return {
            "widget": {
                "name": name,
                "id": (attrs or {}).get("id", f"id_{name}"),
                "chosen": sorted(chosen, key=lambda pair: pair[1]),
                "more": f"{name}{MORE}",
                "list": self.catalogue.list_id,
                "boxes": [*typed, *[""] * max(BOXES - len(typed), 1)],
            }
        }

    def value_from_datadict(self, data, files, name):
        ticked = super().value_from_datadict(data, files, name) or []
        typed = super().value_from_datadict(data, files, f"{name}{MORE}") or []
        return list(dict.fromkeys([*ticked, *filter(None, map(self.catalogue.read, typed))]))

    class Media:
        js = NamedInput.Media.js


class NamedField(forms.ModelChoiceField):
    def __init__(self, queryset, *, catalogue, **options):
        super().__init__(queryset, widget=NamedInput(catalogue), **options)
        self.catalogue = catalogue

    def to_python(self, value):
        if value not in self.empty_values and str(value) not in self.catalogue.labels:
            raise not_found(self.catalogue, value)
        return super().to_python(value)


class NamedSetField(forms.ModelMultipleChoiceField):
    def __init__(self, queryset, *, catalogue, **options):
        super().__init__(queryset, widget=NamedSet(catalogue), **options)
        self.catalogue = catalogue

    def clean(self, value):
        if unknown := [key for key in value or [] if str(key) not in self.catalogue.labels]:
            raise ValidationError([not_found(self.catalogue, key) for key in unknown])
        return super().clean(value)


def not_found(catalogue, value):
    """The error for a text that is nobody's name, with the names that it may have been meant for."""
    typed = catalogue.write(value)
    similar = catalogue.similar(typed)
    if similar:
        message = gettext("Nothing in the list is called “%(typed)s”. Is it one of these? %(names)s")
    else:
        message = gettext("Nothing in the list is called “%(typed)s”. Write a word of the name to see which have it.")
    names = [*similar[:SIMILAR], *(["…"] if len(similar) > SIMILAR else [])]
    return ValidationError(message, params={"typed": typed[:SHOWN], "names": " · ".join(names)}, code="unknown_name")
