"""The complete edition, rendered once in both languages: what it says is what the database says, record by record."""

import io
import re
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext
from pypdf import PdfReader

from brochure import pdf
from brochure.actions import compose_edition, edition_html
from brochure.contents import edition_contents
from brochure.paperwork import that_fit
from brochure.volumes.child import DrawingProcess
from procedures import display
from procedures.models import ProcedureVersion, ProgramVersion
from tests.parity import figures, page_text
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

    def pages_of(self, title):
        """The numbers of the pages of the chapter with that title, up to where the next one begins."""
        chapters = [(name, number) for level, name, number in bookmarks(self.reader) if level == 1]
        place = next(place for place, (name, _number) in enumerate(chapters) if name == title)
        end = chapters[place + 1][1] if place + 1 < len(chapters) else self.pages + 1
        return list(range(chapters[place][1], end))

    def text_on(self, numbers):
        return "\n".join(self.reader.pages[number - 1].extract_text() for number in numbers)

    @property
    def starts(self):
        """{record's name: page on which it begins}."""
        return {title: number for level, title, number in bookmarks(self.reader) if level == 2}

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
            with translation.override(language):
                contents = edition_contents(edition, date) | {"paper": "letter"}
                html = pdf.render_html("brochure/edition.html", contents, language=language)
                assert html == edition_html(edition, language, date)
                with DrawingProcess() as process:
                    pages = process.draw(html, path)
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


def test_edition_has_every_figure_of_each_record_s_page(printed, client):
    compared = 0
    for sheet, text in printed.texts():
        found = figures(page_text(client, sheet.version.get_absolute_url()))
        assert [figure for figure in found if squeezed(figure) not in text] == [], sheet.version.name
        compared += len(found)
    assert compared > 400


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
    contents = printed.contents
    parts = [contents["all_year"], True, contents["desks"], contents["instruments"]]  # with a heading of their own
    assert tags.count("/H3") == 67 + 1 + len(contents["index"]) + len([part for part in parts if part])
    assert tags.count("/Table") > 67
    assert tags.count("/TH") > tags.count("/Table")


def test_every_picture_of_the_edition_has_its_words(printed):
    """QR codes are announced with the address that they open, the drawn road with what it shows."""
    _document, tagged = elements(io.BytesIO(printed.content))
    alternatives = [str(element.get("/Alt", "")) for tag, element in tagged if tag == "/Figure"]
    cover, drawing, *records, asking = alternatives
    assert cover.split()[-1] == address(printed.contents["edition"])
    assert [words.split()[-1] for words in records] == [
        f"{address(sheet.version)}impreso/{sheet.printed.key}/" for sheet in printed.sheets
    ]
    assert asking.split()[-1].endswith("/dialogo/nuevo/")
    assert len(records) == 67
    for chapter in printed.contents["chapters"]:
        assert chapter.stage.name in drawing
        assert chapter.sheets[0].version.name in drawing


def test_every_font_of_the_edition_is_embedded(printed):
    embedded = fonts(printed.reader)
    assert len(embedded) > 1
    for name, descriptor in embedded.items():
        assert {"/FontFile2", "/FontFile3"} & set(descriptor), name


def test_contents_name_the_page_on_which_each_record_stands(printed):
    lines = printed.text_on(printed.pages_of(gettext("Contents")))
    named = {
        re.sub(r"^\d+\.", "", squeezed(name)).rstrip("."): int(number)  # a record may carry its number in the edition
        for name, number in re.findall(r"^(.+?(?:\n.+?)?)[\s.]+(\d+)[ \t]*$", lines, re.MULTILINE)
    }
    for sheet in printed.sheets:
        assert named[squeezed(sheet.version.name)] == printed.starts[sheet.version.name], sheet.version.name
    assert len(printed.starts) == 67


def test_index_leads_from_each_word_to_the_pages_of_its_records(printed):
    text = squeezed(printed.text_on(printed.pages_of(gettext("Index of everyday words"))))
    entries = [entry for _letter, entries in printed.contents["index"] for entry in entries]
    for entry in entries:
        pages = ", ".join(str(printed.starts[sheet.version.name]) for sheet in entry.sheets)
        told = f"{entry.word} {pages}" if entry.sheets else f"{entry.word}: {pgettext('index', 'see')} {entry.see}"
        assert squeezed(told) in text, told
    assert len(entries) > 200


def test_documents_that_most_records_ask_for_stand_on_one_page(printed):
    numbers = printed.pages_of(gettext("Documents you will need"))
    text = squeezed(printed.text_on(numbers))
    rows = that_fit(printed.contents["paperwork"], "letter")
    assert len(numbers) == 1
    assert len(rows) > 6
    for row in rows:
        assert squeezed(row.document.name) in text
        for sheet in row.named:
            assert squeezed(f"{sheet.version.name} (p. {printed.starts[sheet.version.name]})") in text
        assert all(squeezed(words) in text for words in row.copies)


def test_bookmarks_lead_to_chapters_and_records(printed):
    found = bookmarks(printed.reader)
    chapters = [title for level, title, _page in found if level == 1]
    contents = printed.contents
    before, after = (
        ["How to use this brochure", "The road in one picture", "Contents", "Documents you will need"],
        [
            *("Institutions and offices", "Glossary", "Index of everyday words", "Where to ask"),
            "Sources and how sure we are",
        ],
    )
    assert chapters == [
        *map(gettext, before),
        *(chapter.stage.name for chapter in contents["chapters"]),
        gettext("Supports and open calls"),
        *(capfirst(group.label) for group in contents["supports"]),
        *map(gettext, after),
    ]
    assert [title for level, title, _page in found if level == 2] == [sheet.version.name for sheet in printed.sheets]


def test_no_heading_of_a_record_is_the_last_thing_on_its_page(printed):
    for sheet in printed.sheets:
        page = printed.starts[sheet.version.name]
        text = squeezed(printed.text_on([page]))
        assert squeezed(gettext("Cost" if sheet.version.IDENTITY == "procedure" else "Amount")) in text
        assert squeezed(display.address(address(sheet.version))) in text


def test_measured_pages_are_the_pages_of_the_file(printed):
    assert len(printed.reader.pages) == printed.pages
    assert 40 < printed.pages < 100
