"""The figures of the ledger and how two of them differ. Pure: no database, no words."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Measure(StrEnum):
    """What is recorded of a business, in the order in which it is shown."""

    PROCEDURES = "procedures"
    DOCUMENTS = "documents"
    ORIGINALS = "originals"
    COPIES = "copies"
    VISITS = "visits"
    DAYS = "days"
    PESOS = "pesos"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure from `low`, what is sure, to `high`; both None where nothing is known.

    `missing` counts what is not in it because nobody states it: times, amounts, numbers of copies.
    """

    low: int | Decimal | None
    high: int | Decimal | None
    missing: int = 0

    @property
    def is_known(self):
        return self.high is not None

    @property
    def is_range(self):
        return self.low != self.high


class Trend(StrEnum):
    """Which way a figure went; UNCLEAR where its ends part, or where more or less of it is known than before."""

    LESS = "less"
    MORE = "more"
    SAME = "same"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Change:
    """From one Figure to a later one of the same measure."""

    before: Figure
    after: Figure

    @property
    def is_known(self):
        return self.before.is_known and self.after.is_known

    @property
    def low(self):
        """How much more the lower end is; only where `is_known`."""
        return self.after.low - self.before.low

    @property
    def high(self):
        return self.after.high - self.before.high

    @property
    def missing(self):
        return self.after.missing - self.before.missing

    @property
    def trend(self):
        if not self.is_known or self.missing:
            return Trend.UNCLEAR
        if self.before == self.after:
            return Trend.SAME
        if self.low <= 0 and self.high <= 0:
            return Trend.LESS
        return Trend.MORE if self.low >= 0 and self.high >= 0 else Trend.UNCLEAR


@dataclass(frozen=True)
class Comparison:
    """A ledger entry beside an earlier one of the same business.

    Where the business was defined otherwise the figures say nothing of what became simpler: then there are no changes.
    """

    before: object
    after: object

    @property
    def is_same_business(self):
        return self.before.definition == self.after.definition

    @property
    def changes(self):
        """Measure → Change; empty where the definition changed."""
        if not self.is_same_business:
            return {}
        return {measure: Change(before, self.after.figures[measure]) for measure, before in self.before.figures.items()}

    @property
    def by_trend(self):
        """Trend → the measures that went this way."""
        changes = self.changes
        return {
            trend: [measure for measure, change in changes.items() if change.trend == trend]
            for trend in Trend
            if any(change.trend == trend for change in changes.values())
        }


@dataclass(frozen=True)
class Series:
    """The ledger of one business, oldest entry first; never empty."""

    entries: tuple

    @property
    def first(self):
        return self.entries[0]

    @property
    def latest(self):
        return self.entries[-1]

    @property
    def versus_previous(self):
        """A Comparison, or None with one entry alone."""
        return Comparison(self.entries[-2], self.latest) if len(self.entries) > 1 else None

    @property
    def versus_first(self):
        """A Comparison, or None where the first entry is the previous one, or there is one alone."""
        return Comparison(self.first, self.latest) if len(self.entries) > 2 else None

    @property
    def versus_oldest_alike(self):
        """A Comparison with the oldest entry since which the definition is what it is; None if it is the latest."""
        changed_at = max(self.redefined, default=0)
        oldest = next(entry for entry in self.entries if entry.edition.number >= changed_at)
        return Comparison(oldest, self.latest) if oldest is not self.latest else None

    @property
    def redefined(self):
        """Numbers of the editions at which the definition was another one than at the edition before."""
        pairs = zip(self.entries, self.entries[1:], strict=False)
        return {after.edition.number for before, after in pairs if before.definition != after.definition}
