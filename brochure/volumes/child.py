"""The process in which editions are drawn: it gives its memory back and can be killed without harm."""

import contextlib
import gc
import json
import os
import subprocess
import sys

from django.conf import settings

from brochure import pdf
from brochure.volumes.workshop import draw, draw_folded, warm_up

NICENESS = 10
"""Whoever reads a page meanwhile is served first."""


class DrawingProcess:
    """A process that draws one document after the other, and ends with the block.

    It begins at once to read the library, while the first HTML is still being made.
    """

    def __init__(self):
        command = [sys.executable, "-m", "brochure.volumes.child"]
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=settings.BASE_DIR
        )

    def __enter__(self):
        return self

    def __exit__(self, *error):
        """What it is still drawing for nobody, it gives up at the next page that it tells."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def draw(self, html, path, progress=lambda page: None, *, folded=False):
        """Writes the PDF to `path`.

        Args:
            progress: called with the number of pages that are laid out, whenever there are more.
            folded: half-letter pages are put two to a side, as a booklet to fold.

        Returns:
            The number of pages, of the booklet that of its sides.

        Raises:
            PdfUnavailable: the PDF library is missing.
            RenderFailed: the process ended without a PDF.
        """
        with contextlib.suppress(BrokenPipeError):  # a process that ends early says why on its output
            self.process.stdin.write(json.dumps([html, str(path), folded]).encode() + b"\n")
            self.process.stdin.flush()
        for line in self.process.stdout:
            told = json.loads(line)
            if "unavailable" in told:
                raise pdf.PdfUnavailable(told["unavailable"])
            if "pages" in told:
                return told["pages"]
            progress(told["page"])
        raise pdf.RenderFailed(f"The PDF process ended with {self.process.wait()}.")


def _main():
    """The process: what to draw as JSON lines on standard input, its progress as such on standard output."""

    def tell(**message):
        print(json.dumps(message), flush=True)

    os.nice(NICENESS)
    try:
        warm_up()
        for line in sys.stdin.buffer:
            html, path, folded = json.loads(line)
            tell(pages=(draw_folded if folded else draw)(html, path, lambda page: tell(page=page)))
    except pdf.PdfUnavailable as error:
        tell(unavailable=str(error))


if __name__ == "__main__":
    gc.disable()
    _main()
