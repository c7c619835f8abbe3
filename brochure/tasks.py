"""Editions are rendered in the background worker; the admin says how far they are."""

import logging

from django.contrib.auth import get_user_model
from django.tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from brochure.actions import DraftChanged
from brochure.models import Edition
from brochure.rendering import render_edition
from procedures.trail.acting import acting

logger = logging.getLogger(__name__)

AT_WORK = (TaskResultStatus.READY, TaskResultStatus.RUNNING)


@task
def draw_edition(pk, revision, by=None):
    """Renders one revision of a draft. Taken up again after a killed worker: what is whole is not drawn again.

    Args:
        by: key of the user who asked for it.
    """
    draft = Edition.objects.drafts().filter(pk=pk, revision=revision).first()
    if draft is None:
        return
    with acting(get_user_model().objects.filter(pk=by).first()):
        try:
            render_edition(edition=draft)
        except DraftChanged:
            logger.info("The draft %s was changed while it was drawn.", draft)


def last_task(edition):
    """The newest task row that renders this revision of a draft, or None if none was ever asked for."""
    rows = DBTaskResult.objects.filter(
        task_path=draw_edition.module_path, args_kwargs__args=[edition.pk, edition.revision]
    )
    return rows.order_by("-enqueued_at").first()
