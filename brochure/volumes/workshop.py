"""Volumes drawn at the same time by as many processes as there are processors."""

import contextlib
import multiprocessing
import sys
from dataclasses import dataclass
from functools import cache
from multiprocessing import connection
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from brochure import pdf
from brochure.booklet import impose
from brochure.volumes.binding import Book
from brochure.volumes.cutting import NAMED_PAGE, cut, processors

ANY_PAGE = "000"
"""As wide as the widest number of a page."""
ATTEMPTS = 3
HELD = 250_000
"""Characters of HTML that may be laid out and not yet drawn: more than a hundred MB."""
WARM_UP = '<html lang="es"><title>.</title><p>.</p></html>'
"""Drawn before the processes part, so that not each of them reads the library and its styles again."""


class Order(NamedTuple):
    """A volume to be drawn, or only laid out to count its pages."""

    number: int
    counts: bool


class Misnumbered(Exception):
    """A volume takes another number of pages than was counted for it."""


def draw(html, path, progress=lambda page: None):
    """Writes the PDF to `path`; returns the number of pages. This process must have no other thread.

    Args:
        progress: called with the number of pages that are laid out, whenever there are more.

    Raises:
        PdfUnavailable: the PDF library is missing.
        RenderFailed: a volume's process ended too early.
        Misnumbered: no attempt found lengths that hold.
    """
    warm_up()
    volumes = cut(html)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with contextlib.closing(Workshop(volumes, progress)) as workshop:
                workshop.draw()
                workshop.book.save(path)
            break
        except Misnumbered:
            if attempt == ATTEMPTS:
                raise
    return sum(volume.length for volume in volumes)


@cache
def warm_up():
    """Reads the library and the styles: most of a second.

    Raises:
        PdfUnavailable: as above.
    """
    pdf.draw(WARM_UP)


class Workshop:
    """Has volumes drawn by as many processes as there are processors; those that wait for a number are not counted."""

    def __init__(self, volumes, progress):
        self.volumes, self.progress = volumes, progress
        self.home = {anchor: number for number, volume in enumerate(volumes) for anchor in volume.anchors}
        self.waiting_to_begin = list(self.orders())
        self.jobs = {}  # by connection
        self.pages = 0
        self.book, self.to_bind = Book(), list(volumes)
        for volume in volumes:
            volume.content = None  # of an attempt before, numbered by other lengths

    def orders(self):
        """Which volumes are to be begun, in this order."""
        for number, volume in enumerate(self.volumes):
            if volume.is_counted_first and volume.length is None:
                yield Order(number, counts=True)
        yield from (Order(number, counts=False) for number in range(len(self.volumes)))

    def draw(self):
        """Fills in `length` and `places` of all volumes, and binds them to a book.

        Raises:
            Misnumbered: a length is not what others were numbered by; it is right now, for another attempt.
            RenderFailed: a process ended too early.
        """
        while self.waiting_to_begin or self.jobs:
            self.hand_out()
            if not self.jobs:
                raise pdf.RenderFailed("Volumes wait for each other's pages.")
            self.bind()  # while they work
            for ready in connection.wait(self.jobs):
                self.hear(self.jobs[ready])
        self.bind()

    def bind(self):
        """Adds to the book whatever is drawn without a gap."""
        while self.to_bind and self.to_bind[0].content:
            volume = self.to_bind.pop(0)
            self.book.add(volume.content, continues=volume.continues)
            volume.content = None

    def close(self):
        self.book.close()
        for job in self.jobs.values():
            job.process.kill()
            job.process.join()

    def hand_out(self):
        """Gives work to each free processor.

        Volumes are laid out first, because others wait for their pages, and drawn when too many are held or none is
        left to be laid out: so there is something to do beside the last one, the contents.
        """
        while sum(not job.waits for job in self.jobs.values()) < processors():
            order, held = self.next_order(), [job for job in self.jobs.values() if job.waits]
            numbered = [job for job in held if self.pages_before(job.number) is not None]
            is_much = sum(len(self.volumes[job.number].html) for job in held) > HELD
            if numbered and (is_much or order is None):
                self.answer(min(numbered, key=attrgetter("number")))
            elif order:
                self.begin(order)
            else:
                break

    def next_order(self):
        """What can begin, because all pages it names are known; what names some comes first. None: nothing can."""
        ready = [order for order in self.waiting_to_begin if order.counts or self.knows_names(order.number)]
        return max(ready, key=lambda order: bool(self.volumes[order.number].names), default=None)

    def knows_names(self, number):
        return all(map(self.is_placed, self.volumes[number].names))

    def begin(self, order):
        self.waiting_to_begin.remove(order)
        job = Job.begin(self, *order)
        self.jobs[job.connection] = job

    def answer(self, job):
        """Tells one that waits how many pages come before its own."""
        job.connection.send(self.pages_before(job.number))
        job.waits = False

    def hear(self, job):
        """Takes what a job tells."""
        try:
            said, *told = job.connection.recv()
        except EOFError as error:
            raise pdf.RenderFailed("A volume's process ended too early.") from error
        if said == "page":
            self.pages += 1
            self.progress(self.pages)
        elif said == "laid out":
            self.note(job, *told)
        elif said == "drawn":
            (self.volumes[job.number].content,) = told
            self.end(job)

    def note(self, job, length, places):
        """Notes the pages of a volume that is laid out."""
        volume = self.volumes[job.number]
        is_other = volume.length not in (None, length)
        volume.length, volume.places = length, places
        if is_other:
            raise Misnumbered
        if job.counts:
            self.end(job)
        else:
            job.waits = True

    def end(self, job):
        del self.jobs[job.connection]
        job.connection.close()
        job.process.join()

    def pages_before(self, number):
        """How many there are before this volume; None while some are not counted."""
        lengths = [volume.length for volume in self.volumes[:number]]
        return None if None in lengths else sum(lengths)

    def is_placed(self, anchor):
        number = self.home[anchor]
        return self.pages_before(number) is not None and self.volumes[number].length is not None

    def page(self, anchor):
        """The number of the page on which an anchor stands, if it does: what makes no box stands nowhere."""
        number = self.home.get(anchor)
        place = None if number is None else self.volumes[number].places.get(anchor)
        return "" if place is None else self.pages_before(number) + place + 1

    def html(self, number, counts):
        """The HTML of a volume with the numbers of the pages it names, or others as wide."""

        def link(match):
            return f' href="#{match[1]}" data-on="{ANY_PAGE if counts else self.page(match[1])}"'

        return NAMED_PAGE.sub(link, self.volumes[number].html)


@dataclass
class Job:
    """A process that draws a volume or `counts` its pages; it `waits` when it is laid out."""

    number: int
    counts: bool
    connection: connection.Connection
    process: multiprocessing.Process
    waits: bool = False

    @classmethod
    def begin(cls, workshop, number, counts):
        from brochure.volumes import drawing  # WeasyPrint may be missing

        # Forked from a process without threads: styles and fonts are read once for all.
        processes = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        ours, theirs = processes.Pipe()
        html, anchors = workshop.html(number, counts), frozenset(workshop.home)
        process = processes.Process(
            target=drawing.work, args=(theirs, [ours, *workshop.jobs], html, number, anchors, counts)
        )
        process.start()
        theirs.close()
        return cls(number, counts, ours, process)


def draw_folded(html, path, progress):
    """As `draw`, put two to a side; returns the number of sides."""
    in_order = Path(path).with_name(f"pages-{Path(path).name}")
    draw(html, in_order, progress)
    sides = impose(in_order, path)
    in_order.unlink()
    return sides
