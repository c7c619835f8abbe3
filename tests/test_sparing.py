"""What is spared WeasyPrint's work changes nothing of what is drawn, and HTML read as XML is the same document."""

import io
import subprocess
import sys

import pikepdf
import pytest
from django.utils import timezone, translation

from brochure import pdf
from brochure.actions import compose_edition, edition_html
from brochure.outreach import outreach_html
from procedures.models import Stage
from tests.editions import TITLES

STOCK = """
import sys
from brochure import pdf, sparing
sparing.spare = lambda: None
sys.stdout.buffer.write(pdf.draw(sys.stdin.read()))
"""
LANGUAGES = {"es": "", "en": "/en"}
PATHS = (
    "/tramites/licencia-de-funcionamiento.pdf",
    "/apoyos/fomech.pdf",
    "/ruta/plan.pdf?giro=taqueria&local=con-local",
    "/compromisos/MXCHH0002/hitos/2.pdf",
)


def small_edition(language, paper="letter"):
    """The HTML of an edition with every chapter and few records."""
    composed = compose_edition(
        kind="stage", stage=Stage.objects.get(slug="operar"), foreword_es="Para quien empieza.", **TITLES
    )
    return edition_html(composed, language, timezone.localdate(), paper)


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def laid_out(client, commitment, monkeypatch):
    """(language) → the HTML of every kind of document."""

    def documents(language):
        seen = []
        monkeypatch.setattr(pdf, "drawable", lambda html: seen.append(html) or html)
        with translation.override(language):
            seen += [small_edition(language, paper) for paper in ("letter", "booklet", "large")]
            seen.append(outreach_html("brochure/poster.html"))
            for path in PATHS:
                assert client.get(LANGUAGES[language] + path).status_code == 200
        return seen

    return documents


def drawn_by_the_library_alone(html):
    return subprocess.run([sys.executable, "-c", STOCK], input=html.encode(), capture_output=True, check=True).stdout


@pytest.mark.parametrize("language", LANGUAGES)
def test_sparing_work_changes_no_byte(laid_out, language):
    documents = laid_out(language)
    for html in (documents[0], documents[3], documents[4], documents[6]):
        assert pdf.draw(html) == drawn_by_the_library_alone(html)


def test_sparing_work_changes_no_byte_of_what_is_seldom_written(db):
    html = """<html lang="es"><title>.</title><body data-foot="x" style="hyphens: auto; text-decoration: underline">
        <p style="letter-spacing: 1pt; border: 1pt solid; width: 40%; box-sizing: border-box">Otorrinolaringólogo 😀</p>
        <p dir="rtl">שלום עולם</p><p style="white-space: pre-wrap">uno\n\tdos\n\n tres</p>
        <p style="width: 2cm; overflow: hidden; text-overflow: ellipsis; white-space: nowrap">Más de lo que cabe</p>
        <p style="float: left; width: 3cm; text-align: justify">Texto a un lado, justificado, de varias líneas</p>
        <dl style="columns: 2"><dt>a<dd>b<dt>c<dd>d</dl><ol style="list-style-position: inside"><li>uno</ol>
        <p style="position: relative; left: 10%; margin-inline: 5% 2mm">agua<sup>2</sup>&nbsp;y <em>más</em></p>
        </html>"""
    assert pdf.draw(html) == drawn_by_the_library_alone(html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_html_is_the_same_document_as_xml(laid_out, monkeypatch, language):
    from brochure.sparing import markup

    documents = laid_out(language)
    assert len(documents) == 8
    as_html = [markup.parse_html(html, namespace_html_elements=False) for html in documents]
    monkeypatch.setattr(markup, "parse_html", None)  # none of ours needs it
    for html, tree in zip(documents, as_html, strict=True):
        assert nodes(markup.parse(html)) == nodes(tree)


def nodes(tree):
    """[(tag, attributes, its text, the text after it)], white space alone left out."""
    return [
        (str(node.tag), {name: value for name, value in node.attrib.items() if "xmlns" not in name}, *texts(node))
        for node in tree.iter()
    ]


def texts(node):
    return [text.strip() and text for text in (node.text or "", node.tail or "")]


@pytest.mark.parametrize(
    "html", ["<p>uno<p>dos&nbsp;", "<!doctype html><ul><li>uno</ul>", "<p>\x0c</p>", io.BytesIO(b"<p>uno")]
)
def test_html_that_is_no_xml_is_read_as_html(html):
    from brochure.sparing import markup

    tree = markup.parse(html, namespace_html_elements=False)
    assert [node.tag for node in tree][:2] == ["head", "body"]
    assert list(tree[1].itertext())


def test_no_moves_of_nothing_stand_between_letters(db):
    html = '<html lang="es"><title>.</title><p>Antes de empezar, qué necesitas.</p></html>'
    document = pikepdf.open(io.BytesIO(pdf.draw(html)))
    content = document.pages[0].obj.Contents.read_bytes()
    assert b" TJ" in content
    assert b">0<" not in content
    assert b"><" not in content
