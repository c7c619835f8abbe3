"""Is the portal ready to serve? Each check says in a word what is wrong; nothing in it tells a stranger more."""

import shutil
import tempfile
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from portal.installation import unapplied_migrations
from portal.worker import is_at_work

MIN_FREE_MEGABYTES = 200
# A waiting task starts within a second; a big edition before it takes minutes.
LONGEST_WAIT = timedelta(minutes=30)


class NotReady(Exception):
    """What is wrong, in a few words."""


def check_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_migrations():
    if missing := unapplied_migrations():
        raise NotReady(f"{missing} not applied")


def check_data_folder():
    with tempfile.TemporaryFile(dir=settings.DATA_DIR) as file:
        file.write(b"written")
    free = shutil.disk_usage(settings.DATA_DIR).free // 1_000_000
    if free < MIN_FREE_MEGABYTES:
        raise NotReady(f"{free} MB free")


def check_worker():
    if not is_at_work():
        raise NotReady("not running")


def check_tasks():
    """A living worker may hang: then the tasks that are due wait."""
    due = timezone.now() - LONGEST_WAIT
    if waiting := DBTaskResult.objects.ready().filter(enqueued_at__lt=due).count():
        raise NotReady(f"{waiting} waiting for more than {LONGEST_WAIT.seconds // 60} minutes")


CHECKS = {
    "database": check_database,
    "migrations": check_migrations,
    "data_folder": check_data_folder,
    "worker": check_worker,
    "tasks": check_tasks,
}


def run_checks():
    """{"database": "ok", "worker": "not running", …}: for every check "ok" or what is wrong."""
    return {name: _run(check) for name, check in CHECKS.items()}


def _run(check):
    try:
        check()
    except NotReady as reason:
        return str(reason)
    except Exception as error:  # a check that breaks has failed, whatever it broke on; its text may name hosts
        return type(error).__name__
    return "ok"
