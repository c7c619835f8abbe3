"""What a PDF says and how it is built, read back from its bytes."""

import re
import subprocess

import page as validator
import pikepdf


def verdict(content):
    """The failures of PDF/UA-1 that an independent validator finds: [(rule, message)]; empty if it is valid."""
    report = validator.validate_pdf_bytes(content, profile=validator.ValidationProfile.PDF_UA_1)
    assert report.rules.total > 100
    return [(failure.rule_id, failure.message) for failure in report.failures]


def squeezed(text):
    """Without white space and soft hyphens, so that where a line was broken makes no difference."""
    return re.sub(r"[\s\u00ad]+", "", text)


def text_of(reader):
    return squeezed("".join(page.extract_text() for page in reader.pages))


def pages_of(content):
    """The text of each page without white space, read by Poppler: much faster than pypdf where there are many."""
    command = ["pdftotext", "-raw", "-enc", "UTF-8", "-", "-"]
    text = subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()
    return [squeezed(page) for page in text.split("\f")[:-1]]


def elements(content):
    """Every element of the structure tree in reading order: [(tag, pikepdf Dictionary)]."""
    document = pikepdf.open(content)

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for child in node:
                yield from walk(child)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            yield str(node.S), node
            yield from walk(node.get("/K", []))

    return document, list(walk(document.Root.StructTreeRoot.K))


def bookmarks(reader):
    """The outline flat: [(level, title, page number)], levels and pages from 1."""

    def walk(items, level):
        for item in items:
            if isinstance(item, list):
                yield from walk(item, level + 1)
            else:
                yield level, item.title, reader.get_destination_page_number(item) + 1

    return list(walk(reader.outline, 1))


def fonts(reader):
    """The font descriptors used on any page."""
    found = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            for descendant in font.get_object()["/DescendantFonts"]:
                descendant = descendant.get_object()
                found[descendant["/BaseFont"]] = descendant["/FontDescriptor"]
    return found
