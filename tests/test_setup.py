import re

import pytest

from tests.installation import Installation

RENAME = """
from procedures import frozen
from procedures.models import ProcedureVersion
version = ProcedureVersion.objects.filter(procedure__slug="licencia-de-funcionamiento")
with frozen.lifted():
    version.update(name_es="Escrito por el personal")
"""
NAME = """
from procedures.models import ProcedureVersion
print(ProcedureVersion.objects.get(procedure__slug="licencia-de-funcionamiento").name_es)
"""
COUNTS = """
from brochure.models import Edition
from django.contrib.auth import get_user_model
from procedures.models import Institution, Procedure, Program
print([model.objects.count() for model in (Institution, Procedure, Program, Edition, get_user_model())])
"""


@pytest.fixture
def empty(tmp_path):
    """A portal of which there is nothing yet."""
    return Installation.without_data(tmp_path)


def test_setup_says_what_it_does_step_by_step(installed):
    steps = [line.split(":")[0] for line in installed.said.splitlines() if not line.startswith(" ")]

    assert steps == [
        "Database",
        "Roles",
        "Records",
        "Edition 1",
        "Edition 1 is published",
        "Search",
        "Static files",
        "Administrator",
    ]


def test_setup_loads_the_records_and_renders_the_first_edition(a_portal):
    assert a_portal.run(COUNTS) == "[43, 43, 24, 1, 1]"


def test_setup_makes_an_administrator_with_the_password_it_shows(a_portal):
    check = (
        "from django.contrib.auth import get_user_model as users; "
        f"print(users().objects.get(username='admin').check_password({a_portal.password!r}))"
    )

    assert len(a_portal.password) >= 16
    assert a_portal.run(check) == "True"


def test_setup_run_again_keeps_what_staff_have_edited_and_says_so(a_portal):
    a_portal.run(RENAME)
    before = a_portal.run(COUNTS)

    status, said = a_portal.manage("setup")

    assert status == 0
    assert "nothing that staff have edited was changed" in said
    assert "Administrator: there" in said
    assert "password" not in said
    assert a_portal.run(NAME) == "Escrito por el personal"
    assert a_portal.run(COUNTS) == before


@pytest.mark.parametrize("command", ["setup", "serve", "worker"])
@pytest.mark.parametrize(
    ("environment", "advice"),
    [
        ({"DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/none"}, "check DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://u:secret@host:port/none"}, "DATABASE_URL can't be read"),
        ({"DATABASE_URL": "postgress://u:secret@host/none"}, "DATABASE_URL can't be read"),
        ({"PORTAL_DATA_DIR": "/dev/null/portal"}, "set PORTAL_DATA_DIR to one that can"),
        ({"PORT": "eight"}, "PORT must be a number"),
    ],
    ids=["unreachable database", "unreadable port", "unknown scheme", "unwritable folder", "no port"],
)
def test_what_is_missing_is_said_in_one_line(empty, command, environment, advice):
    status, said = empty.manage(command, **environment)

    assert status == 1
    assert re.fullmatch(rf"[^\n]*{advice}[^\n]*\n", said)
    assert "secret" not in said


def test_a_missing_pdf_library_is_said_in_one_line(empty, tmp_path):
    (tmp_path / "weasyprint.py").write_text("print('advice')\nraise OSError('cannot load libpango-1.0-0')")

    status, said = empty.manage("setup", PYTHONPATH=str(tmp_path))

    assert status == 1
    assert re.fullmatch(r"[^\n]*libpango-1.0-0\): apt-get install libpango[^\n]*\n", said)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_what_is_not_set_up_is_said_in_one_line(empty, command):
    status, said = empty.manage(command)

    assert status == 1
    assert re.fullmatch(r"[^\n]*run manage.py setup first[^\n]*\n", said)
