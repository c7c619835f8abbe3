"""The database's check constraints, evaluated in Python with SQL's three-valued logic.

A dry run checks thousands of rows; asking the database for each would cost a query per row and constraint. The tests
compare the verdicts with the database's own.
"""

import re
from functools import cache

from django.db import models

UNKNOWN = None

LOOKUPS = {
    "exact": lambda value, other: value == other,
    "in": lambda value, others: value in others,
    "gt": lambda value, other: value > other,
    "gte": lambda value, other: value >= other,
    "lt": lambda value, other: value < other,
    "lte": lambda value, other: value <= other,
    "range": lambda value, ends: ends[0] <= value <= ends[1],
    "regex": lambda value, pattern: re.search(pattern, value) is not None,
}


@cache
def constraints_of(model, names):
    """The check constraints that speak only of these columns (a frozenset), with the columns that each reads."""
    found = []
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.CheckConstraint):
            read = frozenset(constraint.condition.referenced_base_fields)
            if read <= names | {"id"}:
                found.append((constraint, read))
    return found


def broken(model, values):
    """The check constraints of the model that these values break.

    Args:
        values: by column name; a link is its natural key or None, `id` the record's own natural key.
    """
    names = frozenset(values)
    return [rule for rule, _read in constraints_of(model, names) if holds(rule.condition, values) is False]


def holds(condition, values):
    """True, False or UNKNOWN, as SQL has it; a check constraint is broken by False alone."""
    verdicts = (
        holds(part, values) if isinstance(part, models.Q) else compare(*part, values) for part in condition.children
    )
    verdict = {"AND": all_hold, "OR": any_holds}[condition.connector](list(verdicts))
    return not verdict if condition.negated and verdict is not UNKNOWN else verdict


def all_hold(verdicts):
    return False if False in verdicts else UNKNOWN if UNKNOWN in verdicts else True


def any_holds(verdicts):
    return True if True in verdicts else UNKNOWN if UNKNOWN in verdicts else False


def compare(lookup, other, values):
    name, _separator, kind = lookup.partition("__")
    value = values[name]
    if kind == "isnull":
        return (value is None) == other
    if isinstance(other, models.F):
        other = values[other.name]
    if value is None or other is None:
        return UNKNOWN
    return LOOKUPS[kind or "exact"](value, other)
