"""Keeping what was printed, so that whoever holds the paper can be told what has changed since."""

from django.db import transaction

from brochure.printed.models import PrintedRecord, Printing


@transaction.atomic
def keep(sheets, *, edition=None):
    """Keeps what the `article` tag has rendered of these Sheets; what is kept already stays as it is.

    Args:
        edition: the draft Edition whose sheets they are, in one language and on one paper.
    """
    printed = [sheet.printed for sheet in sheets if sheet.printed]
    PrintedRecord.objects.bulk_create(printed, ignore_conflicts=True)
    if edition:
        printings = [Printing(edition=edition, record=record) for record in printed]
        Printing.objects.bulk_create(printings, ignore_conflicts=True)
