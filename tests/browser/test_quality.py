"""The checklist, the doubts and the fees in bulk, as staff see them: no rule of the browser or of axe is broken."""

import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = [
    "/admin/procedures/procedureversion/1/checks/",
    "/en/admin/procedures/programversion/1/checks/",
    "/admin/procedures/legalinstrument/1/reform/",
    "/admin/procedures/reverification/",
    "/admin/procedures/reverification/fees/?cuales=todas",
    "/en/admin/procedures/legalprofile/1/change/",
    "/admin/procedures/linkcheck/",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_fit_a_small_phone_and_keep_the_policy(scheme, staff):
    staff.emulate_media(color_scheme=scheme)
    staff.set_viewport_size({"width": 320, "height": 800})
    for path in PAGES:
        assert (path, staff.goto(path).status) == (path, 200)
        found = Axe().run(staff).response["violations"]
        assert (path, [(rule["id"], rule["nodes"][0]["html"][:160]) for rule in found]) == (path, [])
        assert (path, staff.evaluate("document.documentElement.scrollWidth")) == (path, 320)
    assert staff.troubles == []


def test_fees_are_shown_before_and_after_by_keyboard_without_a_script(staff):
    staff.goto("/admin/procedures/reverification/fees/?cuales=todas")
    staff.locator("[name$=-chosen]").first.focus()
    staff.keyboard.press("Space")
    staff.locator("[name=percent]").fill("10")
    staff.locator("[name=note]").fill("Tarifa nueva.")
    staff.locator("[name=_preview]").focus()
    staff.keyboard.press("Enter")
    staff.wait_for_selector("#preview")
    assert staff.locator("tbody tr").count() == 1
    assert "$1,702.00 MXN" in staff.locator("tbody tr td").nth(0).inner_text()
    assert "$1,872.20 MXN" in staff.locator("tbody tr td").nth(1).inner_text()
