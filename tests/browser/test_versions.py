"""A fee changes: the walk of two people from draft to publication and back, in the real portal with its worker."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.pdf_reading import pages_of

SLUG = "permiso-anuncio"
FEES = "#fees-group .inline-related:not(.empty-form)"
PEOPLE = """
from django.contrib.auth.models import Group, User
for name, groups in (("alba", ["editor"]), ("braulio", ["reviewer"])):
    user = User.objects.create_user(name, password="Chihuahua-2026", is_staff=True, first_name=name.title())
    user.groups.set(Group.objects.filter(name__in=groups))
    assert user.groups.count() == len(groups)
from procedures.models import ProcedureVersion
print(ProcedureVersion.objects.published().get(procedure__slug="permiso-anuncio").pk)
"""


@pytest.fixture
def published(portal):
    """The key of the version in force; Alba edits, Braulio reviews and publishes."""
    return int(portal.run(PEOPLE))


@pytest.fixture
def signed_in(browser, base_url):
    """Opens a browser of somebody's own, signed in."""
    contexts = []

    def sign_in(name):
        contexts.append(browser.new_context(base_url=base_url, java_script_enabled=name != "alba"))
        page = contexts[-1].new_page()
        page.troubles = []
        page.on("console", lambda message: page.troubles.append(message.text) if message.type == "error" else None)
        page.goto("/admin/")
        page.locator("[name=username]").fill(name)
        page.locator("[name=password]").fill("Chihuahua-2026")
        page.locator("[type=submit]").click()
        return page

    yield sign_in
    for context in contexts:
        context.close()


def shown_to_all(page):
    """The words of the public page, of the search's first result and of the sheet."""
    reader = page.context.browser.new_context(base_url=page.url.split("/admin")[0])
    public = reader.new_page()
    public.goto(f"/tramites/{SLUG}/")
    text = public.locator("main").inner_text()
    public.goto("/buscar/?q=anuncio+luminoso+temporal")
    found = public.locator("main").inner_text()
    sheet = reader.request.get(f"/tramites/{SLUG}.pdf").body()
    reader.close()
    return text, found, "".join(pages_of(sheet))


