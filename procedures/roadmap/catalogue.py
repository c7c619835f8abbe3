"""Reads records into the plain values of the roadmap: the only part of it that knows the models.

Everything is read table by table: the number of queries is the same for 40 procedures and for 3,000.
"""

from collections import defaultdict

from django.db.models import Q

from procedures import models
from procedures.roadmap.values import BusinessType, Catalogue, Choice, Condition, Need, Price, Question, Support, Task

CHANNELS = {"is_online": "online", "is_in_person": "in_person", "is_by_phone": "phone"}
COLUMNS = (
    "pk",
    "procedure__slug",
    "procedure__position",
    "stage__slug",
    "stage__position",
    "institution__slug",
    "level",
    "response_value",
    "response_unit",
)
BY_CASE = "by-case"
"""The group of a procedure's prices of which one is due."""


def read_catalogue(versions=None):
    """The Catalogue of the procedures in force.

    Args:
        versions: a queryset of ProcedureVersions, at most one of each procedure, to read instead.
    """
    versions = models.ProcedureVersion.objects.published() if versions is None else versions
    rows = versions.order_by().values(*COLUMNS, *CHANNELS)
    conditions = read_conditions(models.ProcedureVersion, versions)
    needs, prices = read_needs(versions), read_prices(versions)
    results = read_related(models.ProcedureVersion.results, versions)
    bundles = read_related(models.ProcedureVersion.bundles, versions)
    offices = read_related(models.ProcedureVersion.offices, versions)
    tasks = [
        Task(
            id=row["pk"],
            slug=row["procedure__slug"],
            position=row["procedure__position"],
            stage=row["stage__slug"],
            stage_position=row["stage__position"],
            condition=conditions[row["pk"]],
            needs=tuple(needs[row["pk"]]),
            results=results[row["pk"]],
            bundles=bundles[row["pk"]],
            prices=tuple(prices[row["pk"]]),
            time_value=row["response_value"],
            time_unit=row["response_unit"],
            channels=tuple(name for field, name in CHANNELS.items() if row[field]),
            offices=offices[row["pk"]],
            institution=row["institution__slug"] or "",
            level=row["level"],
        )
        for row in rows
    ]
    return Catalogue(tuple(tasks), dict(models.Document.objects.order_by().values_list("slug", "kind")))


def versions_with(draft):
    """The versions that would be in force if a draft was: for `read_catalogue`, or `read_supports` if of a program."""
    others = Q(state=models.VersionState.PUBLISHED) & ~Q(**{draft.IDENTITY: draft.identity})
    return type(draft).objects.filter(others | Q(pk=draft.pk))


def read_needs(versions):
    """Version → its Needs in order."""
    rows = models.Requirement.objects.filter(version__in=versions.order_by().values("pk"))
    conditions = read_conditions(models.Requirement, rows)
    needs = defaultdict(list)
    columns = ("version_id", "pk", "document__slug", "originals", "copies", "is_certified")
    for version, pk, document, originals, copies, is_certified in rows.order_by("position", "pk").values_list(*columns):
        needs[version].append(Need(pk, document or "", originals, copies, is_certified, conditions[pk]))
    return needs


def read_prices(versions):
    """Version → its Prices in order. Of those marked as alternatives one is due; all others are."""
    rows = models.Fee.objects.filter(version__in=versions.order_by().values("pk"))
    conditions = read_conditions(models.Fee, rows)
    prices = defaultdict(list)
    columns = ("version_id", "pk", "is_alternative", "kind", "minimum", "maximum", "unit", "assurance")
    for version, pk, is_alternative, *values in rows.order_by("position", "pk").values_list(*columns):
        group = BY_CASE if is_alternative else ""
        prices[version].append(Price(pk, *values, group=group, condition=conditions[pk]))
    return prices


def read_conditions(model, rows):
    """Primary key → Condition, an empty one where there is none."""
    by_field = [read_related(getattr(model, field), rows) for field in models.Conditional.CONDITION_FIELDS]
    conditions = defaultdict(Condition)
    for pk in {pk for related in by_field for pk in related}:
        conditions[pk] = Condition(*(related[pk] for related in by_field))
    return conditions


def read_related(field, rows):
    """Primary key → slugs of the related records, in alphabetical order.

    Args:
        field: a many-to-many field as the model's attribute, such as `ProcedureVersion.results`.
        rows: a queryset of that model.
    """
    source, target = field.field.m2m_field_name(), field.field.m2m_reverse_field_name()
    links = field.through.objects.filter(**{f"{source}__in": rows.order_by().values("pk")}).order_by(f"{target}__slug")
    related = defaultdict(tuple)
    for pk, slug in links.values_list(f"{source}_id", f"{target}__slug"):
        related[pk] += (slug,)
    return related


def read_supports(date, versions=None):
    """The published programs as Supports, with their status on the date.

    Args:
        date: the date.
        versions: a queryset of ProgramVersions, at most one of each program, to read instead.
    """
    versions = models.ProgramVersion.objects.published() if versions is None else versions
    conditions = read_conditions(models.ProgramVersion, versions)
    rows = versions.with_status_on(date).order_by().values_list("pk", "program__slug", "program__position", "status")
    return tuple(Support(slug, position, pk, status, conditions[pk]) for pk, slug, position, status in rows)


def read_questions():
    """The Questions of the guide with their Choices, in order."""
    sets = read_sets(models.Choice)
    choices = defaultdict(list)
    for pk, question, slug in models.Choice.objects.order_by("position", "pk").values_list("pk", "question_id", "slug"):
        choices[question].append(Choice(slug, **sets(pk)))
    columns = ("pk", "slug", "position", "depends_on__slug", "depends_value")
    return tuple(
        Question(slug, tuple(choices[pk]), position, depends_on or "", depends_value)
        for pk, slug, position, depends_on, depends_value in models.Question.objects.values_list(*columns)
    )


def read_business_types():
    """Every BusinessType."""
    sets = read_sets(models.BusinessType)
    rows = models.BusinessType.objects.values_list("pk", "slug")
    return tuple(BusinessType(slug, **sets(pk)) for pk, slug in rows)


def read_sets(model):
    """A function: primary key → what the row makes true and false, as keyword arguments."""
    true, false = (read_related(field, model.objects.all()) for field in (model.sets_true, model.sets_false))
    return lambda pk: {"sets_true": frozenset(true[pk]), "sets_false": frozenset(false[pk])}


def read_units(date):
    """Unit → its daily value in pesos on the date; a unit without a value is left out."""
    return dict(models.UnitValue.objects.in_force_on(date).order_by().values_list("unit", "daily"))


def read_closed_days():
    """Level of government → the dates on which its offices don't work: the whole country's and its own."""
    days = defaultdict(set)
    for level, date in models.NonWorkingDay.objects.order_by().values_list("level", "date"):
        days[level].add(date)
    return {level: frozenset(days["federal"] | days[level]) for level in models.Level.values}
