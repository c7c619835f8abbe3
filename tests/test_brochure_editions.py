"""An edition from composing to publishing and withdrawing: what it holds, that it is published once, never changes."""

import hashlib
import os
import signal
import time

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone
from pypdf import PdfReader

from brochure import models, pdf, rendering
from brochure.actions import (
    DraftChanged,
    NothingToPrint,
    NotRendered,
    change_edition,
    compose_edition,
    is_up_to_date,
    publish_edition,
    unfinished_edition,
    withdraw_edition,
)
from brochure.models import Edition, EditionFile, EditionItem, Paper, Rendering
from brochure.rendering import keep_file, render_edition
from brochure.selection import key_of
from brochure.volumes import child
from procedures import frozen
from procedures.models import Institution, ProcedureVersion, ProgramVersion, Situation, Stage, VersionState
from tests.editions import TITLES, drawn, published_edition, rendered_edition
from tests.factories import clear_catalogue, make_institution, make_procedure, make_program
from tests.installation import wait_until
from tests.pdf_reading import pages_of

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


@pytest.fixture
def somebody(db, django_user_model):
    return django_user_model.objects.create_user("alguien")


def names_in(edition):
    return [str(item) for item in edition.items.all()]


# Composing


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
    assert names_in(edition) == [str(published), str(ProgramVersion.objects.get())]


def test_compose_edition_numbers_editions_from_one_on(db):
    assert [compose_edition(**TITLES).number for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "choice"),
    [
        ("stage", lambda: {"stage": Stage.objects.get(slug="operar")}),
        ("topic", lambda: {"topic": Situation.objects.get(slug="vende-alcohol")}),
        ("level", lambda: {"level": "municipal"}),
        ("institution", lambda: {"institution": make_institution("propia")}),
    ],
)
def test_compose_edition_takes_only_what_goes_with_its_kind(db, kind, choice):
    clear_catalogue()
    choice = choice()
    fits = {"level": "federal", **choice}
    topic = fits.pop("topic", None)
    one = make_procedure("uno", **fits)
    two = make_program("dos", **{name: value for name, value in fits.items() if name != "stage"})
    make_procedure("otro", level="state", stage=Stage.objects.get(slug="planear"))
    make_program("otro", level="state")
    if kind == "stage":
        two.stages.set([choice["stage"]])
    if topic:
        with frozen.lifted():
            one.any_of.add(topic)
            two.all_of.add(topic)
    edition = compose_edition(kind=kind, **TITLES, **choice)
    assert names_in(edition) == [str(one), str(two)]
    assert edition.subject


def test_compose_edition_of_an_institution_holds_what_its_units_do(db):
    clear_catalogue()
    whole = make_institution("direccion")
    unit = Institution.objects.create(slug="unidad", name_es="Unidad", level="municipal", parent=whole)
    version = make_procedure("uno", institution=unit)
    make_procedure("otro")
    assert names_in(compose_edition(kind="institution", institution=whole, **TITLES)) == [str(version)]


def test_compose_edition_holds_what_was_picked_in_reading_order(db):
    clear_catalogue()
    versions = [make_procedure("uno"), make_procedure("dos"), make_program("tres"), make_program("cuatro")]
    keys = [key_of(version) for version in versions]
    edition = compose_edition(kind="picked", picked=[keys[2], keys[0]], **TITLES)
    assert names_in(edition) == [str(versions[0]), str(versions[2])]


@pytest.mark.parametrize("kind", ["complete", "picked"])
def test_compose_edition_refuses_an_empty_one(db, kind):
    clear_catalogue()
    with pytest.raises(NothingToPrint):
        compose_edition(kind=kind, **TITLES)
    assert Edition.objects.count() == 0


def test_wanted_files_are_every_paper_and_one_for_screens_in_each_language(db):
    edition = compose_edition(**TITLES, languages="es en", papers="large letter")
    assert edition.wanted_files == [
        ("es", "letter"),
        ("en", "letter"),
        ("es", "large"),
        ("en", "large"),
        ("es", "screen"),
        ("en", "screen"),
    ]


def test_change_of_a_draft_brings_it_up_to_date_and_drops_its_files(
    db, editions_folder, django_capture_on_commit_callbacks
):
    clear_catalogue()
    make_procedure("uno")
    edition = rendered_edition()
    make_procedure("dos")
    assert not is_up_to_date(edition)
    edition.title_es = "Otro"
    with django_capture_on_commit_callbacks(execute=True):
        change_edition(edition=edition)
    edition.refresh_from_db()
    assert (edition.title_es, edition.items.count(), edition.revision, edition.printed_on) == ("Otro", 2, 2, None)
    assert is_up_to_date(edition)
    assert list(edition.files.all()) == []
    assert list((editions_folder / "1").iterdir()) == []


