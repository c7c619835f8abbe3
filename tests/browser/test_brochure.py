"""An edition from staff to citizen: composed, watched, looked at, published, found and downloaded on a phone."""

import hashlib
import re
from contextlib import closing
from http.client import HTTPConnection

import pypdfium2
import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.pdf_reading import pages_of

TITLE = "Permisos para tu local"
NEW_FEE = """
from django.contrib.auth.models import User
from procedures.actions import approve, publish, start_version, submit
from procedures.models import ProcedureVersion
author, reviewer = (User.objects.get_or_create(username=name)[0] for name in ("rosa", "raul"))
published = ProcedureVersion.objects.published().filter(procedure__slug__in=SLUGS)
in_progress = ProcedureVersion.objects.open().values("procedure")  # what other walks have begun
draft = start_version(of=published.exclude(procedure__in=in_progress).first(), author=author)
draft.fees.all().delete()
draft.fees.create(kind="fixed", minimum="1777.50")
submit(version=draft, by=author)
approve(version=draft, by=reviewer)
publish(version=draft, by=reviewer, despite=True)
print(draft.procedure.slug)
"""


@pytest.fixture
def staff(staff_without_script):
    """What the staff does here needs no JavaScript."""
    return staff_without_script


@pytest.fixture
def looked_at(browser, portal, staff):
    """Looks at pages as the staff does, on a phone and in both themes: `looked_at(path)`."""
    with browser.new_context(base_url=portal.url, viewport={"width": 390, "height": 800}) as context:
        context.add_cookies(staff.context.cookies())
        page = context.new_page()
        troubles = []
        page.on("console", lambda message: troubles.append(message.text))

        def look(path):
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                assert page.goto(path).status == 200
                found = Axe().run(page).response["violations"]
                assert (path, [(rule["id"], rule["nodes"][0]["html"][:160]) for rule in found]) == (path, [])
                assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, 390)
            assert troubles == []

        yield look


def path_of(page):
    return "/" + page.url.split("/", 3)[3]


