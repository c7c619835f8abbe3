"""Editions are rendered in the background worker; the admin says how far they are."""

from django.tasks import task
from django_tasks_db.models import DBTaskResult

from brochure.actions import render_edition
from brochure.models import Edition


@task
def publish_edition(number):
    """Renders and publishes an edition. Taken up again after a killed worker: nothing is published twice."""
    render_edition(edition=Edition.objects.get(number=number))


def last_task(number):
    """The newest task row that renders this edition, or None if none was ever asked for."""
    rows = DBTaskResult.objects.filter(task_path=publish_edition.module_path, args_kwargs__args=[number])
    return rows.order_by("-enqueued_at").first()
