"""The plan as PDF: valid, whole, the same as the page, and made no oftener than needed."""

import io
import re
import threading
from html import unescape

import pytest
from django.utils import timezone
from pypdf import PdfReader

from brochure import downloads, pdf, views
from procedures.models import ProcedureVersion
from tests.pdf_reading import bookmarks, elements, fonts, pages_of, squeezed, verdict
from tests.reading import body, text
from tests.test_guide_plan import COMPANY, ONLINE, plan_of, small_catalogue

pytestmark = pytest.mark.django_db

OPEN = "giro=taqueria&local=con-local&bajo-riesgo=no-se"
DATED = "giro=taqueria&local=con-local&bajo-riesgo=si&inicio=2026-12-22"
PLANS = [
    ("", OPEN),
    ("/en", OPEN),
    ("", DATED),
    ("/en", DATED),
    ("", COMPANY),
    ("/en", ONLINE),
    ("", "giro=estetica&local=en-casa"),
    ("/en", "giro=otro&alcohol=si"),
]
WRONG = "nada=1&giro=taqueria&alcohol=si&alcohol=no"
FOOT = re.compile(r"localhost:\d+/(?:en/)?ruta·(?:impresoel|printedon).{10,30}?(?:página|page)\d+(?:de|of)\d+$")


# Said on paper in another way: how many questions are left, the chain of times (a table there), labels, buttons.
ELSEWHERE = re.compile(
    r"Faltan? un|About \d|One question|Cada respuesta|Each answer|Con una fecha|With a start|El tiempo es|The time is|"
    r"(?:Por qué|Why)$|Descargar|Download|Guardar y|Save and"
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """What is drawn once is kept for the tests that follow."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(autouse=True)
def data_folder(settings, kept):
    settings.DATA_DIR = kept


@pytest.fixture
def drawn(monkeypatch, settings, tmp_path):
    """The documents that were really drawn; drawing is left out, and nothing is kept yet."""
    documents = []

    def draw(html):
        documents.append(html)
        return b"%PDF-"

    monkeypatch.setattr(pdf, "draw", draw)
    settings.DATA_DIR = tmp_path
    return documents


def fetch(client, query, prefix=""):
    response = client.get(f"{prefix}/ruta/plan.pdf?{query}")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    return response.content


def bare_pages(content):
    """The text of each page without blanks, running head and foot."""
    reader = PdfReader(io.BytesIO(content))
    sections = "|".join(re.escape(squeezed(name)) for level, name, _page in bookmarks(reader) if level == 1)
    head = re.compile(f"{re.escape(squeezed(reader.metadata.title))}(?:{sections})$")
    return [head.sub("", FOOT.sub("", page)) for page in pages_of(content)]


def words_of(content):
    return "".join(bare_pages(content))


def said_on_the_page(html):
    """Every figure, name, reason and date of the plan's page, without what only the screen can do."""
    main = html[html.index("<h1") : html.index('id="compartir"')]
    main = re.sub(r'<a class="no-print[^>]*>.*?</a>|<span class="visually-hidden">.*?</span>|<svg.*?</svg>', "", main)
    main = re.sub(r'<(nav|form|summary)\b.*?</\1>|<p class="no-print.*?</p>', "", main, flags=re.DOTALL)
    main = re.sub(r"</?(?:a|span|strong|time)\b[^>]*>", "", main)
    texts = re.findall(r"<(?:h4|dt|dd|li|p|br)[^>]*>\s*([^<]+)", main)
    parts = [part for text in texts for part in re.split(r"\n|; |^(?:Lleva|Take): ", unescape(text))]
    texts = [re.sub(r" · (?:en línea|online)$", "", part.strip()) for part in parts]
    return [text for text in texts if text and not ELSEWHERE.match(text)]


@pytest.mark.parametrize(("prefix", "query"), PLANS)
def test_pdf_says_all_that_the_page_says(client, prefix, query):
    words = words_of(fetch(client, query, prefix))
    said = said_on_the_page(body(client, f"{prefix}/ruta/plan/?{query}"))
    assert len(said) > 100
    missing = [text for text in said if squeezed(text).rstrip(".:,;(") not in words]
    assert missing == []


def test_pdf_has_every_part_of_every_item(client):
    for query in (OPEN, COMPANY):
        words = words_of(fetch(client, query))
        plan = plan_of(client, query)
        for item in plan.items.values():
            parts = [item.version.name, item.price, item.time or "Sin dato", *item.why, *item.duties, item.waits_for]
            parts += [need.document.name for need in item.needs] + [need.copies for need in item.needs]
            parts += [entry.question for entry in item.open] + [office.address for office in item.offices]
            for part in parts:
                assert squeezed(unescape(re.sub("<[^>]+>", "", part)))[1:] in words, (item.slug, part)
        assert len(plan.items) > 10


@pytest.mark.parametrize(("prefix", "query"), [*PLANS, ("", WRONG), ("/en", "")])
def test_pdf_is_valid_pdf_ua(client, prefix, query):
    content = fetch(client, query, prefix)
    reader = PdfReader(io.BytesIO(content))
    assert verdict(content) == []
    assert reader.root_object["/Lang"] == ("en" if prefix else "es")
    assert all({"/FontFile2", "/FontFile3"} & set(descriptor) for descriptor in fonts(reader).values())


def test_pdf_is_built_of_headings_tables_and_bookmarks(client):
    content = fetch(client, DATED)
    plan = plan_of(client, DATED)
    reader = PdfReader(io.BytesIO(content))
    _document, tagged = elements(io.BytesIO(content))
    tags = [tag for tag, _element in tagged]
    assert reader.metadata.title == "Tu plan: Taquería"
    assert tags.count("/H1") == 1
    assert tags.count("/H4") == len(plan.items)
    assert tags.count("/Figure") == 1
    levels = [level for level, _title, _page in bookmarks(reader)]
    assert [title for level, title, _page in bookmarks(reader) if level == 1] == [
        "De un vistazo",
        "Tus respuestas",
        "Los pasos en orden",
        "Tu carpeta",
        "Tus visitas",
        "Fechas",
        "Apoyos para ti",
        "Lo que no necesitas",
        "Cómo contamos y qué no está en estas cifras",
        "Qué tan seguros estamos",
    ]
    assert levels.count(3) == len(plan.items)


def test_cells_of_tables_know_their_headers(client):
    """A screen reader says of each cell in which row and column it stands."""
    _document, tagged = elements(io.BytesIO(fetch(client, COMPANY)))
    headers = [len(element.A.Headers) for tag, element in tagged if tag == "/TD"]
    assert set(headers) == {1, 2}
    assert headers.count(2) > 100


def test_no_page_ends_with_a_heading(client):
    """What follows a heading begins on the same page."""
    content = fetch(client, COMPANY)
    pages = bare_pages(content)
    headings = [(squeezed(title), page - 1) for _level, title, page in bookmarks(PdfReader(io.BytesIO(content)))]
    assert len(headings) > 30
    assert [title for title, page in headings if title not in pages[page] or pages[page].endswith(title)] == []


# Addresses


def test_qr_code_and_printed_address_lead_back_to_this_very_plan(client, settings, drawn):
    settings.PORTAL_URL = "https://negocios.example"
    fetch(client, DATED, "/en")
    html = unescape(drawn[0])
    address = f"https://negocios.example/en/ruta/plan/?{DATED}"
    assert f'alt="QR code of {address}">' in html
    assert f'<a href="{address}">negocios.example/en/ruta/plan</a>' in html
    assert f'<a href="{address}">{address}</a>' in html


def test_links_lead_to_the_portal_or_within_the_document(client, settings):
    settings.PORTAL_URL = "https://negocios.example"
    reader = PdfReader(io.BytesIO(fetch(client, OPEN)))
    targets = [
        annotation.get_object()["/A"]["/URI"]
        for page in reader.pages
        for annotation in page.get("/Annots", [])
        if "/URI" in annotation.get_object().get("/A", {})
    ]
    assert len(targets) > 50
    assert {target for target in targets if target.startswith("https://static.invalid")} == set()
    assert any(target.startswith("https://negocios.example/ruta/?giro=taqueria") for target in targets)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("giro=taqueria&nada=1", "que no es una pregunta de esta guía"),
        ("giro=zapato", "No tenemos el giro «zapato»"),
        ("giro=taqueria&alcohol=quiza", "«quiza» no es una respuesta"),
        ("giro=taqueria&inicio=9999-99-99", "no es una fecha"),
        ("giro=taqueria&alcohol=si&alcohol=no", "trae varias respuestas a"),
        ("giro=taqueria&nada=%3Cscript%3E%00%F0%9F%8D%95", "<script>"),
    ],
)
def test_what_can_not_be_taken_is_said_and_the_rest_counts(client, drawn, query, message):
    assert fetch(client, query) == b"%PDF-"
    words = text(drawn[0])
    assert "No pudimos tomar todo lo que trae esta dirección. Lo demás sí cuenta:" in words
    assert message in unescape(words)
    assert plan_of(client, query).items


