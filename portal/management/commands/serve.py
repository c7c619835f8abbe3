import errno
import http.client
import os
import socket
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.installation import check_set_up
from portal.supervisor import Child, Supervisor

MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]

# More processes than this want more connections than PostgreSQL allows by default.
MOST_PROCESSES = 9
THREADS = 4


class Command(BaseCommand):
    help = "Serves the portal: the web server and the background worker, until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--no-worker", action="store_true", help="The web server only.")

    def handle(self, *, no_worker, **options):
        check_set_up()
        with listen(settings.PORT) as door, Supervisor() as supervisor:
            web = Child("web server", *(development_server(door) if settings.DEBUG else web_server(door)))
            supervisor.start(web)
            if self.answers(supervisor, web):
                if not no_worker:
                    supervisor.start(Child("background worker", [*MANAGE, "worker"]))
                self.say(f"Open {settings.PORTAL_URL}/ · staff: {settings.PORTAL_URL}/admin/ · Ctrl-C stops it.")
            supervisor.tend()
            self.say("Stopping.")

    def answers(self, supervisor, web):
        """Waits for the web server; false if we were asked to stop before it answered."""
        for _ in supervisor.glances():
            if is_well(settings.PORT):
                return True
            if web.process.poll() is not None:
                raise CommandError("The web server can't start: the lines above say why.")
        return False

    def say(self, line):
        self.stdout.write(line)
        self.stdout.flush()


def listen(port):
    """The socket at which the web server will answer; it stays open while that is started again."""
    try:
        return socket.create_server(("0.0.0.0", port), backlog=2048)  # noqa: S104 – it is meant for everybody
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(
                f"Port {port} is taken by another program: choose another one, e.g. PORT={port + 1} make run"
            ) from None
        raise CommandError(f"Port {port} can't be opened ({error.strerror}): choose another one with PORT.") from None


def web_server(door):
    """Command of the web server and the open files it is given."""
    processes = min(2 * len(os.sched_getaffinity(0)) + 1, MOST_PROCESSES)
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi"]
    command += [f"--bind=fd://{door.fileno()}", f"--chdir={settings.BASE_DIR}"]
    command += [f"--workers={processes}", f"--threads={THREADS}", "--preload"]
    command += ["--worker-tmp-dir=/dev/shm", "--no-control-socket", "--log-level=warning", "--graceful-timeout=8"]
    return command, (door.fileno(),)


def development_server(door):
    """As `web_server`, for developers: it reloads what they change, and opens the port itself."""
    port = door.getsockname()[1]
    door.close()
    return [*MANAGE, "runserver", str(port)], ()


def is_well(port):
    """Whether the web server of this machine says that it is well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/salud/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
