"""The documents that an edition's records ask for: what asks for each, who issues it, how many copies. Pure."""

from dataclasses import dataclass, field
from math import ceil

from procedures import display
from procedures.glossary import alphabetical
from procedures.models import Document

NAMED = 2
"""Records that a row names; of the others it gives the pages."""
MOST_PAGES = 8

# What one page holds beside heading and note: lines, and of each column the characters on a line. Wide letters count
# as any other, so that the figures leave some room. Of large print two documents would fill a page: it takes three.
PAGES = {"letter": (55, (22, 40, 20, 11)), "booklet": (43, (15, 28, 14, 8)), "large": (3 * 18, (11, 15, 10, 7))}
ROOM = 0.55  # lines above and below a row's words


@dataclass
class Row:
    """One document. `askers` are Sheets in the edition's order, `copies` the words for how many, each once."""

    document: Document
    askers: list = field(default_factory=list)
    copies: list = field(default_factory=list)

    @property
    def named(self):
        return self.askers[:NAMED]

    @property
    def paged(self):
        return self.others[:MOST_PAGES]

    @property
    def others(self):
        return self.askers[NAMED:]

    @property
    def uncounted(self):
        """How many more records ask for it than the row says."""
        return len(self.others) - len(self.paged)

    @property
    def texts(self):
        """About what each column says, to know how long it is."""
        issuers = [f"{version.name} (n.º 100)" for version in getattr(self.document, "issuers", ())]
        asked_by = [f"{sheet.version.name} (p. 100)" for sheet in self.named] + ["100"] * len(self.paged)
        return (
            self.document.name,
            "; ".join(asked_by),
            "; ".join(issuers) or self.document.how_to_get or "",
            "; ".join(self.copies),
        )


def documents_needed(sheets):
    """Rows for all documents that Sheets of procedures and programs ask for, those of most records first."""
    rows = {}
    for sheet in sheets:
        for document, copies in asked_by(sheet.version):
            row = rows.setdefault(document.pk, Row(document))
            row.askers += [sheet] if sheet not in row.askers[-1:] else []
            row.copies += [copies] if copies and copies not in row.copies else []
    return sorted(rows.values(), key=lambda row: (-len(row.askers), alphabetical(row.document.name)))


def asked_by(version):
    """[(Document, words for how many)] of a version."""
    if version.IDENTITY == "program":
        return [(document, "") for document in version.documents.all()]
    return [
        (row.document, display.copies(row.originals, row.copies, row.is_certified)) for row in version.asked_documents
    ]


def that_fit(rows, paper):
    """The first rows, as many as a page of that paper holds; all of them for screens, which have no pages."""
    if paper not in PAGES:
        return rows
    room, widths = PAGES[paper]
    for count, row in enumerate(rows):
        room -= ROOM + max(ceil(len(text) / width) for text, width in zip(row.texts, widths, strict=True))
        if room < 0:
            return rows[:count]
    return rows
