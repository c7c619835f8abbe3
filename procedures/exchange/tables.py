"""Which tables are exported and imported, and their columns: made from the models, so that no field is forgotten."""

from dataclasses import dataclass, field
from functools import cached_property

from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import models

from procedures import models as catalogue
from procedures.models import Verified, Version

# Field class → kind of column; the first that fits.
KINDS = (
    (models.BooleanField, "boolean"),
    (models.DateTimeField, None),  # stamps are the portal's own
    (models.DateField, "date"),
    (models.TimeField, "time"),
    (models.DecimalField, "decimal"),
    (models.AutoField, None),
    (models.IntegerField, "integer"),
    (models.CharField, "text"),
    (models.TextField, "text"),
    (models.JSONField, "json"),
)

HOW_SURE = {field.name for field in Verified._meta.get_fields()}
# What a version's life writes is no content: state, author, notes between author and reviewer, moments.
WORKFLOW = {field.name for field in Version._meta.get_fields()} - HOW_SURE


@dataclass(frozen=True)
class Column:
    """One column of a table: a field of the model, in files under the field's name.

    `kind` is text, choice, boolean, integer, decimal, date, time, json, link (a record), links or addresses (sources).
    """

    field: models.Field
    kind: str

    @property
    def name(self):
        return self.field.name

    @property
    def target(self):
        """The model that a link points to."""
        return self.field.related_model

    @property
    def is_many(self):
        return self.kind in ("links", "addresses")

    @cached_property
    def may_be_empty(self):
        return self.field.blank and (self.field.null or self.kind in ("text", "choice"))

    @property
    def label(self):
        """The field's name for staff in the active language, with the language of a translated text."""
        translated = getattr(self.field, "translated_field", None)
        words = str((translated or self.field).verbose_name)
        return f"{words} ({self.field.language})" if translated else words

    @cached_property
    def empty(self):
        """The value of a new record where nothing is given."""
        if self.is_many:
            return ()
        if self.field.has_default():
            default = self.field.get_default()
            return str(default) if self.kind == "choice" else default
        return "" if self.kind in ("text", "choice") else None


def column_of(model_field):
    """The Column of a model's field, or None for one that is not content."""
    if isinstance(model_field, GenericForeignKey) or getattr(model_field, "auto_created", False):
        return None
    if model_field.many_to_many:
        return Column(model_field, "addresses" if model_field.related_model is catalogue.Source else "links")
    if model_field.many_to_one:
        return Column(model_field, "link") if natural_key(model_field.related_model) else None
    if not getattr(model_field, "concrete", False):
        return None
    # Of a translated text the file has one column per language.
    if hasattr(model_field.model, f"{model_field.name}_es"):
        return None
    kind = next((kind for fields, kind in KINDS if isinstance(model_field, fields)), None)
    if kind in ("text", "integer") and model_field.choices:
        kind = "choice"
    return Column(model_field, kind) if kind else None


def natural_key(model):
    """The name of the field by which others name a record of that model, or None where files can't name it."""
    return {catalogue.Source: "url"}.get(model, "slug" if hasattr(model, "slug") else None)


def columns_of(model, *, without=()):
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    found = (column_of(item) for item in fields if item.name not in without)
    return tuple(column for column in found if column)


@dataclass(frozen=True)
class ListTable:
    """Rows that belong to a record, in order: a file that names the record brings its whole list anew.

    `parent` is the column that names the record, `on` says whether the list is the version's or the identity's.
    """

    name: str
    model: type
    parent: str  # name of the first column of the file
    relation: str  # foreign key of the rows
    accessor: str
    of_version: bool = True

    @cached_property
    def columns(self):
        return columns_of(self.model, without=[self.relation])

    @property
    def header(self):
        return [self.parent, *(column.name for column in self.columns)]

    @cached_property
    def order(self):
        names = {column.name for column in self.columns}
        return [name for name in ("position", "weekday", "opens") if name in names and self.accessor != "calls"]

    @cached_property
    def unique(self):
        """Columns whose values together stand once in a list."""
        sets = (c.fields for c in self.model._meta.constraints if isinstance(c, models.UniqueConstraint))
        return next((tuple(name for name in names if name != self.relation) for names in sets), ())


