"""Editions are rendered in the background worker; the admin says how far they are."""

from django.contrib.auth import get_user_model
from django.tasks import task
from django_tasks_db.models import DBTaskResult

from brochure.actions import render_edition
from brochure.models import Edition
from procedures.trail.acting import acting


@task
def publish_edition(number, by=None):
    """Renders and publishes an edition. Taken up again after a killed worker: nothing is published twice.

    Args:
        by: key of the user who asked for it.
    """
    with acting(get_user_model().objects.filter(pk=by).first()):
        render_edition(edition=Edition.objects.get(number=number))


def last_task(number):
    """The newest task row that renders this edition, or None if none was ever asked for."""
    rows = DBTaskResult.objects.filter(task_path=publish_edition.module_path, args_kwargs__args=[number])
    return rows.order_by("-enqueued_at").first()