def test_a_plan_without_anything_known_is_printed_as_it_is_shown(client, drawn):
    assert fetch(client, "") == b"%PDF-"
    assert "Sin giro" in drawn[0]


def test_a_plan_without_procedures_says_so(client, drawn):
    ProcedureVersion.objects.published().update(state="retired", retired_at=timezone.now())
    fetch(client, "giro=taqueria")
    assert "Con tus respuestas no encontramos ningún trámite." in drawn[0]


def test_pdf_is_saved_under_the_name_of_the_business(client, drawn):
    names = [client.get(path)["Content-Disposition"] for path in ("/ruta/plan.pdf?giro=taqueria", "/en/ruta/plan.pdf")]
    assert names == ['attachment; filename="plan-taqueria-es.pdf"', 'attachment; filename="plan-en.pdf"']


def test_the_page_offers_its_pdf(client):
    html = unescape(body(client, f"/en/ruta/plan/?{COMPANY}"))
    assert html.count(f'href="/en/ruta/plan.pdf?{COMPANY}"') == 2


# What it costs


def test_pdf_costs_the_same_queries_for_a_small_plan_and_a_big_one(client, drawn, django_assert_num_queries):
    with django_assert_num_queries(44):
        client.get(f"/ruta/plan.pdf?{OPEN}&inicio=2026-09-14")
    small_catalogue()
    with django_assert_num_queries(44):
        client.get(f"/ruta/plan.pdf?{OPEN}&inicio=2026-09-14")
    assert len(drawn) == 2


