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
for name, groups in (("ana", ["editor"]), ("berta", ["reviewer"])):
    user = User.objects.create_user(name, password="Chihuahua-2026", is_staff=True, first_name=name.title())
    user.groups.set(Group.objects.filter(name__in=groups))
    assert user.groups.count() == len(groups)
from procedures.models import ProcedureVersion
print(ProcedureVersion.objects.published().get(procedure__slug="permiso-anuncio").pk)
"""


@pytest.fixture
def published(portal):
    """The key of the version in force; Ana edits, Berta reviews and publishes."""
    return int(portal.run(PEOPLE))


@pytest.fixture
def signed_in(browser, base_url):
    """Opens a browser of somebody's own, signed in."""
    contexts = []

    def sign_in(name):
        contexts.append(browser.new_context(base_url=base_url, java_script_enabled=name != "ana"))
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
    ana, berta = signed_in("ana"), signed_in("berta")
    change = f"/admin/procedures/procedureversion/{published}/change/"

    # Ana, without JavaScript, drafts the change of a fee.
    ana.goto(change)
    ana.get_by_role("button", name="Nueva versión").click()
    draft = ana.url
    ana.locator("#id_name_es").fill("Permiso de anuncio luminoso temporal")
    row = ana.locator(FEES).last
    row.locator("[name$=-kind]").select_option("fixed")
    row.locator("[name$=-minimum]").fill("1234.50")
    row.locator("[name$=-concept_es]").fill("Anuncio luminoso")
    ana.get_by_role("button", name="Guardar y seguir editando").click()

    # She tries to publish it, and is refused.
    refused = ana.goto(draft.replace("/change/", "/move/publish/"))
    assert refused.status == 403
    expect(ana.locator("#content")).to_contain_text("trámites")
    ana.goto(draft.replace("/change/", "/move/submit/"))
    ana.locator("textarea[name=note]").fill("La tarifa de 2026.")
    ana.get_by_role("button", name="Enviar a revisión").click()

    # Berta compares, and returns it with a comment.
    berta.goto(draft)
    berta.get_by_role("link", name="Revisarla").click()
    comparison = berta.locator("#content")
    expect(comparison).to_contain_text("La tarifa de 2026.")
    assert "luminoso temporal" in berta.locator("ins").all_inner_texts()[1]
    assert "$1,234.50 MXN" in comparison.inner_text()
    assert Axe().run(berta).response["violations"] == []
    berta.locator("form[action*=return] textarea").fill("El monto tiene centavos de más.")
    berta.get_by_role("button", name="Devolver a quien la escribió").click()

    # Ana reads it above the draft, and mends.
    ana.goto(draft)
    expect(ana.locator(".standing")).to_contain_text("El monto tiene centavos de más.")
    ana.locator(FEES).nth(-2).locator("[name$=-minimum]").fill("1234")
    ana.locator("[name=_submit]").click()
    ana.locator("textarea[name=note]").fill("Ya sin centavos.")
    ana.get_by_role("button", name="Enviar a revisión").click()

    # Berta approves it for the next minute.
    before = shown_to_all(berta)
    berta.goto(draft.replace("/change/", "/review/"))
    expect(berta.locator(".conversation")).to_contain_text("El monto tiene centavos de más.")
    moment = datetime.now(ZoneInfo("America/Chihuahua")).replace(second=0) + timedelta(minutes=1)
    if moment - datetime.now(ZoneInfo("America/Chihuahua")) < timedelta(seconds=8):
        moment += timedelta(minutes=1)
    berta.get_by_label("Publicar sola").fill(f"{moment:%Y-%m-%dT%H:%M}")
    for tick in berta.locator("form[action*=approve] [type=checkbox]").all():
        tick.check()
    berta.get_by_role("button", name="Aprobar").click()
    expect(berta.locator(".standing")).to_contain_text("Se publica sola el")
    assert shown_to_all(berta) == before

    # The worker publishes it at that minute; page, search and sheet change together.
    for _try in range(100):
        berta.goto(draft)
        if "Es lo que ve el público" in berta.locator(".standing").inner_text():
            break
        berta.wait_for_timeout(1000)
    assert datetime.now(ZoneInfo("America/Chihuahua")) >= moment.replace(microsecond=0)
    page, found, sheet = shown_to_all(berta)
    assert "Permiso de anuncio luminoso temporal" in page
    assert "$1,234.00 MXN" in page
    assert "Permiso de anuncio luminoso temporal" in found
    assert "$1,234.00MXN" in sheet

    # The old version stays readable, with its notice; restored it is a new draft.
    berta.goto(f"/tramites/{SLUG}/version/1/")
    expect(berta.locator(".notice").first).to_contain_text("Esta es una versión anterior.")
    assert "luminoso temporal" not in berta.locator("h1").inner_text()
    ana.goto(change)
    ana.get_by_role("link", name="Restaurar como borrador nuevo").click()
    ana.get_by_role("button", name="Restaurar como borrador nuevo").click()
    expect(ana.locator("h1")).to_contain_text("versión 3")
    assert "luminoso" not in ana.locator("#id_name_es").input_value()
    assert [trouble for trouble in berta.troubles if "favicon" not in trouble] == []


def test_a_secret_link_shows_all_of_a_draft_and_ends_when_it_is_revoked(portal, signed_in, browser, base_url):
    portal.run(PEOPLE.replace('"ana"', '"carla"').replace('"berta"', '"diana"'))
    carla = signed_in("carla")
    carla.goto("/admin/procedures/programversion/1/change/")
    carla.get_by_role("button", name="Nueva versión").click()
    carla.get_by_role("link", name="Enlaces secretos").click()
    carla.get_by_label("Para quién").fill("Dirección jurídica")
    carla.get_by_label("Funciona durante").select_option("3")
    carla.get_by_role("button", name="Hacer el enlace").click()
    address = carla.get_by_label("Dirección en inglés").input_value()
    assert Axe().run(carla).response["violations"] == []
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
        carla.get_by_role("button", name="Anular este enlace").click()
        assert page.goto(address).status == 410
        expect(page.locator("h1")).to_have_text("This link no longer works")
        assert stranger.cookies() == []
