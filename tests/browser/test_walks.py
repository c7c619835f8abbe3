"""What people come for, walked from end to end through the served portal."""

import pytest

NAME = "Permiso de anuncio"  # and more, which another walk changes


@pytest.fixture
def sign_in(browser, portal):
    """`sign_in("ana", superuser=True)`: a page of its own for a member of the staff, made for this walk."""
    contexts = []

    def enter(name, *, superuser=False, permissions=()):
        password = f"{name}-goes-in-2026"
        portal.run(
            "from django.contrib.auth.models import Permission, User\n"
            f"user, made = User.objects.get_or_create(username={name!r}, is_staff=True, is_superuser={superuser})\n"
            f"user.set_password({password!r}); user.save()\n"
            f"user.user_permissions.set(Permission.objects.filter(codename__in={list(permissions)!r}))\n"
        )
        context = browser.new_context(base_url=portal.url)
        contexts.append(context)
        page = context.new_page()
        page.goto("/admin/")
        page.locator("[name=username]").fill(name)
        page.locator("[name=password]").fill(password)
        page.locator("[type=submit]").click()
        return page

    yield enter
    for context in contexts:
        context.close()


def test_an_entrepreneur_finds_reads_prints_and_asks_without_javascript(browser, portal, tmp_path):
    context = browser.new_context(base_url=portal.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.locator("main input[type=search]").fill("TRAMITES anuncio")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=NAME).first.click()
    text = page.locator("main").inner_text()
    assert NAME in text
    assert "1 año" in text
    assert "Camino a la Presa Chuvíscar 1108" in text
    sheet = page.request.get("/tramites/permiso-anuncio.pdf")
    assert sheet.headers["content-type"] == "application/pdf"
    assert sheet.body().startswith(b"%PDF-")
    page.get_by_role("link", name="Pregunta sobre este trámite").click()
    assert NAME in page.locator("main").inner_text()
    context.close()


def test_a_question_is_asked_moderated_and_answered_in_public(page, sign_in):
    page.goto("/dialogo/nuevo/?tramite=permiso-anuncio")
    page.get_by_label("En una línea").fill("¿También lo pide una lona?")
    page.get_by_label("Tu texto").fill("<script>alert(1)</script> Mi lona mide dos metros. 你好 🌮")
    page.get_by_role("button", name="Enviar").click()
    page.wait_for_url("**/dialogo/nuevo/gracias/**")
    page.goto("/dialogo/")
    assert "lona" not in page.locator("main").inner_text()

    staff = sign_in("moderadora", permissions=["view_thread", "moderate_thread", "answer_thread"])
    staff.goto("/admin/engagement/thread/")
    staff.get_by_role("link", name="¿También lo pide una lona?").click()
    staff.get_by_role("button", name="Publicar").click()
    staff.get_by_role("link", name="Responder").click()
    staff.locator("[name=institution]").select_option(label="Dirección de Desarrollo Urbano y Ecología")
    staff.locator("[name=body_es]").fill("Sí: también las lonas adosadas.")
    staff.locator("main button, #content [type=submit]").last.click()

    page.goto("/dialogo/")
    page.get_by_role("link", name="¿También lo pide una lona?").click()
    answer = page.locator(".answer").inner_text()
    assert "Sí: también las lonas adosadas." in answer
    assert "Dirección de Desarrollo Urbano y Ecología" in answer
    assert "<script>alert(1)</script> Mi lona mide dos metros. 你好 🌮" in page.locator("main").inner_text()


def test_what_was_typed_is_kept_beside_the_error(page):
    page.goto("/en/dialogo/nuevo/")
    page.locator("textarea[name=body]").fill("x" * 4001)
    page.get_by_role("button", name="Send").click()
    assert "4000" in page.locator("main").inner_text()
    assert page.locator("textarea[name=body]").input_value() == "x" * 4001