@dataclass(frozen=True)
class Table:
    """One kind of record. With `version`, a row is the identity (`model`) and the version that staff work on."""

    name: str
    model: type
    key: tuple = ("slug",)
    version: type | None = None
    lists: tuple = field(default=())

    @cached_property
    def columns(self):
        return columns_of(self.model)

    @cached_property
    def version_columns(self):
        return columns_of(self.version, without=WORKFLOW | {self.version.IDENTITY}) if self.version else ()

    @cached_property
    def all_columns(self):
        rest = [column for column in self.columns if column.name not in self.key]
        keys = [next(column for column in self.columns if column.name == name) for name in self.key]
        # What the record says first, how sure we are of it last.
        content = sorted([*rest, *self.version_columns], key=lambda column: column.name in HOW_SURE)
        return (*keys, *content)

    @property
    def header(self):
        return [column.name for column in self.all_columns]

    @cached_property
    def unique(self):
        """Columns beside the key whose value stands once in the table."""
        return tuple(c for c in self.columns if getattr(c.field, "unique", False) and (c.name,) != self.key)

    @property
    def permissions(self):
        """What a person needs to import rows of this table."""
        model = self.version or self.model
        options = model._meta
        return [f"{options.app_label}.{act}_{options.model_name}" for act in ("add", "change")]

    def list_named(self, name):
        return next((part for part in self.lists if part.name == name), None)


def _of_procedure(name, model):
    return ListTable(name, model, "procedure", "version", name)


# In the order in which they can be loaded: what others name comes first.
TABLES = (
    Table("stages", catalogue.Stage),
    Table("audiences", catalogue.Audience),
    Table("situations", catalogue.Situation),
    Table("sources", catalogue.Source, key=("url",)),
    Table("institutions", catalogue.Institution),
    Table(
        "offices",
        catalogue.Office,
        lists=(ListTable("opening_hours", catalogue.OpeningHours, "office", "office", "hours", of_version=False),),
    ),
    Table("documents", catalogue.Document),
    Table("legal_instruments", catalogue.LegalInstrument),
    Table("unit_values", catalogue.UnitValue, key=("unit", "year")),
    Table("non_working_days", catalogue.NonWorkingDay, key=("date", "level")),
    Table("glossary", catalogue.GlossaryTerm),
    Table("business_types", catalogue.BusinessType),
    Table("questions", catalogue.Question),
    Table("choices", catalogue.Choice, key=("question", "slug")),
    Table("reference_businesses", catalogue.ReferenceBusiness),
    Table(
        "legal_profiles",
        catalogue.LegalProfile,
        lists=(ListTable("profile_fields", catalogue.ProfileField, "profile", "profile", "fields", of_version=False),),
    ),
    Table("placeholders", catalogue.Placeholder, key=("text",)),
    Table(
        "procedures",
        catalogue.Procedure,
        version=catalogue.ProcedureVersion,
        lists=(
            _of_procedure("requirements", catalogue.Requirement),
            _of_procedure("steps", catalogue.Step),
            _of_procedure("fees", catalogue.Fee),
            _of_procedure("citations", catalogue.LegalCitation),
        ),
    ),
    Table(
        "programs",
        catalogue.Program,
        version=catalogue.ProgramVersion,
        lists=(ListTable("calls", catalogue.Call, "program", "program", "calls", of_version=False),),
    ),
)


def table_named(name):
    """The Table that holds rows of the file or sheet with that name, a list's own table included; None if unknown."""
    return next((table for table in TABLES if name == table.name or table.list_named(name)), None)


def header_of(name):
    """The columns of the file with that name."""
    table = table_named(name)
    part = table.list_named(name)
    return part.header if part else table.header


def file_names():
    """Every file of a complete export, in loading order."""
    return [name for table in TABLES for name in (table.name, *(part.name for part in table.lists))]
