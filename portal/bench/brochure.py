"""The brochure: one sheet, then editions of 43, 300 and 1,000 records, each beside WeasyPrint as it is installed."""

import copy
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from brochure import pdf
from brochure.contents import edition_contents
from brochure.models import Edition, EditionItem
from brochure.sheets import procedure_sheets
from portal.bench.measuring import database_of_its_own, load_fixtures
from procedures.models import ProcedureVersion

RECORDS = (43, 300, 1_000)
ARTICLE = re.compile('<article class="record">.*? data-number="N.º (?P<number>[0-9]+) .*?</article>', re.DOTALL)
GLANCE = 0.1  # seconds between two looks at the memory
COLUMNS = ("document", "by", "HTML s", "s", "CPU s", "peak MB", "pages", "kB")
LAYOUT = "{:26}{:8}{:>8}{:>8}{:>8}{:>9}{:>7}{:>9}"


def run(report, rounds, size):
    report(f"{connection.vendor}: PDF/UA-1 of sheets and editions, in Spanish, each in a process of its own")
    report("that has loaded the library: the portal has it do so while the HTML is being made")
    report(row(COLUMNS))
    with database_of_its_own():
        load_fixtures()
        report_sheets(report)
        for records in RECORDS:
            if records <= size:
                report_edition(report, records)


def report_sheets(report):
    """The median of all procedures' sheets, drawn one after the other in one warm process, as the server does it."""
    began = time.process_time()
    pages = [sheet_html(sheet) for sheet in real_sheets()]
    making = (time.process_time() - began) / len(pages)
    for by in ("portal", "stock"):
        told = drawn_in_child(by, *pages)
        report_row(report, f"a sheet, median of {len(pages)}", by, making, told)


def report_edition(report, records):
    began = time.process_time()
    html = edition_of(records)
    making = time.process_time() - began
    for by in ("portal", "stock"):
        report_row(report, f"edition of {records:,}", by, making, drawn_in_child(by, html))


def report_row(report, document, by, making, told):
    figures = (making, told["wall"], told["cpu"], told["peak"], told["pages"], round(told["bytes"] / 1000))
    report(row([document, by, *(f"{value:.2f}" if isinstance(value, float) else f"{value:,}" for value in figures)]))


def row(cells):
    return LAYOUT.format(*cells)


def real_sheets():
    versions = ProcedureVersion.objects.published().for_page().in_road_order()
    return procedure_sheets(list(versions), timezone.localdate())


def sheet_html(sheet):
    context = {"sheet": sheet, "date": sheet.date}
    return pdf.render_html("brochure/sheet_procedure.html", context, language="es")


def edition_of(records):
    """The HTML of an edition of so many procedures: the real ones, over and over under names of their own.

    The words of the copies are shuffled, so that none is spared work for being like another.
    """
    date = timezone.localdate()
    edition = Edition.objects.create(number=records, title_es=f"{records}", printed_on=date)
    versions = list(ProcedureVersion.objects.published().in_road_order())
    EditionItem.objects.bulk_create(
        EditionItem(edition=edition, position=place, procedure_version=version)
        for place, version in enumerate(versions[:records])
    )
    contents = edition_contents(edition, date)
    multiply(contents["chapters"], records)
    context = contents | {"paper": "letter", "procedure_count": records}
    html = pdf.render_html("brochure/edition.html", context, language="es")
    return ARTICLE.sub(lambda article: with_words_shuffled(article, originals=len(versions)), html)


def with_words_shuffled(article, originals):
    """The HTML of a record, if it is a copy in another order of words."""
    number = int(article["number"])
    if number <= originals:
        return article[0]
    mixer = random.Random(number)  # noqa: S311 - nothing secret

    def mixed(text):
        words = text[1].split(" ")
        mixer.shuffle(words)
        return f">{' '.join(words)}<"

    return re.sub(">([^<]+)<", mixed, article[0])


def multiply(chapters, records):
    """Adds copies of the chapters' sheets until there are so many."""
    numbers = count(sum(len(chapter.sheets) for chapter in chapters) + 1)
    originals = [(chapter, list(chapter.sheets)) for chapter in chapters]
    while True:
        for chapter, sheets in originals:
            for sheet in sheets:
                if (number := next(numbers)) > records:
                    return
                chapter.sheets.append(another(sheet, number))


def another(sheet, number):
    sheet = copy.copy(sheet)
    sheet.version = copy.copy(sheet.version)
    sheet.version.procedure = copy.copy(sheet.version.procedure)
    sheet.version.procedure.slug += f"-{number}"
    sheet.number = number
    return sheet


def drawn_in_child(by, *documents):
    """{wall, cpu: median seconds of a document, peak: MB, pages, bytes: of all} of a process that draws them.

    Raises:
        subprocess.CalledProcessError: it could not.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as output:
        for number, html in enumerate(documents):
            (Path(folder) / f"{number:04}.html").write_text(html, encoding="utf-8")
        command = [sys.executable, "-m", "portal.bench.drawing", by, folder]
        with subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=output, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own interpreter and module
            peak = 0
            while process.poll() is None:
                peak = max(peak, memory(process.pid))
                time.sleep(GLANCE)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        output.seek(0)
        return json.loads(output.read()) | {"peak": round(peak)}


def memory(process):
    """MB that a process and its children hold at this moment, what they share counted once; 0 where Linux can't say."""
    place = Path(f"/proc/{process}")
    try:
        children = (place / "task" / str(process) / "children").read_text().split()
        held = re.search(r"^Pss: *(\d+) kB", (place / "smaps_rollup").read_text(), re.MULTILINE)
    except OSError:  # it has just ended
        return 0
    return int(held[1]) / 1024 + sum(map(memory, children)) if held else 0
