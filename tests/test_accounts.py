"""Signing in, the second factor, lock-out, sessions and one's own account, over HTTP as in a browser."""

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from portal.accounts import second_factor, sessions
from portal.accounts.lockout import client_address

PASSWORD = "una frase larga y rara"
SIGN_IN, ACCOUNT, ENROL, VERIFY = (
    "/admin/login/",
    "/admin/account/",
    "/admin/account/second-factor/",
    "/admin/login/code/",
)


@pytest.fixture
def ana(db):
    """An editor."""
    return make_person("ana", "editor")


def make_person(name, *roles, **fields):
    person = get_user_model().objects.create_user(name, f"{name}@chihuahua.example", PASSWORD, is_staff=True, **fields)
    person.groups.set(Group.objects.filter(name__in=roles))
    return person


def sign_in(client, name="ana", password=PASSWORD, **extra):
    return client.post(SIGN_IN, {"username": name, "password": password, "next": "/admin/"}, **extra)


def code_of(device, later=0):
    """What the phone shows, or will show after so many steps of thirty seconds."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = timezone.now().timestamp() + later * device.step
    return f"{totp.token():06}"


def with_phone(person):
    """The person's registered phone and recovery codes; the present code is not used up."""
    device = second_factor.phone_to_confirm(person)
    return device, second_factor.turn_on(user=person, device=device)


# Second factor


def test_without_a_second_factor_the_password_is_enough(client, ana):
    assert sign_in(client).url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_phone_is_registered_with_a_code_and_recovery_codes_are_shown_once(client, ana):
    client.force_login(ana)
    page = client.get(ENROL)
    device = TOTPDevice.objects.get(user=ana)
    text = page.content.decode()
    assert second_factor.secret_text(device) in text
    assert re.search(r'<img class="qr" src="data:image/svg\+xml[^"]+" width="225" height="225" alt="Código QR', text)
    assert client.get(ENROL).context["secret"] == page.context["secret"]

    done = client.post(ENROL, {"code": code_of(device), "next": "/admin/"})
    codes = re.findall(r"<code>(\w{4}-\w{4})</code>", done.content.decode())
    assert len(set(codes)) == 10
    assert "no-store" in done.headers["Cache-Control"]
    assert client.get("/admin/").status_code == 200
    assert client.get(ENROL).url == ACCOUNT
    assert codes[0] not in client.get(ACCOUNT).content.decode()
    assert LogEntry.objects.get().get_change_message() == "Segundo factor encendido."


def test_a_wrong_code_registers_nothing(client, ana):
    client.force_login(ana)
    client.get(ENROL)
    refused = client.post(ENROL, {"code": "000000"})
    assert "Este código no es correcto" in refused.content.decode()
    assert not TOTPDevice.objects.filter(confirmed=True).exists()
    assert client.get("/admin/").status_code == 200


def test_after_the_password_the_code_is_asked_and_nothing_else_is_open(client, ana):
    device, _codes = with_phone(ana)
    sign_in(client)
    for path in ("/admin/", "/admin/procedures/document/", ACCOUNT, "/admin/password_change/", SIGN_IN):
        assert client.get(path).url.startswith(VERIFY), path
    assert client.get(ENROL).url == VERIFY
    assert client.post("/admin/procedures/document/add/", {"name_es": "x"}).status_code == 403

    done = client.post(VERIFY, {"code": code_of(device), "next": "/admin/procedures/document/"})
    assert done.url == "/admin/procedures/document/"
    assert client.get(done.url).status_code == 200


def test_a_code_is_taken_once(client, ana):
    device, _codes = with_phone(ana)
    code = code_of(device)
    sign_in(client)
    assert client.post(VERIFY, {"code": code}).status_code == 302
    other = Client()
    sign_in(other)
    replayed = other.post(VERIFY, {"code": code})
    assert replayed.status_code == 200
    assert "ya se usó" in replayed.content.decode()
    assert other.get("/admin/").status_code == 302


