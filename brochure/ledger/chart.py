"""One measure over the editions as horizontal bars, each under its words: lengths and stripes, never colour alone."""

from dataclasses import dataclass

from brochure.ledger.comparison import Figure

WIDTH = 320
ROW = 46
BREAK = 24
BAR = 16
MOST_ROWS = 12
"""Editions in one chart, the latest; the table has all."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of the chart: words at `text_y`, under them a full bar `solid` wide and, after it, stripes `open` wide.

    `break_y` is where a line says that the business was defined otherwise above it; None if it was not.
    """

    words: str
    is_known: bool
    text_y: int
    bar_y: int
    solid: int
    open: int
    break_y: int | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """`bars` from the oldest edition down to the newest; `height` in the units of WIDTH."""

    bars: tuple[Bar, ...]
    height: int
    width: int = WIDTH
    bar: int = BAR


def draw(rows):
    """A Chart of the last MOST_ROWS of `(words, Figure, whether the business was redefined)`, oldest first.

    Lengths are in proportion to the greatest upper end of those shown, from zero on.
    """
    rows = rows[-MOST_ROWS:]
    greatest = max((figure.high for _words, figure, _new in rows if figure.is_known), default=0)
    bars, y = [], 0
    for place, (words, figure, is_redefined) in enumerate(rows):
        is_break = is_redefined and place > 0
        bars.append(draw_bar(words, figure, greatest, y + BREAK * is_break, y if is_break else None))
        y += ROW + BREAK * is_break
    return Chart(tuple(bars), y)


def draw_bar(words, figure: Figure, greatest, y, break_y):
    def length(value):
        return round(value * WIDTH / greatest) if value and greatest else 0

    solid = length(figure.low)
    return Bar(
        words=words,
        is_known=figure.is_known,
        text_y=y + 16,
        bar_y=y + 22,
        solid=solid,
        open=length(figure.high) - solid,
        break_y=None if break_y is None else break_y + 16,
    )
