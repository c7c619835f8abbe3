"""An edition from composing to publishing: what it holds, that it is published once and never changes."""

import hashlib
import os
import signal
import time

import pytest
from django.db import IntegrityError, transaction

from brochure.actions import NothingToPrint, compose_edition, publish, render_edition, unfinished_edition
from brochure.models import Edition, EditionFile, EditionItem
from procedures.models import ProcedureVersion, ProgramVersion, VersionState
from tests.editions import TITLES, published_edition, rendered
from tests.factories import clear_catalogue, make_procedure, make_program
from tests.installation import wait_until

# What is left of the real records fills a little more than ten pages.
FEWER_RECORDS = """
from django.utils import timezone
from procedures.models import ProcedureVersion, ProgramVersion
for versions, left in ((ProcedureVersion.objects.published(), 14), (ProgramVersion.objects.published(), 2)):
    gone = [version.pk for version in versions[left:]]
    versions.filter(pk__in=gone).update(state="retired", retired_at=timezone.now())
"""


@pytest.fixture(autouse=True)
def editions_folder(settings, tmp_path):
    settings.EDITIONS_DIR = tmp_path / "editions"
    return settings.EDITIONS_DIR


def test_compose_edition_holds_every_published_version_along_the_road(db):
    edition = compose_edition(**TITLES)
    items = list(edition.items.for_contents())
    procedures = [item.procedure_version for item in items[:43]]
    programs = [item.program_version for item in items[43:]]
    assert set(procedures) == set(ProcedureVersion.objects.published())
    assert set(programs) == set(ProgramVersion.objects.published())
    assert len(items) == 67
    stages = [version.stage.position for version in procedures]
    assert stages == sorted(stages)
    kinds = [ProgramVersion.Kind.values.index(version.kind) for version in programs]
    assert kinds == sorted(kinds)


def test_compose_edition_leaves_out_drafts_and_retired_versions(db):
    clear_catalogue()
    published = make_procedure("uno")
    make_procedure("dos", state=VersionState.DRAFT, published_at=None)
    make_program("tres")
    edition = compose_edition(**TITLES)
    assert [str(item) for item in edition.items.all()] == [str(published), str(ProgramVersion.objects.get())]


def test_compose_edition_numbers_editions_from_one_on(db):
    assert [compose_edition(**TITLES).number for _ in range(3)] == [1, 2, 3]


def test_compose_edition_refuses_an_empty_one(db):
    clear_catalogue()
    with pytest.raises(NothingToPrint):
        compose_edition(**TITLES)
    assert Edition.objects.count() == 0


def test_render_edition_publishes_measured_files_in_both_languages(db, editions_folder):
    clear_catalogue()
    make_procedure("uno", requirements=2, fees=1)
    make_program("dos")
    lines = []
    edition = render_edition(edition=compose_edition(**TITLES), progress=lines.append)
    assert edition.published_at
    assert [file.language for file in edition.files.all()] == ["es", "en"]
    for file in edition.files.all():
        content = (editions_folder / file.path).read_bytes()
        assert content.startswith(b"%PDF-1.7")
        assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert file.pages > 3
        assert f"{file.language}: {file.pages} pages, 0.1 MB" in lines
    assert sorted(path.name for path in (editions_folder / "1").iterdir()) == ["en.pdf", "es.pdf"]


def test_render_edition_does_nothing_to_a_published_one(db, editions_folder):
    edition = published_edition(b"%PDF as it was")
    lines = []
    assert render_edition(edition=edition, progress=lines.append) == edition
    assert lines == []
    assert (editions_folder / "1/es.pdf").read_bytes() == b"%PDF as it was"


def test_publish_keeps_the_files_of_whoever_was_first(db, editions_folder):
    edition = compose_edition(**TITLES)
    first, second = ([rendered(edition, language, content) for language in ("es", "en")] for content in (b"1", b"2"))
    publish(edition=edition, rendered=first)
    publish(edition=edition, rendered=second)
    assert (editions_folder / "1/es.pdf").read_bytes() == b"1"
    assert EditionFile.objects.count() == 2
    assert {file.sha256 for file in EditionFile.objects.all()} == {hashlib.sha256(b"1").hexdigest()}


