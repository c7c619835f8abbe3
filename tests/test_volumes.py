"""An edition drawn in volumes: the numbers they tell each other, and the one document that they are bound to."""

import io
import multiprocessing
import os

import pytest
from pikepdf import Dictionary, Name
from pypdf import PdfReader

from brochure import pdf
from brochure.volumes import cutting, workshop
from brochure.volumes.cutting import CUT
from tests.pdf_reading import bookmarks, elements, pages_of, verdict

FRAME = (
    '<html lang="es"><head><title>Prueba</title></head>'
    '<body class="edition" data-page="página" data-of="de" data-foot="pie">{}</body></html>'
)
TABLE = '<table><thead><tr><th scope="col">Uno</th></tr></thead><tbody><tr><td>{}</td></tr></tbody></table>'


HIDDEN = '<p id="oculta" hidden>Nada</p>'


def chapter(name, content="", classes="", head=True):
    title = f'<header class="chapter-head"><h2 id="{name}">{name}</h2></header>' if head else ""
    return f'{CUT}<section class="chapter{classes}" data-chapter="{name}">{title}{content}</section>'


def record(name, lines=1):
    text = "<br>".join(f"línea {line}" for line in range(lines))
    head = f'<h3 class="record-name" id="{name}">{name}</h3>'
    return f'<article class="record">{head}<p>{text}</p>{TABLE.format(name)}</article>'


def link(name):
    return f'<li>{name} en <a class="page" href="#{name}" data-on=""></a></li>'


def listing(*names):
    return f"<ul>{''.join(map(link, names))}</ul>"


@pytest.fixture
def draw(tmp_path, monkeypatch):
    """Draws an edition of these chapters, each in a volume of its own → bytes."""
    monkeypatch.setattr(cutting, "MOST", 1)

    def drawn(*chapters):
        told = []
        html = FRAME.format("".join(chapters).replace("<h2", "<h1>Prueba</h1><h2", 1))
        count = workshop.draw(html, tmp_path / "x.pdf", told.append)
        content = (tmp_path / "x.pdf").read_bytes()
        assert len(pages_of(content)) == count
        assert told == list(range(1, count + 1))
        return content

    return drawn


def starts(content):
    """{title: page} of the bookmarks."""
    return {title: page for _level, title, page in bookmarks(PdfReader(io.BytesIO(content)))}


@pytest.fixture
def edition(draw):
    return draw(
        chapter("contenido", listing("alfa", "beta", "gamma", "indice", "falta")),
        chapter("uno", record("alfa", lines=150)),
        chapter("dos", record("beta") + record("gamma", lines=150)),
        chapter("indice", listing("gamma", "alfa")),
    )


def test_volumes_are_one_valid_document_numbered_throughout(edition):
    pages, start = pages_of(edition), starts(edition)
    assert verdict(edition) == []
    assert [page.endswith(f"página{number}") for number, page in enumerate(pages, start=1)] == [True] * 8
    assert start == {"contenido": 1, "uno": 2, "alfa": 2, "dos": 5, "beta": 5, "gamma": 5, "indice": 8}
    for name in ("alfa", "beta", "gamma", "indice"):
        assert f"{name}en{start[name]}" in pages[0]
    assert "faltaen" in pages[0]
    assert f"gammaen{start['gamma']}alfaen{start['alfa']}" in pages[-1]


def test_links_lead_from_one_volume_into_another(edition):
    reader = PdfReader(io.BytesIO(edition))
    places = {name: reader.get_destination_page_number(place) + 1 for name, place in reader.named_destinations.items()}
    links = [str(note.get_object()["/Dest"]) for page in reader.pages for note in page.get("/Annots", ())]
    assert list(dict.fromkeys(links)) == ["alfa", "beta", "gamma", "indice"]
    assert {name: places[name] for name in links} == {"alfa": 2, "beta": 5, "gamma": 5, "indice": 8}


def test_structure_is_read_in_the_order_of_the_pages_and_names_each_header_once(edition):
    document, tagged = elements(io.BytesIO(edition))
    pages = {page.objgen: number for number, page in enumerate(document.pages)}
    order = [pages[element.Pg.objgen] for _tag, element in tagged if "/Pg" in element]
    assert order == sorted(order)
    assert set(order) == set(range(8))
    named = [bytes(element.ID) for _tag, element in tagged if "/ID" in element]
    used = [bytes(name) for tag, element in tagged if tag == "/TD" for name in element.A.Headers]
    assert len(named) == len(set(named)) == 3
    assert used == named


def test_every_page_and_link_finds_its_structure(edition):
    document, _tagged = elements(io.BytesIO(edition))
    flat = list(document.Root.StructTreeRoot.ParentTree.Nums)
    tree = dict(zip(map(int, flat[::2]), flat[1::2], strict=True))
    assert list(tree) == sorted(tree)
    for page in document.pages:
        assert all(element.Pg.objgen == page.objgen for element in tree.pop(int(page.StructParents)))
        for link in page.get("/Annots", ()):
            element = tree.pop(int(link.StructParent))
            assert Name.Link == element.S
            assert [kid.Obj.objgen for kid in element.K if isinstance(kid, Dictionary) and "/Obj" in kid] == [
                link.objgen
            ]
    assert tree == {}