# Rendering


def test_render_edition_makes_measured_files_and_publishes_nothing(db, editions_folder):
    clear_catalogue()
    make_procedure("uno", requirements=2, fees=1)
    make_program("dos")
    edition = compose_edition(**TITLES)
    lines = []
    render_edition(edition=edition, progress=lines.append)
    edition.refresh_from_db()
    files = list(edition.files.all())
    assert [(file.language, file.paper) for file in files] == [
        ("es", "letter"),
        ("en", "letter"),
        ("es", "screen"),
        ("en", "screen"),
    ]
    for file in files:
        content = (editions_folder / file.path).read_bytes()
        assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert file.sha256[:16] in file.path
        if file.paper == Paper.LETTER:
            assert content.startswith(b"%PDF-1.7")
            assert file.pages > 3
        else:
            assert content.lstrip().startswith(b"<!doctype html>")
            assert file.pages is None
    assert sorted(path.name for path in (editions_folder / "1").iterdir()) == sorted(
        file.path.removeprefix("1/") for file in files
    )
    assert edition.is_rendered
    assert edition.published_at is None
    assert edition.printed_on == timezone.localdate()
    assert Rendering.objects.count() == 0
    assert len(lines) >= 4


def test_render_edition_makes_every_paper(db, editions_folder):
    clear_catalogue()
    make_procedure("uno", requirements=2)
    edition = compose_edition(**TITLES, languages="es", papers="letter booklet large")
    render_edition(edition=edition)
    widths = {file.paper: pdf_size(editions_folder / file.path) for file in edition.files.exclude(paper=Paper.SCREEN)}
    assert widths == {"letter": (612, 792), "booklet": (792, 612), "large": (612, 792)}
    assert {path.suffix for path in (editions_folder / "1").iterdir()} == {".pdf", ".html"}
    assert widths["booklet"] == (792, 612)
    assert edition.files.get(paper="booklet").pages % 2 == 0


def pdf_size(path):
    box = PdfReader(path).pages[0].mediabox
    return round(box.width), round(box.height)


def test_rendering_twice_from_the_same_versions_and_day_gives_the_same_text_and_pages(db, editions_folder):
    clear_catalogue()
    for n in range(3):
        make_procedure(f"numero-{n}", requirements=3, steps=2, fees=2)
    texts = []
    for _ in range(2):
        edition = compose_edition(**TITLES, languages="es")
        Edition.objects.filter(pk=edition.pk).update(number=7)
        edition.refresh_from_db()
        render_edition(edition=edition)
        files = {file.paper: (editions_folder / file.path).read_bytes() for file in edition.files.all()}
        texts.append((pages_of(files["letter"]), files["screen"]))
        edition.delete()
    assert len(texts[0][0]) > 3
    assert texts[0] == texts[1]


def test_files_that_are_whole_are_not_drawn_again(db, editions_folder, monkeypatch):
    clear_catalogue()
    make_procedure("uno")
    edition = compose_edition(**TITLES, languages="es")
    keep_file(edition, drawn(edition, "es", b"%PDF as it was"))
    render_edition(edition=edition)
    assert {file.paper for file in edition.files.all()} == {"letter", "screen"}
    kept = edition.files.get(paper="letter")
    assert (editions_folder / kept.path).read_bytes() == b"%PDF as it was"


def test_a_taken_up_rendering_keeps_its_day(db):
    clear_catalogue()
    make_procedure("uno")
    edition = compose_edition(**TITLES, languages="es")
    Edition.objects.filter(pk=edition.pk).update(printed_on="2026-01-02")
    render_edition(edition=edition)
    edition.refresh_from_db()
    assert str(edition.printed_on) == "2026-01-02"


def test_keep_file_keeps_the_file_of_whoever_was_first(db, editions_folder):
    edition = compose_edition(**TITLES)
    for content in (b"1", b"2"):
        keep_file(edition, drawn(edition, "es", content))
    file = edition.files.get()
    assert (editions_folder / file.path).read_bytes() == b"1"
    assert file.sha256 == hashlib.sha256(b"1").hexdigest()
    assert len(list((editions_folder / "1").iterdir())) == 1


