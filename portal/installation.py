"""What has to be there before the portal can work; what is missing is said in one line that tells what to do."""

import contextlib
import io

from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def check_database():
    """Raises CommandError unless the database answers."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[-1]
        raise CommandError(f"The database can't be reached ({reason}): check DATABASE_URL and that it runs.") from None


def check_pdf_library():
    """Raises CommandError unless the library that lays out PDF files, with its system libraries, can be loaded."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints a page of advice before it fails
            import weasyprint  # noqa: F401 – that it can be imported is the question
    except OSError as error:
        reason = str(error).splitlines()[0]
        raise CommandError(
            f"The PDF library can't be loaded ({reason}): "
            "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        ) from None


def unapplied_migrations():
    """How many changes of the database's tables are still to be made."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def check_set_up():
    """Raises CommandError unless `manage.py setup` has prepared the database."""
    check_database()
    if unapplied_migrations():
        raise CommandError("The database is not set up: run manage.py setup first (make run does).")
