"""An edition drawn in volumes, parts of it that begin a page, side by side in processes of their own.

WeasyPrint works with one processor, and its memory grows with the document. Volumes take as many processors as there
are, and each gives its memory back. What they tell each other are numbers of pages: those at the foot of each page,
which a volume waits for when it is laid out, and those that name pages elsewhere, in the contents or the index.
"""

import contextlib
import json
import multiprocessing
import os
import re
import subprocess
import sys
from collections import deque
from dataclasses import dataclass, field
from multiprocessing import connection
from pathlib import Path

from django.conf import settings

from brochure import pdf
from brochure.binding import bind
from brochure.booklet import impose

CUT = "<!-- volume -->"
"""Stands in a template where a new volume may begin; no content can say it unescaped."""
CONTINUED = '<section class="chapter continued"'
NAMED_PAGE = re.compile(r' href="#([^"]+)" data-on=""')
"""A link whose page is to stand beside it."""
ANY_PAGE = "000"
"""As wide as the widest number of a page."""
ID = re.compile(r' id="([^"]+)"')
MOST = 150_000
"""Characters of HTML after which a volume ends at the next cut: some thirty records, a hundred MB."""
EACH = 3
"""Volumes for each processor, if they are not longer than that: all are at work until the end."""
ATTEMPTS = 3
NICENESS = 10
"""Whoever reads a page meanwhile is served first."""
WARM_UP = '<html lang="es"><title>.</title><p>.</p></html>'
"""Drawn before the processes part, so that not each of them reads styles and fonts again."""


class Misnumbered(Exception):
    """A volume takes another number of pages than was counted for it."""


@dataclass
class Volume:
    """A part of the edition: a whole HTML document, and what is known of it by now.

    `names` are the anchors whose pages it names, `places` its own anchors with their page, from 0.
    """

    html: str
    continues: bool
    anchors: frozenset
    names: frozenset
    is_counted_first: bool = False
    length: int | None = None
    places: dict = field(default_factory=dict)
    content: bytes | None = None


def write_in_child(html, path, progress=lambda page: None, *, folded=False):
    """Writes the PDF to `path` in processes of their own, whose memory is given back when they end.

    Args:
        progress: called with the number of pages that are laid out, whenever there are more.
        folded: half-letter pages are put two to a side, as a booklet to fold.

    Returns:
        The number of pages, of the booklet that of its sides.

    Raises:
        PdfUnavailable: the PDF library is missing.
        RenderFailed: the process ended without a PDF.
    """
    command = [sys.executable, "-m", "brochure.volumes", str(path), *(["folded"] if folded else [])]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=settings.BASE_DIR
    ) as process:
        with contextlib.suppress(BrokenPipeError):  # a child that ends early says why on its output
            process.stdin.write(html)
            process.stdin.close()
        pages = None
        for line in process.stdout:
            told = json.loads(line)
            if "unavailable" in told:
                raise pdf.PdfUnavailable(told["unavailable"])
            if "page" in told:
                progress(told["page"])
            pages = told.get("pages", pages)
    if process.returncode or not pages:
        raise pdf.RenderFailed(f"The PDF process ended with {process.returncode}.")
    return pages


def draw(html, path, progress=lambda page: None):
    """As `write_in_child`, but the volumes' processes are children of this one, which must have no other thread."""
    pdf.draw(WARM_UP)
    volumes = cut(html)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with contextlib.closing(Workshop(volumes, progress)) as workshop:
                workshop.draw()
            break
        except Misnumbered:
            if attempt == ATTEMPTS:
                raise
    bind([(volume.content, volume.continues) for volume in volumes], path)
    return sum(volume.length for volume in volumes)


def cut(html):
    """The Volumes of an edition's HTML: what stands between cuts, put together while it is short.

    A volume that names pages holds nothing else, and is counted first if it names its own or later ones.
    """
    start, *pieces = html.split(CUT)
    volumes = gathered(start, pieces) if pieces else [volume_of(html, html)]
    anchors = frozenset().union(*(volume.anchors for volume in volumes))
    known = set()
    for volume in volumes:
        volume.names &= anchors
        volume.is_counted_first = not volume.names <= known
        known |= volume.anchors
    return volumes