def test_a_draft_that_changes_while_it_is_drawn_stops_that(db, editions_folder, monkeypatch):
    clear_catalogue()
    make_procedure("uno")
    edition = compose_edition(**TITLES)
    report, seen = rendering.Press.report, []

    def change_it(press):
        report(press)
        seen.append(Rendering.objects.get().drawing)
        change_edition(edition=Edition.objects.get())
        report(press)

    monkeypatch.setattr(rendering.Press, "report", change_it)
    with pytest.raises(DraftChanged):
        render_edition(edition=edition)
    assert [file["language"] for file in seen[0]] == ["es"]
    assert EditionFile.objects.count() == 0
    assert Rendering.objects.count() == 0
    assert list((editions_folder / "1").iterdir()) == []


def test_failed_file_leaves_the_whole_ones_and_no_half_one(db, editions_folder, monkeypatch):
    clear_catalogue()
    make_procedure("uno")
    edition = compose_edition(**TITLES)

    def fail(process, html, path, progress, *, folded):
        path.write_bytes(b"%PDF half")
        raise pdf.RenderFailed

    monkeypatch.setattr(child.DrawingProcess, "draw", fail)
    keep_file(edition, drawn(edition, "es", b"%PDF whole"))
    with pytest.raises(pdf.RenderFailed):
        render_edition(edition=edition)
    assert [file.language for file in edition.files.filter(paper="letter")] == ["es"]
    assert [path.read_bytes() for path in (editions_folder / "1").glob("*letter*")] == [b"%PDF whole"]
    with pytest.raises(NotRendered):
        publish_edition(edition=edition)


def test_only_files_for_paper_need_a_process(db, editions_folder, monkeypatch):
    clear_catalogue()
    make_procedure("uno")
    edition = compose_edition(**TITLES)
    for language, paper in edition.wanted_files:
        if paper != "screen":
            keep_file(edition, drawn(edition, language, b"%PDF whole", paper))
    monkeypatch.setattr(child, "DrawingProcess", None)
    render_edition(edition=edition)
    assert {file.language for file in edition.files.filter(paper="screen")} == {"es", "en"}


def test_leftovers_of_killed_runs_go_after_a_day_and_kept_files_stay(db, editions_folder):
    edition = rendered_edition()
    folder = editions_folder / "1"
    old = time.time() - 2 * rendering.DAY
    for name in ("es-letter-99.part", "es-letter-0123.pdf", *(file.path[2:] for file in edition.files.all())):
        (folder / name).touch()
        os.utime(folder / name, (old, old))
    (folder / "en-letter-98.part").touch()
    rendering.remove_leftovers(folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["en-letter-98.part", *(file.path[2:] for file in edition.files.all())]
    )


# Publishing and withdrawing


def test_publish_edition_freezes_it_and_records_the_ledger_of_a_complete_one(db):
    edition = publish_edition(edition=rendered_edition())
    assert edition.published_at
    assert edition.ledger.count() == 10
    stage = rendered_edition(kind="stage", stage=Stage.objects.first())
    assert publish_edition(edition=stage).ledger.count() == 0


def test_publish_edition_refuses_another_revision_and_publishes_once(db):
    edition = rendered_edition()
    with pytest.raises(DraftChanged):
        publish_edition(edition=edition, revision=7)
    once = publish_edition(edition=edition, revision=1).published_at
    assert publish_edition(edition=edition).published_at == once


def test_render_edition_refuses_a_published_one(db):
    with pytest.raises(DraftChanged):
        render_edition(edition=published_edition())


def test_withdraw_edition_is_done_once_and_for_good(somebody):
    edition = published_edition()
    assert withdraw_edition(edition=edition, reason_es="Un monto.", reason_en="An amount.", by=somebody)
    assert not withdraw_edition(edition=edition, reason_es="Otra.", reason_en="", by=somebody)
    edition.refresh_from_db()
    assert (edition.withdrawal_reason_es, edition.withdrawn_by) == ("Un monto.", somebody)
    assert list(Edition.objects.published()) == [edition]
    assert list(Edition.objects.offered()) == []
    assert edition.files.count() == 4


def test_withdraw_edition_leaves_drafts_alone(somebody):
    assert not withdraw_edition(edition=rendered_edition(), reason_es="No.", reason_en="", by=somebody)


PUBLISHED_CHANGES = [
    lambda edition: Edition.objects.filter(pk=edition.pk).update(title_es="Otra"),
    lambda edition: Edition.objects.filter(pk=edition.pk).update(foreword_en="Other"),
    lambda edition: Edition.objects.filter(pk=edition.pk).update(published_at=None),
    lambda edition: Edition.objects.filter(pk=edition.pk).update(revision=9),
    lambda edition: Edition.objects.filter(pk=edition.pk).update(
        title_es="Otra", withdrawn_at=timezone.now(), withdrawn_by=edition.created_by, withdrawal_reason_es="Sí."
    ),
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
]


