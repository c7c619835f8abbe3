"""What a plan is shown with: values of the roadmap beside the rows and words that tell them.

Rows are shown by their translated fields; words are safe HTML.
"""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from procedures import models
from procedures.roadmap.calendar import Dated
from procedures.roadmap.folder import Paper, Use
from procedures.roadmap.supports import Fit
from procedures.roadmap.totals import Cost
from procedures.roadmap.values import Item, Need, NotNeeded
from procedures.roadmap.visits import Visit

MOST_USES = 3
"""Uses of a document that are told at once; more are folded away."""


def provider_of(version):
    """Who a procedure is done with: an institution of the catalogue, or its own words."""
    return version.institution.name if version.institution else version.provider


@dataclass(frozen=True)
class ShownAnswer:
    """An answer and where it can be changed."""

    question: str
    choice: str
    asked: SafeString
    answered: SafeString
    address: str


@dataclass(frozen=True)
class ShownFact:
    """What is taken for granted because it is usual for the business type; `address` is empty if no question asks."""

    situation: str
    value: bool
    fact: SafeString
    address: str


@dataclass(frozen=True)
class Undecided:
    """A situation that is not known, and the question that would settle it; both empty if none does."""

    situation: str
    fact: SafeString
    question: SafeString | str = ""
    address: str = ""


@dataclass(frozen=True)
class ShownNeed:
    """A document that an item asks for; `issuers` are the items of the plan that it comes from."""

    need: Need
    document: models.Document
    is_sure: bool
    copies: str
    issuers: SafeString


@dataclass(frozen=True)
class ShownDates:
    """When an item can be filed and is answered at the earliest; `counted` is the arithmetic."""

    dated: Dated
    files_on: str
    answers_on: str
    counted: str
    waits_for: SafeString


@dataclass(frozen=True)
class ShownItem:
    """One item of the plan, or a one-stop window that is the alternative to some.

    `cost` is what it adds to the total, `price` what it costs if it is needed; `days` are business days, None where
    the time is not known.
    """

    item: Item
    version: models.ProcedureVersion
    why: list[SafeString]
    open: list[Undecided]
    cost: Cost
    price: str
    time: str
    days: int | None
    needs: list[ShownNeed]
    duties: list[SafeString]
    offices: list[models.Office]
    covers: SafeString
    waits_for: SafeString
    alternatives: SafeString
    dates: ShownDates | None

    @property
    def slug(self):
        return self.item.slug

    @property
    def is_sure(self):
        return self.item.is_sure

    @property
    def provider(self):
        return provider_of(self.version)

    @property
    def has_more_reasons(self):
        """Whether there is more to say of why it is here than its first line does."""
        return len(self.why) > 1 or bool(self.why and not self.is_sure)

    @property
    def has_more(self):
        """Whether anything is left to be told beside what is seen at a glance."""
        parts = (self.needs, self.duties, self.offices, self.alternatives, self.has_more_reasons, not self.is_sure)
        return any(parts) or not self.version.is_only_online


@dataclass(frozen=True)
class ShownAlternative:
    """A one-stop window and the items it would stand for."""

    window: ShownItem
    stands_for: tuple[str, ...]
    tasks: SafeString


@dataclass(frozen=True)
class Step:
    """Items that can be done at the same time; `number` counts the steps of the whole plan."""

    number: int
    items: list[ShownItem]


@dataclass(frozen=True)
class ShownPhase:
    stage: models.Stage
    steps: list[Step]


@dataclass(frozen=True)
class ShownNotNeeded:
    """Procedures that are not needed, all for the same reasons; `address` is where to change the answer, if any."""

    entries: list[NotNeeded]
    why: list[SafeString]
    names: list[SafeString]
    address: str


@dataclass(frozen=True)
class ShownUse:
    use: Use
    task: SafeString
    copies: str
    note: SafeString


@dataclass(frozen=True)
class Sheet:
    """A document of the folder with what it is for; `issuers` are the items that it comes from."""

    paper: Paper
    document: models.Document
    copies: str
    uses: list[ShownUse]
    issuers: SafeString

    @property
    def is_long(self):
        return len(self.uses) > MOST_USES


@dataclass(frozen=True)
class ShownVisit:
    """A visit: in which step, where, for what, with which documents. `version` is that of its first procedure."""

    visit: Visit
    step: int
    office: models.Office | None
    version: models.ProcedureVersion
    is_sure: bool
    tasks: SafeString
    documents: list[SafeString]

    @property
    def provider(self):
        return provider_of(self.version)


@dataclass(frozen=True)
class ShownSupport:
    fit: Fit
    version: models.ProgramVersion
    open: list[Undecided]


@dataclass(frozen=True)
class Note:
    """What a total leaves out or is not sure of, and the procedures concerned."""

    words: str
    tasks: list[str]
    names: SafeString
