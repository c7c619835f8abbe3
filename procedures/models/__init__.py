"""The catalogue's records, one module per noun."""

from procedures.models.assurance import Assurance, Source, Verified
from procedures.models.calendar import NonWorkingDay
from procedures.models.documents import Document
from procedures.models.exchange import Import, ImportRow, SavedMapping
from procedures.models.glossary import GlossaryTerm
from procedures.models.guide import BusinessType, Choice, Question
from procedures.models.law import LegalInstrument, UnitValue
from procedures.models.links import LinkCheck
from procedures.models.loading import LoadedRecord
from procedures.models.places import Institution, Level, Office, OpeningHours
from procedures.models.procedures import Fee, LegalCitation, Procedure, ProcedureVersion, Requirement, Step
from procedures.models.programs import Call, Program, ProgramVersion
from procedures.models.quality import LegalProfile, Placeholder, ProfileField, Severity
from procedures.models.reference import ReferenceBusiness
from procedures.models.review import PreviewLink, ReviewNote
from procedures.models.ripple import Reform, Reverification
from procedures.models.situations import Conditional, Situation
from procedures.models.staff import StaffProfile, Tally
from procedures.models.stages import Audience, Stage
from procedures.models.trail import TrailLine
from procedures.models.translations import TranslatedText
from procedures.models.versions import Version, VersionState

__all__ = [
    "Assurance",
    "Audience",
    "BusinessType",
    "Call",
    "Choice",
    "Conditional",
    "Document",
    "Fee",
    "GlossaryTerm",
    "Import",
    "ImportRow",
    "Institution",
    "LegalCitation",
    "LegalInstrument",
    "LegalProfile",
    "Level",
    "LinkCheck",
    "LoadedRecord",
    "NonWorkingDay",
    "Office",
    "OpeningHours",
    "Placeholder",
    "PreviewLink",
    "Procedure",
    "ProcedureVersion",
    "ProfileField",
    "Program",
    "ProgramVersion",
    "Question",
    "ReferenceBusiness",
    "Reform",
    "Requirement",
    "Reverification",
    "ReviewNote",
    "SavedMapping",
    "Severity",
    "Situation",
    "Source",
    "StaffProfile",
    "Stage",
    "Step",
    "Tally",
    "TrailLine",
    "TranslatedText",
    "UnitValue",
    "Verified",
    "Version",
    "VersionState",
]
