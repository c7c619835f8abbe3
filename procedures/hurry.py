"""Writes that nobody waits for: a busy database loses them, never a reader's page or download."""

from contextlib import contextmanager

from django.db import connection, transaction

MOST_WAIT = 50  # milliseconds for a database that is at other work


@contextmanager
def in_a_hurry():
    """A transaction in which a locked database is an error (`django.db.Error`) after MOST_WAIT."""
    with _sqlite_waiting_hardly(), transaction.atomic():
        if connection.vendor == "postgresql":
            connection.cursor().execute(f"SET LOCAL lock_timeout = '{MOST_WAIT}ms'")
        yield


@contextmanager
def _sqlite_waiting_hardly():
    """SQLite is told outside of the transaction, PostgreSQL within."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {MOST_WAIT}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")
