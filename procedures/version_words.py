"""A version as labelled words: what it says, part by part, in the order of its page, for people to compare.

Figures are written as the page writes them (`procedures.display`). Bilingual texts come in both languages, all other
words in the active one.
"""

from dataclasses import replace

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from procedures import display
from procedures.comparison import Part, Row, Said
from procedures.models import Conditional, ProcedureVersion
from procedures.models.versions import PUBLIC_STATES


def parts_of(version):
    """The Parts of a version that was loaded by `whole()`: the same parts for every version of its kind."""
    return procedure_parts(version) if isinstance(version, ProcedureVersion) else program_parts(version)


def public_parts_of(version):
    """As `parts_of`, without the note that only staff read."""
    internal = label(version, "staff_note")
    parts = parts_of(version)
    return tuple(replace(part, says=tuple(said for said in part.says if said.label != internal)) for part in parts)


def procedure_parts(version):
    return (
        Part(
            _("What it is"),
            (
                *texts(version, "name", "purpose", "who", "cases"),
                choice(version, "level"),
                one(version, "stage"),
                one(version, "institution"),
                *texts(version, "provider"),
                *conditions(version),
            ),
        ),
        Part(_("What to bring"), rows=tuple(map(requirement, version.requirements.all()))),
        Part(_("Steps"), rows=tuple(map(step, version.steps.all()))),
        Part(_("What it costs"), rows=tuple(map(fee, version.fees.all()))),
        Part(
            _("How long it takes"),
            (
                span(version, "response_value", "response_unit"),
                *texts(version, "response_text"),
                choice(version, "silence"),
            ),
        ),
        Part(
            _("Where"),
            (
                Said(_("How"), items=tuple(capfirst(channel.label) for channel in version.channels)),
                plain(version, "online_url"),
                several(version, "offices"),
            ),
        ),
        Part(
            _("What you receive"),
            (
                several(version, "results"),
                *texts(version, "result_note"),
                span(version, "validity_value", "validity_unit"),
                *texts(version, "validity_text"),
            ),
        ),
        Part(
            _("Good to know"),
            (
                *texts(version, "good_to_know", "redress", "inspection"),
                Said(label(version, "bundles"), items=tuple(map(name_of_procedure, version.bundles.all()))),
            ),
        ),
        Part(_("Legal basis"), rows=tuple(map(citation, version.citations.all()))),
        how_sure(version),
    )


def program_parts(version):
    return (
        Part(
            _("What it is"),
            (
                *texts(version, "name"),
                choice(version, "kind"),
                choice(version, "level"),
                *texts(version, "benefits", "who"),
            ),
        ),
        Part(
            _("Amounts"),
            (
                Said(_("Amount"), display.amount_range(version.amount_minimum, version.amount_maximum)),
                *texts(version, "amount_note"),
            ),
        ),
        Part(_("For whom"), (several(version, "audiences"), several(version, "stages"), *conditions(version))),
        Part(_("When"), (choice(version, "availability"),)),
        Part(
            _("How to apply"),
            (*texts(version, "how_to_apply"), several(version, "documents"), plain(version, "online_url")),
        ),
        Part(
            _("Who offers it"),
            (one(version, "institution"), one(version, "operator"), several(version, "partners")),
        ),
        Part(
            _("Where to ask"),
            (
                one(version, "contact_office"),
                plain(version, "contact_phones"),
                *texts(version, "place"),
                several(version, "offices"),
            ),
        ),
        Part(_("Good to know"), texts(version, "good_to_know")),
        how_sure(version),
    )


def how_sure(version):
    return Part(
        _("How sure we are"),
        (
            choice(version, "assurance"),
            one(version, "verified_by"),
            day(version, "verified_on"),
            day(version, "check_by"),
            Said(label(version, "sources"), items=tuple(source.url for source in version.sources.all())),
            plain(version, "staff_note", is_long=True),
        ),
    )


def requirement(row):
    asked = display.copies(row.originals, row.copies, row.is_certified)
    says = (
        one(row, "document"),
        *texts(row, "text"),
        Said(_("Originals and copies"), asked),
        *texts(row, "signed_by", "note"),
        *conditions(row),
    )
    return Row(key_of(row, "document_id"), str(row), says)


def step(row):
    says = (
        *texts(row, "title", "text"),
        choice(row, "actor"),
        choice(row, "channel"),
        one(row, "office"),
        span(row, "duration_value", "duration_unit"),
    )
    return Row("", str(row), says)


def fee(row):
    says = (
        *texts(row, "concept"),
        Said(_("Amount"), display.fee_amount(row)),
        yes_or_no(row, "is_alternative"),
        day(row, "valid_from"),
        day(row, "valid_to"),
        one(row, "instrument"),
        plain(row, "article"),
        *texts(row, "note"),
        choice(row, "assurance"),
        *conditions(row),
    )
    return Row("", str(row), says)


def citation(row):
    says = (one(row, "instrument"), plain(row, "article"), choice(row, "grounds"), *texts(row, "note"))
    return Row(key_of(row, "instrument_id"), str(row), says)


# Kinds of field


def label(row, name):
    return capfirst(row._meta.get_field(name).verbose_name)


def texts(row, *names):
    """One bilingual Said for each of the translated fields."""
    return tuple(
        Said(label(row, name), getattr(row, f"{name}_es") or "", getattr(row, f"{name}_en") or "", is_long=True)
        for name in names
    )


def plain(row, name, *, is_long=False):
    return Said(label(row, name), getattr(row, name), is_long=is_long)


def choice(row, name):
    return Said(label(row, name), capfirst(getattr(row, f"get_{name}_display")()))


def yes_or_no(row, name):
    return Said(label(row, name), _("Yes") if getattr(row, name) else "")


def one(row, name):
    """The record that a foreign key names, by its name."""
    other = getattr(row, name)
    return Said(label(row, name), str(other) if other else "")


def several(row, name):
    return Said(label(row, name), items=tuple(str(other) for other in getattr(row, name).all()))


def conditions(row):
    return tuple(several(row, name) for name in Conditional.CONDITION_FIELDS)


def day(row, name):
    date = getattr(row, name)
    return Said(label(row, name), date_format(date) if date else "")


def span(row, value, unit):
    """A number with its unit: "3 business days"."""
    return Said(label(row, value), display.duration(getattr(row, value), getattr(row, unit)))


def key_of(row, name):
    key = getattr(row, name)
    return f"{name}:{key}" if key else ""


def name_of_procedure(procedure):
    """People know a procedure by the name of its last public version."""
    public = [version for version in procedure.versions.all() if version.state in PUBLIC_STATES]
    return str(max(public, key=lambda version: version.number)) if public else procedure.slug
