"""The staff's manual and the portal say the same: a walk through the admin that takes the manual's pictures.

`make manual` writes the pictures; any other run takes them all the same, and looks for every label that the manual
prints in bold on the pages of its section.
"""

import os
import re
from html import unescape
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from PIL import Image

MANUAL = settings.BASE_DIR / "templates/admin/manual.html"
PICTURES = settings.BASE_DIR / "static/manual"
MOST_BYTES = 150_000

SECTION = re.compile(r'<section id="(\w+)".*?</section>', re.DOTALL)
LABEL = re.compile(r"<b>(.*?)</b>")
PICTURE = re.compile(r'"manual/(\w+)\.png"')

# Every text that can be seen on the page, and what its buttons say.
WORDS = """() => {
  const words = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) if (texts.currentNode.parentElement.checkVisibility()) words.push(texts.currentNode.data);
  for (const button of document.querySelectorAll("input[type=submit]")) words.push(button.value);
  return words;
}"""

PEOPLE = [
    ("elena", "Elena", "Ríos", ["Edición"]),
    ("bruno", "Bruno", "Salas", ["Revisión", "Publicación"]),
]
PASSWORD = "Sierra-y-valle-2026"
SIGN = "permiso-anuncio"


def plain(text):
    """Without the colon that a form adds to a label, and with single spaces."""
    return " ".join(text.split()).removesuffix(":")


class Walk:
    """Somebody's browser on its way through one section of the manual after the other."""

    def __init__(self, page):
        self.page = page
        self.words = {}  # {section: texts seen on its pages}
        self.pictures = {}  # {section: PNG}
        self.section = None

    def look(self):
        self.page.wait_for_load_state()
        self.words.setdefault(self.section, set()).update(plain(text) for text in self.page.evaluate(WORDS))

    def go(self, path):
        assert self.page.goto(path).status == 200, path
        self.look()

    def press(self, name, role="button"):
        self.page.get_by_role(role, name=name, exact=True).first.click()
        self.look()

    def follow(self, name):
        self.press(name, role="link")

    def take(self, *, region="#content", height=None):
        """The picture of the section: the first element that the selector finds, cut off below if it is long."""
        element = self.page.locator(region).first
        element.scroll_into_view_if_needed()
        box = element.bounding_box()
        scrolled = self.page.evaluate("window.scrollY")
        clip = {**box, "y": box["y"] + scrolled, "height": min(box["height"], height or box["height"])}
        self.pictures[self.section] = self.page.screenshot(clip=clip, full_page=True, animations="disabled")


@pytest.fixture
def sign_in(browser, a_portal):
    """Opens a browser of somebody's own at the door of a portal that only this test changes."""
    contexts = []

    def at_the_door():
        contexts.append(
            browser.new_context(
                base_url=a_portal.url, viewport={"width": 1280, "height": 800}, color_scheme="light", locale="es-MX"
            )
        )
        return Walk(contexts[-1].new_page())

    with a_portal.served():
        yield at_the_door
        for context in contexts:
            context.close()


def enter(walk, name, password):
    walk.page.goto("/admin/login/")
    walk.page.locator("[name=username]").fill(name)
    walk.page.locator("[name=password]").fill(password)
    walk.page.locator("#login-form [type=submit]").click()
    assert walk.page.locator("#logout-form").is_visible()


def test_the_manual_and_its_pictures_are_of_this_portal(sign_in, a_portal):
    boss, editor, reviewer = sign_in(), sign_in(), sign_in()
    walk_in(boss, a_portal.password)
    make_accounts(boss)
    enter(editor, "elena", PASSWORD)
    enter(reviewer, "bruno", PASSWORD)
    ask_in_public(boss)

    draft = change_a_procedure(editor)
    review(reviewer, draft)
    publish(reviewer, editor, draft)
    look_at_the_checklist(boss)
    translate_a_record(editor)
    reform_a_law(editor, reviewer)
    import_a_file(editor)
    try_the_rules(editor, draft)
    answer_in_public(boss)
    report_progress(boss)
    compose_an_edition(reviewer)
    see_the_history(editor, draft)
    see_the_first_page(boss)

    words, pictures = {}, {}
    for walk in (boss, editor, reviewer):
        pictures |= walk.pictures
        for section, seen in walk.words.items():
            words.setdefault(section, set()).update(seen)
    check_labels(words)
    keep_pictures(pictures)


