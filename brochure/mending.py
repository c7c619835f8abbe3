"""Four faults of WeasyPrint 70 and its PDF writer, mended from outside until they are mended there."""

import pydyf
from weasyprint import anchors, document
from weasyprint.formatting_structure.boxes import InlineBox
from weasyprint.pdf import tags


def mend():
    """Changes the two libraries for this process; doing it twice makes no difference."""
    pydyf.PDF.page_references = property(page_references)
    tags._build_box_tree = build_box_tree
    anchors.gather_anchors = document.gather_anchors = gather_anchors
    pydyf.Stream.show_text = show_text


def page_references(pdf):
    """pydyf's own property, remembered while the number of pages stays.

    It is read for every element of the structure tree and lists all pages each time: without this, time grows with
    the square of the document.
    """
    kids = pdf.pages["Kids"]
    known = getattr(pdf, "_known_references", ())
    if len(known) * 3 != len(kids):
        pdf._known_references = known = tuple(f"{number} 0 R".encode("ascii") for number in kids[::3])
    return known


_build_box_tree = tags._build_box_tree


def build_box_tree(box, parent, pdf, *more):
    """WeasyPrint's own function, with the language of what carries `lang`, so that it is read aloud in its own."""
    element = getattr(box, "_box", box).element
    language = element is not None and element.tag != "html" and element.get("lang")
    for tagged in _build_box_tree(box, parent, pdf, *more):
        if language:
            tagged["Lang"] = pydyf.String(language)
        yield tagged


_gather_anchors = anchors.gather_anchors


def gather_anchors(box, found, links, bookmarks, forms, matrix=None, form=None, link=None):
    """WeasyPrint's own function, without a second link for words inside of one, such as a name in another language.

    It would lie on top of the first one and, being of no `<a>`, make the file no valid PDF/UA.
    """
    tag = (box.element_tag or "").partition(":")[0]
    outer = None if isinstance(box, InlineBox) and tag != "a" else link
    return _gather_anchors(box, found, links, bookmarks, forms, matrix, form, outer)


_show_text = pydyf.Stream.show_text


def show_text(stream, text):
    """pydyf's own method, without moves of nothing, which stand between most letters that WeasyPrint writes."""
    text = text.replace(">0<", "").replace("><", "")
    _show_text(stream, text[:-1] if text.endswith(">0") else text)
