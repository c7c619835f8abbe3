"""What a sheet says of a record: its version and what stands around it, the same alone and in an edition."""

from dataclasses import dataclass, field
from datetime import date as Date

from brochure.printed.models import PrintedRecord
from procedures.gaps import procedure_gaps, program_gaps
from procedures.models import ProcedureVersion, ProgramVersion, UnitValue


@dataclass
class Sheet:
    """One record as it is printed.

    `opens`, `bundled` and `windows` are ProcedureVersions: what can be done next with its result, what a one-stop
    window does at once, and the windows that do this procedure among others.
    """

    version: ProcedureVersion | ProgramVersion
    gaps: list
    date: Date  # of printing: fees, calls and alerts are those of this day
    uma: UnitValue | None = None
    opens: list = field(default_factory=list)
    bundled: list = field(default_factory=list)
    windows: list = field(default_factory=list)
    printed: PrintedRecord | None = None  # what the `article` tag rendered of it; never of what is not public

    @property
    def alert(self):
        return self.version.procedure.alert_on(self.date)


def procedure_sheet(version, date):
    """The Sheet of a ProcedureVersion loaded by `for_page()`, beside the catalogue as it is today."""
    catalogue = ProcedureVersion.objects.select_related("procedure").in_road_order()
    return Sheet(
        version=version,
        gaps=procedure_gaps(version),
        date=date,
        uma=uma_on(date),
        opens=list(catalogue.opened_by(version)),
        bundled=list(catalogue.bundled_in(version)),
        windows=list(catalogue.standing_for(version.procedure_id)),
    )


def program_sheet(version, date):
    """The Sheet of a ProgramVersion loaded by `for_page(date)`."""
    return Sheet(version=version, gaps=program_gaps(version), date=date)


def uma_on(date):
    """The UMA in force on that day, or None if its value is not in the catalogue yet."""
    return UnitValue.objects.in_force_on(date).filter(unit=UnitValue.Unit.UMA).first()
