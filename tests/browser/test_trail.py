import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = [
    "/admin/procedures/trailline/",
    "/en/admin/procedures/trailline/",
    "/admin/procedures/institution/1/history/",
    "/admin/procedures/trailline/record/procedures.institution/1/",
]


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 320)])
def test_the_change_log_is_accessible_quiet_and_fits(page, portal, theme, width):
    portal.run(
        "from procedures.models import Institution; "
        f"Institution.objects.filter(pk=1).update(role_es='Papel nuevo en {theme}.')"
    )
    troubles = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/admin/")
    page.locator("[name=username]").fill("admin")
    page.locator("[name=password]").fill(portal.password)
    page.locator("[type=submit]").click()
    for path in PAGES:
        assert page.goto(path).status == 200
        assert "Papel nuevo en" in page.locator("#content").inner_text()
        assert [rule["id"] for rule in Axe().run(page).response["violations"]] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert troubles == []
