"""What a reader may ask of the lists, in the address: `?etapa=permisos&costo=gratis`.

A value that does not exist is an error beside its field; the list then ignores that field alone.
"""

from dataclasses import dataclass

import django_filters
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField, ModelChoiceIterator

from procedures.glossary import alphabetical
from procedures.models import (
    Audience,
    BusinessType,
    Document,
    Institution,
    Level,
    ProcedureVersion,
    ProgramVersion,
    Stage,
    VersionState,
)

LEVELS = {
    "municipal": (Level.MUNICIPAL, _("Municipal")),
    "estatal": (Level.STATE, _("State")),
    "federal": (Level.FEDERAL, _("Federal")),
    "sociedad-civil": (Level.CIVIL_SOCIETY, _("Civil society")),
    "privado": (Level.PRIVATE, _("Private")),
    "mixto": (Level.MIXED, _("Mixed")),
}
KINDS = {
    "credito": (ProgramVersion.Kind.CREDIT, _("Credit")),
    "recursos": (ProgramVersion.Kind.GRANT, _("Grant or prize")),
    "capacitacion": (ProgramVersion.Kind.TRAINING, _("Training")),
    "asesoria": (ProgramVersion.Kind.MENTORING, _("Mentoring")),
    "espacio": (ProgramVersion.Kind.SPACE, _("Space")),
    "feria": (ProgramVersion.Kind.FAIR, _("Fair")),
    "otro": (ProgramVersion.Kind.OTHER, _("Other")),
}
COSTS = {
    "gratis": ("free", _("Free")),
    "con-costo": ("paid", _("With a fee")),
    "se-desconoce": ("unknown", _("Unknown")),
}
CHOICE = {
    "empty_label": _("All"),
    "error_messages": {"invalid_choice": _("There is no such value: choose one of the list.")},
}
YES = {"si": (True, _("Yes"))}


@dataclass
class Chip:
    """A filter in use, in words, and what has to change in the address to drop it."""

    label: str
    value: str
    remove: dict


class WordFilter(django_filters.ChoiceFilter):
    """A choice by a Spanish word of the address; `words` maps it to the value it stands for and its label."""

    def __init__(self, words, **kwargs):
        self.words = words
        choices = [(word, label) for word, (_value, label) in words.items()]
        super().__init__(choices=choices, **CHOICE, **kwargs)

    def filter(self, queryset, word):
        return super().filter(queryset, self.words[word][0] if word in self.words else word)

    def words_for(self, word):
        return self.words[word][1]


class AlphabeticalIterator(ModelChoiceIterator):
    """The choices in the reader's alphabetical order, whatever the database's is; the empty one first."""

    def __iter__(self):
        return iter(self._sorted)

    @cached_property
    def _sorted(self):
        return sorted(super().__iter__(), key=lambda choice: (choice[0] != "", alphabetical(str(choice[1]))))


class AlphabeticalField(ModelChoiceField):
    iterator = AlphabeticalIterator


class AskedForIterator(AlphabeticalIterator):
    """Offers the documents that somebody asks for; any other is a valid question too, with an empty answer."""

    def __init__(self, field):
        super().__init__(field)
        self.queryset = self.queryset.asked_for()


class DocumentField(AlphabeticalField):
    iterator = AskedForIterator


class SlugFilter(django_filters.ModelChoiceFilter):
    """A choice by the slug of a row."""

    def __init__(self, **kwargs):
        super().__init__(to_field_name="slug", **CHOICE, **kwargs)

    def words_for(self, row):
        return str(row)


class NamedFilter(SlugFilter):
    """A choice by slug among many rows, offered by name."""

    field_class = AlphabeticalField


class DocumentFilter(SlugFilter):
    """A choice by slug among the documents."""

    field_class = DocumentField


class ListFilter(django_filters.FilterSet):
    """A FilterSet that can say which of its filters are in use."""

    @cached_property
    def chips(self):
        """A Chip for each filter in use; one with an unknown value is none, it has an error instead."""
        return [
            Chip(self.filters[name].label, self.filters[name].words_for(value), {name: None, "page": None})
            for name, value in self.asked.items()
            if value
        ]

    @property
    def asked(self):
        """The value of each filter without an error."""
        self.form.is_valid()  # cleans once; a second call costs nothing
        return self.form.cleaned_data


def with_published_procedures(request):
    return Institution.objects.filter(procedure_versions__state=VersionState.PUBLISHED).distinct()


class ProcedureFilter(ListFilter):
    giro = NamedFilter(
        queryset=BusinessType.objects.all(), method="for_business_type", label=_("Your line of business")
    )
    etapa = SlugFilter(queryset=Stage.objects.all(), field_name="stage", label=_("Stage"))
    nivel = WordFilter(LEVELS, field_name="level", label=_("Level of government"))
    institucion = NamedFilter(queryset=with_published_procedures, field_name="institution", label=_("Institution"))
    documento = DocumentFilter(queryset=Document.objects.all(), method="asking_for", label=_("Document it asks for"))
    costo = WordFilter(COSTS, field_name="cost_kind", label=_("Cost"))
    en_linea = WordFilter(YES, field_name="is_online", label=_("It can be done online"))

    class Meta:
        model = ProcedureVersion
        fields = []

    @property
    def business_type(self):
        """The BusinessType that is asked for, or None."""
        return self.asked.get("giro")

    def for_business_type(self, queryset, name, business_type):
        """What is not ruled out, with its conditions: an undecided one includes, it never excludes."""
        rows = queryset.select_related(None).prefetch_related(None).with_conditions().only("pk")
        fitting = [row.pk for row in rows if row.applies_to(business_type) is not False]
        return queryset.filter(pk__in=fitting).with_conditions()

    def asking_for(self, queryset, name, document):
        return queryset.filter(pk__in=document.requirements.values("version"))


class ProgramFilter(ListFilter):
    tipo = WordFilter(KINDS, field_name="kind", label=_("Kind of support"))
    etapa = SlugFilter(queryset=Stage.objects.all(), field_name="stages", label=_("Stage"))
    publico = NamedFilter(queryset=Audience.objects.all(), field_name="audiences", label=_("Who it is for"))
    nivel = WordFilter(LEVELS, field_name="level", label=_("Who offers it"))
    abierto = WordFilter(YES, method="open_now", label=_("Open now"))

    class Meta:
        model = ProgramVersion
        fields = []

    def open_now(self, queryset, name, word):
        return queryset.filter(Q(status="open") | Q(status="permanent"))
