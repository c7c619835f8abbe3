"""What is looked at before a version is published. Pure: a version with all that is looked at in, Checks out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db import models
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedures.gaps import DATA, kind_of
from procedures.gate.placeholders import placeholder_in
from procedures.models import Severity

# Rules of the house: what a profile says of them goes before what stands here.
RULES = {
    "placeholder": (gettext_lazy("No text is left to be written"), Severity.BLOCKS),
    "circle": (gettext_lazy("Its requirements don't go round in a circle"), Severity.BLOCKS),
    "past_fee": (gettext_lazy("No amount is past its validity without a word about it"), Severity.BLOCKS),
    "past_fee_noted": (gettext_lazy("No amount is past its validity"), Severity.WARNS),
    "dead_link": (gettext_lazy("No link is dead"), Severity.WARNS),
    "english": (gettext_lazy("Every text is there in English"), Severity.WARNS),
    "reform": (gettext_lazy("It was verified after the last reform of what it cites"), Severity.WARNS),
}

# Not set by a profile: a circle would leave the guide without an order.
ALWAYS_BLOCKS = {"circle"}


class Check(NamedTuple):
    """One line of the checklist."""

    code: str  # of the datum or the rule
    severity: str  # a Severity; "" where all is well
    words: str  # what was looked at and, where something is wrong, what
    field: str = ""  # field or list of the version where it is mended
    article: str = ""  # that demands it


@dataclass(frozen=True)
class Facts:
    """What a version is looked at with; `version` is as `for_page()` loads it."""

    version: models.Model
    fields: Sequence = ()  # ProfileFields of the profile in use
    placeholders: Sequence = ()  # Placeholders in use
    dead_links: Mapping = field(default_factory=dict)  # address → field that names it
    circles: Sequence = ()  # chains in words
    reforms: Sequence = ()  # Reforms of what it cites since it was verified
    today: date = field(default_factory=date.today)


def examine(facts):
    """The checklist of a version: a Check for each demanded datum, in the profile's order, then for each rule."""
    return [*demanded(facts), *ruled(facts)]


def blocking(checks):
    return [check for check in checks if check.severity == Severity.BLOCKS]


def warning(checks):
    return [check for check in checks if check.severity == Severity.WARNS]


def demanded(facts):
    data = DATA[kind_of(facts.version)]
    for row in facts.fields:
        if row.datum in data:
            datum = data[row.datum]
            severity = "" if datum.is_known(facts.version) else row.severity
            yield Check(row.datum, severity, str(datum.words), datum.place, row.article)


def ruled(facts):
    said = {row.datum: row for row in facts.fields if row.datum in RULES and row.datum not in ALWAYS_BLOCKS}
    for code, (words, severity) in RULES.items():
        severity = said[code].severity if code in said else severity
        article = said[code].article if code in said else ""
        findings = list(FINDERS[code](facts))
        if findings:
            yield from (Check(code, severity, text, place, article) for text, place in findings)
        else:
            yield Check(code, "", str(words), "", article)


# Each finder yields (what is wrong, field where it is mended).


def find_placeholders(facts):
    for place, label, text in texts(facts.version):
        if found := placeholder_in(text, facts.placeholders):
            yield _("%(field)s: “%(text)s” is still to be written") % {"field": label, "text": found}, place


def find_circles(facts):
    for chain in facts.circles:
        yield _("Its requirements would go round in a circle: %(chain)s") % {"chain": chain}, "requirements"


def past_fees(facts):
    fees = facts.version.fees.all() if "fees" in facts.version.CHILDREN else ()
    return [fee for fee in fees if fee.valid_to and fee.valid_to < facts.today]


def find_past_fees(facts):
    return [(past_words(fee), "fees") for fee in past_fees(facts) if not fee.note]


def find_past_fees_with_note(facts):
    return [(past_words(fee), "fees") for fee in past_fees(facts) if fee.note]


def past_words(fee):
    return _("“%(fee)s” was valid until %(date)s") % {"fee": fee, "date": date_format(fee.valid_to)}


def find_dead_links(facts):
    for url, place in facts.dead_links.items():
        yield _("Dead link: %(url)s") % {"url": url}, place


def find_missing_english(facts):
    missing = {}
    for place, label, row, name in translated_texts(facts.version):
        if getattr(row, f"{name}_es") and not getattr(row, f"{name}_en"):
            missing.setdefault(place, label)
    if missing:
        place = next(iter(missing))
        yield _("Not in English: %(fields)s") % {"fields": ", ".join(dict.fromkeys(missing.values()))}, place


def find_reforms(facts):
    for reform in facts.reforms:
        words = {"law": reform, "date": date_format(reform.reformed_on)}
        yield _("%(law)s was reformed on %(date)s: verify it and write the date") % words, "verified_on"


FINDERS = {
    "placeholder": find_placeholders,
    "circle": find_circles,
    "past_fee": find_past_fees,
    "past_fee_noted": find_past_fees_with_note,
    "dead_link": find_dead_links,
    "english": find_missing_english,
    "reform": find_reforms,
}


def texts(version):
    """(field or list of the version, what it is called, the text) of all its own texts and those of its lists."""
    for place, label, row, name in translated_texts(version):
        yield place, label, getattr(row, f"{name}_es") or ""
        yield place, _("%(field)s in English") % {"field": label}, getattr(row, f"{name}_en") or ""
    for place, row in rows_of(version):
        for column in plain_columns(row):
            yield place or column.name, str(capfirst(column.verbose_name)), getattr(row, column.name) or ""


def translated_texts(version):
    for place, row in rows_of(version):
        for name in dict.fromkeys(column.translated_field.name for column in language_columns(row)):
            label = str(capfirst(row._meta.get_field(name).verbose_name))
            yield place or f"{name}_es", label, row, name


def rows_of(version):
    """("", the version itself), then (list, row) of each of its lists."""
    yield "", version
    for children in version.CHILDREN:
        for row in getattr(version, children).all():
            yield children, row


def language_columns(row):
    return [column for column in row._meta.fields if hasattr(column, "translated_field")]


# The staff's own words are not published, and an address or code is no text.
NOT_TEXTS = {"change_note", "review_note", "staff_note"}


def plain_columns(row):
    translated = {column.translated_field.name for column in language_columns(row)}
    return [
        column
        for column in row._meta.fields
        if isinstance(column, (models.CharField, models.TextField))
        and not column.choices
        and not hasattr(column, "translated_field")
        and column.name not in translated | NOT_TEXTS
    ]
