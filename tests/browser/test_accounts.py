"""Signing in with password and phone by keyboard alone; its pages are accessible, quiet and fit the smallest screen."""

import base64
import re
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from django_otp.oath import TOTP

PASSWORD = "una frase larga y rara"
MAKE = """
from django.contrib.auth.models import Group, User
person = User.objects.create_user("{name}", "{name}@chihuahua.example", "{password}", is_staff=True)
person.groups.set(Group.objects.filter(name="{role}"))
"""


@pytest.fixture
def quiet_page(page):
    """A page that holds nothing against us: `check` looks at what stands there now, in both themes, wide and narrow."""
    troubles = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)

    def check():
        found = []
        for theme, width in (("light", 1280), ("dark", 320)):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 800})
            for rule in Axe().run(page).response["violations"]:
                found.append((page.url, theme, rule["id"], rule["nodes"][0]["html"][:120]))
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append((page.url, width, "scrolls sideways"))
        # A refusal is said by the browser too, as a failed resource; everything else would be a breach of the policy.
        found += [trouble for trouble in troubles if "Failed to load resource" not in trouble]
        assert found == []

    page.check = check
    return page


def make(portal, name, role="editor"):
    portal.run(MAKE.format(name=name, role=role, password=PASSWORD))


def code_for(secret, later=0):
    totp = TOTP(base64.b32decode(secret.replace(" ", "")))
    totp.time = time.time() + 30 * later
    return f"{totp.token():06}"


def type_in(page, *texts):
    """Types into the field that has the focus and those after it, then presses Enter."""
    page.wait_for_function("document.activeElement.matches('input')")
    for n, text in enumerate(texts):
        if n:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    press_enter(page)


def press_enter(page):
    with page.expect_navigation():
        page.keyboard.press("Enter")


def press(button):
    with button.page.expect_navigation():
        button.click()


@pytest.mark.parametrize("prefix", ["", "/en"], ids=["es", "en"])
def test_signing_in_with_a_phone_by_keyboard_alone(quiet_page, portal, prefix):
    page, name = quiet_page, f"ana{prefix.strip('/')}"
    make(portal, name)
    page.goto(f"{prefix}/admin/")
    page.check()
    type_in(page, name, "no es")
    page.check()
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").focus()
    type_in(page, PASSWORD)
    assert page.url.endswith(f"{prefix}/admin/")

    page.goto(f"{prefix}/admin/account/")
    page.check()
    page.locator(f"a[href^='{prefix}/admin/account/second-factor/']").focus()
    press_enter(page)
    page.check()
    secret = page.locator(".secret").inner_text()
    type_in(page, code_for(secret))
    page.check()
    codes = re.findall(r"\w{4}-\w{4}", page.locator(".codes").inner_text())
    assert len(codes) == 10
    page.goto(f"{prefix}/admin/account/recovery-codes/")
    page.check()
    page.goto(f"{prefix}/admin/account/second-factor/off/")
    page.check()

    page.context.clear_cookies()
    page.goto(f"{prefix}/admin/procedures/document/")
    type_in(page, name, PASSWORD)
    page.check()
    type_in(page, "000000")
    page.check()
    time.sleep(1.1)  # what a wrong code makes wait
    type_in(page, code_for(secret, later=1))
    assert page.url.endswith(f"{prefix}/admin/procedures/document/")


@pytest.mark.parametrize("prefix", ["", "/en"], ids=["es", "en"])
def test_what_is_refused_locked_or_without_mail_has_a_page_of_its_own(quiet_page, portal, prefix):
    page, name = quiet_page, f"berta{prefix.strip('/')}"
    make(portal, name, "reviewer")
    page.goto(f"{prefix}/admin/password_reset/")
    page.check()
    for path in ("sent/", "done/", "x/y/"):
        page.goto(f"{prefix}/admin/password_reset/{path}")
        page.check()
    page.goto(f"{prefix}/admin/")
    type_in(page, name, PASSWORD)
    assert page.goto(f"{prefix}/admin/procedures/document/add/").status == 403
    page.check()
    page.goto(f"{prefix}/admin/password_change/")
    page.check()
    page.context.clear_cookies()
    for _ in range(5):
        page.goto(f"{prefix}/admin/login/")
        type_in(page, name, "no es")
    page.check()
    assert "15" in page.locator("main").inner_text()


def test_administrators_pages_of_accounts_are_accessible(quiet_page, portal):
    page = quiet_page
    make(portal, "jefa", "administrator")
    page.goto("/admin/login/")
    type_in(page, "jefa", PASSWORD)
    for path in (
        "auth/user/",
        "auth/user/add/",
        "auth/user/1/change/",
        "auth/user/1/second-factor/",
        "auth/group/",
        "auth/group/1/change/",
        "axes/accessattempt/",
    ):
        page.goto(f"/admin/{path}")
        page.check()


def test_what_was_written_when_the_session_ended_is_sent_again_after_signing_in(quiet_page, portal):
    page = quiet_page
    make(portal, "carla")
    page.goto("/admin/procedures/document/add/")
    type_in(page, "carla", PASSWORD)
    page.locator("#id_name_es").fill("Carta de vecinos")
    page.locator("#id_kind").select_option(index=1)
    session = next(cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid")
    page.context.clear_cookies(name=session["name"])
    press(page.locator("[name=_save]"))
    assert "Carta de vecinos" in page.locator(".kept").inner_text()
    page.check()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Entrar").click()
    opened.value.wait_for_load_state()
    type_in(opened.value, "carla", PASSWORD)
    press(page.get_by_role("button", name="Enviar otra vez"))
    page.check()
    press(page.get_by_role("button", name="Enviar otra vez"))
    assert "Carta de vecinos" in page.locator(".messagelist .success").inner_text()


def test_server_processes_share_the_count_of_failures(portal):
    """Ten sign-ins at once, over several processes of gunicorn: none is lost, and the next is refused."""

    def status(_n):
        server = HTTPConnection("localhost", portal.port, timeout=60)
        server.request("GET", "/admin/login/")
        first = server.getresponse()
        cookie = first.headers["Set-Cookie"].split(";")[0]
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', first.read().decode())[1]
        form = urlencode({"username": "nadie", "password": "no", "csrfmiddlewaretoken": token})
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        server.request("POST", "/admin/login/", form, headers)
        answer = server.getresponse().status
        server.close()
        return answer

    with ThreadPoolExecutor(10) as pool:
        together = list(pool.map(status, range(10)))
    assert set(together) <= {200, 429}
    assert together.count(200) < 10
    assert status(11) == 429
    counted = portal.run(
        "from axes.models import AccessAttempt as A; from django.db.models import Sum; "
        "print(A.objects.filter(username='nadie').aggregate(n=Sum('failures_since_start'))['n'])"
    )
    assert int(counted) >= 5
