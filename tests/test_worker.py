import pytest
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from portal.worker import MAX_TAKES, is_at_work, take_up_again, the_only_worker
from tests.installation import wait_until
from tests.long_task import wait_for_leave

ENQUEUE = "from tests.long_task import wait_for_leave as task; task.enqueue({!r})"
STATES = """
from django_tasks_db.models import DBTaskResult
print([(task.status, len(task.worker_ids)) for task in DBTaskResult.objects.filter(task_path__startswith="tests.")])
"""


@pytest.fixture
def notes(tmp_path):
    """Reads how often the long task has started or ended."""

    def count(name):
        path = tmp_path / name
        return len(path.read_text()) if path.exists() else 0

    return count


def test_worker_takes_up_the_task_of_one_that_was_killed_and_does_it_once(a_portal, tmp_path, notes):
    a_portal.run(ENQUEUE.format(str(tmp_path)))
    killed = a_portal.start("worker")
    wait_until(lambda: notes("starts") == 1, seconds=60)
    killed.kill()
    killed.wait()
    left_behind = a_portal.run(STATES)
    (tmp_path / "leave").touch()

    worker = a_portal.start("worker")
    wait_until(lambda: notes("ends") == 1, seconds=60)
    wait_until(lambda: "SUCCESSFUL" in a_portal.run(STATES), seconds=60)
    worker.terminate()

    assert worker.wait(60) == 0
    assert left_behind == "[('RUNNING', 1)]"
    assert a_portal.run(STATES) == "[('SUCCESSFUL', 2)]"
    assert (notes("starts"), notes("ends")) == (2, 1)
    assert "lost its worker: taken up again" in a_portal.log("worker")


def test_worker_waits_while_there_is_another(a_portal, tmp_path, notes):
    a_portal.run(ENQUEUE.format(str(tmp_path)))
    first = a_portal.start("worker")
    wait_until(lambda: notes("starts") == 1, seconds=60)

    second = a_portal.start("worker")
    wait_until(lambda: "Another worker is at work" in a_portal.log("worker"), seconds=60)
    (tmp_path / "leave").touch()
    wait_until(lambda: notes("ends") == 1, seconds=60)
    for process in (second, first):
        process.terminate()

    assert [first.wait(60), second.wait(30)] == [0, 0]
    assert notes("starts") == 1


def test_worker_is_at_work_while_the_lock_is_held(tmp_path, monkeypatch):
    monkeypatch.setattr("portal.worker.LOCK", tmp_path / "worker.lock")

    with the_only_worker():
        inside = is_at_work()

    assert (inside, is_at_work()) == (True, False)


@pytest.mark.parametrize(
    ("takes", "status"), [(1, TaskResultStatus.READY), (MAX_TAKES, TaskResultStatus.FAILED)], ids=["once", "too often"]
)
def test_a_task_that_lost_its_worker(db, takes, status):
    result = wait_for_leave.enqueue("/nowhere")
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING, worker_ids=["a worker"] * takes)

    take_up_again()

    task = DBTaskResult.objects.get(id=result.id)
    assert task.status == status
    assert ("its worker was killed 3 times" in task.traceback) == (status == TaskResultStatus.FAILED)


def test_tasks_that_wait_or_are_done_are_left_alone(db):
    for status in (TaskResultStatus.READY, TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED):
        result = wait_for_leave.enqueue("/nowhere")
        DBTaskResult.objects.filter(id=result.id).update(status=status)

    take_up_again()

    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["FAILED", "READY", "SUCCESSFUL"]


def test_worker_publishes_what_is_due_at_the_set_time(a_portal):
    a_portal.run("""
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from procedures import actions
from procedures.models import ProcedureVersion
author, reviewer = (User.objects.create_user(name) for name in ("autora", "revisora"))
old = ProcedureVersion.objects.published().get(procedure__slug="permiso-anuncio")
draft = actions.start_version(of=old, author=author)
actions.submit(version=draft, by=author)
actions.approve(version=draft, by=reviewer, publish_at=timezone.now() + timedelta(seconds=3))
""")
    states = """
from procedures.models import ProcedureVersion
versions = ProcedureVersion.objects.filter(procedure__slug="permiso-anuncio")
print(sorted(versions.values_list("number", "state")))
"""
    before = a_portal.run(states)
    worker = a_portal.start("worker")
    wait_until(lambda: "(2, 'published')" in a_portal.run(states), seconds=60)
    worker.terminate()

    assert worker.wait(60) == 0
    assert before == "[(1, 'published'), (2, 'approved')]"
    assert a_portal.run(states) == "[(1, 'retired'), (2, 'published')]"