def test_an_edition_goes_from_the_staff_to_a_phone(staff, looked_at, browser, portal):
    # Composed: one stage, one language, letter size.
    staff.goto("/admin/brochure/edition/add/")
    looked_at("/admin/brochure/edition/add/")
    staff.locator("#id_title_es").fill(TITLE)
    staff.locator("#id_foreword_es").fill("Todo lo que se pide para el local.")
    staff.get_by_label("English").uncheck()
    staff.get_by_label("por etapa").check()
    staff.get_by_role("button", name="Guardar", exact=True).click()
    expect(staff.locator("#content")).to_contain_text("Di de cuál.")
    expect(staff.locator("#id_foreword_es")).to_have_value("Todo lo que se pide para el local.")
    staff.locator("#id_stage").select_option(label="Local")
    staff.get_by_role("button", name="Guardar", exact=True).click()
    expect(staff.locator(".standing")).to_contain_text("Compuesta, todavía sin imprimir.")
    change = path_of(staff)
    looked_at(change)

    # Rendered in the background, and watched.
    staff.get_by_role("button", name="Imprimir", exact=True).click()
    assert staff.locator("progress").count() == 1
    looked_at(f"{path_of(staff)}?quieta=1")  # as it is for whoever stops it loading itself again
    staff.wait_for_url(f"**{change}", timeout=180_000)
    expect(staff.locator(".standing")).to_contain_text("Impresa.")
    looked_at(change)

    # Looked at: by the staff alone.
    preview = staff.locator(".standing a[href*='/letter/']").get_attribute("href")
    draft = staff.request.get(preview).body()
    assert "Permisosparatulocal" in pages_of(draft)[0]
    number = re.search(rf"(\d+)\. {TITLE}", staff.locator("body").inner_text())[1]
    with browser.new_context(base_url=portal.url) as stranger:
        assert stranger.request.get(f"/folleto/{number}/es.pdf").status == 404
        assert "/admin/login/" in stranger.request.get(preview).url

    # Published, in two steps.
    staff.get_by_role("link", name="Publicar…").click()
    looked_at(path_of(staff))
    staff.get_by_role("button", name="Publicar en definitiva").click()
    expect(staff.locator(".standing")).to_contain_text("Ya nunca cambia.")
    looked_at(change)
    looked_at(f"{change.removesuffix('change/')}withdraw/")

    # A citizen finds it on a phone and gets it over a connection that breaks.
    with browser.new_context(
        base_url=portal.url, viewport={"width": 390, "height": 800}, java_script_enabled=False
    ) as phone:
        page = phone.new_page()
        page.goto("/folleto/")
        page.get_by_role("link", name=TITLE).click()
        link = page.locator(".cluster a", has_text="tamaño carta")
        expect(link).to_contain_text("Español")
        told = page.locator("#es-letter code").inner_text()
        content = in_two_goes(portal.port, link.get_attribute("href"))
        assert hashlib.sha256(content).hexdigest() == told
        assert content == draft
        assert phone.cookies() == []
        screen = page.goto(page.locator("a[href$='.html']").first.get_attribute("href"))
        assert "style-src 'sha256-" in screen.headers["content-security-policy"]
        expect(page.locator("h1")).to_have_text(TITLE)
    looked_at("/folleto/")
    looked_at(f"/folleto/{number}/")
    looked_at(f"/folleto/{number}/es.html")
    looked_at(f"/folleto/comparar/?de=1&a={number}")
    looked_at("/folleto/comparar/?de=1&a=77")

    # Counted once.
    staff.goto(change)
    expect(staff.locator(".standing li", has_text="tamaño carta")).to_contain_text("1 descarga")

    # The code of a sheet in it is scanned: first it is all the same, then the fee is another one.
    printed = [path for path in scanned(content) if path.startswith("/tramites/")]
    assert len(printed) > 3
    with browser.new_context(base_url=portal.url, viewport={"width": 390, "height": 800}) as phone:
        page = phone.new_page()
        for path in printed:
            assert page.goto(path).status == 200
            expect(page.locator("main")).to_contain_text("Tu impreso dice lo mismo que esta página")
        slug = portal.run(NEW_FEE.replace("SLUGS", str([path.split("/")[2] for path in printed]))).strip()
        changed = next(path for path in printed if f"/{slug}/" in path)
        page.goto(changed)
        expect(page.locator("main")).to_contain_text("tu impreso dice algo distinto de esta página")
        expect(page.locator("main")).to_contain_text("Ahora dice: ")
        expect(page.locator("main")).to_contain_text("$1,777.50")
        expect(page.locator("main")).to_contain_text(TITLE)  # the edition in which it stands
        assert phone.cookies() == []
    looked_at(changed)


def scanned(content):
    """The paths that the QR codes of a PDF lead to, one a page at least, read from its pixels."""
    paths = []
    for page in pypdfium2.PdfDocument(content):
        found = zxingcpp.read_barcodes(page.render(scale=3).to_pil(), formats=zxingcpp.BarcodeFormat.QRCode)
        paths += ["/" + code.text.split("/", 3)[3] for code in found]
    return paths


def in_two_goes(port, path):
    """The bytes of a file whose download breaks half-way and is resumed."""
    with closing(HTTPConnection("localhost", port, timeout=30)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        etag, half = response.headers["ETag"], int(response.headers["Content-Length"]) // 2
        begun = response.read(half)
    with closing(HTTPConnection("localhost", port, timeout=30)) as connection:
        connection.request("GET", path, headers={"Range": f"bytes={half}-", "If-Range": etag})
        response = connection.getresponse()
        assert (response.status, response.headers["Content-Range"].split("/")[0]) == (
            206,
            f"bytes {half}-{half + int(response.headers['Content-Length']) - 1}",
        )
        return begun + response.read()
