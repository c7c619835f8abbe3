"""Every kind of public page in a real browser: accessible, quiet, and whole on the smallest screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = [
    "/",
    "/buscar/?q=tacos",
    "/buscar/?q=zzzzzz",
    "/tramites/",
    "/tramites/?nivel=municipal&costo=desconocido",
    "/tramites/sare-apertura-rapida/",
    "/tramites/alta-patronal-imss/",
    "/tramites/alta-patronal-imss/impreso/abcdefghij/",
    "/tramites/contrato-luz-comercial/",
    "/apoyos/",
    "/apoyos/vende-tu-proyecto/",
    "/apoyos/credito-palabra-finabien/",
    "/instituciones/",
    "/instituciones/ddec/",
    "/glosario/",
    "/folleto/",
    "/folleto/1/",
    "/dialogo/",
    "/dialogo/nuevo/",
    "/compromisos/",
    "/compromisos/MXCHH0002/",
    "/compromisos/MXCHH0002/hitos/1/",
    "/ruta/",
    "/ruta/?giro=taqueria",
    "/ruta/plan/?giro=taqueria&forma-legal=a-mi-nombre&local=con-local",
    "/ruta/simplificacion/",
    "/ruta/simplificacion/taqueria/",
    "/datos/",
    "/acerca/",
    "/privacidad/",
    "/accesibilidad/",
]


def violations(page):
    """What axe finds, short enough to read: rule, number of places, the first one's markup."""
    found = Axe().run(page).response["violations"]
    return [(rule["id"], len(rule["nodes"]), rule["nodes"][0]["html"][:160]) for rule in found]


@pytest.mark.parametrize("language", ["", "/en"], ids=["es", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible_quiet_and_fits(page, path, language):
    """No axe violation in either theme, nothing in the console (a policy breach would be), no sideways scroll."""
    console = []
    page.on("console", lambda message: console.append(message.text))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    response = page.goto(language + path)
    assert response.status == 200
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 320, "height": 700})
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert console == []


@pytest.mark.parametrize("path", ["/no-existe/", "/en/tramites/no-existe/"])
def test_an_unknown_address_offers_a_search(page, path):
    response = page.goto(path)
    assert response.status == 404
    assert violations(page) == []
    page.locator("main input[type=search]").fill("alcohol")
    page.keyboard.press("Enter")
    page.wait_for_url("**/buscar/?q=alcohol*")


def test_text_at_200_percent_still_fits(page):
    page.set_viewport_size({"width": 640, "height": 900})
    for path in ("/", "/tramites/", "/tramites/sare-apertura-rapida/", "/dialogo/nuevo/"):
        page.goto(path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, path
