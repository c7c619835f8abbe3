"""Draws the files of a draft, each by processes of its own whose memory is given back when they end.

It can be killed at any moment and run again, even by two processes at once: a file is whole before it has its name,
gets its row only then, and what has a row is not drawn again. How far it is stands in a row of `Rendering`.
"""

import hashlib
import os
import time
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from brochure.actions import edition_html, locked_draft
from brochure.models import EditionFile, Paper, Rendering
from brochure.volumes import child

GLANCE = 1  # second between two reports of how far it is
DAY = 24 * 60 * 60  # seconds


@dataclass(frozen=True)
class Drawn:
    """A file that is whole but not kept yet, at a temporary `path`; what is for screens has no `pages`."""

    language: str
    paper: str
    path: Path
    pages: int | None
    bytes: int
    sha256: str

    @property
    def name(self):
        """Path of the kept file: with a part of its hash, so that no file ever takes another one's place."""
        ending = "html" if self.paper == Paper.SCREEN else "pdf"
        return f"{self.language}-{self.paper}-{self.sha256[:16]}.{ending}"

    def __str__(self):
        pages = f"{self.pages} pages, " if self.pages else ""
        return f"{self.language} {self.paper}: {pages}{self.bytes / 1_000_000:.1f} MB"


def render_edition(*, edition, progress=lambda line: None):
    """Draws the files of a draft that are still missing and keeps each as soon as it is whole.

    Args:
        progress: called with a line of text as the work goes on.

    Raises:
        PdfUnavailable: the PDF library is missing.
        RenderFailed: a file could not be drawn; the others that are whole stay.
        DraftChanged: somebody changed, published or deleted the draft.
    """
    draft = begin(edition)
    missing = [file for file in draft.wanted_files if not draft.files.filter(language=file[0], paper=file[1]).exists()]
    missing.sort(key=lambda file: file[1] != Paper.SCREEN)  # what is there in a second can be looked at first
    folder = settings.EDITIONS_DIR / str(draft.number)
    folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    try:
        with closing(Press(draft, folder, missing, progress).draw()) as files:
            for drawn in files:
                keep_file(draft, drawn)
                progress(str(drawn))
    finally:
        Rendering.objects.filter(edition=draft).delete()


@transaction.atomic
def begin(edition):
    """The draft, dated: if it is taken up again on another day, all its files still carry the same one."""
    draft = locked_draft(edition)
    if draft.printed_on is None:
        draft.printed_on = timezone.localdate()
        draft.save(update_fields=["printed_on"])
    return draft


class Press:
    """Draws files of a draft, one after the other, and writes down how far it is."""

    def __init__(self, draft, folder, files, progress):
        self.draft, self.folder, self.files, self.progress = draft, folder, files, progress
        self.pages = {}  # {(language, paper): page} of the file that is being drawn
        self.reported = 0  # when

    @property
    def is_for_screens(self):
        return all(paper == Paper.SCREEN for _language, paper in self.files)

    def draw(self):
        """Yields each file as a Drawn when it is whole."""
        try:
            with nullcontext() if self.is_for_screens else child.DrawingProcess() as process:
                for language, paper in self.files:
                    self.pages = {(language, paper): 0}
                    self.report()
                    yield self.draw_file(process, language, paper)
        finally:
            for path in self.folder.glob(f"*-{os.getpid()}.part"):
                path.unlink(missing_ok=True)

    def draw_file(self, process, language, paper):
        """Writes and measures one file at a temporary path."""
        html = edition_html(self.draft, language, self.draft.printed_on, paper)
        path = self.folder / f"{language}-{paper}-{os.getpid()}.part"
        pages = None
        if paper == Paper.SCREEN:
            path.write_text(html, encoding="utf-8")
        else:
            note = partial(self.note_page, (language, paper))
            pages = process.draw(html, path, note, folded=paper == Paper.BOOKLET)
        content = path.read_bytes()
        with path.open("rb") as file:
            os.fsync(file.fileno())
        return Drawn(language, paper, path, pages, len(content), hashlib.sha256(content).hexdigest())

    def note_page(self, file, page):
        """Keeps count; what it raises closes the process's output and so ends it."""
        self.pages[file] = page
        if page % 10 == 0:
            self.progress(f"{' '.join(file)}: page {page} …")
        if time.monotonic() - self.reported > GLANCE:
            self.report()

    def report(self):
        """Writes down how far it is.

        Raises:
            DraftChanged: there is nothing any more to be drawn for.
        """
        self.reported = time.monotonic()
        files = list(self.draft.files.all())
        drawing = [{"language": file[0], "paper": file[1], "page": page} for file, page in self.pages.items()]
        with transaction.atomic():
            locked_draft(self.draft, self.draft.revision)
            Rendering.objects.update_or_create(
                edition=self.draft,
                defaults={
                    "files": len(self.draft.wanted_files),
                    "files_done": len(files),
                    "pages_done": sum(file.pages or 0 for file in files),
                    "drawing": drawing,
                },
            )


@transaction.atomic
def keep_file(draft, drawn):
    """Gives a whole file its name and its row; if another process was faster its file stays.

    Raises:
        DraftChanged: as above.
    """
    locked_draft(draft, draft.revision)
    name = f"{draft.number}/{drawn.name}"
    _row, is_ours = EditionFile.objects.get_or_create(
        edition=draft,
        language=drawn.language,
        paper=drawn.paper,
        defaults={"path": name, "pages": drawn.pages, "bytes": drawn.bytes, "sha256": drawn.sha256},
    )
    if is_ours:
        drawn.path.replace(settings.EDITIONS_DIR / name)
        sync_folder(settings.EDITIONS_DIR / str(draft.number))
    else:
        drawn.path.unlink()


def remove_leftovers(folder):
    """Removes what killed runs left there without a row, once no run can be at it any more."""
    named = set(EditionFile.objects.filter(path__startswith=f"{folder.name}/").values_list("path", flat=True))
    for path in folder.iterdir():
        if f"{folder.name}/{path.name}" not in named and time.time() - path.stat().st_mtime > DAY:
            path.unlink(missing_ok=True)


def sync_folder(folder):
    """Makes the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
