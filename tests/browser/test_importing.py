"""A foreign registry in the browser: from its file to drafts, by keyboard and mouse, wide and narrow, with axe."""

from axe_playwright_python.sync_playwright import Axe

REGISTRY = (
    "\ufeffnombre,dependencia,costo,requisitos,proceso\r\n"
    "Constancia de prueba,Oficina ajena,Consultar,INE.||Comprobante~~ de luz.,Paso 1: Llenar.||Paso 2: Recoger.\r\n"
    "Permiso de prueba,Oficina ajena,45 pesos,,Paso 1: Pagar.\r\n"
)


def check_page(page):
    """No violation that axe finds, no sideways scrolling at any width, light and dark."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)


def test_a_registry_becomes_drafts_step_by_step(staff, tmp_path):
    file = tmp_path / "registro.csv"
    file.write_text(REGISTRY, newline="")
    staff.goto("/admin/procedures/import/export/")
    check_page(staff)
    staff.goto("/admin/procedures/import/")
    staff.get_by_role("link", name="Importar un archivo").click()
    check_page(staff)
    staff.get_by_label("Archivo").set_input_files(file)
    staff.get_by_role("button", name="Revisar el archivo").click()
    assert staff.get_by_label("«requisitos» pasa a ser", exact=True).input_value() == "requirements"
    assert staff.get_by_label("Reemplazos").input_value() == "~~ → ,"
    check_page(staff)
    staff.get_by_role("button", name="Revisar el archivo").click()
    assert "Indícalo para todas las filas" in staff.get_by_role("alert").inner_text()
    staff.get_by_label("Orden de gobierno de todos").select_option("municipal")
    staff.get_by_label("Etapa de todos").select_option("operar")
    staff.get_by_role("button", name="Revisar el archivo").click()
    staff.get_by_text("Nuevas 2").wait_for(timeout=30_000)
    check_page(staff)
    staff.get_by_role("button", name="Importar", exact=True).focus()
    staff.keyboard.press("Enter")
    staff.locator(".import-done").wait_for(timeout=30_000)
    check_page(staff)
    staff.get_by_role("link", name="constancia-de-prueba").click()
    assert staff.locator("#id_name_es").input_value() == "Constancia de prueba"
    assert "borrador" in staff.locator(".standing").inner_text()
    assert staff.troubles == []


def test_an_import_needs_no_javascript(staff_without_script, tmp_path):
    file = tmp_path / "documents.csv"
    file.write_text("slug,name_es\nsin-guiones,Sin guiones\n")
    page = staff_without_script
    page.goto("/admin/procedures/import/add/")
    page.get_by_label("Archivo").set_input_files(file)
    page.get_by_role("button", name="Revisar el archivo").click()
    page.get_by_text("Nuevas 1").wait_for(timeout=30_000)
    page.get_by_role("button", name="Importar", exact=True).click()
    page.locator(".import-done").wait_for(timeout=30_000)
    assert page.get_by_role("link", name="sin-guiones").count() == 1
