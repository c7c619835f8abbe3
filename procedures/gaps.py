"""What a record says and what a reader would still want to know: said on its page instead of left out.

Pure functions of a record; they read only what `for_page()` has loaded.
"""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from procedures.models import Assurance, Fee, ProcedureVersion, ProgramVersion


class Datum(NamedTuple):
    """One thing that a record can tell."""

    words: str  # what it is, as a reader would ask for it (a lazy translation)
    is_known: Callable  # of a version → whether it is told
    place: str  # the field or list of the version that tells it
    is_told_as_gap: bool = True  # whether the page of a record without it says so whatever any list demands


def is_priced(version):
    return any(fee.kind != Fee.Kind.UNKNOWN for fee in version.fees.all())


def is_priced_in_part(version):
    return is_priced(version) and any(fee.kind == Fee.Kind.UNKNOWN for fee in version.fees.all())


def is_unsure(fee):
    """An amount is stated, but nobody confirmed it."""
    return fee.kind in Fee.PAID and fee.assurance != Assurance.CONFIRMED


def has_contact(version):
    """Somebody can be asked: at an office with a phone or e-mail, or the institution itself."""
    places = [*version.offices.all(), *filter(None, [version.institution])]
    return any(place.phones or place.email for place in places)


def has_hours(version):
    offices = version.offices.all()
    return version.is_only_online or any(office.hours.all() or office.hours_note for office in offices)


def is_about_money(program):
    return program.kind in (ProgramVersion.Kind.CREDIT, ProgramVersion.Kind.GRANT)


def has_amount(program):
    return program.amount_minimum is not None or program.amount_maximum is not None or bool(program.amount_note)


def has_place(program):
    return any(
        (
            program.contact_office,
            program.contact_phones,
            program.offices.all(),
            program.place,
            program.online_url,
        )
    )


PROCEDURE_DATA = {
    "name": Datum(_("What it is called"), lambda row: row.name_es, "name_es", False),
    "purpose": Datum(_("What it is for"), lambda row: row.purpose_es, "purpose_es", False),
    "provider": Datum(_("Who provides it"), lambda row: row.institution or row.provider_es, "institution", False),
    "who": Datum(_("Who needs it"), lambda row: row.who or row.has_conditions, "who_es"),
    "requirements": Datum(_("What you have to bring or meet"), lambda row: row.requirements.all(), "requirements"),
    "steps": Datum(_("What the steps are"), lambda row: row.steps.all(), "steps"),
    "fees": Datum(_("How much it costs"), is_priced, "fees"),
    "fees_whole": Datum(_("Part of what it costs"), lambda row: not is_priced_in_part(row), "fees"),
    "fees_in_force": Datum(
        _("Whether the amounts are in force"), lambda row: not any(map(is_unsure, row.fees.all())), "fees"
    ),
    "response": Datum(_("How long the answer takes"), lambda row: row.response_value is not None, "response_value"),
    "silence": Datum(
        _("What it means if the authority doesn't answer"),
        lambda row: row.silence != ProcedureVersion.Silence.UNKNOWN,
        "silence",
    ),
    "offices": Datum(_("At which office it is done"), lambda row: row.offices.all() or row.is_only_online, "offices"),
    "channels": Datum(_("Whether it can be done online, in person or by phone"), lambda row: row.channels, "is_online"),
    "results": Datum(_("Which document you receive"), lambda row: row.results.all() or row.result_note, "results"),
    "validity": Datum(
        _("How long the result is valid"),
        lambda row: row.validity_value is not None or row.validity_text,
        "validity_value",
    ),
    "redress": Datum(_("What you can do if it is refused"), lambda row: row.redress, "redress_es"),
    "citations": Datum(_("Which law or regulation it rests on"), lambda row: row.citations.all(), "citations"),
    "hours": Datum(_("When the office is open"), has_hours, "offices", False),
    "contact": Datum(_("Whom to call or write"), has_contact, "offices", False),
    "inspection": Datum(_("Whether somebody comes to inspect"), lambda row: row.inspection, "inspection_es", False),
    "homoclave": Datum(_("Its number in the official register"), lambda row: row.procedure.homoclave, "slug", False),
    "sources": Datum(_("Where this information is from"), lambda row: row.sources.all(), "sources", False),
}

PROGRAM_DATA = {
    "name": Datum(_("What it is called"), lambda row: row.name_es, "name_es", False),
    "institution": Datum(_("Who offers it"), lambda row: row.institution, "institution", False),
    "status": Datum(
        _("Whether it takes applications now"),
        lambda row: row.status not in ("undecided", "unknown"),
        "availability",
    ),
    "benefits": Datum(_("What it gives"), lambda row: row.benefits, "benefits_es"),
    "amount": Datum(
        _("How much money it gives"), lambda row: has_amount(row) or not is_about_money(row), "amount_minimum"
    ),
    "who": Datum(_("Who it is for"), lambda row: row.who or row.audiences.all(), "who_es"),
    "how_to_apply": Datum(_("How to apply"), lambda row: row.how_to_apply, "how_to_apply_es"),
    "documents": Datum(_("Which documents it asks for"), lambda row: row.documents.all(), "documents"),
    "contact": Datum(_("Where to ask"), has_place, "contact_office"),
    "stages": Datum(_("For which stage of a business it is"), lambda row: row.stages.all(), "stages", False),
    "sources": Datum(_("Where this information is from"), lambda row: row.sources.all(), "sources", False),
}

DATA = {"procedure": PROCEDURE_DATA, "program": PROGRAM_DATA}


def kind_of(version):
    """ "procedure" or "program"."""
    return version.IDENTITY


def procedure_gaps(version):
    """Words for what is not known of a ProcedureVersion, in the order of its page; empty if nothing is missing."""
    return gaps(version, PROCEDURE_DATA)


def program_gaps(version):
    """Words for what is not known of a ProgramVersion with its `status`, in the order of its page."""
    return gaps(version, PROGRAM_DATA)


def gaps(version, data):
    return [str(datum.words) for datum in data.values() if datum.is_told_as_gap and not datum.is_known(version)]


class Completeness(NamedTuple):
    """How much of what a legal profile demands a record tells."""

    profile: object  # LegalProfile
    data: list  # [(code, Datum)] that it demands, in its order
    known: list  # those that are told
    missing: list

    @property
    def demanded(self):
        return len(self.data)

    @property
    def missing_words(self):
        return [str(datum.words) for _code, datum in self.missing]


def completeness(version, fields):
    """
    Args:
        version: as `for_page()` or `for_completeness()` loaded it.
        fields: the ProfileFields of the profile in use, in its order; rules of the house among them don't count.

    Returns:
        A Completeness, or None where no profile is in use.
    """
    data = DATA[kind_of(version)]
    asked = [(field.datum, data[field.datum]) for field in fields if field.datum in data]
    if not asked:
        return None
    known = [(code, datum) for code, datum in asked if datum.is_known(version)]
    missing = [pair for pair in asked if pair not in known]
    return Completeness(fields[0].profile, asked, known, missing)


def unknowns(version, complete):
    """Words for all that a record doesn't tell: what readers want to know, then what else its profile demands."""
    told = gaps(version, DATA[kind_of(version)])
    return list(dict.fromkeys([*told, *(complete.missing_words if complete else [])]))
