"""A record of a long catalogue is chosen by writing its name: with the keyboard, without JavaScript, on a phone."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.drafts import begin_support


@pytest.fixture
def draft(staff):
    """The path of a new record's draft, so that no other test's is in the way."""
    staff.goto("/admin/procedures/procedureversion/add/")
    name = f"Trámite de nombres {staff.evaluate('Date.now()')}"
    staff.locator("#id_name_es").fill(name)
    staff.locator("#id_level").select_option("municipal")
    staff.locator("#id_stage").select_option(index=1)
    staff.locator("#id_institution").select_option(index=1)
    staff.locator("[name=_continue]").click()
    staff.wait_for_url("**/change/")
    return staff.url


def test_a_document_is_written_by_its_name_with_the_keyboard(staff, draft):
    box = staff.locator("#id_requirements-0-document")
    name = staff.locator("#names-document option").first.get_attribute("value")
    assert box.evaluate("box => box.list.options.length") > 50
    box.focus()
    staff.keyboard.type(name.upper())
    staff.keyboard.press("Enter")
    staff.wait_for_url("**/procedureversion/")
    staff.goto(draft)
    assert staff.locator("#id_requirements-0-document").input_value() == name
    assert staff.troubles == []


def test_a_record_made_beside_the_box_is_written_in_it(staff, draft):
    with staff.expect_popup() as opened:
        staff.locator("#add_id_requirements-0-document").click()
    window = opened.value
    name = f"Acta recién hecha {staff.evaluate('Date.now()')}"
    window.locator("#id_name_es").fill(name)
    with window.expect_event("close"):
        window.locator("[name=_save]").click()
    assert staff.locator("#id_requirements-0-document").input_value() == name
    for number in range(4):  # one more than there are boxes
        with staff.expect_popup() as opened:
            staff.locator("#add_id_results").click()
        opened.value.locator("#id_name_es").fill(f"{name} {number}")
        with opened.value.expect_event("close"):
            opened.value.locator("[name=_save]").click()
    boxes = staff.locator("[name=results-more]")
    assert [box.input_value() for box in boxes.all()] == [f"{name} {number}" for number in range(4)]
    staff.locator("[name=_continue]").click()
    staff.locator("[name=results]:checked").nth(3).wait_for()
    assert staff.locator("#id_requirements-0-document").input_value() == name
    assert staff.troubles == []


def test_a_row_that_is_added_has_the_names_too(staff, draft):
    staff.locator("#requirements-group .add-row a").click()
    box = staff.locator("#id_requirements-1-document")
    assert box.evaluate("box => box.list.options.length") > 50
    box.fill("nada de eso")
    staff.locator("[name=_save]").click()
    row = staff.locator(".inline-related", has=staff.locator("[name$=-document][value='nada de eso']"))
    row.get_by_text("no hay nada que se llame «nada de eso»").wait_for()
    assert staff.troubles == []


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_boxes_are_accessible_and_fit_on_a_phone(prefix, scheme, staff, draft):
    staff.emulate_media(color_scheme=scheme)
    staff.set_viewport_size({"width": 320, "height": 800})
    staff.goto(re.sub("/admin/", f"{prefix}/admin/", draft, count=1))
    staff.locator("[name=results-more]").first.fill("nada de eso")
    staff.locator("#id_requirements-0-document").fill("nada de esto")
    staff.locator("[name=_continue]").click()
    staff.locator(".errorlist").nth(1).wait_for()
    found = Axe().run(staff).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"][:160]) for rule in found] == []
    assert staff.evaluate("document.documentElement.scrollWidth") <= 320


def test_names_are_written_without_javascript(staff_without_script):
    page = staff_without_script
    begin_support(page, "Apoyo con documentos, sin guiones")
    name = page.locator("#names-document option").first.get_attribute("value")
    page.locator("[name=documents-more]").first.fill(name.lower())
    page.locator("[name=_continue]").click()
    chosen = page.get_by_role("checkbox", name=name, exact=True)
    assert chosen.is_checked()
    chosen.uncheck()
    page.locator("[name=_continue]").click()
    page.locator("[name=documents]").wait_for(state="detached")