def gathered(start, pieces):
    """A Volume for every few pieces, each with the document's start and end."""
    pieces[-1], mark, end = pieces[-1].rpartition("</body>")
    most = min(MOST, sum(map(len, pieces)) // (EACH * processors()))
    parts = []
    for piece in pieces:
        names_pages = bool(NAMED_PAGE.search(piece))
        if parts and parts[-1][0] == names_pages and len(parts[-1][1]) + len(piece) <= most:
            parts[-1] = names_pages, parts[-1][1] + piece
        else:
            parts.append((names_pages, piece))
    return [volume_of(f"{start}{part}{mark}{end}", part) for _names_pages, part in parts]


def processors():
    """How many this process may use."""
    return getattr(os, "process_cpu_count", os.cpu_count)() or 1  # the former since Python 3.13


def volume_of(html, part):
    return Volume(
        html,
        continues=part.lstrip().startswith(CONTINUED),
        anchors=frozenset(ID.findall(html)),
        names=frozenset(NAMED_PAGE.findall(html)),
    )


class Workshop:
    """Has volumes drawn by as many processes as there are processors; those that wait for a number are not counted."""

    def __init__(self, volumes, progress):
        self.volumes, self.progress = volumes, progress
        self.home = {anchor: number for number, volume in enumerate(volumes) for anchor in volume.anchors}
        self.waiting_to_begin = deque(self.orders())
        self.jobs = {}  # by connection
        self.pages = 0

    def orders(self):
        """Pairs of a volume's number and whether its pages are only counted; the order in which to begin."""
        for number, volume in enumerate(self.volumes):
            if volume.is_counted_first and volume.length is None:
                yield number, True
        yield from ((number, False) for number in range(len(self.volumes)))

    def draw(self):
        """Fills in `content`, `length` and `places` of all volumes.

        Raises:
            Misnumbered: a length is not what others were numbered by; it is right now, for another attempt.
            RenderFailed: a process ended too early.
        """
        while self.waiting_to_begin or self.jobs:
            self.begin()
            if not self.jobs:
                raise pdf.RenderFailed("Volumes wait for each other's pages.")
            for ready in connection.wait(self.jobs):
                self.hear(self.jobs[ready])
            self.answer()

    def close(self):
        for job in self.jobs.values():
            job.process.kill()
            job.process.join()

    def begin(self):
        """Begins whatever knows the numbers it names, while a processor is free."""
        free = processors() - sum(not job.waits for job in self.jobs.values())
        for order in list(self.waiting_to_begin):
            number, counts = order
            if free > 0 and (counts or all(map(self.is_placed, self.volumes[number].names))):
                self.waiting_to_begin.remove(order)
                job = Job.begin(self, number, counts)
                self.jobs[job.connection] = job
                free -= 1

    def hear(self, job):
        """Takes what a job tells."""
        try:
            said, *told = job.connection.recv()
        except EOFError as error:
            raise pdf.RenderFailed("A volume's process ended too early.") from error
        if said == "page" and not job.counts:
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

    def answer(self):
        """Tells those that wait how many pages come before theirs, once it is known."""
        for job in self.jobs.values():
            if job.waits and (before := self.pages_before(job.number)) is not None:
                job.connection.send(before)
                job.waits = False

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
        from brochure import volume

        # Forked from a process without threads: styles and fonts are read once for all.
        processes = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        ours, theirs = processes.Pipe()
        html, anchors = workshop.html(number, counts), frozenset(workshop.home)
        process = processes.Process(
            target=volume.work, args=(theirs, [ours, *workshop.jobs], html, number, anchors, counts)
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


def _main(path, folded=""):
    """The child process: HTML on standard input, the PDF at `path`, JSON lines of progress on standard output."""

    def tell(**message):
        print(json.dumps(message), flush=True)

    os.nice(NICENESS)
    html = sys.stdin.buffer.read().decode()
    try:
        pages = (draw_folded if folded else draw)(html, path, lambda page: tell(page=page))
    except pdf.PdfUnavailable as error:
        tell(unavailable=str(error))
    else:
        tell(pages=pages)


if __name__ == "__main__":
    _main(*sys.argv[1:])
