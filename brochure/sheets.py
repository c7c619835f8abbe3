"""What a sheet says of a record: its version and what stands around it, the same alone and in an edition."""

from dataclasses import dataclass, field
from datetime import date as Date

from django.db.models import Q

from brochure.printed.models import PrintedRecord
from procedures.gaps import completeness, unknowns
from procedures.models import (
    ProcedureVersion,
    ProfileField,
    ProgramVersion,
    Requirement,
    Reverification,
    UnitValue,
)


@dataclass
class Sheet:
    """One record as it is printed.

    `opens`, `bundled` and `windows` are ProcedureVersions: what can be done next with its result, what a one-stop
    window does at once, and the windows that do this procedure among others. `doubts` are its open Reverifications.
    """

    version: ProcedureVersion | ProgramVersion
    gaps: list
    date: Date  # of printing: fees, calls and alerts are those of this day
    uma: UnitValue | None = None
    opens: list = field(default_factory=list)
    bundled: list = field(default_factory=list)
    windows: list = field(default_factory=list)
    doubts: list = field(default_factory=list)
    number: int | None = None  # in the edition that holds it, from 1: unlike its page known before it is laid out
    printed: PrintedRecord | None = None  # what the `article` tag rendered of it; never of what is not public

    @property
    def alert(self):
        return self.version.procedure.alert_on(self.date)


def procedure_sheet(version, date):
    """The Sheet of a ProcedureVersion loaded by `for_page()`, beside the catalogue as it is today."""
    (sheet,) = procedure_sheets([version], date)
    return sheet


def procedure_sheets(versions, date):
    """As `procedure_sheet` for each, in a number of queries that does not depend on how many they are."""
    uma, around, demanded = uma_on(date), Surroundings(versions), demanded_of("procedure")
    return [
        Sheet(
            version=version,
            gaps=unknowns(version, completeness(version, demanded)),
            date=date,
            uma=uma,
            opens=around.opened_by(version),
            bundled=around.bundled_in(version),
            windows=around.standing_for(version),
            doubts=around.doubts_about(version),
        )
        for version in versions
    ]


class Surroundings:
    """The published ProcedureVersions around some: what their pages lead to, by the same rules, for all at once.

    The rules are those of `ProcedureVersionQuerySet`: `opened_by`, `bundled_in` and `standing_for`.
    """

    def __init__(self, versions):
        published = ProcedureVersion.objects.published()
        bundles = ProcedureVersion.bundles.through.objects
        documents = {document.pk for version in versions for document in version.results.all()}
        asking = Requirement.objects.filter(version__in=published, document__in=documents)
        windows = bundles.filter(procedureversion__in=published, procedure__in=[row.procedure_id for row in versions])
        bundled = bundles.filter(procedureversion__in=versions)
        self.asking = grouped(asking.values_list("document", "version"))
        self.windows = grouped(windows.values_list("procedure", "procedureversion"))
        self.bundled = grouped(bundled.values_list("procedureversion", "procedure"))
        leading_here = set().union(*self.asking.values(), *self.windows.values())
        done_at_once = set().union(*self.bundled.values())
        found = published.filter(Q(pk__in=leading_here) | Q(procedure__in=done_at_once))
        self.found = list(found.for_links())
        self.doubts = list(Reverification.objects.open().for_page().filter(version__in=versions))

    def opened_by(self, version):
        asking = set().union(*(self.asking.get(document.pk, ()) for document in version.results.all()))
        left_out = {version.procedure_id, *self.bundled.get(version.pk, ())}
        return [other for other in self.found if other.pk in asking and other.procedure_id not in left_out]

    def bundled_in(self, version):
        return [other for other in self.found if other.procedure_id in self.bundled.get(version.pk, ())]

    def standing_for(self, version):
        return [other for other in self.found if other.pk in self.windows.get(version.procedure_id, ())]

    def doubts_about(self, version):
        return [doubt for doubt in self.doubts if doubt.version_id == version.pk]


def grouped(pairs):
    """{first: {second, …}} of an iterable of pairs."""
    groups = {}
    for first, second in pairs:
        groups.setdefault(first, set()).add(second)
    return groups


def program_sheet(version, date):
    """The Sheet of a ProgramVersion loaded by `for_page(date)`."""
    (sheet,) = program_sheets([version], date)
    return sheet


def program_sheets(versions, date):
    """As `program_sheet` for each."""
    demanded = demanded_of("program")
    return [Sheet(version, gaps=unknowns(version, completeness(version, demanded)), date=date) for version in versions]


def demanded_of(kind):
    """The ProfileFields that the profile in use demands of a kind of record."""
    return list(ProfileField.objects.in_use_for(kind))


def uma_on(date):
    """The UMA in force on that day, or None if its value is not in the catalogue yet."""
    return UnitValue.objects.in_force_on(date).filter(unit=UnitValue.Unit.UMA).first()