@pytest.mark.parametrize("change", PUBLISHED_CHANGES)
def test_published_edition_refuses_every_change(somebody, change):
    clear_catalogue()
    make_procedure("uno")
    edition = published_edition(by=somebody)
    make_program("nuevo")
    EditionItem.objects.create(
        edition=Edition.objects.create(number=2, title_es="Borrador"),
        position=7,
        program_version=ProgramVersion.objects.get(program__slug="nuevo"),
    )
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        change(edition)
    edition.refresh_from_db()
    assert (edition.title_es, edition.items.count(), edition.files.count()) == ("Guía de prueba", 1, 4)
    assert edition.withdrawn_at is None


@pytest.mark.parametrize(
    "change",
    [
        {"withdrawal_reason_es": "Otra razón."},
        {"withdrawal_reason_en": "Another reason."},
        {"withdrawn_at": None, "withdrawn_by": None, "withdrawal_reason_es": ""},
        {"title_es": "Otra"},
    ],
)
def test_withdrawal_is_never_changed(somebody, change):
    edition = published_edition()
    withdraw_edition(edition=edition, reason_es="Un monto.", reason_en="", by=somebody)
    with pytest.raises(IntegrityError, match="edition_frozen"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(**change)


def test_draft_edition_can_still_change_and_go(db):
    edition = compose_edition(**TITLES)
    edition.title_es = "Otra"
    edition.save()
    edition.items.all()[0].delete()
    edition.delete()
    assert Edition.objects.count() == 0


def draft(**columns):
    return Edition.objects.create(**({"number": 1, "title_es": "Borrador"} | columns))


def item(edition=None, **columns):
    return EditionItem.objects.create(edition=edition or draft(), **({"position": 1} | columns))


def file(**columns):
    values = {"language": "es", "path": "1/es.pdf", "pages": 1, "bytes": 1, "sha256": "0" * 64}
    return EditionFile.objects.create(edition=draft(), **(values | columns))


def copy(row):
    row.pk = None
    row.save(force_insert=True)


def person():
    return get_user_model().objects.get_or_create(username="alguien")[0]


def version():
    return ProcedureVersion.objects.first()


def program():
    return ProgramVersion.objects.first()


WITHDRAWN = {"withdrawn_at": timezone.now(), "printed_on": "2026-01-01", "published_at": timezone.now()}

BROKEN = {
    "edition_choice_fits_kind": [
        lambda: draft(kind="anything"),
        lambda: draft(kind="stage"),
        lambda: draft(kind="topic", stage=Stage.objects.first()),
        lambda: draft(kind="level", level="galactic"),
        lambda: draft(kind="institution"),
        lambda: draft(stage=Stage.objects.first()),
        lambda: draft(kind="picked", level="municipal"),
        lambda: draft(kind="stage", stage=Stage.objects.first(), institution=Institution.objects.first()),
    ],
    "edition_languages_are_codes": [lambda: draft(languages=""), lambda: draft(languages="es, en")],
    "edition_papers_known": [lambda: draft(papers=""), lambda: draft(papers="letter screen")],
    "edition_published_was_printed": [lambda: draft(published_at=timezone.now())],
    "edition_withdrawn_with_reason": [
        lambda: draft(**WITHDRAWN, withdrawn_by=person(), withdrawal_reason_es=""),
        lambda: draft(**WITHDRAWN, withdrawn_by=person()),
        lambda: draft(**WITHDRAWN, withdrawal_reason_es="Sí."),
        lambda: draft(withdrawn_at=timezone.now(), withdrawn_by=person(), withdrawal_reason_es="Sí."),
        lambda: draft(withdrawal_reason_es="Sí."),
    ],
    "edition_item_position_once": [
        lambda: item(item(procedure_version=version()).edition, program_version=program()),
    ],
    "edition_holds_procedure_once": [
        lambda: item(item(procedure_version=version()).edition, position=2, procedure_version=version()),
    ],
    "edition_holds_program_once": [
        lambda: item(item(program_version=program()).edition, position=2, program_version=program()),
    ],
    "edition_item_is_one_record": [
        lambda: item(),
        lambda: item(procedure_version=version(), program_version=program()),
    ],
    "edition_file_once": [lambda: copy(file())],
    "edition_file_measured": [
        lambda: file(sha256="0"),
        lambda: file(bytes=0),
        lambda: file(pages=0),
        lambda: file(pages=None),
        lambda: file(paper="screen"),
        lambda: file(paper="napkin"),
    ],
    "rendering_files_in_order": [
        lambda: Rendering.objects.create(edition=draft(), files=0),
        lambda: Rendering.objects.create(edition=draft(), files=1, files_done=2),
    ],
    "download_count_once_a_day": [
        lambda: [models.DownloadCount.objects.create(file=row, day="2026-01-01") for row in [file()] * 2]
    ],
}


def test_every_constraint_of_editions_is_broken_here():
    own = (Edition, EditionItem, EditionFile, Rendering, models.DownloadCount)
    assert set(BROKEN) == {constraint.name for model in own for constraint in model._meta.constraints}
    assert len(BROKEN) > 10


@pytest.mark.parametrize(("name", "attempt"), [(name, attempt) for name, row in BROKEN.items() for attempt in row])
def test_constraint_of_editions_is_held_by_the_database(name, attempt, db):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        attempt()
    # SQLite names the columns of a unique constraint, not the constraint.
    assert name in str(refusal.value) or "UNIQUE constraint failed" in str(refusal.value)


# The command


def test_unfinished_edition_is_one_that_no_person_composed_and_that_is_still_true(somebody):
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
    assert "published" not in a_portal.log("publish_edition")
    status, output = a_portal.manage("publish_edition")
    assert (status, output.splitlines()[-1]) == (0, f"Edition {number} is published")
    facts = a_portal.run(
        "from brochure.models import *; "
        "print(Edition.objects.count(), Edition.objects.published().count(), "
        f"*(f'{{f.path}}={{f.sha256}}' for f in EditionFile.objects.filter(edition__number={number})))"
    ).split()
    assert facts[:2] == [str(number), str(number)]
    files = dict(fact.split("=") for fact in facts[2:])
    assert len(files) == 4
    assert files == {path: hashlib.sha256((folder.parent / path).read_bytes()).hexdigest() for path in files}


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


LARGE_EDITION = """
from brochure.actions import compose_edition
from brochure.selection import key_of, published_procedures
from brochure.tasks import draw_edition
from portal.bench.rows import write_catalogue
from portal.bench.synthetic import make_catalogue, situation_names
write_catalogue(make_catalogue(300, 20), situation_names(20))
picked = [key_of(version) for version in published_procedures().filter(procedure__slug__startswith="task-")]
edition = compose_edition(title_es="Trescientas", kind="picked", picked=picked, languages="es")
draw_edition.enqueue(edition.pk, edition.revision)
print(edition.pk, edition.number, edition.items.count())
"""
WAIT_FOR_PAGES = """
import time
from brochure.models import EditionFile, Rendering
end = time.monotonic() + 240
while time.monotonic() < end:
    row = Rendering.objects.filter(edition=%d).first()
    if row and row.files_done == 1 and row.pages > 20:
        break
    time.sleep(0.2)
print(row.pages, *EditionFile.objects.filter(edition=%d).values_list("path", "sha256").get())
"""
OUTCOME = """
from brochure.models import EditionFile
from django_tasks_db.models import DBTaskResult
task = DBTaskResult.objects.get()
print(task.status, len(task.worker_ids))
for file in EditionFile.objects.filter(edition=%d):
    print(file.paper, file.path, file.sha256, file.pages)
"""


def test_worker_killed_in_the_middle_of_300_records_finishes_them_once(a_portal):
    pk, number, count = map(int, a_portal.run(LARGE_EDITION).split())
    assert count == 300
    folder = a_portal.data / "editions" / str(number)
    killed = a_portal.start("worker")
    pages, screen, screen_hash = a_portal.run(WAIT_FOR_PAGES % (pk, pk)).split()
    killed.kill()
    killed.wait()
    assert int(pages) > 20
    assert list(folder.glob("*.pdf")) == []
    before = (folder.parent / screen).stat().st_mtime_ns

    worker = a_portal.start("worker")
    wait_until(lambda: list(folder.glob("*.pdf")), seconds=400)
    wait_until(lambda: "SUCCESSFUL" in a_portal.run(OUTCOME % pk), seconds=60)
    worker.terminate()
    assert worker.wait(60) == 0

    status, *files = a_portal.run(OUTCOME % pk).splitlines()
    assert status == "SUCCESSFUL 2"
    [letter, kept] = [line.split() for line in files]
    assert (letter[0], kept) == ("letter", ["screen", screen, screen_hash, "None"])
    assert (folder.parent / screen).stat().st_mtime_ns == before
    content = (folder.parent / letter[1]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == letter[2]
    assert len(PdfReader(folder.parent / letter[1]).pages) == int(letter[3])
    text = "".join(pages_of(content))
    assert sum(f"Trámitetask-{n}" in text for n in range(300)) == 300
    assert "taken up again" in a_portal.log("worker")
