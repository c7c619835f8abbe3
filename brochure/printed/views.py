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


@require_safe
def printed_procedure(request, slug, key):
    version = procedure_to_read(slug)
    sheet = procedure_sheet(version, timezone.localdate())
    return procedure_page(request, version, **since_print(sheet, key))


@require_safe
def printed_program(request, slug, key):
    version = program_to_read(slug)
    sheet = program_sheet(version, timezone.localdate())
    return program_page(request, version, **since_print(sheet, key))


def since_print(sheet, key):
    """What the page of a record gets more when it is opened from a print with that key, known or not."""
    printed = PrintedRecord.objects.of(sheet.version).filter(key=key).first()
    return {
        "notice": "brochure/printed/note.html",
        "key": key,
        "printed": printed,
        "changes": changes(printed.sections, sections_now(sheet, printed.language)) if printed else [],
        "editions": Edition.objects.published().filter(printings__record=key) if printed else [],
    }


def sections_now(sheet, language):
    """What would be printed of a Sheet in that language."""
    with translation.override(language):
        return sections_of(render_to_string(ARTICLES[sheet.version.IDENTITY], {"sheet": sheet, "level": 1}))
