"""An import from upload to end. Its file lies in the data folder until it is removed after some days."""

import csv
import datetime
import hashlib
import json
import os
from contextlib import contextmanager, suppress
from itertools import batched, islice
from pathlib import PurePosixPath

from django.conf import settings
from django.db import DatabaseError, transaction
from django.tasks import TaskResultStatus
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from procedures.actions import IllegalMove
from procedures.exchange import applying, cells, loading, planning
from procedures.exchange.mapping import MAPPABLE, SYNONYMS, Mapping, guess
from procedures.exchange.reading import MAX_BYTES, ExchangeError, open_sheets
from procedures.exchange.spool import spool
from procedures.exchange.tables import file_names, header_of
from procedures.models import Import, ImportRow
from procedures.trail.acting import acting

State = Import.State

# Days that a file and what was said of its rows are kept; the import itself stays in the list.
KEPT_DAYS = 30

SAMPLES = 25


class NothingImported(Exception):
    """The import is refused as a whole; the message says why."""


def folder():
    path = settings.DATA_DIR / "imports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def path_of(run):
    return folder() / f"{run.pk}.file"


def bring(*, file, name, by):
    """Keeps an uploaded file as a new Import, which waits for its mapping or to be checked.

    Args:
        file: open binary file.

    Raises:
        ExchangeError: no table can be read from it; nothing is kept then.
    """
    name = PurePosixPath(name.replace("\\", "/")).name[-200:]
    fresh = folder() / f"{os.getpid()}-{timezone.now().timestamp()}.new"
    try:
        digest, size = keep(file, fresh)
        ours = is_ours(fresh, name)
        run = Import.objects.create(
            by=by,
            file_name=name,
            sha256=digest,
            size=size,
            mapping=None if ours else {},
            language=translation.get_language() or settings.LANGUAGE_CODE,
        )
        fresh.rename(path_of(run))
    finally:
        fresh.unlink(missing_ok=True)
    return run