def test_a_fee_changes_by_two_people_and_comes_back_by_a_third_version(published, portal, signed_in):
    alba, braulio = signed_in("alba"), signed_in("braulio")
    change = f"/admin/procedures/procedureversion/{published}/change/"

    # Alba, without JavaScript, drafts the change of a fee.
    alba.goto(change)
    alba.get_by_role("button", name="Nueva versión").click()
    draft = alba.url
    alba.locator("#id_name_es").fill("Permiso de anuncio luminoso temporal")
    row = alba.locator(FEES).last
    row.locator("[name$=-kind]").select_option("fixed")
    row.locator("[name$=-minimum]").fill("1234.50")
    row.locator("[name$=-concept_es]").fill("Anuncio luminoso")
    alba.get_by_role("button", name="Guardar y seguir editando").click()

    # She tries to publish it, and is refused.
    refused = alba.goto(draft.replace("/change/", "/move/publish/"))
    assert refused.status == 403
    expect(alba.locator("#content")).to_contain_text("trámites")
    alba.goto(draft.replace("/change/", "/move/submit/"))
    alba.locator("textarea[name=note]").fill("La tarifa de 2026.")
    alba.get_by_role("button", name="Enviar a revisión").click()

    # Braulio compares, and returns it with a comment.
    braulio.goto(draft)
    braulio.get_by_role("link", name="Revisarla").click()
    comparison = braulio.locator("#content")
    expect(comparison).to_contain_text("La tarifa de 2026.")
    assert "luminoso temporal" in braulio.locator("ins").all_inner_texts()[1]
    assert "$1,234.50 MXN" in comparison.inner_text()
    assert Axe().run(braulio).response["violations"] == []
    braulio.locator("form[action*=return] textarea").fill("El monto tiene centavos de más.")
    braulio.get_by_role("button", name="Devolver a quien la escribió").click()

    # Alba reads it above the draft, and mends.
    alba.goto(draft)
    expect(alba.locator(".standing")).to_contain_text("El monto tiene centavos de más.")
    alba.locator(FEES).nth(-2).locator("[name$=-minimum]").fill("1234")
    alba.locator("[name=_submit]").click()
    alba.locator("textarea[name=note]").fill("Ya sin centavos.")
    alba.get_by_role("button", name="Enviar a revisión").click()

    # Braulio approves it for the next minute.
    before = shown_to_all(braulio)
    braulio.goto(draft.replace("/change/", "/review/"))
    expect(braulio.locator(".conversation")).to_contain_text("El monto tiene centavos de más.")
    moment = datetime.now(ZoneInfo("America/Chihuahua")).replace(second=0) + timedelta(minutes=1)
    if moment - datetime.now(ZoneInfo("America/Chihuahua")) < timedelta(seconds=8):
        moment += timedelta(minutes=1)
    braulio.get_by_label("Publicar sola").fill(f"{moment:%Y-%m-%dT%H:%M}")
    for tick in braulio.locator("form[action*=approve] [type=checkbox]").all():
        tick.check()
    braulio.get_by_role("button", name="Aprobar").click()
    expect(braulio.locator(".standing")).to_contain_text("Se publica sola el")
    assert shown_to_all(braulio) == before

    # The worker publishes it at that minute; page, search and sheet change together.
    for _try in range(100):
        braulio.goto(draft)
        if "Es lo que ve el público" in braulio.locator(".standing").inner_text():
            break
        braulio.wait_for_timeout(1000)
    assert datetime.now(ZoneInfo("America/Chihuahua")) >= moment.replace(microsecond=0)
    page, found, sheet = shown_to_all(braulio)
    assert "Permiso de anuncio luminoso temporal" in page
    assert "$1,234.00 MXN" in page
    assert "Permiso de anuncio luminoso temporal" in found
    assert "$1,234.00MXN" in sheet

    # The old version stays readable, with its notice; restored it is a new draft.
    braulio.goto(f"/tramites/{SLUG}/version/1/")
    expect(braulio.locator(".notice").first).to_contain_text("Esta es una versión anterior.")
    assert "luminoso temporal" not in braulio.locator("h1").inner_text()
    alba.goto(change)
    alba.get_by_role("link", name="Restaurar como borrador nuevo").click()
    alba.get_by_role("button", name="Restaurar como borrador nuevo").click()
    expect(alba.locator("h1")).to_contain_text("versión 3")
    assert "luminoso" not in alba.locator("#id_name_es").input_value()
    assert [trouble for trouble in braulio.troubles if "favicon" not in trouble] == []


def test_a_secret_link_shows_all_of_a_draft_and_ends_when_it_is_revoked(portal, signed_in, browser, base_url):
    portal.run(PEOPLE.replace('"alba"', '"celia"').replace('"braulio"', '"dalia"'))
    celia = signed_in("celia")
    celia.goto("/admin/procedures/programversion/1/change/")
    celia.get_by_role("button", name="Nueva versión").click()
    celia.get_by_role("link", name="Enlaces secretos").click()
    celia.get_by_label("Para quién").fill("Dirección jurídica")
    celia.get_by_label("Funciona durante").select_option("3")
    celia.get_by_role("button", name="Hacer el enlace").click()
    address = celia.get_by_label("Dirección en inglés").input_value()
    assert Axe().run(celia).response["violations"] == []
    with browser.new_context(base_url=base_url) as stranger:
        page = stranger.new_page()
        assert page.goto(address).status == 200
        expect(page.locator(".draft-notice")).to_contain_text("Draft: it is not public")
        page.get_by_role("link", name="What it changes in the plans").click()
        expect(page.locator("h1")).to_have_text("What it changes in the plans")
        sheet = page.locator(".draft-notice a", has_text=re.compile("PDF")).get_attribute("href")
        assert "Draft:notpublic" in pages_of(stranger.request.get(sheet).body())[0]
        page.get_by_role("link", name="The page").click()
        assert Axe().run(page).response["violations"] == []
        celia.get_by_role("button", name="Anular este enlace").click()
        assert page.goto(address).status == 410
        expect(page.locator("h1")).to_have_text("This link no longer works")
        assert stranger.cookies() == []
