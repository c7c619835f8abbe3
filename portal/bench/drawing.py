"""The process that `portal.bench.brochure` has draw its documents: it needs no database and gives its memory back."""

import json
import resource
import statistics
import sys
import time
from pathlib import Path

from brochure import pdf


def draw_all(by, folder):
    """Prints {wall, cpu: median seconds of a document, peak: MB, pages, bytes: of all} of the HTML files in a folder.

    A single document is an edition and drawn cold; several are handouts, of which the first is not counted.

    Args:
        by: "portal", or "stock" for WeasyPrint as it is installed.
    """
    if by == "stock":
        from brochure import mending, sparing

        mending.mend = sparing.spare = lambda: None
    walls, cpus, pages, size = [], [], 0, 0
    paths = sorted(Path(folder).iterdir())
    lay_out = pdf.lay_out if len(paths) == 1 else pdf.lay_out_handout
    for path in paths:
        wall, cpu = time.perf_counter(), time.process_time()
        document = lay_out(path.read_text(encoding="utf-8"))
        size += len(document.write_pdf(**pdf.OPTIONS))
        pages += len(document.pages)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    told = {"wall": statistics.median(walls[1:] or walls), "cpu": statistics.median(cpus[1:] or cpus)}
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps(told | {"peak": peak, "pages": pages, "bytes": size}))


if __name__ == "__main__":
    draw_all(*sys.argv[1:])