def keep(file, path):
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as kept:
        while block := file.read(1 << 20):
            size += len(block)
            if size > MAX_BYTES:
                raise ExchangeError(_("The file is larger than %(limit)d MB.") % {"limit": MAX_BYTES // 1024**2})
            digest.update(block)
            kept.write(block)
    return digest.hexdigest(), size


def is_ours(path, name):
    return loading.read_ours(open_sheets(path, name)) is not None


def sheets_of(run):
    """The sheets of an import's file.

    Raises:
        ExchangeError: the file was removed, or can't be read.
    """
    if not path_of(run).exists():
        raise ExchangeError(_("The file is no longer kept: bring it again."))
    return open_sheets(path_of(run), run.file_name)


def look(run, *, sheet="", table=""):
    """What a person who names the columns needs to see: `{sheets, sheet, header, rows, guess}`; rows are samples."""
    sheets = sheets_of(run)
    chosen = next((item for item in sheets if item.name == sheet), sheets[0])
    headed = loading.with_header(chosen, known_names())
    texts = (loading.named_cells(headed, row) for row in islice(headed.rows, SAMPLES))
    rows = [row for row in texts if isinstance(row, dict)]
    return {
        "sheets": [item.name for item in sheets],
        "sheet": chosen.name,
        "header": headed.header,
        "rows": rows,
        "guess": guess(headed.header, rows, table if table in MAPPABLE else ""),
    }


def known_names():
    """Folded names by which a header is recognised: ours and those of other registries."""
    ours = {column for name in file_names() for column in header_of(name)}
    return frozenset(cells.fold(form) for forms in [*SYNONYMS.values(), *ours] for form in forms.split("|"))


@contextmanager
def spooled(run):
    """The rows of the import's file in a Spool, while the block lasts."""
    with spool() as rows:
        fill(rows, sheets_of(run), run.mapping, removes_html=run.removes_html)
        yield rows


def fill(rows, sheets, mapping, *, removes_html=False):
    """Puts the rows of the sheets into a Spool: of our own columns, or as the mapping (JSON) says.

    Raises:
        ExchangeError: the columns are not ours and there is no mapping, or it does not fit.
    """
    if mapping:
        chosen = Mapping.from_json(mapping)
        sheet = next((item for item in sheets if item.name == chosen.sheet), sheets[0])
        known = frozenset(map(cells.fold, chosen.columns))
        loading.spool_foreign(loading.with_header(sheet, known), chosen, rows)
        return
    found = loading.read_ours(sheets)
    if found is None:
        raise ExchangeError(_("Its columns are not those of our tables: name them first."))
    order = file_names()
    found.sort(key=lambda pair: order.index(pair[0]))
    loading.spool_ours(found, rows, removes_html=removes_html)


def check(run, progress=lambda done, total: None):
    """The dry run: says of every row what would become of it, and writes nothing else."""
    verdict = Verdict(run)
    with spooled(run) as rows, transaction.atomic():
        planning.plan(rows, user=run.by, start=verdict.start(rows), take=verdict.take, progress=progress)
        verdict.finish()
        run.state, run.message = State.CHECKED, ""
        run.save()


def apply(run, progress=lambda done, total: None):
    """Imports what the dry run showed, all or nothing.

    Raises:
        NothingImported: rows are refused and the person did not choose to leave them out.
        PlanChanged: the portal's data are no longer what they were when the dry run was made.
    """
    if run.refused and not run.only_good:
        raise NothingImported(first_refusal(run))
    verdict = Verdict(run)
    sources = {run.mapping["source_url"]: run.mapping["source_title"]} if run.mapping else {}
    with spooled(run) as rows:
        # Before the transaction: while it lasts nobody else writes.
        without = planning.plan(rows, user=run.by) if run.refused else frozenset()
        with transaction.atomic():
            applying.let_no_one_else_write()
            shown = run.fingerprint
            verdict.start(rows)()
            made = applying.carry_out(
                rows, user=run.by, without=without, file_name=run.file_name, sources=sources, progress=progress
            )
            for change, row in made:
                verdict.take(change, row)
            verdict.finish()
            if run.fingerprint != shown:
                raise PlanChanged
            run.state, run.finished_at, run.message = State.DONE, timezone.now(), ""
            run.save()


class PlanChanged(Exception):
    """The data changed between the dry run and the import."""


class Fingerprint:
    """A digest of all that a dry run says."""

    def start(self, rows):
        self.digest = hashlib.sha256()
        self.add(planning.unreadable(rows))

    def add(self, entries):
        for entry in entries:
            said = [entry.table, entry.sheet, entry.number, entry.key, entry.outcome, entry.changes, entry.reasons]
            self.digest.update(json.dumps(said).encode())

    @property
    def text(self):
        return self.digest.hexdigest()


class Verdict:
    """Writes what is said of each row, a batch at a time, with counts and fingerprint."""

    def __init__(self, run):
        self.run = run
        self.fingerprint = Fingerprint()

    def start(self, rows):
        """A callable that takes back what an earlier pass said and begins with the rows that can't be read."""

        def begin():
            self.run.rows.all().delete()
            self.waiting = []
            self.counts = dict.fromkeys(ImportRow.Outcome.values, 0)
            self.fingerprint.start(rows)
            self._say(planning.unreadable(rows), "")

        return begin

    def take(self, change, row=None):
        self.fingerprint.add(change.entries)
        self._say(change.entries, f"{row._meta.model_name}/{row.pk}" if row else "")

    def _say(self, entries, record):
        for entry in entries:
            self.counts[entry.outcome] += 1
            self.waiting.append(
                ImportRow(
                    run=self.run,
                    table=entry.table,
                    sheet=entry.sheet,
                    number=entry.number,
                    key=entry.key[:500],
                    outcome=entry.outcome,
                    changes=entry.changes,
                    reasons=entry.reasons,
                    record=record,
                )
            )
        if len(self.waiting) >= 200:
            self._flush()

    def _flush(self):
        ImportRow.objects.bulk_create(self.waiting)
        self.waiting = []

    def finish(self):
        self._flush()
        for outcome, count in self.counts.items():
            setattr(self.run, outcome, count)
        self.run.fingerprint = self.fingerprint.text


def first_refusal(run):
    row = run.rows.filter(outcome=ImportRow.Outcome.REFUSED).first()
    place = {"row": row.number, "sheet": row.sheet or run.file_name, "reason": "; ".join(row.reasons)}
    return _("Nothing was imported. Row %(row)d of “%(sheet)s”: %(reason)s") % place


def write_refused(run, file):
    """Writes the refused rows as a CSV file, in its own columns where it was a single table, each with its reasons."""
    refused = {(row.sheet, row.number): row for row in run.rows.filter(outcome=ImportRow.Outcome.REFUSED)}
    writer = csv.writer(file)
    file.write("\ufeff")
    for sheet in sheets_of(run):
        headed = loading.with_header(sheet, known_names())
        if any(name == sheet.name for name, _number in refused):
            aside = [loading.ASIDE + text for text in (_("sheet"), _("row"), _("reasons"))]
            writer.writerow([*aside, *headed.header])
            for row in headed.rows:
                if said := refused.get((sheet.name, row.number)):
                    texts = [cells.defuse(cells.arm(text)) for text in row.cells]
                    writer.writerow([sheet.name, row.number, "; ".join(said.reasons), *texts])


# The steps as the staff and the worker take them


def ask_for_check(run):
    """Hands a file whose columns are known to the worker."""
    from procedures.exchange.tasks import check_import

    _move(run, State.CHECKING)
    check_import.enqueue(run.pk)


def ask_for_import(run, *, only_good=False):
    from procedures.exchange.tasks import apply_import

    run.only_good = only_good
    _move(run, State.APPLYING)
    apply_import.enqueue(run.pk)


def _move(run, state):
    run.state = state
    run.message = ""
    run.save()
    progress_path(run).unlink(missing_ok=True)


def end(run, state, message=""):
    run.state, run.message, run.finished_at = state, message, timezone.now()
    run.save()


def work(run_id, state, act):
    """Does one step of an import in the worker, unless it was done already; what went wrong is told on its page."""
    run = Import.objects.select_related("by").filter(pk=run_id, state=state).first()
    if run is None:
        return
    try:
        with acting(run.by), translation.override(run.language):
            act(run, Progress(run))
    except (PlanChanged, DatabaseError, IllegalMove) as error:
        show_again(Import.objects.select_related("by").get(pk=run_id), error)
    except (ExchangeError, NothingImported) as error:
        end(Import.objects.get(pk=run_id), State.FAILED, str(error))
    finally:
        progress_path(run).unlink(missing_ok=True)


def show_again(run, error):
    """What could not be carried out is checked anew: somebody changed the portal's data, or the database refuses it."""
    shown = run.fingerprint
    try:
        check(run)
    except ExchangeError as fault:
        return end(run, State.FAILED, str(fault))
    if run.fingerprint == shown:
        return end(run, State.FAILED, _("Nothing was imported. The database says: %s") % str(error).strip()[:500])
    run.message = _("The portal's data changed after the dry run: look at it again before you import.")
    run.save(update_fields=["message"])


def notice_failure(run):
    """Ends an import whose task the worker gave up: nothing else would tell that it waits in vain."""
    tasks = DBTaskResult.objects.filter(task_path__startswith="procedures.exchange.tasks.", args_kwargs__args=[run.pk])
    newest = tasks.order_by("-enqueued_at").first()
    if run.is_at_work and newest and newest.status == TaskResultStatus.FAILED:
        end(
            run,
            State.FAILED,
            _("Nothing was imported: the background worker gave up (%s).") % newest.exception_class_path,
        )


def progress_path(run):
    return folder() / f"{run.pk}.progress"


class Progress:
    """Says in a file how far a step is: inside its one transaction the database can't tell anybody."""

    def __init__(self, run):
        self.path = progress_path(run)

    def __call__(self, done, total):
        self.path.write_text(f"{done} {total}")


def progress_of(run):
    """`(done, total)` of the step that is under way, or None before it begins."""
    with suppress(OSError, ValueError):
        done, total = map(int, progress_path(run).read_text().split())
        return done, total
    return None


def tidy_up(*, now):
    """Removes files and row lists of imports older than KEPT_DAYS; those left waiting are discarded."""
    old = Import.objects.filter(created_at__lt=now - datetime.timedelta(days=KEPT_DAYS))
    old.filter(state__in=Import.WAITING).update(state=State.DISCARDED, finished_at=now)
    old = old.exclude(state__in=Import.AT_WORK)
    ImportRow.objects.filter(run__in=old).delete()
    for batch in batched(old, 100):
        for run in batch:
            path_of(run).unlink(missing_ok=True)
