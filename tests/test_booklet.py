"""Booklets: half-letter pages on letter paper in folding order, as accessible as the pages they were made of."""

import subprocess

import pikepdf
import pytest
from django.db import transaction
from pypdf import PdfReader

from brochure.actions import compose_edition
from brochure.booklet import folding_order, impose
from procedures.models import Stage
from tests.editions import TITLES, edition_pdf
from tests.pdf_reading import bookmarks, elements, pages_of, squeezed, verdict


@pytest.mark.parametrize(
    ("pages", "sides"),
    [
        (1, [(0, 1), (0, 0)]),
        (4, [(4, 1), (2, 3)]),
        (5, [(0, 1), (2, 0), (0, 3), (4, 5)]),
        (8, [(8, 1), (2, 7), (6, 3), (4, 5)]),
    ],
)
def test_folding_order_is_that_of_a_folded_stack(pages, sides):
    assert [(left or 0, right or 0) for left, right in folding_order(range(1, pages + 1))] == sides


@pytest.fixture(scope="module")
def booklet(django_db_setup, django_db_blocker, tmp_path_factory):
    """(path of the half-letter pages, path of the booklet) of a real edition."""
    folder = tmp_path_factory.mktemp("booklet")
    with django_db_blocker.unblock(), transaction.atomic():
        edition = compose_edition(kind="stage", stage=Stage.objects.get(slug="planear"), **TITLES)
        content = edition_pdf(edition, "es", "booklet")
        transaction.set_rollback(True)
    (folder / "pages.pdf").write_bytes(content)
    sides = impose(folder / "pages.pdf", folder / "booklet.pdf")
    assert sides == len(PdfReader(folder / "booklet.pdf").pages)
    return folder / "pages.pdf", folder / "booklet.pdf"


def half_text(path, side, offset):
    """The text on the left (offset 0) or right (offset 396) half of a side, from 1."""
    area = ["-x", str(offset), "-y", "0", "-W", "396", "-H", "612", "-f", f"{side}", "-l", f"{side}"]
    command = ["pdftotext", "-raw", *area, path, "-"]
    return squeezed(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def test_every_page_stands_on_its_half_of_its_side(booklet):
    pages, folded = booklet
    texts = [sorted(text) for text in pages_of(pages.read_bytes())]
    assert len(texts) > 20
    order = list(folding_order(range(len(texts))))
    for side, pair in enumerate(order, start=1):
        for offset, page in zip((0, 396), pair, strict=True):
            printed = sorted(half_text(folded, side, offset).replace("\f", ""))
            assert printed == ([] if page is None else texts[page])


def test_booklet_is_valid_and_read_in_the_order_of_its_pages(booklet):
    pages, folded = booklet
    assert verdict(folded.read_bytes()) == []
    assert [tag for tag, _ in elements(folded)[1]] == [tag for tag, _ in elements(pages)[1]]


def test_marked_content_is_named_with_the_form_that_holds_it(booklet):
    document, found = elements(booklet[1])
    seen = 0
    for _tag, element in found:
        for kid in element.get("/K", []):
            assert not isinstance(kid, int)
            if kid.get("/Type") == pikepdf.Name.MCR:
                assert kid.Stm.objgen in {form.objgen for form in kid.Pg.Resources.XObject.values()}
                assert kid.Stm.StructParents in list(document.Root.StructTreeRoot.ParentTree.Nums)[::2]
                seen += 1
    assert seen > 500


def test_bookmarks_and_links_lead_to_where_the_page_stands_now(booklet):
    pages, folded = (PdfReader(path) for path in booklet)
    sides = {
        page: side for side, pair in enumerate(folding_order(range(1, len(pages.pages) + 1)), start=1) for page in pair
    }
    before = bookmarks(pages)
    assert len(before) > 10
    assert bookmarks(folded) == [(level, title, sides[page]) for level, title, page in before]
    on_the_right = is_on_the_right(pages)
    places = [reader.named_destinations for reader in (pages, folded)]
    assert len(places[0]) > 20
    for name, place in places[0].items():
        moved, page = places[1][name], pages.get_destination_page_number(place) + 1
        assert folded.get_destination_page_number(moved) + 1 == sides[page]
        assert moved.left - place.left == (396 if on_the_right[page] else 0)


def is_on_the_right(reader):
    """{page: whether it stands on the right half}."""
    pairs = list(folding_order(range(1, len(reader.pages) + 1)))
    return dict.fromkeys((left for left, _right in pairs), False) | dict.fromkeys(
        (right for _left, right in pairs), True
    )


def test_links_are_clicked_where_they_are_printed(booklet):
    pages, folded = (PdfReader(path) for path in booklet)
    counts = [sum(len(page.get("/Annots", [])) for page in reader.pages) for reader in (pages, folded)]
    assert counts[0] == counts[1] > 50
    assert (
        max(annotation.get_object()["/Rect"][0] for page in folded.pages for annotation in page.get("/Annots", []))
        > 396
    )
