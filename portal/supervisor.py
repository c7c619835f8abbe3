"""Keeps processes running: starts them, starts again those that die, stops all of them at Ctrl-C."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# Seconds: how often we look, how long a process may take to end, when it is well again, and the longest delay.
GLANCE = 0.1
GRACE = 10
WELL_AFTER = 60
LONGEST_DELAY = 60

# Should the supervisor be killed, the kernel ends its children.
WITH_PARENT = ["setpriv", "--pdeathsig", "TERM", "--"]


@dataclass
class Child:
    """A process that is kept running; `name` is what its messages call it."""

    name: str
    command: list[str]
    pass_fds: tuple[int, ...] = ()

    process: subprocess.Popen | None = None
    starts: float = 0  # when the next attempt is due, or the last one was made; time.monotonic()
    failures: int = 0

    def start(self):
        # A session of its own: Ctrl-C reaches the supervisor alone, which then ends its children in order.
        self.process = subprocess.Popen(  # noqa: S603 – the commands are ours
            [*WITH_PARENT, *self.command], pass_fds=self.pass_fds, start_new_session=True
        )
        self.starts = time.monotonic()

    def tend(self):
        """Starts the process again if it has died: at once if it ran well before, else after a delay that doubles."""
        if self.process is None:
            if time.monotonic() >= self.starts:
                self.start()
        elif self.process.poll() is not None:
            self.failures = 0 if time.monotonic() - self.starts > WELL_AFTER else self.failures + 1
            delay = min(2**self.failures - 1, LONGEST_DELAY)
            print(f"The {self.name} {how_it_ended(self.process)}: starting it again in {delay} s.", file=sys.stderr)
            self.process, self.starts = None, time.monotonic() + delay

    def ask_to_stop(self):
        if self.process:
            self.process.terminate()

    def make_stop(self, deadline):
        """Waits for the process until `deadline`, then kills it with whatever it has started."""
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(max(deadline - time.monotonic(), 0))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def how_it_ended(process):
    if process.returncode < 0:
        return f"was killed by {signal.Signals(-process.returncode).name}"
    return f"ended with exit code {process.returncode}"


class Supervisor:
    """Runs children inside a `with` block; every one of them is gone at its end."""

    def __init__(self):
        self.children = []
        self.stopping = False

    def __enter__(self):
        for number in STOP_SIGNALS:
            signal.signal(number, self.stop)
        return self

    def stop(self, number, frame):
        self.stopping = True

    def start(self, child):
        self.children.append(child)
        child.start()

    def glances(self):
        """Yields ten times a second until somebody asks us to stop."""
        while not self.stopping:
            yield
            time.sleep(GLANCE)

    def tend(self):
        for _ in self.glances():
            for child in self.children:
                child.tend()

    def __exit__(self, *exception):
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + GRACE
        for child in self.children:
            child.make_stop(deadline)