@pytest.mark.parametrize(
    "change",
    [
        lambda edition: Edition.objects.filter(pk=edition.pk).update(title_es="Otra"),
        lambda edition: Edition.objects.filter(pk=edition.pk).update(published_at=None),
        lambda edition: edition.delete(),
        lambda edition: Edition.objects.filter(pk=edition.pk)._raw_delete("default"),
        lambda edition: edition.items.update(position=1000),
        lambda edition: edition.items.all()[0].delete(),
        lambda edition: EditionItem.objects.create(
            edition=edition, position=999, program_version=ProgramVersion.objects.get(program__slug="nuevo")
        ),
        lambda edition: edition.files.update(sha256="0" * 64),
        lambda edition: edition.files.all()[0].delete(),
        lambda edition: EditionFile.objects.create(
            edition=edition, language="fr", path="1/fr.pdf", pages=1, bytes=1, sha256="0" * 64
        ),
        lambda edition: EditionItem.objects.exclude(edition=edition).update(edition=edition),
    ],
)
def test_published_edition_refuses_every_change(db, change):
    clear_catalogue()
    make_procedure("uno")
    edition = published_edition()
    make_program("nuevo")
    EditionItem.objects.create(
        edition=Edition.objects.create(number=2, title_es="Borrador"),
        position=7,
        program_version=ProgramVersion.objects.get(program__slug="nuevo"),
    )
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        change(edition)
    edition.refresh_from_db()
    assert (edition.title_es, edition.items.count(), edition.files.count()) == ("Guía de prueba", 1, 2)


def test_draft_edition_can_still_change_and_go(db):
    edition = compose_edition(**TITLES)
    edition.title_es = "Otra"
    edition.save()
    edition.items.all()[0].delete()
    edition.delete()
    assert Edition.objects.count() == 0


def test_unfinished_edition_is_one_that_no_person_composed_and_that_is_still_true(db, django_user_model):
    somebody = django_user_model.objects.create_user("alguien")
    compose_edition(**TITLES, by=somebody)
    assert unfinished_edition() is None
    edition = compose_edition(**TITLES)
    assert unfinished_edition() == edition
    make_procedure("nuevo")
    assert unfinished_edition() is None


def test_killed_publishing_is_finished_by_the_next_run_once(a_portal):
    """The real command, killed with -9 while it lays out pages."""
    a_portal.run(FEWER_RECORDS)
    number = int(a_portal.run("from brochure.models import Edition; print(Edition.objects.count())")) + 1
    process = a_portal.start("publish_edition")
    wait_until(lambda: "page 10" in a_portal.log("publish_edition"), seconds=120)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait(30) == -signal.SIGKILL
    folder = a_portal.data / "editions" / str(number)
    assert list(folder.glob("*.pdf")) == []
    assert "published" not in a_portal.log("publish_edition")
    status, output = a_portal.manage("publish_edition")
    assert (status, output.splitlines()[-1]) == (0, f"Edition {number} is published")
    time.sleep(1)
    facts = a_portal.run(
        "from brochure.models import *; "
        "print(Edition.objects.count(), Edition.objects.published().count(), "
        f"*(f.sha256 for f in EditionFile.objects.filter(edition__number={number})))"
    ).split()
    assert facts[:2] == [str(number), str(number)]
    assert facts[2:] == [
        hashlib.sha256((folder / f"{language}.pdf").read_bytes()).hexdigest() for language in ("es", "en")
    ]


def test_publish_edition_if_none_leaves_a_published_one_alone(a_portal):
    before = a_portal.run("from brochure.models import Edition; print(Edition.objects.published().count())")
    if before == "0":
        assert a_portal.manage("publish_edition")[0] == 0
    status, output = a_portal.manage("publish_edition", "--if-none")
    assert (status, output.strip()) == (0, "Edition 1 is published")


@pytest.fixture
def without_pango(tmp_path):
    """PYTHONPATH on which weasyprint is found but can't load its system libraries, as it says it itself."""
    folder = tmp_path / "without-pango"
    folder.mkdir()
    (folder / "weasyprint.py").write_text(
        'print("-----\\nWeasyPrint could not import some external libraries.\\n-----")\n'
        "raise OSError(\"cannot load library 'libpango-1.0-0': no such file\\nand more\")\n"
    )
    return str(folder)


def test_publish_edition_without_pdf_library_says_what_to_install_in_one_line(a_portal, without_pango):
    status, output = a_portal.manage("publish_edition", PYTHONPATH=without_pango)
    assert status == 1
    assert output.splitlines()[-1].startswith("CommandError: PDFs can't be made here (cannot load library")
    assert output.strip().endswith("apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-inter")
    assert "Traceback" not in output


def test_sheet_without_pdf_library_answers_503_with_a_page_that_prints(a_portal, without_pango):
    status, output = a_portal.manage(
        "shell",
        "--verbosity=0",
        "--command",
        "from django.test import Client; r = Client().get('/tramites/sare-apertura-rapida.pdf'); "
        "print(r.status_code, r['Content-Type'], r['Cache-Control']); print(r.content.decode())",
        PYTHONPATH=without_pango,
    )
    assert status == 0
    assert "503 text/html; charset=utf-8 private, no-store" in output
    assert '<a class="button" href="/tramites/sare-apertura-rapida/">' in output
    assert "Por ahora no se puede hacer el PDF" in output
