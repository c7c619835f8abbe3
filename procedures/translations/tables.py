"""The records whose texts are translated at the desk, each with the rows that belong to it.

An app above this one adds its own from its `admin` module::

    tables.add(Milestone)
    tables.add(Commitment, CommitmentEvent="commitment")
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.apps import apps
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils.text import capfirst
from modeltranslation.translator import translator

from procedures import models
from procedures.models.versions import OPEN_STATES, VersionState


@dataclass(frozen=True)
class Table:
    """Records of one kind. `parts` maps the model of rows that belong to a record to their foreign key to it."""

    model: type
    parts: dict = field(default_factory=dict)
    current: Callable = None

    @property
    def name(self):
        return self.model._meta.label_lower

    @property
    def title(self):
        return capfirst(self.model._meta.verbose_name_plural)

    def rows(self):
        """The records as they are translated today: of a versioned one the work in progress or what is in force."""
        return self.current() if self.current else self.model._default_manager.all()

    def with_texts(self):
        """`(model, lookup of the record)` of all that has texts: the record itself, and what belongs to it."""
        return [(model, key) for model, key in ((self.model, "pk"), *self.parts.items()) if text_fields(model)]


_tables = {}


def add(model, current=None, **parts):
    """Has a model's records translated at the desk.

    Args:
        current: callable without arguments → queryset of the records that matter; all of them by default.
        parts: name of a model of the same app → its foreign key to the record.
    """
    found = {apps.get_model(model._meta.app_label, name): key for name, key in parts.items()}
    _tables[model._meta.label_lower] = Table(model, found, current)


def all_tables():
    return list(_tables.values())


def table_of(name):
    """The Table of "app.model".

    Raises:
        KeyError: no such records are translated.
    """
    return _tables[name]


def text_fields(model):
    """Names of the translated fields in the order of the model; none if it has none."""
    if model not in translator.get_registered_models():
        return []
    translated = translator.get_options_for_model(model).all_fields
    return [field.name for field in model._meta.fields if field.name in translated]


def target_languages():
    """The codes of all languages but that in which everything is written first."""
    return [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def alive(model):
    """A function → the open version of each record or, where there is none, the one in force."""
    same = {model.IDENTITY: OuterRef(model.IDENTITY)}

    def rows():
        in_progress = model.objects.filter(state__in=OPEN_STATES, **same)
        return model.objects.filter(
            Q(state__in=OPEN_STATES) | (Q(state=VersionState.PUBLISHED) & ~Exists(in_progress.order_by()))
        )

    return rows


add(
    models.ProcedureVersion,
    alive(models.ProcedureVersion),
    Requirement="version",
    Step="version",
    Fee="version",
    LegalCitation="version",
)
add(models.ProgramVersion, alive(models.ProgramVersion))
add(models.Program, Call="program")
for plain in (
    models.Procedure,
    models.Institution,
    models.Office,
    models.Document,
    models.LegalInstrument,
    models.GlossaryTerm,
    models.BusinessType,
    models.Situation,
    models.Stage,
    models.Audience,
    models.NonWorkingDay,
    models.ReferenceBusiness,
):
    add(plain)
add(models.Question, Choice="question")
add(models.LegalProfile, ProfileField="profile")
