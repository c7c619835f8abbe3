"""A task that waits in its middle, so that a test can kill the worker there."""

import time
from pathlib import Path

from django.tasks import task


@task()
def wait_for_leave(folder):
    """Notes in `folder` each start and each end; between them it waits for a file named leave."""
    folder = Path(folder)
    note(folder / "starts")
    while not (folder / "leave").exists():
        time.sleep(0.05)
    note(folder / "ends")


def note(path):
    with path.open("a") as file:
        file.write(".")