def test_the_same_plan_is_drawn_once_whatever_order_its_address_has(client, drawn):
    first = client.get("/ruta/plan.pdf?giro=taqueria&local=con-local")
    second = client.get("/ruta/plan.pdf?local=con-local&giro=taqueria")
    known = client.get("/ruta/plan.pdf?giro=taqueria&local=con-local", headers={"if-none-match": first["ETag"]})
    assert (first.content, second.content, known.status_code) == (b"%PDF-", b"%PDF-", 304)
    assert len(drawn) == 1


def test_a_head_request_draws_nothing(client, drawn):
    response = client.head("/ruta/plan.pdf?giro=taqueria")
    assert (response.status_code, response["Content-Type"], drawn) == (200, "application/pdf", [])
    assert "Content-Length" not in response
    assert response["ETag"] == client.get("/ruta/plan.pdf?giro=taqueria")["ETag"]


def test_kept_plans_are_bounded_and_those_asked_for_last_stay(client, drawn, monkeypatch, settings):
    monkeypatch.setattr(views, "MOST_PLANS", 3)
    days = [f"giro=taqueria&inicio=2027-03-{day:02}" for day in range(1, 7)]
    for query in days:
        client.get(f"/ruta/plan.pdf?{days[0]}")
        client.get(f"/ruta/plan.pdf?{query}")
        assert len(list((settings.DATA_DIR / "cache/plans").iterdir())) <= 3
    assert len(drawn) == len(days)


@pytest.fixture
def full_line():
    """As many documents as this process may hold are being drawn or wait."""
    release, held = threading.Event(), threading.Semaphore(0)

    def hold():
        with pdf._line:
            held.release()
            release.wait(10)

    threads = [threading.Thread(target=hold) for _ in range(pdf.IN_LINE)]
    for thread in threads:
        thread.start()
        held.acquire()
    yield
    release.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(("prefix", "words"), [("", "Inténtalo de nuevo en unos"), ("/en", "Try again in a few")])
def test_too_many_at_once_are_told_to_come_back(client, full_line, prefix, words):
    path = f"{prefix}/ruta/plan.pdf?giro=taqueria&local=con-local"
    response = client.get(path)
    html = unescape(response.content.decode())
    assert (response.status_code, response["Retry-After"]) == (503, downloads.RETRY_AFTER)
    assert response["Cache-Control"] == "private, no-store"
    assert words in html
    assert f'href="{path}"' in html
    assert f'href="{prefix}/ruta/plan/?giro=taqueria&local=con-local"' in html
    assert "attachment" not in response.get("Content-Disposition", "")


def test_a_kept_plan_is_sent_however_many_wait(client, drawn):
    client.get("/ruta/plan.pdf?giro=taqueria")
    for _ in range(pdf.IN_LINE):
        pdf._line.acquire()
    try:
        assert client.get("/ruta/plan.pdf?giro=taqueria").content == b"%PDF-"
        assert client.get("/ruta/plan.pdf?giro=restaurante").status_code == 503
    finally:
        for _ in range(pdf.IN_LINE):
            pdf._line.release()
    assert client.get("/ruta/plan.pdf?giro=restaurante").status_code == 200


def test_two_who_ask_for_the_same_at_once_get_one_drawing(drawn):
    """The second waits for its turn and finds what the first has made."""
    began, go_on = threading.Event(), threading.Event()
    draw, results = pdf.draw, []

    def draw_slowly(html):
        began.set()
        go_on.wait(10)
        return draw(html)

    def ask():
        results.append(downloads.kept_or_rendered("<p>x", "plans/plan", 3, draw_slowly, "pdf"))

    first, second = threading.Thread(target=ask), threading.Thread(target=ask)
    first.start()
    assert began.wait(10)
    second.start()
    go_on.set()
    first.join(10)
    second.join(10)
    assert results == [b"%PDF-", b"%PDF-"]
    assert drawn == ["<p>x"]
