"""The process that `portal.bench.brochure` has draw its documents: it needs no database and gives its memory back."""

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from brochure import pdf
from brochure.volumes import workshop


def draw_all(by, folder):
    """Prints {wall, cpu: median seconds of a document, pages, bytes: of all} of the HTML files in a folder.

    A single document is an edition; several are handouts. The library is loaded before.

    Args:
        by: "portal", or "stock" for WeasyPrint as it is installed, which lays out an edition as one document.
    """
    if by == "stock":
        from brochure import mending, sparing

        mending.mend = sparing.spare = lambda: None
    workshop.warm_up()
    walls, cpus, pages, size = [], [], 0, 0
    paths = sorted(Path(folder).iterdir())
    draw = draw_handout if len(paths) > 1 else draw_as_one if by == "stock" else workshop.draw
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        for path in paths:
            html = path.read_text(encoding="utf-8")
            wall, cpu = time.perf_counter(), processor_time()
            pages += draw(html, file.name)
            walls.append(time.perf_counter() - wall)
            cpus.append(processor_time() - cpu)
            size += Path(file.name).stat().st_size
    told = {"wall": statistics.median(walls), "cpu": statistics.median(cpus)}
    print(json.dumps(told | {"pages": pages, "bytes": size}))


def draw_handout(html, path):
    """Writes the PDF and returns its pages, as all of these do."""
    return written(pdf.lay_out_handout(html), path)


def draw_as_one(html, path):
    return written(pdf.lay_out(html), path)


def written(document, path):
    document.write_pdf(path, **pdf.OPTIONS)
    return len(document.pages)


def processor_time():
    """Seconds of this process and of those it has waited for."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    draw_all(*sys.argv[1:])
