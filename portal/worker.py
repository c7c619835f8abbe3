"""The background worker: one per portal, so that a task found running when it starts has lost its worker."""

import fcntl
import logging
import os
import socket
import threading
from contextlib import contextmanager

from django.conf import settings
from django.db import close_old_connections
from django.tasks import DEFAULT_TASK_BACKEND_ALIAS, TaskResultStatus
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from portal.accounts.digest import send_due, tell_interrupted
from procedures.actions import publish_due
from procedures.links.round import check_due, take_up_addresses
from procedures.translations.outdated import recount

logger = logging.getLogger(__name__)

# A task that kills its worker is not tried for ever.
MAX_TAKES = 3

# Seconds between two looks at what is due at a set time.
TICK = 10

# Seconds between two portions of links.
LINKS_TICK = 300


# Seconds between two rounds of chores.
CHORES_TICK = 300


class WorkerKilled(Exception):
    """The worker was killed each time it ran this task."""


def make_worker():
    """A worker for every queue that looks for work once a second."""
    return Worker(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=1,
        batch=False,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=None,
        worker_id=f"{socket.gethostname()[:40]}-{os.getpid()}",
    )


LOCK = settings.DATA_DIR / "worker.lock"


@contextmanager
def the_only_worker():
    """Waits until no other worker serves this data folder, then keeps others waiting.

    The lock is the kernel's: it ends with the process however that dies, and no lost connection gives it away.
    """
    with LOCK.open("w") as lock:
        if is_at_work():
            logger.warning("Another worker is at work: this one waits for its end.")
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_at_work():
    """Whether there is a worker."""
    with LOCK.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def take_up_again():
    """Puts tasks whose worker was killed back in the queue, or gives them up after MAX_TAKES. For the only worker."""
    for task in DBTaskResult.objects.running():
        takes = len(task.worker_ids)
        if takes < MAX_TAKES:
            logger.warning("Task %s (%s) lost its worker: taken up again.", task.id, task.task_path)
            task.status = TaskResultStatus.READY
            task.save(update_fields=["status"])
        else:
            logger.error("Task %s (%s) lost its worker %d times: given up.", task.id, task.task_path, takes)
            task.set_failed(WorkerKilled(f"its worker was killed {takes} times"))


@contextmanager
def the_clock():
    """While the block lasts, versions approved for a set time go live when it has come, and links are looked at."""
    stopped = threading.Event()
    thread = threading.Thread(target=keep_time, args=[stopped], name="clock", daemon=True)
    thread.start()
    if settings.LINK_CHECKS:
        # Never waited for at the end: it may be waiting for a slow server, and keeps what it found link by link.
        threading.Thread(target=look_at_links, args=[stopped], name="links", daemon=True).start()
    # Not waited for either: a mail server may be slow, and a mail that was begun is not sent twice.
    threading.Thread(target=do_chores, args=[stopped], name="chores", daemon=True).start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def keep_time(stopped):
    while not stopped.wait(TICK):
        try:
            publish_due(now=timezone.now())
        except Exception:  # the next look may go better, and the worker beside it goes on
            logger.exception("What was due could not be published.")
        finally:
            close_old_connections()


def do_chores(stopped):
    """What is done every few minutes and may take long: figures of the staff's first page, and its daily mail."""
    tell_interrupted()
    while not stopped.is_set():
        for chore in (recount, send_due):
            try:
                chore()
            except Exception:  # the next round may go better, and the other chores go on
                logger.exception("%s could not be done.", chore.__name__)
            finally:
                close_old_connections()
        stopped.wait(CHORES_TICK)


def look_at_links(stopped):
    """The daily round of all links in small portions: a portion takes a while, and a set time must not wait for it."""
    while not stopped.wait(LINKS_TICK):
        try:
            take_up_addresses()
            check_due()
        except Exception:  # the next portion may go better
            logger.exception("Links could not be looked at.")
        finally:
            close_old_connections()
