"""Who is at work: what the change log names as the author of a change.

    with acting(run.by):
        …                              # a task of the background worker, for the person who asked for it

    with acting(name="load_fixtures", loading=True):
        …                              # loading what comes with the portal: one line per record

Whatever is written outside of such a block is the system's, under the name of the program that runs. Nothing is asked
of the database for it: SQLite calls back, PostgreSQL is told with each statement that writes.
"""

import json
import sys
import time
import uuid
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from django.db.backends.signals import connection_created

SYSTEM = "sistema: "
PUBLIC = "público"  # somebody who has not signed in, by a public form

_said = ContextVar("acting", default=None)


@contextmanager
def acting(user=None, *, name="", loading=False):
    """Names who makes the changes of the block; they are one act.

    Args:
        user: the person, or None for the system.
        name: of the program, where it is the system.
        loading: records that come with the portal are being loaded: one line each, without what they say.
    """
    who = user.get_username() if user else SYSTEM + (name or program())
    with _saying(who, by=user.pk if user else None, loading=loading):
        yield


@contextmanager
def acting_for(request):
    """Names the person who sends the request; a reader without a session stays unknown and is not asked for."""
    user = request.user if request.session.session_key else None
    if user is not None and user.is_authenticated:
        with acting(user):
            yield
    else:
        with _saying(PUBLIC):
            yield


class ActingMiddleware:
    """Names the author of what a request changes. Requests that only read cost nothing."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        with acting_for(request):
            return self.get_response(request)


@contextmanager
def _saying(who, *, by=None, loading=False):
    token = _said.set({"who": who[:150], "by": by, "act": uuid.uuid4().hex, "loading": loading})
    try:
        yield
    finally:
        _said.reset(token)


def acting_now():
    """Who is at work: `{"who", "by": key of the user or None, "act", "loading"}`.

    Without a block, what a process writes within the same second is one act.
    """
    return _said.get() or {
        "who": (SYSTEM + program())[:150],
        "by": None,
        "act": f"{program()}-{int(time.time())}"[-40:],
        "loading": False,
    }


@cache
def program():
    """The name of the command of manage.py that runs, or of whatever else does."""
    path = Path(sys.argv[0])
    script = path.parent.name if path.stem == "__main__" else path.stem
    return sys.argv[1] if script in ("manage", "django-admin") and len(sys.argv) > 1 else script


def tell_database(**kwargs):
    """Lets every connection know who is at work, from its beginning."""
    connection_created.connect(_tell, dispatch_uid="trail")


def _tell(connection, **kwargs):
    if connection.vendor == "sqlite":
        connection.connection.create_function("trail_acting", 1, lambda name: acting_now()[name])
    elif _tell_postgresql not in connection.execute_wrappers:
        connection.execute_wrappers.append(_tell_postgresql)


def _tell_postgresql(execute, sql, params, many, context):
    """Before each statement that writes: what was told before may have gone with a transaction that was undone."""
    connection = context["connection"]
    is_writing = isinstance(sql, str) and sql.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE")
    if is_writing and not connection.needs_rollback:
        with connection.wrap_database_errors:
            connection.connection.execute("SELECT set_config('trail.acting', %s, false)", [json.dumps(acting_now())])
    return execute(sql, params, many, context)
