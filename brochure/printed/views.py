"""Where the QR code of a printed record leads: its page, with a plain note of what is different from the paper."""

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from brochure.models import Edition
from brochure.printed.changes import changes
from brochure.printed.models import PrintedRecord
from brochure.printed.snapshot import sections_of
from brochure.sheets import procedure_sheet, program_sheet
from brochure.templatetags.print import ARTICLES
from procedures.views import procedure_page, procedure_to_read, program_page, program_to_read

NOTE = "brochure/printed/note.html"


@require_safe
def printed_procedure(request, slug, key):
    version = procedure_to_read(slug)
    return procedure_page(request, version, **since_print(version, key, procedure_sheet))


@require_safe
def printed_program(request, slug, key):
    version = program_to_read(slug)
    return program_page(request, version, **since_print(version, key, program_sheet))


def since_print(version, key, make_sheet):
    """What the page of a record gets more when it is opened from a print with that key, known or not."""
    printed = PrintedRecord.objects.of(version).filter(key=key).first()
    if printed is None:
        return {"notice": NOTE, "key": key}
    with translation.override(printed.language):
        now = sections_now(make_sheet(version, timezone.localdate()))
    return {
        "notice": NOTE,
        "printed": printed,
        "changes": changes(printed.sections, now),
        "editions": Edition.objects.published().filter(printings__record=printed),
    }


def sections_now(sheet):
    """What would be printed of a Sheet, in the active language."""
    return sections_of(render_to_string(ARTICLES[sheet.version.IDENTITY], {"sheet": sheet, "level": 1}))
