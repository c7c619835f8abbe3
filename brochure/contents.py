"""What an edition holds, in reading order: the road, chapters of sheets, then what leads to them and explains them."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q

from brochure import everyday
from brochure.models import Edition
from brochure.paperwork import documents_needed
from brochure.sheets import Sheet
from brochure.sheets import procedure_sheets as sheets_of_procedures
from brochure.sheets import program_sheets as sheets_of_programs
from procedures.glossary import alphabetical, forms, pattern
from procedures.models import (
    Assurance,
    BusinessType,
    Call,
    GlossaryTerm,
    Institution,
    LegalInstrument,
    Office,
    ProcedureVersion,
    ProgramVersion,
    Stage,
)

MOST_DESKS = 5
"""Offices named under "Where to ask": those at which most of the edition's records are done."""


@dataclass
class Chapter:
    """Procedures of one stage of the road."""

    stage: Stage
    sheets: list


@dataclass
class SupportGroup:
    """Programs of one kind; `label` is the kind's name."""

    kind: str
    label: str
    sheets: list


@dataclass
class OpenCall:
    """A call that certainly takes applications on the day of printing."""

    sheet: Sheet
    call: Call


@dataclass
class Sureness:
    """How many of the edition's records carry one mark of assurance."""

    assurance: str
    label: str
    procedures: int
    programs: int


@dataclass
class Desk:
    """An Office and how many of the edition's records are done there."""

    office: Office
    count: int


def edition_contents(edition, date):
    """The context of an edition's template, in the active language and a number of queries that does not grow.

    Args:
        edition: an Edition with its items.
        date: the day it is printed for.
    """
    procedures = procedure_sheets(edition, date)
    programs = program_sheets(edition, date)
    sheets = [*procedures, *programs]
    for number, sheet in enumerate(sheets, start=1):
        sheet.number = number
    terms = glossary(sheets)
    return {
        "edition": edition,
        "date": date,
        "chapters": [
            Chapter(stage, list(group)) for stage, group in groupby(procedures, lambda sheet: sheet.version.stage)
        ],
        "supports": [
            SupportGroup(kind, ProgramVersion.Kind(kind).label, list(group))
            for kind, group in groupby(programs, lambda sheet: sheet.version.kind)
        ],
        "numbers": {sheet.version.procedure_id: sheet.number for sheet in procedures},
        "procedure_count": len(procedures),
        "program_count": len(programs),
        "stage_supports": Counter(stage.pk for sheet in programs for stage in sheet.version.stages.all()),
        "paperwork": documents_needed(sheets),
        "open_calls": open_calls(programs, date),
        "all_year": [sheet for sheet in programs if sheet.version.status == "permanent"],
        "institutions": directory(edition, sheets),
        "terms": terms,
        "index": everyday.index(sheets, terms, BusinessType.objects.prefetch_related("sets_true", "sets_false")),
        "desks": desks(sheets),
        "sureness": sureness(procedures, programs),
        "instruments": instruments(edition),
    }


def program_sheets(edition, date):
    programs = ProgramVersion.objects.for_page(date).filter(edition_items__edition=edition)
    return sheets_of_programs(list(programs.order_by("edition_items__position")), date)


def procedure_sheets(edition, date):
    procedures = ProcedureVersion.objects.for_page().filter(edition_items__edition=edition)
    return sheets_of_procedures(list(procedures.order_by("edition_items__position")), date)


def open_calls(programs, date):
    """OpenCalls, those that close first before the others."""
    found = [
        OpenCall(sheet, call)
        for sheet in programs
        for call in sheet.version.program.calls.all()
        if call.status_on(date) == "open"
    ]
    return sorted(found, key=lambda row: row.call.closes)


def directory(edition, sheets):
    """Institutions that can be reached, with their offices, in alphabetical order.

    A complete edition has all of the catalogue's, any other those that its records name.
    """
    rows = Institution.objects.all()
    if edition.kind != Edition.Kind.COMPLETE:
        rows = rows.filter(pk__in={institution.pk for sheet in sheets for institution in named_by(sheet.version)})
    reachable = ~Q(phones="") | ~Q(email="") | ~Q(url="") | Q(offices__isnull=False)
    rows = rows.filter(reachable).distinct().prefetch_related("offices__hours")
    return sorted(rows, key=lambda institution: alphabetical(institution.name))


def named_by(version):
    """The Institutions that a version names: who answers for it, whom that is part of, and whose its offices are."""
    if version.institution:
        yield version.institution
        if version.institution.parent:
            yield version.institution.parent
    yield from (office.institution for office in places(version))
    if version.IDENTITY == "program":
        yield from version.partners.all()
        if version.operator:
            yield version.operator


def places(version):
    """The Offices at which it is done, each once."""
    return version.places if version.IDENTITY == "program" else version.offices.all()


def glossary(sheets):
    """The GlossaryTerms that some record uses, in alphabetical order."""
    text = "\n".join(everyday.text(sheet.version) for sheet in sheets)
    used = [term for term in GlossaryTerm.objects.all() if pattern(forms(term)).search(text)]
    return sorted(used, key=lambda term: alphabetical(term.term))


def desks(sheets):
    """The Desks at which most records are done, if somebody can be reached there."""
    offices = [office for sheet in sheets for office in places(sheet.version)]
    reached = Counter(office for office in offices if office.phones or office.email)
    return [Desk(office, count) for office, count in reached.most_common(MOST_DESKS)]


def sureness(procedures, programs):
    """A Sureness for each mark, from the surest on."""
    counts = [Counter(sheet.version.assurance for sheet in sheets) for sheets in (procedures, programs)]
    return [Sureness(mark.value, mark.label, *(count[mark.value] for count in counts)) for mark in Assurance]


def instruments(edition):
    """The laws, regulations and tariffs that the edition's records cite, in alphabetical order."""
    cited = Q(citations__version__edition_items__edition=edition) | Q(fees__version__edition_items__edition=edition)
    rows = LegalInstrument.objects.filter(cited).distinct()
    return sorted(rows, key=lambda instrument: alphabetical(instrument.name))
