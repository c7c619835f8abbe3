"""The daily mail of what waits: to whom, when, once a day whatever happens; a mail server of the tests takes it."""

import datetime
import email
from contextlib import contextmanager
from email.policy import default as policy

import pytest
from aiosmtpd.controller import Controller
from django.db import IntegrityError
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from portal.accounts.digest import send_due, tell_interrupted
from procedures.models import NonWorkingDay, StaffProfile
from tests.admin_forms import make_staff
from tests.factories import clear_catalogue, make_procedure
from tests.installation import free_port, wait_until

pytestmark = pytest.mark.django_db


def at(hour, day=2):
    """An hour in Chihuahua of March 2026, which began with a Sunday."""
    return timezone.make_aware(datetime.datetime(2026, 3, day, hour))


class Sink:
    """Takes every mail; with `answers` it says something else, in their order."""

    def __init__(self):
        self.mails, self.answers = [], []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(email.message_from_bytes(envelope.content, policy=policy))
        return self.answers.pop(0) if self.answers else "250 OK"


@contextmanager
def mail_server(sink):
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def mailer(port):
    backend = "django.core.mail.backends.smtp.EmailBackend"
    options = {"host": "127.0.0.1", "port": port, "timeout": 10}
    return override_settings(SENDS_MAIL=True, MAILERS={"default": {"BACKEND": backend, "OPTIONS": options}})


def body(mail):
    return mail.get_content().replace("\r\n", "\n")


@pytest.fixture
def sink():
    made = Sink()
    with mail_server(made) as port, mailer(port):
        yield made


@pytest.fixture
def ana(db):
    """An editor who wants the mail, with one draft of her own that waits."""
    clear_catalogue()
    user = make_staff("ana", "change_procedureversion")
    user.email = "ana@example.org"
    user.save()
    make_procedure("borrador", state="draft", published_at=None, author=user)
    return StaffProfile.objects.create(user=user, digest="todo")


def test_the_mail_tells_what_waits_with_its_address(ana, sink, settings):
    assert send_due(at(8)) == 1
    (mail,) = sink.mails
    assert (mail["To"], mail["Subject"]) == ("ana@example.org", "Portal de negocios: 1 asunto te espera")
    text = body(mail)
    assert "Trámites\n- 1 borradores\n" in text
    assert f"{settings.PORTAL_URL}/admin/procedures/procedureversion/?espera=drafts\n" in text
    assert f"{settings.PORTAL_URL}/admin/?de=todo" in text
    assert f"{settings.PORTAL_URL}/admin/account/" in text


def test_the_mail_is_in_the_language_that_was_chosen(ana, sink):
    StaffProfile.objects.update(digest_language="en", digest="mio")
    send_due(at(8))
    assert sink.mails[0]["Subject"] == "Business portal: 1 thing waits for you"
    assert "/en/admin/procedures/procedureversion/?espera=drafts&de=mio\n" in body(sink.mails[0])


def test_never_twice_a_day_and_again_the_next(ana, sink):
    assert [send_due(at(hour)) for hour in (6, 7, 8, 23)] == [0, 1, 0, 0]
    assert send_due(at(7, day=3)) == 1
    assert len(sink.mails) == 2
    assert (StaffProfile.objects.get().digest_done_on, StaffProfile.objects.get().digest_begun_on) == (
        datetime.date(2026, 3, 3),
        datetime.date(2026, 3, 3),
    )


@pytest.mark.parametrize("day", [1, 7, 4])
def test_none_on_days_without_work(day, ana, sink):
    NonWorkingDay.objects.create(date=datetime.date(2026, 3, 4), level="municipal", name_es="Día del municipio")
    assert send_due(at(8, day)) == 0
    assert sink.mails == []


def test_none_where_nothing_waits_and_none_later_that_day(ana, sink):
    clear_catalogue()
    assert send_due(at(8)) == 0
    make_procedure("borrador", state="draft", published_at=None)
    assert send_due(at(9)) == 0
    assert send_due(at(8, day=3)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"digest": ""},
        {"user": {"email": ""}},
        {"user": {"is_active": False}},
        {"user": {"is_staff": False}},
    ],
)
def test_only_to_staff_who_want_it_and_can_get_it(change, ana, sink):
    for name, value in change.pop("user", {}).items():
        setattr(ana.user, name, value)
        ana.user.save()
    StaffProfile.objects.update(**change, digest_language="es")
    assert send_due(at(8)) == 0
    assert sink.mails == []


