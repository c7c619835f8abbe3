"""The process in which an edition is drawn: it gives its memory back and can be killed without harm."""

import contextlib
import json
import os
import subprocess
import sys

from django.conf import settings

from brochure import pdf
from brochure.volumes.workshop import draw, draw_folded

NICENESS = 10
"""Whoever reads a page meanwhile is served first."""


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
    command = [sys.executable, "-m", "brochure.volumes.child", str(path), *(["folded"] if folded else [])]
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
