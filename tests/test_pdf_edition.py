"""The complete edition, rendered once in both languages: what it says is what the database says, record by record."""

import io
import re
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from pypdf import PdfReader

from brochure import pdf
from brochure.actions import compose_edition, edition_html
from brochure.contents import edition_contents
from procedures import display
from procedures.models import ProcedureVersion, ProgramVersion
from tests.pdf_reading import bookmarks, elements, fonts, squeezed, text_of, verdict

pytestmark = pytest.mark.django_db  # the fixture alone would not have the database made

LANGUAGES = ["es", "en"]


@dataclass
class Printed:
    """An edition in one language, with what was printed and what it reads like."""

    language: str
    contents: dict
    content: bytes
    pages: int

    def __post_init__(self):
        self.reader = PdfReader(io.BytesIO(self.content))
        self.text = text_of(self.reader)

    @property
    def sheets(self):
        chapters = [*self.contents["chapters"], *self.contents["supports"]]
        return [sheet for chapter in chapters for sheet in chapter.sheets]

    def texts(self):
        """The text of each record, in order: [(Sheet, squeezed text)].

        A record's head holds the address of its page, printed once in the edition.
        """
        starts, position = [], 0
        for sheet in self.sheets:
            position = self.text.index(squeezed(display.address(address(sheet.version))), position)
            starts.append(self.text.rindex(squeezed(sheet.version.name), 0, position))
        ends = [*starts[1:], len(self.text)]
        return [(sheet, self.text[start:end]) for sheet, start, end in zip(self.sheets, starts, ends, strict=True)]


def address(version):
    return f"{settings.PORTAL_URL}{version.get_absolute_url()}"


@pytest.fixture(scope="module")
def editions(django_db_setup, django_db_blocker, tmp_path_factory):
    """{language: Printed}: laid out in a process of its own, as the real ones are."""
    printed = {}
    with django_db_blocker.unblock(), transaction.atomic():
        edition = compose_edition(title_es="Guía de trámites", title_en="Guide to procedures")
        date = timezone.localdate()
        for language in LANGUAGES:
            path = tmp_path_factory.mktemp("edition") / f"{language}.pdf"
            pages = pdf.write_in_child(edition_html(edition, language, date), path)
            with translation.override(language):
                contents = edition_contents(edition, date)
                printed[language] = Printed(language, contents, path.read_bytes(), pages)
        transaction.set_rollback(True)
    return printed


@pytest.fixture(params=LANGUAGES)
def printed(request, editions):
    with translation.override(request.param):
        yield editions[request.param]


def fee_words(sheet):
    for fee in sheet.version.fees.all():
        yield from (display.fee_amount(fee, sheet.uma), fee.concept, fee.note, fee.article)
        yield from (fee.instrument and fee.instrument.name, fee.get_assurance_display().capitalize())
        yield from (date and date_format(date, "DATE_FORMAT") for date in (fee.valid_from, fee.valid_to))


def time_words(version):
    yield display.duration(version.response_value, version.response_unit)
    yield display.duration(version.validity_value, version.validity_unit)
    yield from (version.response_text, version.validity_text)
    for step in version.steps.all():
        yield from (step.title, step.text, display.duration(step.duration_value, step.duration_unit))


def document_words(version):
    for row in version.requirements.all():
        yield from (row.text, row.note, row.signed_by, display.copies(row.originals, row.copies, row.is_certified))
        yield row.document and row.document.name
        for issuer in row.document.issuers if row.document else ():
            yield issuer.name if issuer != version else ""
    for document in version.results.all():
        yield document.name


def office_words(offices):
    for office in offices:
        yield from (office.name, office.unit, office.address, office.hours_note, office.note, *office.phone_list)
        yield from display.opening_hours(office.hours.all())


def procedure_words(sheet):
    """Every figure, document, place and doubt that a procedure's record in the database holds."""
    version = sheet.version
    yield from (version.name, version.purpose, version.who, version.cases, version.result_note)
    yield from (version.redress, version.inspection, version.procedure.homoclave)
    yield version.institution.name if version.institution else version.provider
    yield display.cost(version.fees.all(), sheet.uma)
    yield from fee_words(sheet)
    yield from time_words(version)
    yield from document_words(version)
    yield from office_words(version.offices.all())
    yield from version.good_to_know_lines
    yield from (other.name for other in [*sheet.opens, *sheet.bundled, *sheet.windows])
    for citation in version.citations.all():
        yield from (citation.instrument.name, citation.article, citation.note)
    yield from trust_words(sheet)