def test_a_portal_without_mail_sends_none(ana):
    with override_settings(SENDS_MAIL=False):
        assert send_due(at(8)) == 0
    assert StaffProfile.objects.get().digest_begun_on is None


def test_a_server_that_is_not_there_is_tried_again(ana):
    with mailer(free_port()):
        assert send_due(at(8)) == 0
    assert StaffProfile.objects.get().digest_begun_on is None
    sink = Sink()
    with mail_server(sink) as port, mailer(port):
        assert send_due(at(9)) == 1
    assert len(sink.mails) == 1


def test_a_mail_that_was_refused_is_not_sent_twice_and_holds_up_nobody_for_long(ana, sink):
    user = make_staff("eva", "view_procedureversion", "change_programversion", "change_procedureversion")
    user.email = "eva@example.org"
    user.save()
    StaffProfile.objects.create(user=user, digest="todo")
    sink.answers = ["554 No"]
    assert [send_due(at(hour)) for hour in (8, 9, 10)] == [0, 1, 0]
    assert sorted(mail["To"] for mail in sink.mails) == ["ana@example.org", "eva@example.org"]


def test_a_killed_worker_leaves_no_second_mail_and_the_next_one_says_so(a_portal):
    prepare = """
from django.contrib.auth.models import User
from procedures.models import StaffProfile
user = User.objects.get(username="admin")
user.email = "admin@example.org"
user.save()
StaffProfile.objects.create(user=user, digest="todo")
"""
    send = """
import datetime
from django.utils import timezone
from portal.accounts.digest import send_due, tell_interrupted
tell_interrupted()
print(send_due(timezone.make_aware(datetime.datetime(2026, 3, 2, 8))))
"""
    taken = []

    class Slow(Sink):
        async def handle_DATA(self, server, session, envelope):
            import asyncio

            taken.append(envelope.rcpt_tos)
            await asyncio.sleep(30)
            return "250 OK"

    a_portal.run(prepare)
    with mail_server(Slow()) as port:
        process = a_portal.start("shell", "--verbosity=0", "--command", send, EMAIL_URL=f"smtp://127.0.0.1:{port}")
        wait_until(lambda: taken, seconds=60)
        process.kill()
        process.wait()
        status, said = a_portal.manage(
            "shell", "--verbosity=0", "--command", send, EMAIL_URL=f"smtp://127.0.0.1:{port}"
        )
    assert (status, said.splitlines()[-1]) == (0, "0")
    assert "The daily mail of 2026-03-02 to admin may not have been sent." in said
    assert taken == [["admin@example.org"]]


def test_an_interrupted_mail_is_told_once(ana, caplog):
    StaffProfile.objects.update(digest_begun_on=datetime.date(2026, 3, 2))
    tell_interrupted()
    tell_interrupted()
    assert caplog.text.count("may not have been sent") == 1


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("staff_profile_digest_known", {"digest": "nunca"}),
        ("staff_profile_done_was_begun", {"digest_done_on": datetime.date(2026, 3, 2)}),
        (
            "staff_profile_done_was_begun",
            {"digest_begun_on": datetime.date(2026, 3, 1), "digest_done_on": datetime.date(2026, 3, 2)},
        ),
    ],
)
def test_constraints(constraint, fields, ana):
    with pytest.raises(IntegrityError, match=constraint):
        StaffProfile.objects.update(**fields)


# The page of the account


def test_somebody_asks_for_the_mail_and_ends_it(client):
    user = make_staff("eva")
    client.force_login(user)
    page = client.post("/en/admin/account/", {"digest": "mio"}, follow=True)
    assert "From now on you get: what is mine." in page.content.decode()
    profile = StaffProfile.objects.get(user=user)
    assert (profile.digest, profile.digest_language) == ("mio", "en")
    assert 'value="mio" selected' in client.get(reverse("admin:account")).content.decode()
    client.post("/admin/account/", {"digest": ""})
    assert StaffProfile.objects.get(user=user).digest == ""


def test_a_choice_that_is_none_says_so(client):
    client.force_login(make_staff("eva"))
    response = client.post("/admin/account/", {"digest": "nunca"})
    assert response.status_code == 200
    assert response.context["digest_form"].errors
    assert not StaffProfile.objects.exists()


def test_the_page_says_what_is_missing_for_a_mail(client):
    client.force_login(make_staff("eva"))
    assert "Este portal aún no envía correo" in client.get("/admin/account/").content.decode()
    with override_settings(SENDS_MAIL=True):
        assert "Tu cuenta no tiene correo electrónico" in client.get("/admin/account/").content.decode()
