"""A new password by mail: against a real mail server, as far as the link in the mail."""

import re
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django_tasks_db.models import DBTaskResult

from portal.accounts import passwords
from portal.settings import read_mailers
from portal.worker import make_worker
from tests.installation import Installation, free_port

ASK, OLD, NEW = "/admin/password_reset/", "una frase vieja y larga", "una frase nueva y larga"


class Mailbox:
    """A mail server that keeps what it is given."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"

    def last(self):
        """(addresses, subject, text) of the newest mail."""
        addresses, mail = self.mails[-1]
        return addresses, mail["Subject"], mail.get_content()


@pytest.fixture
def mailbox(settings, monkeypatch):
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{controller.port}")
    settings.MAILERS = read_mailers()
    settings.SENDS_MAIL = True
    yield box
    controller.stop()


@pytest.fixture
def ana(db):
    return get_user_model().objects.create_user("ana", "ana@chihuahua.example", OLD, is_staff=True)


def ask(email="ana@chihuahua.example", path=ASK):
    """Asks as somebody who is not signed in, and lets the worker do its work."""
    response = Client().post(path, {"email": email})
    for task in DBTaskResult.objects.ready():
        make_worker().run_task(task)
    return response


def link_of(mailbox):
    return re.search(r"http://localhost:\d+(/\S+)", mailbox.last()[2])[1]


def test_a_new_password_goes_by_a_link_in_a_mail(mailbox, ana):
    other = Client()
    other.force_login(ana)
    assert ask().url == "/admin/password_reset/sent/"
    addresses, subject, text = mailbox.last()
    assert addresses == ["ana@chihuahua.example"]
    assert subject == "Contraseña nueva para el portal de negocios"
    assert "tu cuenta «ana»" in text
    assert "durante 2 horas" in text

    client = Client()
    page = client.get(link_of(mailbox), follow=True)
    assert "Elige tu contraseña nueva" in page.content.decode()
    form = page.redirect_chain[-1][0]
    assert client.post(form, {"new_password1": "corta", "new_password2": "corta"}).status_code == 200
    done = client.post(form, {"new_password1": NEW, "new_password2": NEW})
    assert done.url == "/admin/password_reset/done/"
    ana.refresh_from_db()
    assert ana.check_password(NEW)
    assert other.get("/admin/").status_code == 302
    assert "Ya se usó" in Client().get(link_of(mailbox)).content.decode()


def test_the_mail_is_in_the_language_of_the_page(mailbox, ana):
    assert ask(path="/en/admin/password_reset/").url == "/en/admin/password_reset/sent/"
    _addresses, subject, text = mailbox.last()
    assert subject == "A new password for the business portal"
    assert "/en/admin/password_reset/" in text


def test_an_address_that_nobody_has_gets_the_same_answer_and_no_mail(mailbox, ana):
    get_user_model().objects.create_user("berta", "berta@chihuahua.example", OLD, is_staff=True, is_active=False)
    answers = [ask(email) for email in ("ana@chihuahua.example", "nadie@chihuahua.example", "berta@chihuahua.example")]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, "/admin/password_reset/sent/")}
    assert len(mailbox.mails) == 1
    assert DBTaskResult.objects.count() == 3


def test_no_address_is_kept_with_the_task(mailbox, ana):
    ask("Nadie@Chihuahua.example")
    ask()
    assert "example" not in str(list(DBTaskResult.objects.values_list("args_kwargs", flat=True)))


def test_nobody_is_flooded_with_mails(mailbox, ana):
    for _ in range(passwords.MOST_MAILS + 3):
        ask()
    assert len(mailbox.mails) == passwords.MOST_MAILS


def test_a_new_password_unlocks_at_once(mailbox, ana):
    client = Client()
    for _ in range(6):
        locked = client.post("/admin/login/", {"username": "ana", "password": "no"})
    assert locked.status_code == 429
    ask()
    form = client.get(link_of(mailbox), follow=True).redirect_chain[-1][0]
    client.post(form, {"new_password1": NEW, "new_password2": NEW})
    assert client.post("/admin/login/", {"username": "ana", "password": NEW}).status_code == 302


def test_what_is_no_address_is_said_beside_the_field(mailbox):
    page = Client().post(ASK, {"email": "ana@"}).content.decode()
    assert 'value="ana@"' in page
    assert "errorlist" in page


def test_a_bent_link_says_so(mailbox, ana):
    ask()
    for link in (link_of(mailbox)[:-3] + "x/", "/admin/password_reset/MQ/set-password/", "/admin/password_reset/!/x/"):
        assert "Este enlace ya no sirve" in Client().get(link).content.decode()


def test_whoever_gets_an_account_without_a_password_chooses_one(mailbox, admin_client):
    data = {"username": "leo", "email": "leo@chihuahua.example", "groups": [Group.objects.get(name="editor").pk]}
    page = admin_client.post("/admin/auth/user/add/", data | {"password1": "", "password2": ""}, follow=True)
    assert "elegir contraseña a leo@chihuahua.example" in page.content.decode()
    make_worker().run_task(DBTaskResult.objects.get())
    client = Client()
    form = client.get(link_of(mailbox), follow=True).redirect_chain[-1][0]
    client.post(form, {"new_password1": NEW, "new_password2": NEW})
    assert client.post("/admin/login/", {"username": "leo", "password": NEW}).status_code == 302


@pytest.mark.parametrize("path", [ASK, "/en/admin/password_reset/"])
def test_without_a_mail_server_the_page_says_so(db, path):
    page = Client().get(path).content.decode()
    assert ("no tiene configurado ningún servidor" in page) or ("no mail server is configured" in page)
    assert "<form" not in page.split("<main")[1]
    Client().post(path, {"email": "ana@chihuahua.example"})
    assert DBTaskResult.objects.count() == 0


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("smtp://mail.example", {"host": "mail.example", "port": 25, "username": "", "use_tls": False}),
        ("smtp+tls://ana:s%23@mail.example:587", {"port": 587, "username": "ana", "password": "s#", "use_tls": True}),
        ("smtp+ssl://mail.example:465", {"port": 465, "use_ssl": True, "use_tls": False}),
    ],
)
def test_the_mail_server_is_named_by_an_address(monkeypatch, url, options):
    monkeypatch.setenv("EMAIL_URL", url)
    assert options.items() <= read_mailers()["default"]["OPTIONS"].items()


@pytest.mark.parametrize(
    ("environment", "advice"),
    [
        ({"EMAIL_URL": "mail.example"}, "EMAIL_URL can't be read"),
        ({"EMAIL_URL": "http://mail.example"}, "EMAIL_URL can't be read"),
        ({"PORTAL_SECOND_FACTOR": "yes"}, "PORTAL_SECOND_FACTOR must be one of optional, required"),
        ({"PORTAL_SESSION_IDLE": "0"}, "PORTAL_SESSION_IDLE must be a whole number from 1"),
        ({"PORTAL_PROXIES": "two"}, "PORTAL_PROXIES must be a whole number from 0"),
    ],
)
def test_a_setting_that_can_not_be_is_said_in_one_line(tmp_path, environment, advice):
    status, said = Installation.without_data(tmp_path).manage("check", **environment)
    assert status == 1
    assert re.fullmatch(rf"[^\n]*{advice}[^\n]*\n", said)
