"""The process that draws one volume of an edition: lays it out, waits for the pages before, and draws it."""

import gc
import logging
import os
import sys

import pydyf
import weasyprint.layout
import weasyprint.pdf

from brochure import pdf


class Counted(Exception):
    """The volume is laid out, and no more was wanted."""


def work(told, others, html, number, anchors, counts):
    """Tells each page that is to be drawn, then ("laid out", pages, {anchor: page from 0}).

    Told how many pages come before, it tells ("drawn", bytes).

    Args:
        told: the connection to who asks, and `others`, that are not ours to hold open.
        number: of the volume.
        anchors: of the whole edition.
        counts: the end is after the pages.
    """
    for other in others:
        other.close()
    gc.disable()  # the process ends before there is much to collect, and looking for it takes a twentieth of the time
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # the output is the edition's
    if not counts:
        tell_pages(told)
    weasyprint.layout.make_margin_boxes = margin_boxes(told, counts)
    weasyprint.pdf.resolve_links = links_within(anchors)
    try:
        document = pdf.lay_out(html)
    except Counted:
        return
    content = document.write_pdf(finisher=names_of_its_own(number), **pdf.OPTIONS)
    told.send(("drawn", content))


def tell_pages(told):
    class Pages(logging.Handler):
        def emit(self, record):
            _step, _dash, page = record.getMessage().rpartition("Page ")
            if page.isdigit():
                told.send(("page",))

    logger = logging.getLogger("weasyprint.progress")
    logger.setLevel(logging.INFO)
    logger.addHandler(Pages())


def margin_boxes(told, counts):
    """WeasyPrint's `make_margin_boxes`, which comes when all pages are laid out, with the edition's number of each."""
    make, before = weasyprint.layout.make_margin_boxes, None

    def numbered(context, page, state):
        nonlocal before
        if before is None:
            targets = context.target_collector.target_lookup_items
            places = {name: item.page_maker_index for name, item in targets.items()}
            told.send(("laid out", len(context.page_maker) - 1, places))
            if counts:
                raise Counted
            before = told.recv()
        quotes, counters, *more = state
        return make(context, page, (quotes, {**counters, "page": [before + context.current_page]}, *more))

    return numbered


def links_within(anchors):
    """WeasyPrint's `resolve_links`, which keeps the links to other volumes."""

    def resolve(pages):
        seen = set()
        for page in pages:
            links = [link for link in page.links if link[0] != "internal" or link[1] in anchors]
            places = [(name, x, y) for name, (x, y, *_end) in page.anchors.items() if name not in seen]
            seen.update(page.anchors)
            yield links, places

    return resolve


def names_of_its_own(number):
    """Has the header cells of tables named as in no other volume."""

    def rename(_document, written):
        for element in written.objects:
            if isinstance(element, pydyf.Dictionary):
                if "ID" in element:
                    element["ID"] = renamed(element["ID"])
                if "Headers" in (element.get("A") or ()):
                    element["A"]["Headers"] = pydyf.Array(map(renamed, element["A"]["Headers"]))

    def renamed(name):
        return pydyf.String(f"{number}-{name.string}")

    return rename
