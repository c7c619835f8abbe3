"""A portal of its own for tests that run it as its users do: by manage.py, in processes, over HTTP."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psycopg

PROJECT = Path(__file__).parent.parent


@dataclass
class Installation:
    """A data folder, a database and a port; of the environment its processes see PATH and an empty home, no more."""

    folder: Path
    database_url: str = ""
    said: str = ""  # by `manage.py setup`

    def __post_init__(self):
        self.home = self.folder / "home"
        self.data = self.folder / "data"
        self.home.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"

    @classmethod
    def without_data(cls, folder):
        """One without any data, on the kind of database that these tests run on."""
        server = os.environ.get("DATABASE_URL", "")
        return cls(folder, create_database(server) if server else "")

    @property
    def environment(self):
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PORT": str(self.port),
            "PORTAL_DATA_DIR": str(self.data),
            "DATABASE_URL": self.database_url,
            "PORTAL_LINK_CHECKS": "0",  # there is no internet to look at
        }

    @property
    def password(self):
        """The administrator's, as `manage.py setup` has said it."""
        return re.search(r"user name admin, password (\S+) ", self.said)[1]

    def start(self, *arguments, **environment):
        """manage.py as a process whose output is read as one text."""
        with (self.folder / f"{arguments[0]}.log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=PROJECT,
                env=self.environment | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def log(self, command):
        return (self.folder / f"{command}.log").read_text()

    def manage(self, *arguments, **environment):
        """Runs manage.py to its end: exit code and what it printed."""
        (self.folder / f"{arguments[0]}.log").unlink(missing_ok=True)
        process = self.start(*arguments, **environment)
        return process.wait(900), self.log(arguments[0])

    def run(self, code):
        """Runs Python code within this portal; returns what it prints."""
        status, output = self.manage("shell", "--verbosity=0", "--command", code)
        assert status == 0, output
        return output.strip()

    @contextmanager
    def served(self):
        """The portal at `url` while the block lasts: yields the process of `manage.py serve`."""
        process = self.start("serve")
        try:
            wait_until(lambda: "Open http" in self.log("serve") or process.poll() is not None, seconds=60)
            assert process.poll() is None, self.log("serve")
            yield process
        finally:
            process.terminate()
            process.wait(60)

    def get(self, path):
        """Text of a page, whatever its status."""
        with closing(HTTPConnection("localhost", self.port, timeout=30)) as connection:
            connection.request("GET", path)
            return connection.getresponse().read().decode()

    def copy(self, folder):
        """Another installation with the same data; nobody may use this one meanwhile."""
        shutil.copytree(self.data, folder / "data")
        url = create_database(self.database_url, template=self.database_url) if self.database_url else ""
        return Installation(folder, url, self.said)


def install(folder):
    """A portal that the real `manage.py setup` has prepared."""
    installation = Installation.without_data(folder)
    status, installation.said = installation.manage("setup")
    assert status == 0, installation.said
    return installation


def create_database(server, *, template=""):
    """URL of a new database on that PostgreSQL server; it goes when the throw-away server goes."""
    name = f"portal_{os.getpid()}_{time.monotonic_ns()}"
    origin = f" TEMPLATE {urllib.parse.urlsplit(template).path[1:]}" if template else ""
    with closing(psycopg.connect(urllib.parse.urlsplit(server)._replace(path="/postgres").geturl())) as connection:
        connection.autocommit = True
        connection.execute(f"CREATE DATABASE {name}{origin}")
    return urllib.parse.urlsplit(server)._replace(path=f"/{name}").geturl()


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def wait_until(happened, *, seconds):
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"not after {seconds} s"
        time.sleep(0.05)
