"""What an edition holds, in reading order: chapters of sheets, then the directory, the words and the laws."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q

from brochure.sheets import Sheet, program_sheet, uma_on
from procedures.gaps import procedure_gaps
from procedures.glossary import alphabetical
from procedures.models import GlossaryTerm, Institution, LegalInstrument, ProcedureVersion, ProgramVersion, Stage


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


def edition_contents(edition, date):
    """The context of an edition's template, in the active language and a number of queries that does not grow.

    Args:
        edition: an Edition with its items.
        date: the day it is printed for.
    """
    procedures = procedure_sheets(edition, date)
    programs = program_sheets(edition, date)
    return {
        "edition": edition,
        "date": date,
        "chapters": [
            Chapter(stage, list(sheets)) for stage, sheets in groupby(procedures, lambda sheet: sheet.version.stage)
        ],
        "supports": [
            SupportGroup(kind, ProgramVersion.Kind(kind).label, list(sheets))
            for kind, sheets in groupby(programs, lambda sheet: sheet.version.kind)
        ],
        "procedure_count": len(procedures),
        "program_count": len(programs),
        "institutions": directory(),
        "terms": sorted(GlossaryTerm.objects.all(), key=lambda term: alphabetical(term.term)),
        "instruments": instruments(edition),
    }


def program_sheets(edition, date):
    programs = ProgramVersion.objects.for_page(date).filter(edition_items__edition=edition)
    return [program_sheet(version, date) for version in programs.order_by("edition_items__position")]


def procedure_sheets(edition, date):
    """Sheets that lead to each other and to nothing outside of the edition, whatever else is published by now."""
    procedures = ProcedureVersion.objects.for_page().filter(edition_items__edition=edition)
    versions = list(procedures.prefetch_related("bundles").order_by("edition_items__position"))
    issuers, asking, windows = {}, {}, {}
    for version in versions:
        for document in version.results.all():
            issuers.setdefault(document.pk, []).append(version)
        for requirement in version.asked_documents:
            asking.setdefault(requirement.document_id, []).append(version)
        for procedure in version.bundles.all():
            windows.setdefault(procedure.pk, []).append(version)
    for version in versions:
        for requirement in version.asked_documents:
            requirement.document.issuers = issuers.get(requirement.document_id, [])
    uma, by_procedure = uma_on(date), {version.procedure_id: version for version in versions}
    return [
        Sheet(
            version=version,
            gaps=procedure_gaps(version),
            date=date,
            uma=uma,
            opens=others(version, (asking.get(document.pk, []) for document in version.results.all())),
            bundled=[by_procedure[row.pk] for row in version.bundles.all() if row.pk in by_procedure],
            windows=windows.get(version.procedure_id, []),
        )
        for version in versions
    ]


def others(version, groups):
    """The versions of all groups, each once and without the one given."""
    found = {other.pk: other for group in groups for other in group}
    found.pop(version.pk, None)
    return list(found.values())


def directory():
    """Institutions that can be reached, with their offices, in alphabetical order."""
    reachable = ~Q(phones="") | ~Q(email="") | ~Q(url="") | Q(offices__isnull=False)
    rows = Institution.objects.filter(reachable).distinct().prefetch_related("offices__hours")
    return sorted(rows, key=lambda institution: alphabetical(institution.name))


def instruments(edition):
    """The laws, regulations and tariffs that the edition's records cite, in alphabetical order."""
    cited = Q(citations__version__edition_items__edition=edition) | Q(fees__version__edition_items__edition=edition)
    rows = LegalInstrument.objects.filter(cited).distinct()
    return sorted(rows, key=lambda instrument: alphabetical(instrument.name))
