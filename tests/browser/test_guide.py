"""The guide in a real browser: by keyboard alone, with and without JavaScript, on the smallest screen."""

import io
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from pypdf import PdfReader

from tests.pdf_reading import pages_of, verdict

PAGES = [
    "/ruta/?q=vendo+ropa",
    "/ruta/?q=zzzzzz",
    "/ruta/?giro=taqueria",
    "/ruta/?giro=nada&alcohol=nada&pregunta=forma-legal",
    "/ruta/?giro=taqueria&alcohol=no&cambiar=alcohol&volver=plan",
    "/ruta/plan/?giro=taqueria&local=con-local&inicio=2026-09-14&nada=1",
    "/ruta/plan/?giro=restaurante&forma-legal=sociedad-ante-notaria&local=con-local&bajo-riesgo=si&alcohol=si&personal=si",
]


def violations(page):
    found = Axe().run(page).response["violations"]
    return [(rule["id"], len(rule["nodes"]), rule["nodes"][0]["html"][:160]) for rule in found]


@pytest.mark.parametrize("prefix", ["", "/en"], ids=["es", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_state_is_accessible_quiet_and_fits(page, path, prefix):
    console = []
    page.on("console", lambda message: console.append(message.text))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(prefix + path)
    # What is folded away has to be accessible too.
    page.evaluate("document.querySelectorAll('main details').forEach(part => part.open = true)")
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 320, "height": 700})
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert console == []


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def keyboard_page(request, browser, portal):
    context = browser.new_context(base_url=portal.url, java_script_enabled=request.param)
    yield context.new_page()
    context.close()


def tab_to(page, selector, backwards=False):
    """Presses Tab until the element has the focus."""
    for _ in range(120):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"{selector} can't be reached by keyboard")


def answer_all(page):
    """Answers every question by keyboard until the plan is there; returns the questions."""
    asked = []
    while "/plan/" not in page.url:
        asked.append(page.locator("h1").inner_text())
        # The first choice is taken with the space bar; the third question is answered with “I don't know”, the last.
        tab_to(page, "main input[type=radio]", backwards=False)
        page.keyboard.press("ArrowUp" if len(asked) == 3 else "Space")
        tab_to(page, "main button[type=submit]")
        before = page.url
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, before=before: url != before)
    return asked


def test_from_tacos_to_the_plan_by_keyboard_alone(keyboard_page):
    page = keyboard_page
    page.goto("/")
    tab_to(page, 'nav a[href="/ruta/"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/ruta/")
    tab_to(page, "#giro-q")
    page.keyboard.type("tacos")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ruta/?q=tacos")
    tab_to(page, 'main .tiles a[href="/ruta/?giro=taqueria"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/ruta/?giro=taqueria")
    asked = answer_all(page)
    assert len(asked) == len(set(asked)) > 5
    assert page.locator("h1").inner_text() == "Tu plan: Taquería"
    assert "No falta ninguna pregunta" in page.locator("main").inner_text()
    tab_to(page, 'nav.toc a[href="#carpeta"]')
    page.keyboard.press("Enter")
    assert page.url.endswith("#carpeta")
    tab_to(page, ".guide-known a[href*='cambiar=forma-legal']", backwards=True)
    page.keyboard.press("Enter")
    page.wait_for_url("**cambiar=forma-legal**")
    assert page.locator("main input:checked").get_attribute("value") == "a-mi-nombre"


def test_from_tacos_on_the_first_page_to_the_pdf_by_keyboard_alone(keyboard_page):
    page = keyboard_page
    page.goto("/")
    tab_to(page, "main input[type=search]")
    page.keyboard.type("tacos")
    page.keyboard.press("Enter")
    page.wait_for_url("**/buscar/?q=tacos")
    tab_to(page, 'main a[href="/ruta/?giro=taqueria"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/ruta/?giro=taqueria")
    answer_all(page)
    tab_to(page, 'main a[href^="/ruta/plan.pdf?giro=taqueria&"]')
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    content = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename == "plan-taqueria-es.pdf"
    assert verdict(content) == []
    assert PdfReader(io.BytesIO(content)).metadata.title == "Tu plan: Taquería"
    assert "Inscripción en el RFC, persona física".replace(" ", "") in "".join(pages_of(content))


def test_a_step_unfolds_and_a_window_is_offered(page):
    page.goto("/ruta/plan/?giro=taqueria&local=con-local&bajo-riesgo=no-se")
    item = page.locator("#tramite-licencia-de-funcionamiento")
    assert not item.get_by_text("Dictamen del programa interno").first.is_visible()
    item.locator("summary").click()
    assert item.get_by_text("Dictamen del programa interno").first.is_visible()
    assert page.get_by_text("Una sola ventanilla podría hacer por ti").is_visible()


def test_a_start_date_gives_dates_and_a_calendar(page):
    page.goto("/ruta/plan/?giro=taqueria&local=con-local&bajo-riesgo=si")
    page.get_by_label("¿Cuándo quieres empezar?").fill("2026-09-14")
    page.get_by_role("button", name="Ver las fechas").click()
    page.wait_for_url("**inicio=2026-09-14**")
    assert "Si empiezas el lunes 14 de septiembre de 2026" in page.locator("main").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Ponerlas en mi calendario").click()
    assert download.value.suggested_filename == "plan-taqueria.ics"


def test_an_unanswered_question_is_held_back_by_the_browser(page):
    page.goto("/ruta/?giro=taqueria")
    page.get_by_role("button", name="Continuar").click()
    assert page.url.endswith("/ruta/?giro=taqueria")
    assert page.evaluate("document.querySelector('main input[type=radio]').validity.valueMissing")


def test_the_printed_plan_unfolds_and_leaves_out_what_paper_can_not_do(page):
    page.goto("/ruta/plan/?giro=taqueria&local=con-local")
    page.emulate_media(media="print")
    item = page.locator("#tramite-licencia-de-funcionamiento")
    assert item.get_by_text("Dictamen del programa interno").first.is_visible()
    assert not page.locator("#compartir").is_visible()
    assert not page.locator(".site-nav").is_visible()
