"""Making an edition: compose it once from what is published, then render and publish it. Nothing changes it later."""

import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation

from brochure import pdf
from brochure.contents import edition_contents
from brochure.ledger.recording import record
from brochure.models import Edition, EditionFile, EditionItem
from procedures.models import ProcedureVersion, ProgramVersion

LANGUAGES = [code for code, _name in settings.LANGUAGES]
DAY = 24 * 60 * 60  # seconds


class NothingToPrint(Exception):
    """No record is published: an edition would be empty."""


@dataclass(frozen=True)
class Rendered:
    """A PDF that is whole but not offered yet, at a temporary `path`."""

    language: str
    path: Path
    pages: int
    bytes: int
    sha256: str


@transaction.atomic
def compose_edition(*, title_es, title_en, kind=Edition.Kind.COMPLETE, by=None):
    """A draft Edition under the next number, holding the versions that are published now, in reading order.

    Raises:
        NothingToPrint: no record is published.
        ValueError: a kind that is not composed yet.
    """
    if kind != Edition.Kind.COMPLETE:
        raise ValueError(f"editions of the kind {kind!r} are not composed yet")
    items = published_items()
    if not items:
        raise NothingToPrint
    list(Edition.objects.select_for_update()[:1])  # whoever composes at the same moment waits for this number
    edition = Edition.objects.create(
        number=(Edition.objects.aggregate(last=Max("number"))["last"] or 0) + 1,
        kind=kind,
        title_es=title_es,
        title_en=title_en,
        created_by=by,
    )
    for position, item in enumerate(items, start=1):
        item.edition, item.position = edition, position
    EditionItem.objects.bulk_create(items)
    return edition


def published_items():
    """Unsaved EditionItems of all that is published: procedures along the road, then programs by kind."""
    procedures = ProcedureVersion.objects.published().in_road_order()
    programs = ProgramVersion.objects.published().order_by("program__position", "program__slug")
    kinds = ProgramVersion.Kind.values
    return [
        *(EditionItem(procedure_version=version) for version in procedures),
        *(EditionItem(program_version=version) for version in sorted(programs, key=lambda row: kinds.index(row.kind))),
    ]


def unfinished_edition():
    """The draft that a killed command left, if what it holds is still what is published; else None.

    A draft that a person composed is theirs to publish.
    """
    draft = Edition.objects.drafts().filter(created_by=None).first()
    return draft if draft and held(draft.items.all()) == held(published_items()) else None


def held(items):
    return [(item.procedure_version_id, item.program_version_id) for item in items]


def render_edition(*, edition, progress=lambda line: None):
    """Renders an edition in every language and publishes it; does nothing if it is published already.

    It can be killed at any moment and run again, even by two processes at once: files are whole before they get
    their name, and one transaction names them and publishes. Rows of files appear only then.

    Args:
        progress: called with a line of text as the work goes on, from several threads.

    Returns:
        The published Edition.

    Raises:
        PdfUnavailable: the PDF library is missing.
        RenderFailed: a language could not be rendered; nothing is published.
    """
    edition.refresh_from_db()
    if edition.published_at:
        return edition
    folder = settings.EDITIONS_DIR / str(edition.number)
    folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    date = timezone.localdate()
    documents = {language: edition_html(edition, language, date) for language in LANGUAGES}
    paths = {language: folder / f"{language}-{os.getpid()}.part" for language in LANGUAGES}
    try:
        # The threads only wait: each language is laid out in a process of its own.
        with ThreadPoolExecutor(max_workers=len(LANGUAGES)) as threads:
            jobs = [
                threads.submit(render_language, html, language, paths[language], progress)
                for language, html in documents.items()
            ]
        return publish(edition=edition, rendered=[job.result() for job in jobs])
    finally:
        for path in paths.values():
            path.unlink(missing_ok=True)


def edition_html(edition, language, date):
    with translation.override(language):
        return pdf.render_html("brochure/edition.html", edition_contents(edition, date), language=language)


def render_language(html, language, path, progress):
    """Writes and measures one language's PDF at a temporary path."""
    pages = pdf.write_in_child(html, path, partial(report_page, progress, language))
    content = path.read_bytes()
    with path.open("rb") as file:
        os.fsync(file.fileno())
    progress(f"{language}: {pages} pages, {len(content) / 1_000_000:.1f} MB")
    return Rendered(language, path, pages, len(content), hashlib.sha256(content).hexdigest())


def report_page(progress, language, page):
    if page % 10 == 0:
        progress(f"{language}: page {page} …")


@transaction.atomic
def publish(*, edition, rendered):
    """Gives rendered files their names, publishes and records the simplification ledger.

    If another process was faster its files stay.
    """
    edition = Edition.objects.select_for_update().get(pk=edition.pk)
    if edition.published_at:
        return edition
    for file in rendered:
        name = f"{edition.number}/{file.language}.pdf"
        file.path.replace(settings.EDITIONS_DIR / name)
        EditionFile.objects.create(
            edition=edition,
            language=file.language,
            path=name,
            pages=file.pages,
            bytes=file.bytes,
            sha256=file.sha256,
        )
    sync_folder(settings.EDITIONS_DIR / str(edition.number))
    edition.published_at = timezone.now()
    edition.save(update_fields=["published_at"])
    record(edition=edition)
    return edition


def remove_leftovers(folder):
    """Removes what killed runs left half written, once no run can be at it any more."""
    for path in folder.glob("*.part"):
        if time.time() - path.stat().st_mtime > DAY:
            path.unlink(missing_ok=True)


def sync_folder(folder):
    """Makes the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
