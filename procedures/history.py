"""Lines in the history of a record, as the admin shows it."""

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils import translation
from django.utils.translation import gettext as _


def log(version, by, message, action=CHANGE, **values):
    """A line in the record's history, in the language of the house: who reads it later is not who wrote it."""
    with translation.override(settings.LANGUAGE_CODE):
        text = (_(message) % values).strip()
        LogEntry.objects.log_actions(by.pk, [version], action, change_message=text)
