import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.drafts import begin_support

PAGES = [
    "/admin/",
    "/admin/procedures/procedureversion/",
    "/admin/procedures/procedureversion/1/change/",
    "/admin/procedures/procedureversion/add/",
    "/admin/procedures/programversion/add/",
    "/admin/procedures/program/1/change/",
    "/admin/procedures/office/1/change/",
    "/admin/procedures/question/1/change/",
    "/admin/procedures/question/",
    "/admin/procedures/businesstype/1/change/",
    "/admin/procedures/procedureversion/rules/",
    "/en/admin/procedures/procedureversion/1/effect/",
    "/admin/procedures/nonworkingday/",
    "/admin/procedures/trailline/",
    "/admin/procedures/trailline/record/procedures.office/1/",
    "/en/admin/procedures/document/1/history/",
]


def test_admin_pages_break_no_rule_of_the_content_security_policy(staff):
    for path in PAGES:
        assert staff.goto(path).status == 200
    assert staff.troubles == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_about_rules_are_accessible(scheme, staff):
    staff.emulate_media(color_scheme=scheme)
    for path in ("/admin/procedures/procedureversion/rules/", "/en/admin/procedures/procedureversion/1/effect/"):
        staff.goto(path)
        found = Axe().run(staff).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"][:160]) for rule in found] == []


def test_the_rule_tester_is_used_by_keyboard(staff):
    staff.goto("/admin/procedures/procedureversion/rules/")
    staff.locator("#find-type").focus()
    staff.keyboard.type("taqueria")
    staff.keyboard.press("Enter")
    staff.wait_for_url("**/rules/?q=taqueria*")
    assert staff.locator("tbody tr").count() == 1
    staff.locator("tbody tr").get_by_role("link", name=re.compile("Ver el plan ?: Taquería")).focus()
    staff.keyboard.press("Enter")
    staff.wait_for_url("**/ruta/plan/?giro=taqueria")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_admin_pages_need_no_sideways_scrolling(width, staff):
    staff.set_viewport_size({"width": width, "height": 800})
    for path in PAGES:
        staff.goto(path)
        assert staff.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_draft_is_written_row_by_row_and_seen_as_the_public_will_see_it(staff):
    staff.goto("/admin/")
    staff.get_by_label("Busca un trámite").fill("licencia de uso de suelo")
    staff.get_by_role("button", name="Buscar").click()
    staff.get_by_role("link", name="Licencia de uso de suelo").first.click()
    staff.get_by_role("button", name="Nueva versión").click()
    staff.locator("#id_name_es").fill("Licencia de uso de suelo, corregida")
    staff.get_by_role("link", name="Agregar Paso adicional.").or_(
        staff.locator("#steps-group .add-row a")
    ).first.click()
    staff.locator("[name$=-title_es]:visible").last.fill("Espera la visita")
    staff.get_by_role("button", name="Guardar y ver como el público").click()
    assert "clave=" in staff.url
    assert "Licencia de uso de suelo, corregida" in staff.locator("h1").inner_text()
    assert "Espera la visita" in staff.locator("main").inner_text()
    assert staff.troubles == []


def test_a_draft_can_be_written_without_javascript(staff_without_script):
    page = staff_without_script
    begin_support(page, "Apoyo sin guiones")
    page.get_by_role("button", name="Guardar y enviar a revisión").click()
    page.get_by_label("Qué cambia").fill("Es nuevo.")
    page.get_by_role("button", name="Enviar a revisión").click()
    assert page.locator(".messagelist").inner_text().startswith("Enviada")
    assert "en revisión" in page.locator(".standing").inner_text()
