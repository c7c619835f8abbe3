"""The road in one picture: stages and their procedures as the figures of a drawing, for each paper. Pure.

Every length is in points. A drawing's text does not wrap, so its lines are broken here.
"""

from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# Widths in ems of Inter, near enough: what is narrow, what is wide, capitals, and all the rest.
NARROW, WIDE = frozenset("fijlrtI.,:;'()|/ "), frozenset("mwMWÑQO@%")
EMS = {"narrow": 0.32, "wide": 0.88, "capital": 0.68, "other": 0.58}
ELLIPSIS = "…"


@dataclass(frozen=True)
class Room:
    """What the drawing may take on one paper: width, height, columns of names, and the size of its letters."""

    width: float
    height: float
    columns: int
    size: float


ROOMS = {
    "letter": Room(width=510, height=560, columns=2, size=8.5),
    "booklet": Room(width=320, height=470, columns=1, size=8),
    "large": Room(width=500, height=540, columns=1, size=14),
    "screen": Room(width=320, height=3000, columns=1, size=13),
}


@dataclass
class Name:
    """A procedure's name: its lines as (x, baseline, text), with a dot before the first one."""

    lines: list
    dot: tuple


@dataclass
class Stop:
    """One stage of the road: a numbered stop, and beside it a card with the names of its procedures.

    `shown` are the whole names that have room, `rest` how many have none.
    """

    stage: object
    counts: str
    x: float
    top: float
    shown: list
    rest: int
    height: float = 0
    rest_y: float = 0
    names: list = field(default_factory=list)


@dataclass
class Road:
    """The whole drawing: its Stops from top to bottom, on a card each, `indent` from the left."""

    room: Room
    stops: list
    height: float = 0

    @property
    def size(self):
        return self.room.size

    @property
    def lead(self):
        """From one line of names to the next."""
        return self.size * 1.36

    @property
    def indent(self):
        return self.size * 5

    @property
    def head(self):
        """Size and height of a stage's name."""
        return self.size * 1.3

    @property
    def words(self):
        """Where the words of a card begin."""
        return self.indent + self.size

    @property
    def card(self):
        return self.room.width - self.indent

    @property
    def path(self):
        """The road itself, from stop to stop in gentle bends."""
        points = [(stop.x, stop.top + self.size * 1.5) for stop in self.stops]
        path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
        for (x, y), (next_x, next_y) in pairwise(points):
            half = (next_y - y) / 2
            path += f"C{x:.1f} {y + half:.1f} {next_x:.1f} {next_y - half:.1f} {next_x:.1f} {next_y:.1f}"
        return path


def draw(chapters, supports, paper):
    """The Road of an edition's chapters; each stage shows as many names as let the whole fit on the paper.

    Args:
        chapters: with their `stage` and `sheets`.
        supports: {key of a stage: how many programs are for it}.
    """
    room = ROOMS[paper]
    most = max((len(chapter.sheets) for chapter in chapters), default=0)
    while (road := with_at_most(most, chapters, supports, room)).height > room.height and most:
        most -= 1
    return road


def with_at_most(most, chapters, supports, room):
    """The Road with at most so many names of each stage."""
    road = Road(room, [])
    y = 2.0
    for number, chapter in enumerate(chapters):
        names = [sheet.version.name for sheet in chapter.sheets]
        stop = Stop(
            stage=chapter.stage,
            counts=counted(len(names), supports.get(chapter.stage.pk, 0)),
            x=road.indent * (0.36 if number % 2 else 0.56),
            top=y,
            shown=names[:most],
            rest=len(names[most:]),
        )
        fill(stop, road)
        road.stops.append(stop)
        y += stop.height + room.size * 0.9
    road.height = y
    return road


def fill(stop, road):
    """Breaks a card's names into lines and puts them below its heading, column by column."""
    below = stop.top + road.size * 3.3 + (road.lead if road.room.columns == 1 else 0)
    column = (road.card - road.size) / road.room.columns
    broken = [lines(name, column - road.size * 2.2, road.size) for name in stop.shown]
    in_one = -(-len(broken) // road.room.columns)
    lowest = below
    for number in range(road.room.columns):
        x, y = road.words + number * column, below
        for texts in broken[number * in_one : (number + 1) * in_one]:
            placed = [(x + road.size * 0.9, y + line * road.lead, text) for line, text in enumerate(texts)]
            stop.names.append(Name(placed, (x + road.size * 0.2, y - road.size * 0.32)))
            y += road.lead * len(texts)
        lowest = max(lowest, y)
    if stop.rest and stop.shown:
        stop.rest_y = lowest
        lowest += road.lead
    stop.height = lowest - stop.top - road.size * 0.3


def counted(procedures, supports):
    """ "7 procedures · 2 supports"."""
    words = [ngettext("%(n)s procedure", "%(n)s procedures", procedures) % {"n": procedures}]
    if supports:
        words.append(ngettext("%(n)s support", "%(n)s supports", supports) % {"n": supports})
    return " · ".join(words)


def told(road):
    """The same as the drawing, in words."""
    return " ".join(
        _("Stage %(number)s, %(name)s, %(counts)s: %(names)s.")
        % {
            "number": stop.stage.position,
            "name": stop.stage.name,
            "counts": stop.counts,
            "names": "; ".join([*stop.shown, *([and_more(stop.rest)] if stop.rest else [])]),
        }
        for stop in road.stops
    )


def and_more(count):
    return ngettext("and %(n)s more", "and %(n)s more", count) % {"n": count}


def lines(text, width, size, most=2):
    """The text in lines that fit; what is too long for as many ends in an ellipsis."""
    found = [""]
    for word in text.split():
        longer = f"{found[-1]} {word}".strip()
        if found[-1] and measure(longer, size) > width:
            found.append(word)
        else:
            found[-1] = longer
    kept = found[:most]
    kept[-1] += ELLIPSIS if len(found) > most else ""
    return [cut(line, width, size) for line in kept]


def cut(line, width, size):
    while measure(line, size) > width and len(line) > 2:
        line = line.rstrip(ELLIPSIS)[:-1].rstrip() + ELLIPSIS
    return line


def measure(text, size):
    """About how wide a text is."""
    return size * sum(EMS[kind_of(char)] for char in text)


def kind_of(char):
    return "narrow" if char in NARROW else "wide" if char in WIDE else "capital" if char.isupper() else "other"
