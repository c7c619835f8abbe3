"""Searches that found nothing: what is counted of them, what never is, and what the staff make of them."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.models import EmptySearch
from portal.search import index, misses
from procedures.admin import desk
from procedures.models import BusinessType
from tests.admin_forms import make_staff

pytestmark = pytest.mark.django_db

READER = {"User-Agent": "Mozilla/5.0 (Android 14; Mobile) Firefox/140.0"}
LIST = "/admin/portal/emptysearch/"


@pytest.fixture(autouse=True)
def slow_pace(monkeypatch):
    monkeypatch.setattr(misses, "_pace", misses._Pace())


def look_for(text, path="/buscar/", agent=READER, **parameters):
    return Client(headers=agent).get(path, {"q": text, **parameters})


def counted():
    return list(EmptySearch.objects.order_by("language", "text").values_list("language", "text", "times"))


def make_search(text="zzpaletas", **fields):
    now = timezone.now()
    return EmptySearch.objects.create(**{"language": "es", "text": text, "first_at": now, "last_at": now} | fields)


# What is counted


def test_a_search_that_finds_nothing_is_counted_folded_and_by_language():
    for text in ("Zzpaletería", "zzpaleteria ", "ZZPALETERÍA"):
        assert look_for(text).status_code == 200
    look_for("zzpaletería", "/en/buscar/")
    assert counted() == [("en", "zzpaleteria", 1), ("es", "zzpaleteria", 3)]
    row = EmptySearch.objects.get(language="es")
    assert row.first_at < row.last_at


def test_a_search_that_finds_something_is_not_counted():
    look_for("licencia")
    look_for("licencia zzpaletería")
    look_for("")
    look_for("¿?")
    assert counted() == []


@pytest.mark.parametrize(
    "text",
    [
        "zzana@example.org",
        "zz6141234567",
        "zz 614 123 45 67",
        "zz (614) 123-4567",
        "ZZGA800101AB1",
        "zz" * 41,
        "zzpalabra " * 30,
    ],
)
def test_what_may_be_personal_or_is_no_search_is_not_kept(text):
    assert look_for(text).status_code == 200
    assert counted() == []


@pytest.mark.parametrize(
    "agent", ["", "Googlebot/2.1", "python-requests/2.32", "curl/8.5", "Mozilla/5.0 (compatible; bingbot/2.0)"]
)
def test_machines_are_not_counted(agent):
    look_for("zzpaletas", agent={"User-Agent": agent})
    assert counted() == []


def test_further_pages_kinds_and_heads_of_a_search_are_not_counted_again():
    look_for("zzpaletas", page="2")
    look_for("zzpaletas", tipo="tramite")
    Client(headers=READER).head("/buscar/", {"q": "zzpaletas"})
    assert counted() == []


def test_more_than_people_can_type_in_a_minute_is_not_counted(monkeypatch):
    monkeypatch.setattr(misses, "MOST_A_MINUTE", 3)
    for number in range(5):
        assert look_for(f"zzpaletas{number}").status_code == 200
    assert len(counted()) == 3


def test_only_so_many_are_kept_and_the_ones_long_ago_go(monkeypatch):
    monkeypatch.setattr(misses, "MOST", 3)
    for number in range(4):
        make_search(
            f"zz{number}",
            first_at=timezone.now() - timedelta(days=30 - number),
            last_at=timezone.now() - timedelta(days=9 - number),
        )
    look_for("zznueva")
    assert [text for _language, text, _times in counted()] == ["zz2", "zz3", "zznueva"]


def test_the_page_sets_no_cookie_and_stays_public():
    response = look_for("zzpaletas")
    assert not response.cookies
    assert response["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert response.content == look_for("zzpaletas").content


def test_counting_costs_a_constant_number_of_queries(django_assert_num_queries):
    look_for("zzpaletas")
    # The page's own five, a savepoint and its end, the row; how long to wait: asked, set and set back, or told.
    with django_assert_num_queries(11 if connection.vendor == "sqlite" else 9):
        look_for("zzpaletas")


HOLD = """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="it has no such lock")
def test_a_locked_database_loses_the_count_and_not_the_page(a_portal):
    """In a portal of its own: the tests' database is in memory, where nobody else can lock it."""
    command = [sys.executable, "-c", HOLD, str(a_portal.data / "db.sqlite3")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        said = a_portal.run(
            "import time; from django.test import Client; began = time.monotonic();"
            "page = Client(headers={'User-Agent': 'Firefox', 'host': 'localhost'}).get('/buscar/?q=zzpaletas');"
            "print(page.status_code, time.monotonic() - began < 15)"
        )
        holder.kill()
    assert said.splitlines()[-1] == "200 True"
    assert "was not counted: database is locked" in said
    assert a_portal.run("from portal.models import EmptySearch; print(EmptySearch.objects.count())") == "0"


# Constraints


@pytest.mark.parametrize(
    ("constraint", "rows"),
    [
        ("empty_search_once", [{}, {}]),
        ("empty_search_occurred", [{"times": 0}]),
        ("empty_search_in_order", [{"last_at": timezone.now() - timedelta(days=1)}]),
        ("empty_search_settled_by_somebody", [{"settled_at": timezone.now()}]),
    ],
)
def test_constraints(constraint, rows):
    *earlier, last = rows
    for row in earlier:
        make_search(**row)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        make_search(**last)
    # SQLite names the columns of a uniqueness, not its name.
    assert (constraint if connection.vendor == "postgresql" or not earlier else "language") in str(error.value)


# The staff


@pytest.fixture
def editor(client):
    user = make_staff("editora", "view_emptysearch", "change_emptysearch", "change_businesstype", "view_businesstype")
    client.force_login(user)
    return client


def test_list_shows_what_occurred_most_often_first(editor):
    make_search("zzpoco")
    make_search("zzmucho", times=7)
    rows = editor.get(LIST).context["cl"].result_list
    assert [(row.text, row.times) for row in rows] == [("zzmucho", 7), ("zzpoco", 1)]


@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_a_constant_number_of_queries(number, editor, django_assert_num_queries):
    for n in range(number):
        make_search(f"zz{n}")
    with django_assert_num_queries(7):
        editor.get(LIST)


def test_settled_ones_leave_the_list_until_they_occur_again(editor):
    rows = [make_search("zzuna"), make_search("zzdos")]
    page = editor.post(LIST, {"action": "settle", "_selected_action": [row.pk for row in rows]}, follow=True)
    assert "2 búsquedas quedaron resueltas." in page.content.decode()
    assert editor.get(LIST).context["cl"].result_count == 0
    assert editor.get(f"{LIST}?settled=yes").context["cl"].result_count == 2
    look_for("zzuna")
    assert [row.text for row in editor.get(LIST).context["cl"].result_list] == ["zzuna"]
    assert EmptySearch.objects.get(text="zzuna").settled_by is None


def test_a_synonym_makes_the_search_find_the_business_type(editor, django_capture_on_commit_callbacks):
    search = make_search("zzpaleteria")
    giro = BusinessType.objects.first()
    address = f"{LIST}{search.pk}/change/"
    assert "Se buscó 1 vez" in editor.get(address).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        page = editor.post(address, {"text": " zzpaletería ", "business_type": giro.pk}, follow=True)
    assert f"«zzpaletería» ahora encuentra «{giro}»." in page.content.decode()
    giro.refresh_from_db()
    assert giro.synonyms_es.splitlines()[-1] == "zzpaletería"
    assert LogEntry.objects.get(object_id=str(giro.pk)).change_message == "Se agregó el sinónimo: zzpaletería."
    assert editor.get(LIST).context["cl"].result_count == 0
    index(giro)
    assert str(giro) in look_for("zzpaletería").content.decode()
    assert EmptySearch.objects.get().times == 1


def test_a_synonym_is_added_once_and_in_its_language(editor):
    giro = BusinessType.objects.first()
    before = giro.synonyms_es
    for language, text in (("en", "zzpop"), ("en", "ZZPÓP")):
        search = make_search(text, language=language)
        editor.post(f"{LIST}{search.pk}/change/", {"text": text, "business_type": giro.pk})
    giro.refresh_from_db()
    assert giro.synonyms_es == before
    assert giro.synonyms_en.splitlines().count("zzpop") == 1
    assert "ZZPÓP" not in giro.synonyms_en


@pytest.mark.parametrize(
    "data", [{}, {"text": "zz"}, {"text": "zz" * 99, "business_type": "1"}, {"text": "\0", "business_type": "x"}]
)
def test_a_synonym_without_what_it_needs_says_so(data, editor):
    search = make_search()
    response = editor.post(f"{LIST}{search.pk}/change/", data)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert EmptySearch.objects.get().settled_at is None


def test_one_can_be_settled_without_a_synonym(editor):
    search = make_search()
    assert editor.post(f"{LIST}{search.pk}/change/", {"_settle": ""}).status_code == 302
    assert EmptySearch.objects.get().settled_by.username == "editora"


@pytest.mark.parametrize(
    ("permissions", "statuses"),
    [
        ([], (403, 403, 403, 403)),
        (["view_emptysearch"], (200, 200, 403, 403)),
        (["view_emptysearch", "change_emptysearch"], (200, 200, 302, 403)),
        (["view_emptysearch", "change_emptysearch", "change_businesstype"], (200, 200, 302, 200)),
    ],
)
def test_who_may(permissions, statuses, client):
    client.force_login(make_staff("alguien", *permissions))
    address = f"{LIST}{make_search().pk}/change/"
    answers = (
        client.get(LIST),
        client.get(address),
        client.post(address, {"_settle": ""}),
        client.post(address, {"text": ""}),
    )
    assert tuple(answer.status_code for answer in answers) == statuses


def test_who_may_only_look_is_offered_nothing(client):
    client.force_login(make_staff("lectora", "view_emptysearch"))
    page = client.get(f"{LIST}{make_search().pk}/change/").content.decode()
    assert "Marcar como resuelta" not in page
    assert "Hacerlo sinónimo" not in page


def test_the_first_page_counts_them_for_those_who_may(editor):
    make_search()
    user = editor.get("/admin/").wsgi_request.user
    lines = [line for lines in desk.waiting_for(user).values() for line in lines]
    assert [(line.count, line.url) for line in lines] == [
        (1, f"{reverse('admin:portal_emptysearch_changelist')}?espera=unsettled")
    ]
