"""What is different between a printed record and what holds now: section by section, line by line, word by word.

Pure functions over sections as `snapshot` makes them.
"""

from dataclasses import dataclass

from procedures.comparison import Piece, Row, Said, compare_rows

LONGEST_LABEL = 40  # letters


@dataclass(frozen=True, slots=True)
class LineChange:
    """One line; `before` are its Pieces on paper, `after` those of now, none where it wasn't there."""

    before: tuple[Piece, ...]
    after: tuple[Piece, ...]
    is_moved: bool = False  # and says the same


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A section in which something is different; the head of the sheet has no heading."""

    heading: str
    lines: tuple[LineChange, ...]


def changes(before, after):
    """The SectionChanges between what was printed and what holds now, in the order of the paper; empty if none."""
    printed, now = dict(before), dict(after)
    compared = (
        SectionChange(heading, changed_lines(printed.get(heading, []), now.get(heading, [])))
        for heading in {**printed, **now}
    )
    return [section for section in compared if section.lines]


def changed_lines(before, after):
    if before == after:
        return ()
    return tuple(line_change(change) for change in compare_rows(rows(before), rows(after)))


def rows(lines):
    return [Row(label(line), line, (Said("", line, is_long=True),)) for line in lines]


def label(line):
    """ "Cost: $1,702.00 MXN" → "Cost", by which it is still the same line when the amount is another; else empty."""
    words, colon, _rest = line.partition(": ")
    return words if colon and len(words) <= LONGEST_LABEL else ""


def line_change(change):
    whole = (Piece("same", change.title),)
    if change.kind == "added":
        return LineChange((), whole)
    if change.kind == "removed":
        return LineChange(whole, ())
    if change.kind == "moved":
        return LineChange(whole, whole, is_moved=True)
    pieces = change.fields[0].sides[0].pieces
    return LineChange(
        before=tuple(piece for piece in pieces if piece.kind != "in"),
        after=tuple(piece for piece in pieces if piece.kind != "out"),
    )
