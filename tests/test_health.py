"""Liveness and readiness."""

import fcntl
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from portal import health, worker


@pytest.fixture
def data_folder(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(worker, "LOCK", tmp_path / "worker.lock")
    return tmp_path


@contextmanager
def a_worker_in(folder):
    with (folder / "worker.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_waiting_task(minutes):
    task = DBTaskResult.objects.create(
        task_path="x", backend_name="default", run_after=get_date_max(), args_kwargs={"args": [], "kwargs": {}}
    )
    DBTaskResult.objects.filter(pk=task.pk).update(enqueued_at=timezone.now() - timedelta(minutes=minutes))


def test_health_answers_without_the_database(client):
    # No database mark: a query would fail the test.
    response = client.get("/salud/")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.django_db
def test_ready_says_ok_for_every_check(client, data_folder):
    with a_worker_in(data_folder):
        response = client.get("/salud/lista/")
    assert response.json() == {
        "status": "ok",
        "checks": {"database": "ok", "migrations": "ok", "data_folder": "ok", "worker": "ok", "tasks": "ok"},
    }
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_ready_says_that_no_worker_runs(client, data_folder):
    response = client.get("/salud/lista/")
    assert response.status_code == 503
    assert response.json()["checks"]["worker"] == "not running"


@pytest.mark.django_db
def test_ready_does_not_take_the_lock_from_a_worker_that_starts(client, data_folder):
    client.get("/salud/lista/")
    with (data_folder / "worker.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.django_db
def test_ready_says_that_tasks_wait_too_long(client, data_folder):
    make_waiting_task(minutes=31)
    make_waiting_task(minutes=29)
    with a_worker_in(data_folder):
        response = client.get("/salud/lista/")
    assert response.status_code == 503
    assert response.json()["checks"]["tasks"] == "1 waiting for more than 30 minutes"


@pytest.mark.django_db
def test_ready_says_that_the_data_folder_is_gone(client, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "gone"
    response = client.get("/salud/lista/")
    assert response.status_code == 503
    assert response.json()["checks"]["data_folder"] == "FileNotFoundError"


@pytest.mark.django_db
def test_ready_says_that_the_disk_is_full(client, data_folder, monkeypatch):
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: SimpleNamespace(free=5_000_000))
    with a_worker_in(data_folder):
        response = client.get("/salud/lista/")
    assert response.status_code == 503
    assert response.json()["checks"]["data_folder"] == "5 MB free"


@pytest.mark.django_db
def test_ready_says_that_migrations_are_missing(client, data_folder):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'portal'")
    with a_worker_in(data_folder):
        response = client.get("/salud/lista/")
    assert response.status_code == 503
    assert "not applied" in response.json()["checks"]["migrations"]


def test_ready_says_that_the_database_does_not_answer(client, data_folder):
    # No database mark: every query fails, as it does where there is no database.
    response = client.get("/salud/lista/")
    assert response.status_code == 503
    checks = response.json()["checks"]
    assert checks["data_folder"] == "ok"
    assert checks["database"] != "ok"
    assert str(settings.BASE_DIR) not in response.content.decode()


@pytest.mark.parametrize("path", ["/salud/", "/salud/lista/"])
def test_health_takes_reading_only(client, path):
    assert client.post(path).status_code == 405