def program_words(sheet):
    version = sheet.version
    calls = version.program.calls.all()
    yield from (version.name, version.who, version.amount_note, version.place, version.institution.name)
    yield display.amount_range(version.amount_minimum, version.amount_maximum)
    yield display.program_status(version.status, calls, sheet.date)
    yield from (*version.benefit_lines, *version.how_to_apply_lines, *version.good_to_know_lines)
    yield from (audience.name for audience in version.audiences.all())
    yield from (document.name for document in version.documents.all())
    yield from version.contact_phone_list
    yield from office_words([*version.offices.all(), *([version.contact_office] if version.contact_office else [])])
    for call in calls:
        yield call.label
        yield from (date and date_format(date, "DATE_FORMAT") for date in (call.opens, call.closes))
    yield from trust_words(sheet)


def trust_words(sheet):
    yield from sheet.gaps
    yield display.address(address(sheet.version))
    yield from (display.address(source.url) for source in sheet.version.sources.all())


@pytest.mark.parametrize(
    ("model", "words_of", "count"), [(ProcedureVersion, procedure_words, 43), (ProgramVersion, program_words, 24)]
)
def test_edition_says_of_every_record_what_the_database_says(printed, model, words_of, count):
    texts = [(sheet, text) for sheet, text in printed.texts() if isinstance(sheet.version, model)]
    visited = 0
    for sheet, text in texts:
        words = [word for word in words_of(sheet) if word]
        lost = [word for word in words if squeezed(word) not in text]
        assert lost == [], f"{sheet.version.name} ({printed.language})"
        visited += len(words)
    assert len(texts) == count
    assert visited > 10 * count


def test_edition_prints_no_amount_that_its_record_does_not_hold(printed):
    amounts = 0
    for sheet, text in printed.texts():
        held = squeezed(
            " ".join(
                filter(
                    None,
                    {
                        **dict.fromkeys(
                            procedure_words(sheet)
                            if isinstance(sheet.version, ProcedureVersion)
                            else program_words(sheet)
                        )
                    },
                )
            )
        )
        for amount in re.findall(r"\$[\d,]+\.\d\dMXN", text):
            assert amount in held, f"{amount} in {sheet.version.name}"
            amounts += 1
    assert amounts > 30


def test_edition_is_valid_pdf_ua(printed):
    assert verdict(printed.content) == []


def test_edition_is_tagged_titled_and_in_its_language(printed):
    document, tagged = elements(io.BytesIO(printed.content))
    root = document.Root
    assert str(root.Lang) == printed.language
    assert bool(root.MarkInfo.Marked)
    assert str(document.docinfo.Title) == printed.contents["edition"].title
    tags = [tag for tag, _element in tagged]
    assert tags.count("/H1") == 1
    assert tags.count("/H3") == 67 + 1  # every record, and one in "how to use"
    assert tags.count("/Table") > 67


def test_every_picture_of_the_edition_has_its_words(printed):
    """One QR code on the cover and one per record, announced with the address that it opens."""
    _document, tagged = elements(io.BytesIO(printed.content))
    alternatives = [str(element.get("/Alt", "")) for tag, element in tagged if tag == "/Figure"]
    expected = [address(printed.contents["edition"]), *(address(sheet.version) for sheet in printed.sheets)]
    assert len(alternatives) == 68
    assert [words.split()[-1] for words in alternatives] == expected


def test_every_font_of_the_edition_is_embedded(printed):
    embedded = fonts(printed.reader)
    assert len(embedded) > 1
    for name, descriptor in embedded.items():
        assert {"/FontFile2", "/FontFile3"} & set(descriptor), name


def test_contents_name_the_page_on_which_each_record_stands(printed):
    starts = {title: number for level, title, number in bookmarks(printed.reader) if level == 2}
    first_chapter = next(number for level, _title, number in bookmarks(printed.reader) if level == 1 and number > 3)
    lines = "\n".join(page.extract_text() for page in printed.reader.pages[2 : first_chapter - 1])
    named = {
        squeezed(name).rstrip("."): int(number)
        for name, number in re.findall(r"^(.+?(?:\n.+?)?)[\s.]+(\d+)[ \t]*$", lines, re.MULTILINE)
    }
    for sheet in printed.sheets:
        assert named[squeezed(sheet.version.name)] == starts[sheet.version.name], sheet.version.name
    assert len(starts) == 67


def test_bookmarks_lead_to_chapters_and_records(printed):
    found = bookmarks(printed.reader)
    chapters = [title for level, title, _page in found if level == 1]
    assert len(chapters) == 2 + len(printed.contents["chapters"]) + len(printed.contents["supports"]) + 3
    assert [title for level, title, _page in found if level == 2] == [sheet.version.name for sheet in printed.sheets]


def test_measured_pages_are_the_pages_of_the_file(printed):
    assert len(printed.reader.pages) == printed.pages
    assert 40 < printed.pages < 100
