"""A third language is added by settings: a copy of the project is told of it, makes its columns and serves it."""

import os
import shutil
import subprocess
import sys

import pytest

from procedures import words
from tests.installation import PROJECT, Installation

SIGN_IN = """
from django.test import Client
from django.test.utils import setup_test_environment
from django.contrib.auth.models import User
from procedures.models import Institution
setup_test_environment()
staff = User.objects.create_superuser("ana")
client = Client(headers={"host": "localhost"}); client.force_login(staff)
"""
TRANSLATE = (
    SIGN_IN
    + """
unit = Institution.objects.first()
page = f"/admin/procedures/translatedtext/desk/tar/procedures.institution/{unit.pk}/"
shown = client.get(page).context["form"]
lines = {line.name: line for line in shown.lines}
name = lines["name"]
answer = client.post(page, {f"text-{name.key}": "Rarámuri nakurí", f"seen-{name.key}": name.seen})
page = client.get(f"/tar/instituciones/{unit.slug}/").content.decode()
unit.refresh_from_db()
print(answer.status_code, unit.name_tar, sep="|")
print('<html lang="es">' in page, '<span lang="tar">Rarámuri nakurí</span>' in page, "no están en Rarámuri" in page)
for address in ("/tar/", "/tar/tramites/", "/tar/apoyos/", "/tar/ruta/plan/?giro=taqueria", "/tar/glosario/",
                "/tar/tramites/licencia-de-funcionamiento/", "/tar/buscar/?q=licencia", "/tar/dialogo/", "/tar/admin/",
                "/admin/procedures/institution/add/", "/admin/procedures/translatedtext/desk/tar/"):
    print(client.get(address).status_code, address)
from portal import search
search.rebuild()
print("found" if "licencia" in client.get("/tar/buscar/?q=licencia").content.decode().lower() else "not found")
"""
)


@pytest.fixture
def copy(tmp_path):
    """A copy of the project, whose tree may be written to, with an empty database."""
    kept = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", "tests", "docs")
    project = shutil.copytree(PROJECT, tmp_path / "project", ignore=kept)
    return project, Installation.without_data(tmp_path / "portal")


def manage(copy, *arguments):
    project, installation = copy
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=project,
        env=installation.environment
        | {"PORTAL_LANGUAGES": "es,en,tar=Rarámuri", "PORTAL_DEBUG": "1", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_third_language_is_added_by_a_setting_and_falls_back_honestly(copy):
    manage(copy, "makemigrations", "--name", "language_tar")
    manage(copy, "migrate", "--verbosity", "0")
    manage(copy, "load_fixtures")
    said = manage(copy, "shell", "--verbosity", "0", "--command", TRANSLATE).splitlines()
    assert said[0] == "302|Rarámuri nakurí"
    assert said[1] == "True True True"
    assert [line.split()[0] for line in said[2:-1]] == ["200"] * 11
    assert said[-1] == "found"


@pytest.mark.parametrize(
    ("value", "said"),
    [("en,es", "must begin with es"), ("es,xx", "write xx=Name")],
)
def test_languages_that_can_not_be_are_refused_in_words(value, said):
    environment = {"PATH": os.environ["PATH"], "PORTAL_LANGUAGES": value}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert said in done.stderr


def test_words_of_a_language_without_stemmer_stay_whole():
    assert words.stems(["licencias"], "tar") == ["licencias"]
    assert words.stems(["licencias"], "es") != ["licencias"]
