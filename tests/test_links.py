"""Dead links: one careful look at an address, on a real server; the daily round; what staff see of it."""

import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import call_command
from django.urls import reverse

from procedures.links import looking
from procedures.links.addresses import all_addresses
from procedures.links.looking import Answer, is_public, look
from procedures.links.round import check_due, look_at, take_up_addresses
from procedures.models import LinkCheck, VersionState
from tests.admin_forms import make_staff
from tests.factories import clear_catalogue, make_procedure, make_program, make_source

NOON = datetime(2026, 3, 2, 18, tzinfo=UTC)


class Handler(BaseHTTPRequestHandler):
    """Answers as its address says: /200, /404, /500, /head-refused, /slow, /to/<where>, /loop/<n>."""

    asked = []

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        self.asked.append((self.command, self.path, self.headers["User-Agent"]))
        name = self.path.split("?")[0].strip("/")
        if name == "slow":
            time.sleep(1.5)
        if name == "head-refused":
            return self.say(405 if self.command == "HEAD" else 200)
        if name.startswith("to/"):
            return self.say(301, name.removeprefix("to/").replace("~", "/"))
        if name.startswith("endless/"):
            return self.say(302, f"/endless/{int(name.split('/')[1]) + 1}")
        if name == "loop":
            return self.say(302, "/loop")
        return self.say(int(name) if name.isdigit() else 200)

    def say(self, status, location=""):
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Nothing: the tests' own output is enough."""


@pytest.fixture
def site(settings):
    """The address of a server on this machine, which only tests may look at."""
    settings.LINK_CHECKS_MAY_LOOK_INSIDE = True
    settings.LINK_TIMEOUT = 0.5
    Handler.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


# One look


@pytest.mark.parametrize(
    ("path", "result", "status"),
    [
        ("/200", "fine", 200),
        ("/head-refused", "fine", 200),
        ("/403", "fine", 403),
        ("/404", "gone", 404),
        ("/410", "gone", 410),
        ("/500", "error", 500),
        ("/slow", "timeout", None),
        ("/loop", "loop", None),
        ("/endless/1", "loop", None),
        ("/to/~404", "gone", 404),
        ("/tramites/ñandú?q=á b", "fine", 200),
    ],
)
def test_look_says_what_happened(site, path, result, status):
    answer = look(site + path)
    assert (answer.result, answer.status) == (result, status)


def test_redirects_are_followed_to_where_they_lead(site):
    assert look(f"{site}/to/~200") == Answer("fine", 200, f"{site}/200")


def test_a_look_asks_for_the_head_first_and_says_who_asks(site, settings):
    look(f"{site}/200")
    look(f"{site}/404")
    assert [(method, path) for method, path, _agent in Handler.asked] == [
        ("HEAD", "/200"),
        ("HEAD", "/404"),
        ("GET", "/404"),
    ]
    assert settings.PORTAL_URL in Handler.asked[0][2]


def test_nobody_at_the_port_or_no_such_name_is_unreachable(site):
    assert look("http://127.0.0.1:1/").result == "unreachable"
    assert look("http://no-existe.invalid/").result == "unreachable"


def test_a_redirect_that_leaves_the_web_is_refused(site):
    assert look(f"{site}/to/file:~~~etc~passwd").result == "refused"
    assert look(f"{site}/to/gopher:~~example.org").result == "refused"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:8000/admin/",
        "http://[::1]/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://172.16.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "http:///",
    ],
)
def test_own_network_and_other_schemes_are_never_looked_at(url, settings, monkeypatch):
    def connected(*args, **kwargs):
        raise AssertionError("connected")

    monkeypatch.setattr(looking.socket, "create_connection", connected)
    assert settings.LINK_CHECKS_MAY_LOOK_INSIDE is False
    assert look(url).result == "refused"


def test_redirect_into_the_own_network_is_refused(site, settings, monkeypatch):
    """The first step is let through as a public one; where it leads is looked at again."""
    answers = iter([True, False])
    monkeypatch.setattr(looking, "is_public", lambda address: next(answers))
    settings.LINK_CHECKS_MAY_LOOK_INSIDE = False
    assert look(f"{site}/to/~200").result == "refused"


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_public_addresses_are_public(address):
    assert is_public(address)


# What is kept of it


def taken(*steps):
    row = LinkCheck(url="https://example.org/")
    for days, result in steps:
        row.take(Answer(result), NOON + timedelta(days=days))
    return row