def check_labels(words):
    sections = {match[1]: match[0] for match in SECTION.finditer(MANUAL.read_text())}
    labels = {name: {plain(unescape(label)) for label in LABEL.findall(text)} for name, text in sections.items()}
    assert {name: missing for name in sections if (missing := labels[name] - words.get(name, set()))} == {}
    assert len(sections) == 15
    assert sum(len(found) for found in labels.values()) > 90


def keep_pictures(pictures):
    small = {name: with_few_colours(picture) for name, picture in pictures.items()}
    assert {name: len(picture) for name, picture in small.items() if len(picture) > MOST_BYTES} == {}
    if os.environ.get("WRITE_DOCS"):
        for name, picture in small.items():
            (PICTURES / f"{name}.png").write_bytes(picture)
    assert set(PICTURE.findall(MANUAL.read_text())) == set(pictures) == {file.stem for file in PICTURES.iterdir()}


def with_few_colours(picture):
    file = BytesIO()
    Image.open(BytesIO(picture)).convert("RGB").quantize(96).save(file, "PNG", optimize=True)
    return file.getvalue()


# The sections, each as the manual tells it.


def walk_in(walk, password):
    walk.section = "entrar"
    walk.go("/admin/")
    walk.take()
    walk.follow("¿Olvidaste tu contraseña?")
    enter(walk, "admin", password)
    walk.follow("Mi cuenta")
    walk.follow("Encenderlo")


def make_accounts(walk):
    walk.section = "quien"
    for username, first, last, roles in PEOPLE:
        walk.go("/admin/")
        walk.follow("Usuarios")
        walk.follow("Añadir usuario")
        page = walk.page
        for field, value in {"username": username, "first_name": first, "last_name": last}.items():
            page.locator(f"[name={field}]").fill(value)
        for password in ("password1", "password2"):
            page.locator(f"[name={password}]").fill(PASSWORD)
        for role in roles:
            page.locator(".field-groups label", has_text=role).locator("input").first.check()
        if username == "elena":
            walk.take(region="fieldset:has(.field-groups)")
        walk.press("Guardar")
    walk.look()
    walk.go("/admin/auth/user/")
    walk.follow("elena")


def ask_in_public(walk):
    walk.section = "preguntas"
    page = walk.page
    page.goto("/dialogo/nuevo/")
    page.locator("[name=kind]").first.check()
    page.locator("[name=title]").fill("¿Cuánto tarda el permiso de anuncio?")
    page.locator("[name=body]").fill("Quiero poner un letrero en mi local del centro. ¿Cuánto tarda y dónde se paga?")
    page.locator("main form [type=submit]").last.click()


def change_a_procedure(walk):
    """The address of the draft, submitted."""
    walk.section = "cambiar"
    page = walk.page
    walk.go(f"/admin/procedures/procedureversion/?q={SIGN}")
    page.locator("#result_list tbody th a").first.click()
    walk.look()
    walk.press("Nueva versión")
    draft = page.url
    page.locator("#id_name_es").fill("Permiso de anuncio luminoso en local comercial")
    page.locator("#id_name_en").fill("Permit for an illuminated sign at business premises")
    walk.press("Guardar y seguir editando")
    page.evaluate("window.scrollTo(0, 0)")
    walk.take(height=760)
    walk.follow("Enlaces secretos")
    page.get_by_label("Para quién").fill("Dirección jurídica")
    walk.press("Hacer el enlace")
    page.goto(draft)
    walk.press("Guardar y enviar a revisión")
    page.get_by_label("Qué cambia").fill("El nombre dice de qué anuncios se trata.")
    walk.press("Enviar a revisión")
    return draft


def review(walk, draft):
    walk.section = "revisar"
    walk.go(draft)
    walk.follow("Revisarla")
    walk.take(height=720)
    for tick in walk.page.locator("form[action*=approve] [type=checkbox]").all():
        tick.check()
    walk.press("Aprobar")


def publish(reviewer, editor, draft):
    reviewer.section = editor.section = "publicar"
    reviewer.go(draft)
    reviewer.follow("Publicar")
    for tick in reviewer.page.locator("form.move [type=checkbox]").all():
        tick.check()
    reviewer.press("Publicar")
    reviewer.follow("Ver en el sitio")
    editor.go(f"/tramites/{SIGN}/version/1/")
    editor.go(draft)
    editor.page.locator(".versions a").first.click()
    editor.look()
    editor.take(region=".standing")


