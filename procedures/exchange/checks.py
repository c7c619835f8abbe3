"""The database's check constraints, evaluated in Python with SQL's three-valued logic.

A dry run checks thousands of rows; asking the database for each would cost a query per row and constraint. The tests
compare the verdicts with the database's own.
"""

import re
from functools import cache

from django.db import models

UNKNOWN = None


class NotToldHere(Exception):
    """The condition uses what is not understood here."""


LOOKUPS = {
    "exact": lambda value, other: value == other,
    "in": lambda value, others: value in others,
    "gt": lambda value, other: value > other,
    "gte": lambda value, other: value >= other,
    "lt": lambda value, other: value < other,
    "lte": lambda value, other: value <= other,
    "range": lambda value, ends: ends[0] <= value <= ends[1],
    "regex": lambda value, pattern: re.search(pattern, value) is not None,
    "startswith": lambda value, beginning: value.startswith(beginning),
}


@cache
def constraints_of(model, names):
    """The check constraints that speak only of these columns (a frozenset)."""
    found = []
    for constraint in model._meta.constraints:
        is_check = isinstance(constraint, models.CheckConstraint)
        if is_check and constraint.condition.referenced_base_fields <= names:
            found.append(constraint)
    return found


def broken(model, values):
    """The check constraints of the model that these values break.

    Args:
        values: by column name; a link is its natural key or None, `id` the record's own natural key.
    """
    names = frozenset(values)
    return [rule for rule in constraints_of(model, names) if not is_kept(rule.condition, model, values)]


def is_kept(condition, model, values):
    """Whether the database would take these values; what can't be told here, it is asked."""
    try:
        return holds(condition, values) is not False
    except NotToldHere:
        return ask_database(condition, model, values)


def ask_database(condition, model, values):
    """The database's own verdict, at the cost of a query."""
    fields = {field.name: field for field in model._meta.concrete_fields if not field.is_relation}
    text = models.CharField()
    typed = {name: models.Value(value, output_field=fields.get(name, text)) for name, value in values.items()}
    return condition.check({**typed, "id": models.Value(values["id"], output_field=text)})


def holds(condition, values):
    """True, False or UNKNOWN, as SQL has it; a check constraint is broken by False alone."""
    if not isinstance(condition, models.Q) or condition.connector not in JOINED:
        raise NotToldHere
    parts = condition.children
    verdict = JOINED[condition.connector](
        [compare(*part, values) if isinstance(part, tuple) else holds(part, values) for part in parts]
    )
    return not verdict if condition.negated and verdict is not UNKNOWN else verdict


def all_hold(verdicts):
    return False if False in verdicts else UNKNOWN if UNKNOWN in verdicts else True


def any_holds(verdicts):
    return True if True in verdicts else UNKNOWN if UNKNOWN in verdicts else False


JOINED = {models.Q.AND: all_hold, models.Q.OR: any_holds}


def compare(lookup, other, values):
    name, _separator, kind = lookup.partition("__")
    value, kind = values[name], kind or "exact"
    if kind == "isnull":
        return (value is None) == other
    if isinstance(other, models.F):
        other = values[other.name]
    if kind not in LOOKUPS or isinstance(other, models.expressions.BaseExpression):
        raise NotToldHere
    return UNKNOWN if value is None or other is None else LOOKUPS[kind](value, other)