def test_wrong_codes_make_the_next_try_wait_even_the_right_one(client, ana):
    device, _codes = with_phone(ana)
    sign_in(client)
    for _ in range(3):
        client.post(VERIFY, {"code": "000000"})
        TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(hours=1))
    client.post(VERIFY, {"code": "000000"})
    waiting = client.post(VERIFY, {"code": code_of(device)})
    assert re.search(r"Espera [78] segundos", waiting.content.decode())
    TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(seconds=9))
    assert client.post(VERIFY, {"code": code_of(device)}).status_code == 302


def test_a_recovery_code_lets_in_once_however_it_is_typed(client, ana):
    _device, codes = with_phone(ana)
    sign_in(client)
    done = client.post(VERIFY, {"code": f" {codes[0].upper()} "}, follow=True)
    assert "te quedan 9" in done.content.decode()
    other = Client()
    sign_in(other)
    assert other.post(VERIFY, {"code": codes[0]}).status_code == 200
    assert other.get("/admin/").status_code == 302
    assert LogEntry.objects.get().get_change_message() == "Entró con un código de recuperación."


def test_new_recovery_codes_take_the_place_of_the_old_ones(client, ana):
    device, codes = with_phone(ana)
    sign_in(client)
    client.post(VERIFY, {"code": codes[0]})
    made = client.post("/admin/account/recovery-codes/", {"code": code_of(device)})
    fresh = re.findall(r"<code>(\w{4}-\w{4})</code>", made.content.decode())
    assert len(fresh) == 10
    assert client.get("/admin/").status_code == 200
    other = Client()
    sign_in(other)
    assert other.post(VERIFY, {"code": codes[1]}).status_code == 200
    second_factor.recovery_of(ana).throttle_reset()
    assert other.post(VERIFY, {"code": fresh[0]}).status_code == 302


def test_turning_it_off_needs_password_and_code(client, ana):
    device, _codes = with_phone(ana)
    sign_in(client)
    client.post(VERIFY, {"code": code_of(device)})
    off = "/admin/account/second-factor/off/"
    refused = client.post(off, {"password": "no", "code": code_of(device, later=1)})
    assert "Esta no es tu contraseña." in refused.content.decode()
    assert second_factor.phone_of(ana)
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert client.post(off, {"password": PASSWORD, "code": "000000"}).status_code == 200
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert client.post(off, {"password": PASSWORD, "code": code_of(device, later=1)}).url == ACCOUNT
    assert second_factor.phone_of(ana) is None
    assert client.get("/admin/").status_code == 200


def test_a_wrong_password_makes_the_next_try_wait(client, ana):
    device, _codes = with_phone(ana)
    sign_in(client)
    client.post(VERIFY, {"code": code_of(device)})
    for _ in range(2):
        said = client.post("/admin/account/second-factor/off/", {"password": "no", "code": "1"}).content.decode()
    assert "Espera" in said


