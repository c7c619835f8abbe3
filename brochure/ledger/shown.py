"""What the pages show of the ledger: figures, differences and charts, said once for all of them."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.utils.translation import gettext as _

from brochure.ledger import words
from brochure.ledger.chart import Chart, draw
from brochure.ledger.comparison import Comparison, Measure, Series
from brochure.ledger.models import LedgerEntry

HEADLINES = (Measure.PROCEDURES, Measure.VISITS, Measure.PESOS)
"""Measures whose charts answer the page's question at a glance."""


@dataclass(frozen=True)
class Cell:
    """A figure in words, and what it leaves out."""

    label: str
    value: str
    missing: str


@dataclass(frozen=True)
class ShownChart:
    key: str
    title: str
    description: str
    chart: Chart


@dataclass(frozen=True)
class ShownComparison:
    """How one entry differs from another; no `cells` where the definition changed."""

    edition: int
    is_same_business: bool
    cells: list[str]
    verdict: list[tuple[str, str]]


@dataclass(frozen=True)
class ShownEntry:
    """One edition's row: its figures, and how they differ from those of the edition before (None for the first)."""

    entry: LedgerEntry
    edition: str
    cells: list[Cell]
    versus_previous: ShownComparison | None


class ShownSeries:
    """The ledger of one business as its page and its row show it."""

    def __init__(self, series):
        self.series = series

    @property
    def latest(self):
        return self.series.latest

    @cached_property
    def cells(self):
        return cells(self.latest)

    @cached_property
    def versus_previous(self):
        return shown_comparison(self.series.versus_previous)

    @cached_property
    def versus_first(self):
        return shown_comparison(self.series.versus_first)

    @cached_property
    def versus_oldest_alike(self):
        """What answers whether it is getting better; None where there is nothing yet to compare with."""
        return shown_comparison(self.series.versus_oldest_alike)

    @property
    def redefined_at(self):
        """The number of the last edition that measured another definition than the one before; None if none did."""
        return max(self.series.redefined, default=None)

    @cached_property
    def rows(self):
        """Every edition, newest first."""
        entries = self.series.entries
        pairs = zip((None, *entries), entries, strict=False)
        return [
            ShownEntry(
                entry=entry,
                edition=words.edition(entry.edition),
                cells=cells(entry),
                versus_previous=shown_comparison(before and Comparison(before, entry)),
            )
            for before, entry in pairs
        ][::-1]

    @cached_property
    def charts(self):
        """One for each measure that has figures; none with one edition alone."""
        entries = self.series.entries
        if len(entries) < 2:
            return []
        known = [measure for measure in Measure if any(entry.figures[measure].is_known for entry in entries)]
        return [self._chart(measure) for measure in known]

    @property
    def headline_charts(self):
        return [chart for chart in self.charts if chart.key in HEADLINES]

    def _chart(self, measure):
        rows = [
            (
                _("Edition %(number)s: %(figure)s")
                % {"number": entry.edition.number, "figure": words.figure(measure, entry.figures[measure])},
                entry.figures[measure],
                entry.edition.number in self.series.redefined,
            )
            for entry in self.series.entries
        ]
        chart = draw(rows)
        description = "; ".join(bar.words for bar in chart.bars)
        return ShownChart(measure.value, str(words.LABELS[measure]), description, chart)


def cells(entry):
    return [
        Cell(str(words.LABELS[measure]), words.figure(measure, figure), words.missing(measure, figure.missing))
        for measure, figure in entry.figures.items()
    ]


def shown_comparison(comparison):
    """A Comparison in words, or None for None."""
    if comparison is None:
        return None
    return ShownComparison(
        edition=comparison.before.edition.number if comparison.before.edition_id else 0,
        is_same_business=comparison.is_same_business,
        cells=[words.change(measure, change) for measure, change in comparison.changes.items()],
        verdict=words.verdict(comparison),
    )


def read_series(entries):
    """The ShownSeries of every business, in their order.

    Args:
        entries: a queryset of LedgerEntries.
    """
    by_business = groupby(entries.for_series(), key=lambda entry: entry.business_id)
    return [ShownSeries(Series(tuple(found))) for _business, found in by_business]


def labels():
    return [str(label) for label in words.LABELS.values()]
