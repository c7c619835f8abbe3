"""What is pinned up and passed on: the poster, the share cards, and what networks are told of a page."""

import io
import re

import pytest
from PIL import Image
from pypdf import PdfReader

from brochure import pdf
from procedures.models import BusinessType, ProcedureVersion, ProgramVersion
from tests.factories import make_procedure, make_program
from tests.pdf_reading import text_of, verdict
from tests.reading import body

pytestmark = pytest.mark.django_db

CARDS = ["/folleto/tarjeta.png", "/tramites/sare-apertura-rapida/tarjeta.png", "/apoyos/fomech/tarjeta.png"]


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.PORTAL_URL = "https://negocios.example"
    return tmp_path


def shared(html):
    """{property: content} of what networks are told."""
    return dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)">', html))


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_poster_is_one_accessible_page_with_true_counts_and_the_address(client, prefix):
    make_procedure("otra")
    response = client.get(f"{prefix}/folleto/cartel.pdf")
    reader = PdfReader(io.BytesIO(response.content))
    words = text_of(reader)
    assert verdict(response.content) == []
    assert len(reader.pages) == 1
    assert [float(side) for side in reader.pages[0].mediabox[2:]] == [612, 792]
    assert reader.root_object["/Lang"] == ("en" if prefix else "es")
    for model, name in (
        (ProcedureVersion.objects.published(), "procedures" if prefix else "trámites"),
        (ProgramVersion.objects.published(), "supports" if prefix else "apoyos"),
        (BusinessType.objects.all(), "kindsofbusiness" if prefix else "giros"),
    ):
        assert f"{model.count()}{name}" in words
    assert f"negocios.example{prefix}" in words
    assert response["Content-Disposition"].startswith("inline; filename=")


@pytest.mark.parametrize("path", CARDS + [f"/en{path}" for path in CARDS])
def test_card_is_a_picture_of_the_size_that_networks_show_whole(client, path):
    response = client.get(path)
    image = Image.open(io.BytesIO(response.content))
    assert response["Content-Type"] == "image/png"
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(image.convert("RGB").getcolors(1_000_000)) > 50
    assert len(response.content) < 200_000
    assert response["Cache-Control"] == "public, no-cache"


def test_cards_of_two_records_differ(client):
    pictures = {client.get(path).content for path in (*CARDS, *(f"/en{path}" for path in CARDS))}
    assert len(pictures) == 6


def test_card_is_drawn_once_and_kept(client, data_folder, monkeypatch):
    first = client.get(CARDS[1])
    (path,) = data_folder.rglob("*.png")
    monkeypatch.setattr(pdf, "draw", None)
    assert client.get(CARDS[1]).content == first.content == path.read_bytes()
    assert client.get(CARDS[1], headers={"if-none-match": first["ETag"]}).status_code == 304


@pytest.mark.parametrize("path", [*CARDS, "/folleto/cartel.pdf"])
def test_nothing_is_drawn_for_who_only_asks_about_it(client, data_folder, path):
    response = client.head(path)
    assert response.status_code == 200
    assert [file for file in data_folder.rglob("*") if file.is_file()] == []


@pytest.mark.parametrize("path", [CARDS[0], "/folleto/cartel.pdf"])
def test_who_comes_when_too_many_wait_is_asked_to_come_again(client, path):
    for _place in range(pdf.IN_LINE):
        pdf._line.acquire()
    try:
        response = client.get(path)
    finally:
        pdf._line.release(pdf.IN_LINE)
    assert response.status_code == 503
    assert response["Retry-After"] == "5"


@pytest.mark.parametrize("path", ["/tramites/no-existe/tarjeta.png", "/apoyos/no-existe/tarjeta.png"])
def test_card_of_nothing_is_a_404(client, path):
    assert client.get(path).status_code == 404


def test_long_name_stays_on_its_card(client):
    make_procedure("largo", name_es="Trámite de nombre larguísimo " * 6)
    assert Image.open(io.BytesIO(client.get("/tramites/largo/tarjeta.png").content)).size == (1200, 630)


@pytest.mark.parametrize(("make", "kind", "count"), [(make_procedure, "tramites", 25), (make_program, "apoyos", 16)])
def test_card_costs_the_same_for_one_and_three_of_everything(client, django_assert_num_queries, make, kind, count):
    for n in (1, 3):
        children = (
            {"requirements": n, "fees": n, "offices": n} if make is make_procedure else {"calls": n, "offices": n}
        )
        make(f"de-{n}", **children)
        with django_assert_num_queries(count):
            assert client.get(f"/{kind}/de-{n}/tarjeta.png").status_code == 200


def test_page_tells_networks_its_title_description_picture_and_address(client):
    version = make_procedure("licencia", name_es='Licencia "única" & más', purpose_es="Sirve <mucho>.")
    html = body(client, "/tramites/licencia/")
    assert shared(html) == {
        "og:type": "website",
        "og:title": "Licencia &quot;única&quot; &amp; más – Municipio de Chihuahua",
        "og:description": "Sirve &lt;mucho&gt;.",
        "og:url": "https://negocios.example/tramites/licencia/",
        "og:image": "https://negocios.example/tramites/licencia/tarjeta.png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:locale": "es_MX",
        "twitter:card": "summary_large_image",
    }
    assert "image_src" not in html
    assert html.count(f"<title>{version.name_es}".replace('"', "&quot;").replace(" & ", " &amp; ")) == 1


@pytest.mark.parametrize("path", ["/en/", "/en/folleto/", "/en/buscar/?q=tacos"])
def test_other_pages_have_the_picture_of_the_portal(client, path):
    told = shared(body(client, path))
    assert told["og:image"] == "https://negocios.example/en/folleto/tarjeta.png"
    assert told["og:url"] == f"https://negocios.example{path}"
    assert told["og:locale"] == "en_US"


def test_nothing_is_told_without_a_public_address_or_of_an_error(client, settings):
    assert shared(client.get("/tramites/no-existe/").content.decode()) == {}
    settings.PORTAL_URL = "http://localhost:8000"
    assert shared(body(client, "/")) == {}


def test_brochure_s_page_offers_poster_and_picture(client):
    html = body(client, "/folleto/")
    assert 'href="/folleto/cartel.pdf"' in html
    assert 'href="/folleto/tarjeta.png"' in html


def test_title_without_marks_of_language():
    """Where English is missing a title may hold Spanish, marked; a network takes no marks."""
    from brochure.templatetags.sharing import plain

    assert plain(re.search("(.*)", '<span lang="es">Guía</span> (edition 1)')) == "Guía (edition 1)"