def test_required_leads_to_enrolment_and_nowhere_else(client, ana, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in(client)
    for path in ("/admin/", ACCOUNT, "/admin/procedures/document/add/", "/admin/password_change/"):
        assert client.get(path).url.startswith(ENROL), path
    page = client.get(client.get("/admin/procedures/document/").url)
    assert "pide a todo el personal" in page.content.decode()
    done = client.post(ENROL, {"code": code_of(TOTPDevice.objects.get()), "next": "/admin/procedures/document/"})
    assert 'href="/admin/procedures/document/"' in done.content.decode()
    assert client.get("/admin/procedures/document/").status_code == 200


def test_whoever_has_given_the_password_alone_can_leave(client, ana):
    with_phone(ana)
    sign_in(client)
    assert client.post("/admin/logout/").url == SIGN_IN
    assert not client.session.get("_auth_user_id")


def test_an_administrator_resets_a_colleagues_second_factor(client, ana):
    with_phone(ana)
    boss = make_person("jefa", "administrator")
    client.force_login(boss)
    path = f"/admin/auth/user/{ana.pk}/second-factor/"
    assert path in client.get(f"/admin/auth/user/{ana.pk}/change/").content.decode()
    assert "de viva voz" in client.get(path).content.decode()
    client.post(path)
    assert second_factor.phone_of(ana) is None
    line = LogEntry.objects.get()
    assert (line.user, line.object_id, line.get_change_message()) == (
        boss,
        str(ana.pk),
        "Una persona administradora restableció el segundo factor.",
    )


def test_next_leads_to_no_other_host(client, ana):
    device, _codes = with_phone(ana)
    sign_in(client)
    assert client.post(VERIFY, {"code": code_of(device), "next": "https://evil.example/"}).url == "/admin/"


# Lock-out


def test_five_failures_lock_the_name_from_that_address_alone(client, ana):
    for _ in range(4):
        assert sign_in(client, password="no").status_code == 200
    locked = sign_in(client, password="no")
    assert (locked.status_code, locked.headers["Retry-After"]) == (429, "900")
    assert "Espera 15 minutos" in locked.content.decode()
    assert sign_in(client).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="10.1.1.1")).status_code == 302
    make_person("berta")
    assert sign_in(Client(), "berta").status_code == 302


def test_a_name_that_nobody_has_is_locked_with_the_same_words(client, ana):
    def said(name):
        own = Client()
        texts = [sign_in(own, name, "no").content.decode() for _ in range(6)]
        return [re.sub(r'value="[^"]*"', "", text) for text in texts]

    assert said("ana") == said("nadie")


def test_knocking_on_does_not_keep_the_door_shut(client, ana):
    for _ in range(7):
        sign_in(client, password="no")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    assert sign_in(client, password="no").status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert sign_in(client).status_code == 302
    assert AccessAttempt.objects.count() == 0


def test_an_administrator_unlocks_before_the_time(client, ana):
    for agent in ("a", "b"):
        for _ in range(3):
            sign_in(client, password="no", headers={"user-agent": agent})
    boss = Client()
    boss.force_login(make_person("jefa", "administrator"))
    listed = boss.get("/admin/axes/accessattempt/").content.decode()
    assert "bloqueado hasta las" in listed
    assert boss.post(f"/admin/axes/accessattempt/{AccessAttempt.objects.first().pk}/unlock/").status_code == 302
    assert AccessAttempt.objects.count() == 0
    assert sign_in(client).status_code == 302


def test_no_password_is_kept_of_a_failed_sign_in(client, ana):
    sign_in(client, password="casi mi contraseña")
    attempt = AccessAttempt.objects.get()
    assert "casi" not in f"{attempt.post_data}{attempt.get_data}"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "10.0.0.9"),
        (0, "1.2.3.4", "10.0.0.9"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        (2, "1.2.3.4", "1.2.3.4"),
        (1, "no address", None),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "", "10.0.0.9"),
    ],
)
def test_the_address_is_what_our_last_proxy_saw(settings, proxies, forwarded, address):
    settings.PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address


def test_public_pages_ask_nothing_about_the_reader(client, ana, django_assert_num_queries):
    for path in ("/acerca/", "/privacidad/"):
        with django_assert_num_queries(1):
            assert not client.get(path).cookies
    client.force_login(ana)
    for path in ("/acerca/", "/privacidad/"):
        with django_assert_num_queries(1):
            client.get(path)


# Sessions


def test_a_session_ends_after_doing_nothing(client, ana, settings):
    client.force_login(ana)
    move_back(client, sessions.LAST_SEEN, settings.SESSION_IDLE + timedelta(minutes=1))
    sent = client.get("/admin/procedures/document/")
    assert sent.url == "/admin/login/?next=/admin/procedures/document/"
    assert "Tu sesión terminó" in client.get(sent.url).content.decode()


