"""What the background worker does of an import. Taken up again after a killed worker, nothing is done twice."""

from django.tasks import task
from django.utils import timezone

from procedures.exchange import runs
from procedures.models import Import


@task
def check_import(run_id):
    """The dry run of an import; files of long ago make room for it."""
    runs.tidy_up(now=timezone.now())
    runs.work(run_id, Import.State.CHECKING, runs.check)


@task
def apply_import(run_id):
    """The import itself: one transaction, so that a killed worker leaves nothing half-imported."""
    runs.work(run_id, Import.State.APPLYING, runs.apply)
