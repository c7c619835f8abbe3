import statistics
import tempfile
import time
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse

from engagement.loading import load_commitment
from portal import search
from procedures.loading import load_catalogue
from procedures.models import Procedure

PROCEDURE = "licencia-de-funcionamiento"

# The address configuration of the bare framework: one view that does nothing.
urlpatterns = [path("", lambda request: HttpResponse())]


class Command(BaseCommand):
    help = "Measures the pages beside an empty view of the bare framework, on a database of its own with the fixtures."

    def add_arguments(self, parser):
        parser.add_argument("--rounds", type=int, default=30, help="how often each page is asked for (default: 30)")

    def handle(self, *, rounds, **options):
        with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
            rows = measure({"empty view": "/"}, rounds)
        with fresh_database(), collected_static_files():
            load_catalogue(settings.BASE_DIR / "fixtures")
            load_commitment(settings.BASE_DIR / "fixtures")
            search.rebuild()
            rows += measure(pages(), rounds)
            self.stdout.write(f"{connection.vendor}, {Procedure.objects.count()} procedures, median of {rounds} rounds")
        self.report(rows)

    def report(self, rows):
        empty = rows[0][2]
        self.stdout.write(f"{'page':12}{'ms':>9}{'× empty':>9}{'queries':>9}  address")
        for name, address, milliseconds, queries in rows:
            self.stdout.write(f"{name:12}{milliseconds:9.2f}{milliseconds / empty:9.0f}{queries:9}  {address}")


def pages():
    return {
        "home": reverse("portal:home"),
        "list": reverse("procedures:list"),
        "ficha": reverse("procedures:procedure", args=[PROCEDURE]),
        "search": reverse("portal:search", query={"q": "licencia de alcohol"}),
        "sheet (PDF)": reverse("brochure:procedure_sheet", args=[PROCEDURE]),
    }


@contextmanager
def fresh_database():
    """A database beside the real one, a file on SQLite too, that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = f"{folder}/db.sqlite3"
        real_name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(real_name, verbosity=0)


@contextmanager
def collected_static_files():
    with tempfile.TemporaryDirectory() as folder, override_settings(STATIC_ROOT=folder):
        call_command("collectstatic", verbosity=0, interactive=False)
        yield


def measure(addresses, rounds):
    """[(name, address, median milliseconds, queries)] of {name: address}; every round asks for each once, in turn."""
    client = Client(headers={"host": "localhost"})
    queries = {name: count_queries(client, address) for name, address in addresses.items()}  # warms up as well
    durations = {name: [] for name in addresses}
    for _ in range(rounds):
        for name, address in addresses.items():
            durations[name].append(milliseconds_of(client, address))
    return [(name, address, statistics.median(durations[name]), queries[name]) for name, address in addresses.items()]


def count_queries(client, address):
    get(client, address)
    with CaptureQueriesContext(connection) as captured:
        get(client, address)
    return len(captured)


def milliseconds_of(client, address):
    began = time.perf_counter()
    get(client, address)
    return (time.perf_counter() - began) * 1000


def get(client, address):
    response = client.get(address, secure=settings.HTTPS)
    if response.status_code != 200:
        raise CommandError(f"{address} answered {response.status_code}")
    response.getvalue()
