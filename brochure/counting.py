"""Downloads of the editions' files, counted per file and day: nothing is known of who they were."""

import logging

from django.db import Error
from django.db.models import F
from django.utils import timezone

from brochure.models import DownloadCount
from procedures.hurry import in_a_hurry

logger = logging.getLogger(__name__)


def count_download(request, response, file):
    """Counts an EditionFile that was sent from its beginning; whatever goes wrong, the download goes on.

    A part of it that begins later is the rest of a broken download and was counted before.
    """
    if request.method != "GET" or not begins_at_the_start(response):
        return
    day = timezone.localdate()
    try:
        with in_a_hurry():
            counts = DownloadCount.objects.filter(file=file, day=day)
            if not counts.update(times=F("times") + 1):
                # Of two readers at the same moment the second one finds the first one's row.
                DownloadCount.objects.bulk_create([DownloadCount(file=file, day=day)], ignore_conflicts=True)
                counts.update(times=F("times") + 1)
    except Error as error:
        logger.warning("A download was not counted: %s", error)


def begins_at_the_start(response):
    if response.status_code == 206:
        return response.headers["Content-Range"].startswith("bytes 0-")
    return response.status_code == 200