@pytest.mark.parametrize(
    ("steps", "is_dead"),
    [
        ([(0, "gone")], True),
        ([(0, "error")], False),
        ([(0, "error"), (0.1, "error")], False),
        ([(0, "error"), (1, "timeout")], True),
        ([(0, "error"), (1, "fine"), (2, "error")], False),
        ([(0, "gone"), (1, "fine")], False),
        ([(0, "error"), (1, "refused")], False),
        ([(0, "error"), (1, "error"), (1.1, "error")], True),
    ],
)
def test_dead_is_gone_or_failed_on_two_days_in_a_row(steps, is_dead):
    row = taken(*steps)
    assert row.is_dead is is_dead
    assert (row.failures > 0) is (row.first_failed_at is not None)


def test_two_days_are_days_in_chihuahua():
    late = datetime(2026, 3, 3, 5, 30, tzinfo=UTC)  # 23:30 of the day before there
    row = LinkCheck(url="https://example.org/")
    row.take(Answer("error"), NOON)
    row.take(Answer("error"), late)
    assert row.is_dead is False


# The round


def test_every_address_of_published_and_open_records_is_taken_up(db):
    clear_catalogue()
    make_procedure("publicado", online_url="https://example.org/en-linea")
    make_program("borrador", state=VersionState.DRAFT, published_at=None, online_url="https://example.org/apoyo")
    LinkCheck.objects.create(url="https://example.org/nadie-la-nombra")
    make_source("nadie-la-usa")
    take_up_addresses()
    urls = set(LinkCheck.objects.values_list("url", flat=True))
    wanted = {"publicado", "borrador", "en-linea", "apoyo"}
    assert {url.removeprefix("https://example.org/") for url in urls if "example.org" in url} == wanted


def test_addresses_of_the_real_records_take_the_same_queries(db, django_assert_num_queries):
    with django_assert_num_queries(12):
        assert len(all_addresses()) > 100


def test_round_looks_at_each_link_once_a_day_in_portions(site, db):
    for n in range(3):
        LinkCheck.objects.create(url=f"{site}/200?n={n}")
    now = NOON
    assert [len(check_due(now, 2)) for _portion in range(3)] == [2, 1, 0]
    assert len(check_due(now + timedelta(hours=25), 20)) == 3


def test_one_host_is_asked_one_address_after_the_other(site, db):
    urls = [f"{site}/200?n={n}" for n in range(5)]
    assert {answer.result for answer in look_at(urls).values()} == {"fine"}
    assert [path for _method, path, _agent in Handler.asked] == [f"/200?n={n}" for n in range(5)]


def test_nothing_is_held_against_links_while_we_are_cut_off(db):
    for n in range(3):
        LinkCheck.objects.create(url=f"http://host-{n}.invalid/")
    assert check_due(NOON) == []
    assert LinkCheck.objects.filter(checked_at=None).count() == 3


def test_an_answer_that_takes_too_long_is_not_waited_for(site, settings):
    settings.LINK_TIMEOUT = 5
    begun = time.monotonic()
    assert look_at([f"{site}/slow"], seconds=0.2) == {}
    assert time.monotonic() - begun < 1


def test_command_looks_at_all_and_counts_the_dead(site, db, capsys):
    clear_catalogue()
    LinkCheck.objects.all().delete()
    make_procedure("uno", online_url=f"{site}/404")
    call_command("check_links")
    assert capsys.readouterr().out.splitlines()[-1].endswith("looked at, 1 dead")
    assert LinkCheck.objects.get(url=f"{site}/404").is_dead


# The staff's side


def test_links_of_one_version_are_looked_at_on_demand(site, db, client):
    version = make_procedure("uno", online_url=f"{site}/404", state=VersionState.DRAFT, published_at=None)
    version.sources.clear()
    client.force_login(make_staff("autora", "view_procedureversion"))
    address = reverse("admin:procedures_procedureversion_link-checks", args=[version.pk])
    page = client.post(address, follow=True).content.decode()
    assert "Se revisó 1 enlace." in page
    assert f"Enlace muerto: {site}/404" in page
    assert client.get(address).status_code == 405
    client.force_login(make_staff("nadie"))
    assert client.post(address).status_code == 403


def test_list_shows_the_dead_first_and_nobody_edits_it(admin_client, db):
    LinkCheck.objects.create(url="https://a.example/", result="fine", checked_at=NOON)
    LinkCheck.objects.create(
        url="https://z.example/", result="gone", status=404, failures=1, first_failed_at=NOON, is_dead=True
    )
    address = reverse("admin:procedures_linkcheck_changelist")
    rows = [row.url for row in admin_client.get(address).context["cl"].result_list]
    assert (rows[0], "https://a.example/" in rows) == ("https://z.example/", True)
    assert "la página ya no existe" in admin_client.get(address).content.decode()
    assert admin_client.get(reverse("admin:procedures_linkcheck_add")).status_code == 403
