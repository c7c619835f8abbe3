"""Editions for tests: composed of what is published, with files that only pretend to be PDFs."""

import hashlib

from django.conf import settings

from brochure.actions import Rendered, compose_edition, publish

TITLES = {"title_es": "Guía de prueba", "title_en": "Test guide"}


def rendered(edition, language, content):
    """A Rendered file with this content, not offered yet."""
    folder = settings.EDITIONS_DIR / str(edition.number)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{language}-{hashlib.sha256(content).hexdigest()}.part"
    path.write_bytes(content)
    return Rendered(language, path, 3, len(content), hashlib.sha256(content).hexdigest())


def published_edition(content=b"%PDF-1.7 0123456789"):
    edition = compose_edition(**TITLES)
    return publish(edition=edition, rendered=[rendered(edition, language, content) for language in ("es", "en")])