def test_chapter_of_two_volumes_goes_on_under_its_name(draw):
    content = draw(
        chapter("uno", record("alfa")),
        chapter("uno", record("beta"), " continued", head=False),
        chapter("dos", record("gamma")),
    )
    assert verdict(content) == []
    assert bookmarks(PdfReader(io.BytesIO(content))) == [
        (1, "uno", 1), (2, "alfa", 1), (2, "beta", 2), (1, "dos", 3), (2, "gamma", 3),
    ]  # fmt: skip
    assert pages_of(content)[1].endswith("unopiepágina2")  # the running head is the last in the file


@pytest.mark.parametrize("held", [1_000_000, 0])
def test_numbers_are_given_again_where_they_change_the_pages(tmp_path, monkeypatch, held):
    """With numbers as wide as was thought the list takes more pages than with those that come.

    What was drawn before that was known, because little may be held, is drawn again.
    """
    monkeypatch.setattr(cutting, "MOST", 1)
    monkeypatch.setattr(workshop, "processors", lambda: 1)
    monkeypatch.setattr(workshop, "HELD", held)
    monkeypatch.setattr(workshop, "ANY_PAGE", "0 " * 20_000)
    told = []
    parts = [chapter("contenido", listing("a", "b")), chapter("uno", record("a")), chapter("dos", record("b"))]
    assert workshop.draw(FRAME.format("".join(parts)), tmp_path / "x.pdf", told.append) == 3
    pages = pages_of((tmp_path / "x.pdf").read_bytes())
    assert "aen2ben3" in pages[0].replace("•", "")
    assert [page[-7:] for page in pages] == ["página1", "página2", "página3"]
    assert told[-3:] == [1, 2, 3]
    assert len(told) > 3  # of the attempt before


def test_place_that_is_not_shown_has_no_page(draw):
    content = draw(chapter("contenido", listing("oculta", "alfa")), chapter("uno", record("alfa") + HIDDEN))
    assert "ocultaenalfaen2" in pages_of(content)[0]


def test_small_parts_share_a_volume_and_what_names_pages_stands_alone(monkeypatch):
    monkeypatch.setattr(cutting, "processors", lambda: 1)
    monkeypatch.setattr(cutting, "EACH", 1)
    parts = [chapter("a", listing("c")), chapter("b"), chapter("c"), chapter("d", listing("b", "c"))]
    cut = cutting.cut(FRAME.format("".join(parts)))
    assert [sorted(volume.anchors) for volume in cut] == [["a"], ["b", "c"], ["d"]]
    assert [volume.is_counted_first for volume in cut] == [True, False, False]


@pytest.mark.parametrize(
    ("held", "order"),
    [
        (1_000_000, ["count 0", "lay out 1", "lay out 2", "lay out 0", "draw 0", "draw 1", "draw 2"]),
        (0, ["count 0", "lay out 1", "draw 1", "lay out 2", "draw 2", "lay out 0", "draw 0"]),
    ],
)
def test_volumes_are_laid_out_before_they_are_drawn_while_little_is_held(draw, monkeypatch, held, order):
    """On one processor, the contents first: what names pages comes as soon as they are known."""
    begin, answer, done = workshop.Job.begin, workshop.Workshop.answer, []

    def begun(shop, number, counts):
        done.append(f"{'count' if counts else 'lay out'} {number}")
        return begin(shop, number, counts)

    def answered(shop, job):
        done.append(f"draw {job.number}")
        answer(shop, job)

    monkeypatch.setattr(workshop, "processors", lambda: 1)
    monkeypatch.setattr(workshop, "HELD", held)
    monkeypatch.setattr(workshop.Job, "begin", begun)
    monkeypatch.setattr(workshop.Workshop, "answer", answered)
    draw(chapter("contenido", listing("a", "b")), chapter("uno", record("a")), chapter("dos", record("b")))
    assert done == order


def test_document_without_cuts_is_one_volume(tmp_path):
    html = FRAME.format(chapter("uno", listing("uno")).replace(CUT, ""))
    assert workshop.draw(html, tmp_path / "x.pdf") == 1
    assert "unoen1" in pages_of((tmp_path / "x.pdf").read_bytes())[0]


def test_process_that_is_killed_fails_the_edition_and_leaves_no_other_behind(tmp_path):
    def kill(page):
        os.kill(multiprocessing.active_children()[0].pid, 9)

    parts = [chapter(f"c{number}", record(f"r{number}", lines=400)) for number in range(4)]
    with pytest.raises(pdf.RenderFailed):
        workshop.draw(FRAME.format("".join(parts)), tmp_path / "x.pdf", kill)
    assert multiprocessing.active_children() == []
    assert not (tmp_path / "x.pdf").exists()
