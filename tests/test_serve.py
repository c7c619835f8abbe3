import os
import signal
from pathlib import Path

import pytest

from tests.installation import wait_until


def children(process):
    """{"web" or "worker": process id} of what `manage.py serve` has started."""
    numbers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    commands = {int(number): Path(f"/proc/{number}/cmdline").read_text() for number in numbers}
    return {"web" if "gunicorn" in command else "worker": number for number, command in commands.items()}


def is_alive(number):
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for_both(process, but_not=()):
    """The children as soon as both of them are there, none of them among the process ids `but_not`."""
    wait_until(lambda: len(children(process)) == 2 and not {*children(process).values()} & {*but_not}, seconds=60)
    return children(process)


def test_serve_answers_and_runs_background_tasks(a_portal):
    with a_portal.served():
        assert f"Open {a_portal.url}/" in a_portal.log("serve")
        assert a_portal.get("/salud/") == '{"status": "ok"}'
        wait_until(lambda: '"worker": "ok"' in a_portal.get("/salud/lista/"), seconds=60)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_serve_stops_all_of_it(a_portal, number):
    with a_portal.served() as process:
        started = wait_for_both(process)
        process.send_signal(number)
        status = process.wait(60)

    assert status == 0
    assert [is_alive(child) for child in started.values()] == [False, False]
    assert a_portal.log("serve").endswith("Stopping.\n")


def test_serve_starts_again_what_dies_and_says_so(a_portal):
    with a_portal.served() as process:
        killed = wait_for_both(process).values()
        for child in killed:
            os.kill(child, signal.SIGKILL)
        wait_for_both(process, but_not=killed)

        assert "The web server was killed by SIGKILL: starting it again in 1 s." in a_portal.log("serve")
        assert "The background worker was killed by SIGKILL: starting it again in 1 s." in a_portal.log("serve")
        assert a_portal.get("/salud/") == '{"status": "ok"}'


def test_serve_takes_its_children_along_when_it_is_killed(a_portal):
    with a_portal.served() as process:
        started = wait_for_both(process)
        process.kill()
        process.wait()

        wait_until(lambda: not any(is_alive(child) for child in started.values()), seconds=60)


def test_serve_says_in_one_line_that_the_port_is_taken(a_portal):
    with a_portal.served():
        status, said = a_portal.manage("serve", "--no-worker")

    assert status == 1
    assert said.startswith(f"CommandError: Port {a_portal.port} is taken by another program: choose another one")
    assert said.count("\n") == 1
