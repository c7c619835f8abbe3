"""The press: HTML in, valid PDF/UA-1 out, whatever stands in the texts."""

import io
import logging
import re

import pydyf
import pytest
from django.template import Context, Template
from django.utils import timezone, translation
from pypdf import PdfReader

from brochure import pdf
from brochure.actions import compose_edition, edition_html
from brochure.sheets import procedure_sheet
from brochure.volumes.child import DrawingProcess
from procedures.models import ProcedureVersion
from tests.editions import edition_pdf
from tests.factories import make_document, make_procedure, make_program
from tests.pdf_reading import elements, fonts, pages_of, squeezed, text_of, verdict

PAGE = """<!doctype html><html lang="es"><head><title>Prueba</title></head>
<body data-page="página" data-of="de" data-foot=""><h1>Prueba</h1><p>{}</p></body></html>"""


def printed(text):
    content = pdf.write(PAGE.format(text))
    return content, text_of(PdfReader(io.BytesIO(content)))


@pytest.mark.parametrize(
    "text",
    [
        "Hasta $1,702.00 MXN – «así», 3 días hábiles",
        "emoji 😀🍕 y 🧑‍🍳 con ❤️",
        "de derecha a izquierda: שלום عربي",
        "你好 ไทย हिन्दी",
        "sin forma \x01\x08\x0b\ue000\U000f0000 ni dibujo",
        "invisibles \u200b\u200d\u00ad\ufeff\u202e\u2028\u2029\u0301",
        "al revés \u202e$1,702.00\u202c y \u2067aislado\u2069",
        "a" * 120,
        "M" * 3000,
        "&lt;b&gt;texto&lt;/b&gt; &amp; más",
    ],
)
def test_every_text_gives_a_valid_pdf(text):
    content, _words = printed(text)
    assert verdict(content) == []


def test_long_word_is_broken_and_whole():
    _content, words = printed("a" * 120)
    assert "a" * 120 in words


def test_what_no_font_can_draw_becomes_one_box():
    """No font of any machine draws the code points that mean nothing."""
    assert pdf.drawable("uno \U000f0000\U000f0001 dos") == "uno □ dos"
    assert pdf.drawable("un\x08o") == "uno"
    assert pdf.drawable("línea\u2028otra\tcon «todo» – 1,702 ≥ €") == "línea\notra\tcon «todo» – 1,702 ≥ €"


def test_press_reads_static_files_and_nothing_else(caplog):
    """Neither the network nor the machine's files, even if a text could name them."""
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    for address in ("https://example.org/x.png", "file:///etc/passwd", f"{pdf.STATIC}../../portal/settings.py"):
        content = pdf.write(PAGE.format(f'<img src="{address}" alt="">'))
        assert "root:" not in text_of(PdfReader(io.BytesIO(content)))
        assert f"Failed to load image at '{address}'" in caplog.text
    assert pdf.static_path("css/tokens.css").name == "tokens.css"
    with pytest.raises(FileNotFoundError):
        pdf.static_path("css/nothing.css")


@pytest.mark.parametrize("name", ["pdf", "pdf-booklet", "pdf-large"])
def test_stylesheet_for_print_holds_nothing_that_the_press_does_not_know(caplog, name):
    weasyprint = pdf._weasyprint()
    weasyprint.LOGGER.setLevel(logging.WARNING)
    try:
        weasyprint.CSS(filename=pdf.static_path(f"css/{name}.css"), url_fetcher=pdf._fetcher())
    finally:
        weasyprint.LOGGER.setLevel(logging.ERROR)
    assert caplog.messages == []


@pytest.mark.parametrize("style", ["", "display: block"])
def test_words_in_another_language_inside_a_link_are_no_link_of_their_own(style):
    """A fault that brochure.mending mends: the second link made the file invalid."""
    words = f'<span lang="en">{"word " * 60}</span>'
    content = pdf.write(PAGE.format(f'<a style="{style}" href="#final">{words}</a></p><h2 id="final">Final</h2><p>'))
    (page,) = PdfReader(io.BytesIO(content)).pages
    assert verdict(content) == []
    assert {annotation.get_object()["/Dest"] for annotation in page["/Annots"]} == {"final"}


def test_references_to_pages_are_listed_once_while_the_pages_stay():
    """Another fault that brochure.mending mends: pydyf lists all pages for every element."""
    pdf._weasyprint()
    document = pydyf.PDF()
    document.add_page(pydyf.Dictionary())
    first = document.page_references
    assert document.page_references is first
    document.add_page(pydyf.Dictionary())
    assert document.page_references[:1] == first
    assert len(document.page_references) == 2


def test_text_in_another_language_is_marked_as_such():
    """The third fault that brochure.mending mends: a screen reader would read it aloud in the document's language."""
    content = pdf.write(PAGE.format('Uno <span lang="en">two</span></p><p lang="en">Three</p><p>cuatro'))
    document, tagged = elements(io.BytesIO(content))
    marked = [(tag, str(element.Lang)) for tag, element in tagged if "/Lang" in element]
    assert str(document.Root.Lang) == "es"
    assert marked == [("/Span", "en"), ("/P", "en")]
    assert verdict(content) == []


def test_same_html_has_the_same_name_and_another_one_another():
    assert pdf.digest("<p>uno") == pdf.digest("<p>uno")
    assert pdf.digest("<p>uno") != pdf.digest("<p>dos")


def test_same_html_gives_the_same_pdf():
    assert pdf.write(PAGE.format("igual")) == pdf.write(PAGE.format("igual"))


