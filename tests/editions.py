"""Editions for tests: composed of what is published, with files that only pretend to be what they are called."""

import hashlib
import tempfile
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from brochure.actions import compose_edition, edition_html, publish_edition
from brochure.models import Edition, Paper
from brochure.rendering import Drawn, keep_file
from brochure.volumes.child import DrawingProcess

TITLES = {"title_es": "Guía de prueba", "title_en": "Test guide"}


def edition_pdf(edition, language, paper=Paper.LETTER):
    """The bytes of an edition's PDF, drawn as its files are."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "edition.pdf")
        with DrawingProcess() as process:
            process.draw(edition_html(edition, language, timezone.localdate(), paper), path)
        return path.read_bytes()


def drawn(edition, language, content, paper=Paper.LETTER):
    """A Drawn file with this content, not kept yet."""
    folder = settings.EDITIONS_DIR / str(edition.number)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{language}-{paper}-{hashlib.sha256(content).hexdigest()}.part"
    path.write_bytes(content)
    pages = None if paper == Paper.SCREEN else 3
    return Drawn(language, paper, path, pages, len(content), hashlib.sha256(content).hexdigest())


def rendered_edition(content=b"%PDF-1.7 0123456789", **fields):
    """A draft with all its files."""
    edition = compose_edition(**(TITLES | fields))
    Edition.objects.filter(pk=edition.pk).update(printed_on=timezone.localdate())
    for language, paper in edition.wanted_files:
        keep_file(edition, drawn(edition, language, content, paper))
    edition.refresh_from_db()
    return edition


def published_edition(content=b"%PDF-1.7 0123456789", **fields):
    return publish_edition(edition=rendered_edition(content, **fields))