def test_a_session_ends_after_a_working_day_however_busy(client, ana, settings):
    client.force_login(ana)
    move_back(client, sessions.SIGNED_IN, settings.SESSION_MAX + timedelta(minutes=1))
    assert client.get("/admin/").status_code == 302


def test_who_goes_on_working_stays_signed_in(client, ana, settings):
    client.force_login(ana)
    move_back(client, sessions.LAST_SEEN, settings.SESSION_IDLE - timedelta(minutes=1))
    assert client.get("/admin/").status_code == 200
    assert timezone.now().isoformat()[:16] == client.session[sessions.LAST_SEEN][:16]


def move_back(client, key, time):
    session = client.session
    session[key] = (timezone.now() - time).isoformat()
    session.save()


def test_the_cookie_ends_with_the_browser_and_is_for_the_server_alone(client, ana, settings):
    settings.SESSION_COOKIE_SECURE = True
    cookie = sign_in(client).cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)
    assert (cookie["expires"], cookie["max-age"]) == ("", "")


def test_sessions_that_ended_are_cleared_away_at_the_next_sign_in(client, ana):
    Client().force_login(ana)
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
    sign_in(client)
    assert Session.objects.count() == 1


def test_changing_the_password_ends_the_other_sessions(client, ana):
    other = Client()
    for each in (client, other):
        each.force_login(ana)
    new = "otra frase larga y rara"
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/admin/password_change/", data).status_code == 302
    assert client.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 302


def test_what_was_written_when_the_session_ended_is_kept_and_sent_again(ana):
    client = Client(enforce_csrf_checks=True)
    page = client.get(SIGN_IN)
    typed = {"name_es": "Acta <nueva>", "how_to_get_es": "Línea uno\nLínea dos", "slug": "", "kind": "other"}
    path = "/admin/procedures/document/add/"
    token = {"csrfmiddlewaretoken": page.context["csrf_token"]}
    kept = client.post(path, typed | token | {"password": "secreto"})
    text = kept.content.decode()
    assert kept.status_code == 403
    assert "Acta &lt;nueva&gt;" in text
    assert 'action="/admin/procedures/document/add/"' in text
    assert "secreto" not in text

    signed = client.post(SIGN_IN, {"username": "ana", "password": PASSWORD} | token)
    assert signed.status_code == 302
    again = client.post(
        path, typed | {"csrfmiddlewaretoken": kept.context["csrf_token"]}, headers={"origin": "http://testserver"}
    )
    assert "Entraste o saliste" in again.content.decode()
    fields = dict(again.context["fields"])
    assert fields == typed
    saved = client.post(path, fields | {"csrfmiddlewaretoken": again.context["csrf_token"]})
    assert saved.status_code == 302


def test_a_form_from_elsewhere_is_shown_but_not_offered_to_be_sent(ana):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)
    refused = client.post(
        "/admin/procedures/document/add/", {"name_es": "Ajeno"}, headers={"origin": "https://evil.example"}
    )
    text = refused.content.decode()
    assert refused.status_code == 403
    assert "No pudimos comprobar" in text
    assert 'name="name_es"' not in text
    assert "Ajeno" in text


# Accounts, made by administrators


@pytest.fixture
def boss(db):
    """An administrator who is no superuser, signed in."""
    client = Client()
    client.user = make_person("jefa", "administrator")
    client.force_login(client.user)
    return client


def account_data(person, **changes):
    data = {
        "username": person.username,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "is_active": "on",
        "groups": [group.pk for group in person.groups.all()],
    }
    return data | changes


def role(key):
    return Group.objects.get(name=key).pk


def test_an_administrator_makes_an_account_with_a_role(boss):
    page = boss.get("/admin/auth/user/add/").content.decode()
    assert "<b>Revisión</b> Aprueba lo que" in page
    assert "user_permissions" not in page
    data = {"username": "leo", "first_name": "Leo", "last_name": "Ríos", "email": "leo@chihuahua.example"}
    boss.post(
        "/admin/auth/user/add/", data | {"groups": [role("reviewer")], "password1": PASSWORD, "password2": PASSWORD}
    )
    leo = get_user_model().objects.get(username="leo")
    assert (leo.is_staff, leo.is_superuser, leo.groups.get().name) == (True, False, "reviewer")
    client = Client()
    assert sign_in(client, "leo").status_code == 302
    assert client.get("/admin/procedures/procedureversion/").status_code == 200


