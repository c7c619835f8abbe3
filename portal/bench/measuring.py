"""Times and query counts, and the databases they are taken on."""

import statistics
import tempfile
import time
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from engagement.loading import load_commitment
from portal import search
from procedures.loading import load_catalogue


@contextmanager
def database_of_its_own():
    """An empty database beside the real one, a file on SQLite too, that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = f"{folder}/db.sqlite3"
        real_name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(real_name, verbosity=0)


def load_fixtures():
    """The content of the house, searchable."""
    load_catalogue(settings.BASE_DIR / "fixtures")
    load_commitment(settings.BASE_DIR / "fixtures")
    search.rebuild()


@contextmanager
def collected_static_files():
    with tempfile.TemporaryDirectory() as folder, override_settings(STATIC_ROOT=folder):
        call_command("collectstatic", verbosity=0, interactive=False)
        yield


def median_ms(functions, rounds):
    """Name → median milliseconds of {name: function}; every round calls each once, in turn, so that noise is shared."""
    durations = {name: [] for name in functions}
    for _round in range(rounds):
        for name, function in functions.items():
            began = time.perf_counter()
            function()
            durations[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(taken) for name, taken in durations.items()}


def median_cpu_ms(function, rounds):
    """Median milliseconds of computing of this process alone, whatever else the machine does."""
    durations = []
    for _round in range(rounds):
        began = time.process_time()
        function()
        durations.append((time.process_time() - began) * 1000)
    return statistics.median(durations)


def count_queries(function):
    """How many queries a call takes once everything is warm."""
    function()
    with CaptureQueriesContext(connection) as captured:
        function()
    return len(captured)


def a_reader(user=None):
    """A Client; one that is signed in if a user is given."""
    client = Client(headers={"host": "localhost"})
    if user:
        client.force_login(user)
    return client


def asking(client, address):
    """A function that asks for the page and reads it to its end.

    Raises:
        CommandError: any other answer than 200.
    """

    def ask():
        response = client.get(address, secure=settings.HTTPS)
        if response.status_code != 200:
            raise CommandError(f"{address} answered {response.status_code}")
        response.getvalue()

    return ask
