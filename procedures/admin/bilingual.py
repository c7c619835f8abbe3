"""The languages beside each other, and choices that cost one query however many boxes and rows show them."""

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext

from procedures.admin.catalogues import catalogue_of, shown_by_name
from procedures.admin.choosing import ChosenFirst, NamedField, NamedSetField
from procedures.admin.forms import PlainLines
from procedures.models import Document, Institution, LegalInstrument, Office
from procedures.translations.memory import remember_forms

# Records that are often missing while a ficha is written; they get a "+" beside their list.
MADE_ON_THE_WAY = (Document, Institution, LegalInstrument, Office)


def both(*names):
    """Fieldset rows with the languages of each field in one row: "name" → ("name_es", "name_en")."""
    return [tuple(f"{name}_{code}" for code, _name in settings.LANGUAGES) for name in names]


def language_labels(model):
    """`{"name_es": "Name (Spanish)", "name_en": "Name (English)", …}` in the active language."""
    languages = dict(settings.LANGUAGES) | {"es": gettext("Spanish"), "en": gettext("English")}
    return {
        field.name: f"{capfirst(field.translated_field.verbose_name)} ({languages[field.language]})"
        for field in model._meta.fields
        if hasattr(field, "translated_field")
    }


class Bilingual:
    """Adds to a ModelAdmin or an inline what every form of the catalogue has in common."""

    # The browser's own pickers: no script, at home on a phone.
    formfield_overrides = {
        models.DateField: {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")},
        models.TimeField: {"widget": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")},
        models.TextField: {"widget": PlainLines(attrs={"rows": 3})},
    }

    def changelist_view(self, request, extra_context=None):
        """The list is headed by what it lists."""
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def get_changelist_formset(self, request, **kwargs):
        """What is edited in the list says its name to a screen reader."""
        formset = super().get_changelist_formset(request, **kwargs)
        for name in self.list_editable:
            field = formset.form.base_fields[name]
            field.widget.attrs["aria-label"] = field.label
        return formset

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change, labels=language_labels(self.model), **kwargs)

    def save_related(self, request, form, formsets, change):
        """What was written in another language than Spanish is known from now on as its translation."""
        super().save_related(request, form, formsets, change)
        changed = [part for formset in formsets for part in formset.forms if part.has_changed()]
        remember_forms([form, *(part for part in changed if part.instance.pk)], by=request.user)

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, labels=language_labels(self.model), **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and hasattr(db_field, "translated_field"):
            field.widget.attrs["lang"] = db_field.language
            field.empty_value = ""
        if isinstance(field and field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_change_related = field.widget.can_delete_related = field.widget.can_view_related = False
            field.widget.can_add_related &= db_field.related_model in MADE_ON_THE_WAY
            if not isinstance(field.widget.widget, forms.Select):
                del field.widget.attrs["data-context"]  # by it Django's script finds lists to which it adds options
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        catalogue = catalogue_of(db_field.related_model, request)
        if catalogue and not catalogue.is_short:
            kwargs |= {"form_class": NamedField, "catalogue": catalogue}
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        none = [] if field.empty_label is None else [("", field.empty_label)]
        field.choices = [*none, *catalogue.choices] if catalogue else list(field.choices)
        return field

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        catalogue = catalogue_of(db_field.related_model, request)
        if catalogue and not catalogue.is_short:
            kwargs |= {"form_class": NamedSetField, "catalogue": catalogue}
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        field = super().formfield_for_manytomany(db_field, request, widget=ChosenFirst, **kwargs)
        field.choices = catalogue.choices if catalogue else list(field.choices)
        return field

    def render_change_form(self, request, context, *args, **kwargs):
        context["catalogues"] = shown_by_name(request)
        return super().render_change_form(request, context, *args, **kwargs)