def test_child_process_writes_the_same_pages_and_counts_them(tmp_path):
    pages = []
    html = PAGE.format("<br>".join("línea" for _ in range(200)))
    with DrawingProcess() as process:
        assert process.draw(html, tmp_path / "x.pdf", pages.append) == 4
        assert pages == [1, 2, 3, 4]
        assert process.draw(PAGE.format("otra"), tmp_path / "y.pdf") == 1
    assert pages_of((tmp_path / "x.pdf").read_bytes()) == pages_of(pdf.write(html))
    assert "otra" in pages_of((tmp_path / "y.pdf").read_bytes())[0]


def test_child_process_that_fails_is_reported(tmp_path):
    with DrawingProcess() as process, pytest.raises(pdf.RenderFailed, match="ended with 1"):
        process.draw(PAGE.format("x"), tmp_path / "no-such-folder" / "x.pdf")


def test_child_process_ends_when_nobody_waits_for_what_it_draws(tmp_path):
    html = PAGE.format("<br>".join("línea" for _ in range(20_000)))

    def leave(page):
        raise InterruptedError

    with pytest.raises(InterruptedError), DrawingProcess() as process:
        process.draw(html, tmp_path / "x.pdf", leave)
    assert process.process.returncode  # it ended by itself, as nobody read what it told
    assert list(tmp_path.iterdir()) == []


def test_qr_tag_names_its_address_and_escapes_it():
    picture = Template("{% load print %}{% qr address %}").render(Context({"address": "https://example.org/<&>"}))
    assert re.fullmatch(
        r'<img class="qr" src="data:image/png;base64,[\w+/=]+" alt="Código QR de https://example.org/&lt;&amp;&gt;">',
        picture,
    )


@pytest.fixture
def monster(db):
    """The worst record that the forms let through."""
    version = make_procedure(
        "monstruo",
        requirements=40,
        steps=30,
        fees=12,
        citations=12,
        offices=6,
        name_es="Trámite <script>alert(1)</script> & 🍕 " + "muy largo " * 15,
        purpose_es="Supercalifragilístico" * 6 + " y " + "x" * 120,
        who_es="שלום עולם, مرحبا بالعالم\nsegunda línea",
        good_to_know_es="\n".join(["<b>dato</b> 😀"] * 20),
    )
    long = version.requirements.create(position=99, document=make_document("largo"), note_es="nota larga " * 273)
    assert len(long.note_es) > 3000
    return ProcedureVersion.objects.for_page().get(pk=version.pk)


@pytest.mark.parametrize("language", ["es", "en"])
def test_monstrous_record_is_still_a_valid_readable_pdf(monster, language):
    today = timezone.localdate()
    with translation.override(language):
        sheet = procedure_sheet(monster, today)
        content = pdf.render("brochure/sheet_procedure.html", {"sheet": sheet, "date": today}, language=language)
    reader = PdfReader(io.BytesIO(content))
    words = text_of(reader)
    assert verdict(content) == []
    assert 3 < len(reader.pages) < 15
    for requirement in monster.requirements.all():
        name = requirement.document.name_es if language == "es" else requirement.document.name_en
        assert squeezed(name) in words
    if language == "es":
        assert "<script>alert(1)</script>&" in words
        assert words.count("<b>dato</b>") == 20
        assert words.count("notalarga") == 273
    _document, tagged = elements(io.BytesIO(content))
    assert [tag for tag, _element in tagged].count("/H1") == 1
    assert all({"/FontFile2", "/FontFile3"} & set(descriptor) for descriptor in fonts(reader).values())


@pytest.fixture
def monstrous_edition(monster):
    """An edition of the monster and a support, with a foreword as bad as they are and English left out."""
    program = make_program(
        "monstruoso", calls=20, documents=30, name_es="Apoyo " + "y" * 120, name_en="", who_es="שלום 🍕\n" * 40
    )
    keys = [f"procedure-{monster.procedure_id}", f"program-{program.program_id}"]
    foreword = "Prólogo larguísimo 😀 " * 150 + "\n" + "z" * 120 + "\nمرحبا"
    return compose_edition(
        kind="picked", picked=keys, title_es="Guía <b>&</b> " + "T" * 120, title_en="", foreword_es=foreword
    )


@pytest.mark.parametrize(("paper", "language"), [("letter", "en"), ("booklet", "es"), ("large", "es")])
def test_monstrous_edition_is_still_valid_and_whole_on_every_paper(monstrous_edition, monster, paper, language):
    content = edition_pdf(monstrous_edition, language, paper)
    pages = pages_of(content)
    words = "".join(pages)
    assert verdict(content) == []
    assert 15 < len(pages) < 150
    for requirement in monster.requirements.all():
        name = requirement.document.name_es if language == "es" else requirement.document.name_en
        assert squeezed(name) in words
    assert "y" * 120 in words
    assert "z" * 120 in words
    assert words.count("larga") >= 273  # "nota" may stand at the end of a page
    assert max(len(page) for page in pages) < 7000  # nothing is printed over something else


def test_monstrous_edition_on_a_screen_is_escaped_and_marks_what_is_not_translated(monstrous_edition):
    html = edition_html(monstrous_edition, "en", timezone.localdate(), "screen")
    assert "<script" not in html
    assert "<b>" not in html.partition("</style>")[2]
    assert f'<span lang="es">Apoyo {"y" * 120}</span>' in html
    assert "z" * 120 in html
