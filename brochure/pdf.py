"""HTML to tagged PDF/UA-1 with WeasyPrint.

WeasyPrint is imported at the first rendering only: its system libraries (Pango) may be missing, and then the rest of
the portal runs all the same.
"""

import contextlib
import hashlib
import io
import logging
import re
import ssl
import subprocess
import threading
import unicodedata
from functools import lru_cache
from importlib.metadata import version as installed_version
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.contrib.staticfiles.finders import FileSystemFinder
from django.template.loader import render_to_string
from django.utils import translation

# Where static files stand for a stylesheet or a picture; no such host exists and none is ever asked.
STATIC = "https://static.invalid/"
STYLESHEETS = ("css/tokens.css", "css/pdf.css")
OPTIONS = {"pdf_variant": "pdf/ua-1"}
BOX = "□"
# Separators that fonts claim to draw, and orders of direction, which could make an amount read backwards.
REPLACED = {0x2028: "\n", 0x2029: "\n"} | dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
INSTALL = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-inter"

# Pages are laid out one document at a time per process: a second one would double the memory, not the speed. One more
# may wait; whoever comes then is told to come back, so that readers of pages still find a thread that serves them.
IN_LINE = 2
_line = threading.BoundedSemaphore(IN_LINE)
_one_at_a_time = threading.Lock()


class PdfUnavailable(Exception):
    """This machine can't make PDFs; the message is one line that says what to install."""


class PdfBusy(Exception):
    """As many documents as may wait are waiting to be drawn by this process; a few seconds later there is room."""


class RenderFailed(Exception):
    """A document could not be rendered; what went wrong stands in the log above."""


def render(template, context, *, language):
    """The PDF/UA-1 bytes of a template, in that language.

    Raises:
        PdfUnavailable: the PDF library or one of its system libraries is missing.
        PdfBusy: too many are waiting.
    """
    return write(render_html(template, context, language=language))


def render_html(template, context, *, language):
    """The HTML that `write` turns into a PDF: everything the document says, and nothing else decides its text."""
    with translation.override(language):
        return render_to_string(template, context)


def write(html):
    """The PDF/UA-1 bytes of a whole HTML document.

    Raises:
        PdfUnavailable, PdfBusy: as above.
    """
    with turn():
        return draw(html)


@contextlib.contextmanager
def turn():
    """Waits for this thread's turn to `draw`; the others wait until the block ends.

    Raises:
        PdfBusy: as above.
    """
    if not _line.acquire(blocking=False):
        raise PdfBusy
    try:
        with _one_at_a_time:
            yield
    finally:
        _line.release()


def draw(html):
    """As `write`, for whoever has the `turn` already."""
    return lay_out(html).write_pdf(**OPTIONS)


def draw_handout(html):
    """As `draw`, set closer if that spares a second page."""
    return lay_out_handout(html).write_pdf(**OPTIONS)


def digest(html):
    """A name for the PDF of this HTML: it changes whenever text, layout or the library that draws it changes."""
    linked = sorted(static_path("css/pdf.css").parent.glob("pdf-*.css"))  # by some documents; enough that they may be
    sheets = (*_stylesheet_bytes(), *(path.read_bytes() for path in linked))
    parts = [html.encode(), *sheets, installed_version("weasyprint").encode()]
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def lay_out_handout(html):
    """As `lay_out`, set closer if that spares a second page."""
    document = lay_out(html)
    if len(document.pages) == 2:
        closer = lay_out(html.replace('<body class="', '<body class="dense ', 1))
        return closer if len(closer.pages) == 1 else document
    return document


def lay_out(html):
    """The WeasyPrint Document of an HTML text: its pages, not yet written."""
    weasyprint = _weasyprint()
    document = weasyprint.HTML(string=drawable(html), base_url=STATIC, url_fetcher=_fetcher())
    return document.render(stylesheets=_stylesheets(_stylesheet_bytes()), **OPTIONS)


def drawable(text):
    """The text with a box for what no installed font can draw, an emoji for example.

    An accessible PDF may not hold the empty glyph that would stand there. Invisible marks just go.
    """
    text = text.translate(REPLACED)
    covered = _covered()
    missing = {char for char in set(text) if covered and ord(char) not in covered and char not in "\n\t\r"}
    invisible = {char for char in missing if unicodedata.category(char) in ("Cc", "Cf", "Mn")}
    table = {ord(char): None if char in invisible else BOX for char in missing}
    return re.sub(f"{BOX}+", BOX, text.translate(table)) if missing else text


@lru_cache
def _covered():
    """The code points that some installed font draws; empty where fontconfig can't be asked."""
    try:
        told = subprocess.run(["fc-list", ":", "charset"], capture_output=True, text=True, check=True).stdout  # noqa: S607 - wherever fontconfig is
    except (OSError, subprocess.CalledProcessError):
        return frozenset()
    spans = re.findall(r"\b([0-9a-f]+)(?:-([0-9a-f]+))?(?=[ \n])", told)
    return frozenset(point for first, last in spans for point in range(int(first, 16), int(last or first, 16) + 1))


@lru_cache
def _weasyprint():
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints a page of advice before it fails
            import weasyprint

            from brochure import mending, sparing
    except (ImportError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise PdfUnavailable(f"PDFs can't be made here ({reason}): {INSTALL}") from error
    # Its warnings are about the screen's part of the shared tokens; what spoils a document is an error.
    weasyprint.LOGGER.setLevel(logging.ERROR)
    mending.mend()
    sparing.spare()
    return weasyprint


@lru_cache
def _fetcher():
    """Reads static files from disk and pictures that their address holds; every other address is refused.

    So no text can make the server fetch one.
    """
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class StaticFiles(URLFetcher):
        def fetch(self, url, headers=None):
            if url.startswith("data:"):
                return super().fetch(url, headers)
            if not url.startswith(STATIC):
                raise ValueError(f"only static files are read: {url}")
            path = static_path(unquote(urlsplit(url).path.lstrip("/")))
            kind = {".svg": "image/svg+xml", ".png": "image/png", ".css": "text/css"}.get(path.suffix)
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind} if kind else None)

    return StaticFiles(ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))  # or it would read all certificates


def static_path(name):
    """The Path of a static file of this project.

    Raises:
        FileNotFoundError: there is none of that name.
    """
    found = FileSystemFinder().find(name)
    if not found:
        raise FileNotFoundError(name)
    return Path(found)


def _stylesheet_bytes():
    return tuple(static_path(name).read_bytes() for name in STYLESHEETS)


@lru_cache(maxsize=1)
def _stylesheets(sources):
    """Parsed once for all documents."""
    CSS = _weasyprint().CSS
    return [CSS(string=source.decode(), base_url=f"{STATIC}css/", url_fetcher=_fetcher()) for source in sources]
