"""The words of the change log, in the reader's language; no query is needed for them."""

import json
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, localize
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from procedures.admin.bilingual import language_labels
from procedures.models import TrailLine
from procedures.trail import coverage
from procedures.trail.acting import PUBLIC, SYSTEM

# In place of a value of which only the change is kept.
NOT_TOLD = "•••"


def who_words(line):
    """Who made the change: the name of the account then, or what else was at work."""
    if line.who == PUBLIC:
        return _("a reader without an account")
    if line.who.startswith(SYSTEM):
        return _("system: %(program)s") % {"program": line.who.removeprefix(SYSTEM)}
    return line.who


def said_words(line):
    """The words of a move, as they were written; of removed lines how many they were and why."""
    before, after = line.changes[""]
    if line.action == TrailLine.Action.FORGOTTEN:
        said = ngettext(
            "%(n)d line was removed from this log: %(why)s", "%(n)d lines were removed from this log: %(why)s", before
        )
        return said % {"n": before, "why": after}
    return after


@lru_cache(maxsize=256)
def model_of(name):
    """The model of a line's table, or None if there is no such table any more."""
    try:
        return apps.get_model(name)
    except (LookupError, ValueError):
        return None


def model_words(name):
    model = model_of(name)
    return capfirst(model._meta.verbose_name) if model else name


def record_words(line):
    """What the record was called then; without a name by its key."""
    return line.label or f"{model_words(line.model)} {line.key}"


def field_of(model_name, name):
    """The field, or None if the table or the column is no longer there."""
    model = model_of(model_name)
    fields = {field.name: field for field in [*model._meta.concrete_fields, *model._meta.many_to_many]} if model else {}
    return fields.get(name)


def field_words(model_name, name):
    """What the column is called: "Name (Spanish)"."""
    field = field_of(model_name, name)
    if field is None:
        return name
    return language_labels(field.model).get(name) or capfirst(field.verbose_name)


def value_words(model_name, name, value):
    """A value as people read it; an empty text for nothing."""
    field = field_of(model_name, name)
    if value is None or value == "":
        return ""
    if isinstance(value, dict) and set(value) == {"id", "name"}:
        return value["name"] or f"{model_words(field.related_model._meta.label_lower) if field else ''} {value['id']}"
    if field is None or field.is_relation:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if field.choices:
        return str(dict(field.flatchoices).get(field.to_python(value), value))
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False, indent=1)
    if isinstance(field, models.DateTimeField):
        return moment_words(value)
    if isinstance(field, models.DecimalField):
        return str(localize(round(Decimal(str(value)), field.decimal_places)))
    if isinstance(field, models.DateField | models.TimeField):
        return str(localize(field.to_python(value)))
    return str(value)


def moment_words(value):
    """SQLite keeps moments without their zone, which is UTC."""
    moment = value if isinstance(value, datetime) else parse_datetime(value)
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment, timezone.get_fixed_timezone(0))
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def is_told(model_name, name):
    """Whether the log keeps what the column says."""
    field = field_of(model_name, name)
    return field is None or field.is_relation or not coverage.is_hidden(field)


def is_running_text(model_name, name):
    return isinstance(field_of(model_name, name), models.TextField)


def content_words(line):
    """What a record is called, marked as Spanish where the reader's language is another one."""
    name = record_words(line)
    if line.label and get_language() != settings.LANGUAGE_CODE:
        return format_html('<span lang="{}">{}</span>', settings.LANGUAGE_CODE, name)
    return name