def test_an_administrator_changes_roles_and_takes_an_account_out_of_use(boss, ana):
    path = f"/admin/auth/user/{ana.pk}/change/"
    working = Client()
    working.force_login(ana)
    assert boss.post(path, account_data(ana, groups=[role("moderator")])).status_code == 302
    assert working.get("/admin/engagement/thread/").status_code == 200
    assert working.get("/admin/procedures/document/").status_code == 403
    data = account_data(ana)
    del data["is_active"]
    boss.post(path, data)
    assert working.get("/admin/").status_code == 302
    assert sign_in(Client()).status_code == 200


def test_an_administrator_makes_no_superuser_and_grants_no_single_permission(boss, ana):
    extra = {"is_superuser": "on", "user_permissions": [1, 2, 3], "is_staff": "on"}
    boss.post(f"/admin/auth/user/{ana.pk}/change/", account_data(ana, **extra))
    ana.refresh_from_db()
    assert (ana.is_superuser, ana.user_permissions.count()) == (False, 0)


def test_an_administrator_can_not_raise_himself(boss):
    me = boss.user
    path = f"/admin/auth/user/{me.pk}/change/"
    assert "tus funciones las decide otra persona" in boss.get(path).content.decode()
    data = account_data(
        me, groups=[role("administrator"), role("reviewing_body")], is_superuser="on", last_name="Sáenz"
    )
    assert boss.post(path, data).status_code == 302
    me.refresh_from_db()
    assert (me.last_name, me.is_superuser, me.is_active) == ("Sáenz", False, True)
    assert [group.name for group in me.groups.all()] == ["administrator"]


@pytest.mark.parametrize("page", ["change", "password", "second-factor"])
def test_an_administrator_does_not_touch_a_superuser(boss, admin_user, page):
    path = f"/admin/auth/user/{admin_user.pk}/{page}/"
    new = {"password1": "x" * 20, "password2": "x" * 20, "usable_password": "true"}
    assert boss.post(path, new | account_data(admin_user, email="mia@example.org")).status_code == 403
    before = admin_user.password
    admin_user.refresh_from_db()
    assert (admin_user.password, admin_user.email) == (before, "admin@example.com")


def test_nobody_deletes_an_account(boss, ana, admin_client):
    for client in (boss, admin_client):
        assert client.post(f"/admin/auth/user/{ana.pk}/delete/", {"post": "yes"}).status_code == 403


def test_two_accounts_do_not_share_an_address(boss, ana):
    make_person("berta")
    said = boss.post(f"/admin/auth/user/{ana.pk}/change/", account_data(ana, email="BERTA@chihuahua.example"))
    assert "Otra cuenta tiene este correo." in said.content.decode()


def test_a_role_of_the_house_is_read_and_a_group_beside_it_is_a_superusers(boss, admin_client):
    path = f"/admin/auth/group/{role('publisher')}/change/"
    for client in (boss, admin_client):
        assert "publicar, programar o retirar: trámites" in client.get(path).content.decode()
        assert client.post(path, {"name": "otro"}).status_code == 403
    assert boss.post("/admin/auth/group/add/", {"name": "Ventanilla"}).status_code == 403
    assert admin_client.post("/admin/auth/group/add/", {"name": "Ventanilla"}).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_accounts_costs_the_same_for_one_and_three(boss, django_assert_num_queries, count):
    for n in range(count):
        with_phone(make_person(f"persona-{n}", "editor", "moderator"))
    with django_assert_num_queries(9):
        page = boss.get("/admin/auth/user/")
    assert page.content.decode().count('class="field-username"') == count + 1