def look_at_the_checklist(walk):
    walk.section = "lista"
    walk.go("/admin/")
    walk.go("/admin/procedures/procedureversion/3/change/")
    walk.follow("Lista de control")
    walk.take(height=600)


def translate_a_record(walk):
    walk.section = "traduccion"
    walk.go("/admin/procedures/document/1/change/")
    name = walk.page.locator("#id_name_es")
    name.fill(f"{name.input_value()} vigente")
    walk.press("Guardar")
    walk.go("/admin/")
    walk.follow("Textos traducidos")
    walk.follow("Ir a la mesa de traducción")
    walk.go("/admin/procedures/translatedtext/desk/outdated/")
    walk.page.locator("tbody th a").first.click()
    walk.page.locator(".pair-outdated summary").first.click()
    walk.look()
    walk.take(region=".pair-outdated")


def reform_a_law(editor, reviewer):
    editor.section = reviewer.section = "reformas"
    page = editor.page
    editor.go("/admin/")
    editor.follow("Instrumentos legales")
    editor.follow("Reglamento de Desarrollo Urbano Sostenible del Municipio de Chihuahua")
    editor.follow("Marcar como reformada")
    page.get_by_label("Reformada el").fill("2026-03-03")
    editor.press("Ver qué fichas la citan")
    editor.take(height=900)
    editor.press("Marcar como reformada")
    editor.go("/admin/")
    editor.follow("Por verificar")
    editor.follow("Actualizar y volver a verificar (cuotas)")
    editor.follow("Todas")
    for walk in (editor, reviewer):
        walk.go("/admin/procedures/reverification/")
        walk.page.locator("#result_list a[href*=settle]").first.click()
        walk.look()


def import_a_file(walk):
    walk.section = "importar"
    walk.go("/admin/")
    walk.follow("Importaciones")
    walk.follow("Exportar")
    walk.go("/admin/procedures/import/")
    walk.follow("Importar un archivo")
    rows = "slug,name_es,name_en\ncarta-poder,Carta poder,Power of attorney\n,Documento sin dirección,\n"
    file = {"name": "documents.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    walk.page.get_by_label("Archivo").set_input_files(file)
    walk.press("Revisar el archivo")
    walk.page.get_by_role("table").wait_for(timeout=30_000)
    walk.look()
    walk.take(height=760)


def try_the_rules(walk, draft):
    walk.section = "reglas"
    walk.go("/admin/")
    walk.follow("Probar las reglas")
    walk.take(height=820)
    walk.go(draft)
    walk.go(draft.replace("/change/", "/effect/"))


def answer_in_public(walk):
    walk.section = "preguntas"
    walk.go("/admin/")
    walk.follow("Conversaciones")
    walk.page.locator("#result_list tbody th a").first.click()
    walk.look()
    walk.take()
    walk.press("Publicar")
    walk.follow("Responder")


def report_progress(walk):
    walk.section = "hitos"
    walk.go("/admin/")
    walk.follow("Hitos")
    walk.take()
    walk.follow("Reportar avance")


def compose_an_edition(walk):
    walk.section = "folleto"
    walk.go("/admin/")
    walk.follow("Ediciones")
    walk.follow("Añadir edición")
    walk.page.locator("#id_title_es").fill("Guía de trámites y apoyos, segunda edición")
    walk.page.locator("#id_title_en").fill("Guide to procedures and support, second edition")
    walk.press("Guardar")
    walk.take(height=212)
    walk.follow("Ediciones")


def see_the_history(walk, draft):
    walk.section = "historial"
    walk.go(draft)
    walk.follow("Historial")
    walk.take()


def see_the_first_page(walk):
    walk.section = "primera"
    walk.go("/admin/")
    walk.take(region=".desk")
    walk.follow("Mi cuenta")


def test_the_manual_reads_well_on_every_screen(page, portal):
    page.goto("/admin/")
    page.locator("[name=username]").fill("admin")
    page.locator("[name=password]").fill(portal.password)
    page.locator("[type=submit]").click()
    page.get_by_role("link", name="Manual", exact=True).click()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for path in ("/admin/manual/", "/en/admin/manual/"):
            page.goto(path)
            assert Axe().run(page).response["violations"] == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    pictures = page.locator("#content img")
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        page.wait_for_function("picture => picture.complete", arg=picture.element_handle())
        assert picture.evaluate("picture => picture.naturalWidth") > 0
    assert pictures.count() == 15
