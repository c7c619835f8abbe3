"""Search: what is found, how it is shown, what anybody may type, and that the index follows the records."""

import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone, translation

from brochure.models import Edition
from engagement.models import OfficialAnswer, Post, Thread
from portal import search
from portal.models import SearchEntry, SearchWord
from portal.search import upkeep
from portal.search.results import EXCERPT, cut, mark
from procedures.models import (
    BusinessType,
    Document,
    GlossaryTerm,
    ProcedureVersion,
    ProgramVersion,
    VersionState,
)
from procedures.signals import version_retired
from procedures.words import fold, sound, split_with_initials, stem
from tests.factories import both, clear_catalogue, make_document, make_institution, make_procedure

pytestmark = pytest.mark.django_db

Kind = SearchEntry.Kind


def found(text, language="es"):
    """(kind, title) of everything that is found, best first."""
    finding = search.find(search.parse(text, language))
    return [(result.entry.kind, result.entry.title) for result in finding.results(finding.ids())]


def first(text, language="es"):
    return found(text, language)[0]


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """`with committed():` runs at its end what a commit would have run."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


# Words


@pytest.mark.parametrize("form", ["Trámite", "TRÁMITE", "trámites", "tramites", "TRAMITES", "tra\u0301mite"])
def test_stem_is_one_for_all_forms(form):
    assert [stem(word, "es") for word in split_with_initials(form)] == ["tramit"]


def test_words_of_dotted_letters_stand_apart_and_together():
    assert split_with_initials("la e.firma y la S.A.S.") == [
        *["la", "e", "firma", "y", "la", "s", "a", "s"],
        *["la", "efirma", "y", "la", "sas"],
    ]


def test_fold_takes_accents_and_tildes():
    assert fold("COMPAÑÍA Übergröße") == "compania ubergrosse"


@pytest.mark.parametrize(
    ("wrong", "right"), [("lisensia", "licencia"), ("alcol", "alcohol"), ("serbesa", "cerveza"), ("keso", "queso")]
)
def test_sound_is_one_for_spellings_by_ear(wrong, right):
    assert sound(wrong).startswith(sound(right)[:3])


# What is found


def test_search_index_holds_every_public_record_in_both_languages():
    expected = {
        Kind.PROCEDURE: ProcedureVersion.objects.published().count(),
        Kind.PROGRAM: ProgramVersion.objects.published().count(),
        Kind.BUSINESS_TYPE: BusinessType.objects.count(),
        Kind.INSTITUTION: 43,
        Kind.OFFICE: 21,
        Kind.DOCUMENT: Document.objects.asked_for().count(),
        Kind.TERM: GlossaryTerm.objects.count(),
        Kind.COMMITMENT: 1,
        Kind.MILESTONE: 3,
    }
    assert expected[Kind.PROCEDURE] == 43
    assert expected[Kind.PROGRAM] == 24
    for language in ("es", "en"):
        entries = SearchEntry.objects.filter(language=language)
        assert {kind: entries.filter(kind=kind).count() for kind in expected} == expected


@pytest.mark.parametrize("text", ["tramites", "TRÁMITE", "trámite", "  Trámites  ", "tra\u0301mite"])
def test_search_finds_the_same_however_a_word_is_written(text):
    results = found(text)
    assert results == found("tramite")
    assert sum(kind == Kind.PROCEDURE for kind, _title in results) == 43


@pytest.mark.parametrize(
    ("text", "kind", "title"),
    [
        ("licencia de funcionamiento", Kind.PROCEDURE, "Licencia de funcionamiento"),
        ("uso de suelo", Kind.PROCEDURE, "Licencia de uso de suelo"),
        ("tacos", Kind.BUSINESS_TYPE, "Taquería"),  # an everyday synonym
        ("quiero abrir una taquería", Kind.BUSINESS_TYPE, "Taquería"),
        ("efirma", Kind.PROCEDURE, "e.firma, persona moral"),
        ("ddec", Kind.INSTITUTION, "Dirección de Desarrollo Económico y Competitividad"),
        ("722514", Kind.BUSINESS_TYPE, "Taquería"),  # its code
        ("Universidad de las Mujeres", Kind.PROGRAM, "Universidad de las Mujeres"),
    ],
)
def test_search_puts_first_what_a_reader_means(text, kind, title):
    assert first(text) == (kind, title)


def test_search_puts_first_the_commitment_with_the_code():
    assert [kind for kind, _title in found("mxchh0002")][:1] == [Kind.COMMITMENT]


def test_search_finds_english_texts_in_english():
    kind, title = first("operating licence", "en")
    assert kind == Kind.PROCEDURE
    assert title.startswith("Operating licence")


def test_search_in_english_finds_the_spanish_names_of_forms_and_permits():
    kind, title = first("licencia de funcionamiento", "en")
    assert kind == Kind.PROCEDURE
    assert title.startswith("Operating licence")


def test_search_finds_by_a_glossary_alias():
    term = GlossaryTerm.objects.get(slug="uma")
    assert (Kind.TERM, term.term) in found("Unidad de Medida y Actualización")


def test_search_takes_the_last_word_for_a_beginning():
    assert first("licencia funcionam") == (Kind.PROCEDURE, "Licencia de funcionamiento")
    assert not search.find(search.parse("funcionam licencia", "es")).every_word


def test_search_wants_every_word_and_says_when_it_settles_for_some():
    every = search.find(search.parse("licencia sanitaria", "es"))
    some = search.find(search.parse("licencia astronauta", "es"))
    assert every.every_word
    assert not some.every_word
    assert len(some.matches) > 0


def test_search_of_nothing_finds_nothing_without_a_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert search.find(search.parse(" ¿? ", "es")).matches == []


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("lisensia de alcol", "licencia de alcohol"),
        ("taqueira", "taquería"),
        ("Tramties", "trámites"),
        ("licencia sanitarai", "licencia sanitaria"),
        ("licencia", ""),
        ("xyzxyz", ""),
    ],
)
def test_search_suggests_a_spelling_that_finds_something(text, suggestion):
    assert search.find(search.parse(text, "es")).suggestion == suggestion


def test_search_counts_kinds_and_keeps_the_order_within_one():
    finding = search.find(search.parse("alcohol", "es"))
    assert sum(count for _kind, count in finding.counts) == len(finding.matches)
    for kind, count in finding.counts:
        assert finding.ids(kind) == [pk for pk, of in finding.matches if of == kind]
        assert len(finding.ids(kind)) == count


# What is shown


def test_mark_marks_whole_words_and_escapes_everything():
    query = search.parse('licencia "alert', "es")
    assert mark("<b>Licencias</b> & <script>alert(1)</script>", query) == (
        "&lt;b&gt;<mark>Licencias</mark>&lt;/b&gt; &amp; &lt;script&gt;<mark>alert</mark>(1)&lt;/script&gt;"
    )


def test_cut_shows_the_word_that_was_looked_for():
    text = "palabra " * 100 + "alcohol " + "palabra " * 100
    shown = cut(text, search.parse("alcohol", "es"))
    assert "alcohol" in shown
    assert shown.startswith("… palabra")
    assert shown.endswith("palabra …")
    assert len(shown) <= EXCERPT + 4


def test_cut_copes_with_a_text_without_blanks():
    assert len(cut("x" * 1000, search.parse("alcohol", "es"))) == EXCERPT + 2


def test_search_excerpt_is_the_passage_that_has_the_words():
    finding = search.find(search.parse("sare uso suelo dictamen", "es"))
    result = finding.results(finding.ids())[0]
    assert "<mark>" in result.excerpt


# The page


def test_search_page_shows_results_with_marks_kind_level_and_institution(client):
    content = client.get("/buscar/", {"q": "Licencia de funcionamiento"}).content.decode()
    assert "<h2>" in content
    assert "<mark>Licencia</mark> de <mark>funcionamiento</mark>" in content
    assert 'href="/tramites/licencia-de-funcionamiento/"' in content
    assert "Trámite" in content
    assert "municipal" in content
    assert 'name="robots" content="noindex"' in content


def test_search_page_in_english_links_to_english_pages(client):
    content = client.get("/en/buscar/", {"q": "operating licence"}).content.decode()
    assert 'href="/en/tramites/licencia-de-funcionamiento/"' in content


def test_search_page_without_words_shows_other_ways(client):
    content = client.get("/buscar/").content.decode()
    assert content.count("/tramites/?etapa=") == 6


def test_search_page_filters_by_kind(client):
    response = client.get("/buscar/", {"q": "alcohol", "tipo": "tramite"})
    kinds = {result.entry.kind for result in response.context["page"]}
    assert kinds == {Kind.PROCEDURE}
    assert 'aria-current="true"' in response.content.decode()


def test_search_page_says_that_a_kind_does_not_exist_and_shows_all(client):
    response = client.get("/buscar/", {"q": "alcohol", "tipo": "nada"})
    assert response.context["unknown_kind"]
    assert "Ese tipo de resultado no existe" in response.content.decode()


@pytest.mark.parametrize("number", ["0", "-1", "999", "x", "1.5", "", "９９", "9" * 500])
def test_search_page_says_that_a_page_does_not_exist(client, number):
    response = client.get("/buscar/", {"q": "tramite", "page": number})
    assert response.status_code == 200
    assert "Esa página de resultados no existe" in response.content.decode()


def test_search_pages_hold_every_result_once(client):
    seen = []
    for number in range(1, 4):
        page = client.get("/buscar/", {"q": "tramite", "page": number}).context["page"]
        seen += [result.entry.pk for result in page]
    assert page.paginator.num_pages == 3
    assert len(seen) == len(set(seen)) == page.paginator.count


def test_search_page_marks_a_text_without_translation_as_spanish(client, committed):
    with committed():
        make_document("zzpapel", name_es="Zzpapel", name_en="")
        make_procedure("zzpide", requirements=0).requirements.create(document=Document.objects.get(slug="zzpapel"))
    content = client.get("/en/buscar/", {"q": "zzpapel"}).content.decode()
    assert re.search(r'<li class="card[^>]* lang="es">\s*<h2><a[^>]*><mark>Zzpapel</mark>', content)


# Anything may be typed

NASTY = [
    'a"b',
    '"',
    "'",
    "*",
    "lic*",
    "-licencia",
    "licencia -alcohol",
    "licencia NEAR alcohol",
    "NEAR(licencia alcohol, 2)",
    "AND",
    "licencia AND",
    "OR OR OR",
    "NOT licencia",
    "title_stems:licencia",
    "{title_stems}:licencia",
    "^licencia",
    "((((",
    "licencia)",
    "licencia\x00alcohol",
    "\x00",
    "😀",
    "licencia 😀",
    "%",
    "100%",
    "_",
    "\\",
    "licencia\\",
    "a & b | c ! d <-> e",
    "licencia:*",
    "'; DROP TABLE portal_searchentry; --",
    "<script>alert(1)</script>",
    "北京 饭店",
    "ترخيص",
    "ﬁrma ½ ² Ⅷ",
    "İstanbul ẞ",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "a" * 10_000,
    "licencia " * 2_000,
    " ".join(f"palabra{n}" for n in range(200)),
    "de la los",
    "\r\n\t",
    "x\u0301\u0302\u0303" * 50,
]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_search_page_takes_anything(client, text):
    response = client.get("/buscar/", {"q": text})
    assert response.status_code == 200
    content = response.content.decode()
    assert "<script>" not in content
    assert "\x00" not in content
    assert "Buscar" in content


def test_search_page_takes_bytes_that_are_no_text(client):
    assert client.get("/buscar/?q=%ff%fe%00licencia").status_code == 200


def test_search_page_says_that_a_long_text_was_cut(client):
    response = client.get("/buscar/", {"q": "licencia " * 2_000})
    assert "Era mucho texto" in response.content.decode()
    assert len(response.context["page"].object_list) > 0


# Cost


@pytest.mark.parametrize("count", [1, 3])
def test_search_page_costs_three_queries(client, committed, django_assert_num_queries, count):
    with committed():
        for number in range(count):
            make_procedure(f"zzcosto-{number}", **both("name", "Zzcosto"))
    with django_assert_num_queries(3):  # is the last word known, matches, entries
        response = client.get("/buscar/", {"q": "zzcosto"})
    assert len(response.context["page"].object_list) == count


def test_search_page_without_results_costs_four_queries(client, django_assert_num_queries):
    with django_assert_num_queries(4):  # is the last word known, matches, vocabulary, stages
        client.get("/buscar/", {"q": "xyzxyz"})


@pytest.mark.parametrize("count", [1, 3])
def test_rebuild_costs_the_same_queries_for_any_number_of_procedures(committed, count):
    clear_catalogue()

    def cost():
        with connection.execute_wrapper(lambda run, *rest: (statements.append(1), run(*rest))[1]):
            search.rebuild()
        return len(statements)

    statements = []
    make_procedure("zzuno", requirements=2, steps=2, fees=2, citations=2, offices=2)
    one = cost()
    statements.clear()
    for number in range(count):
        make_procedure(f"zzmas-{number}", requirements=2, steps=2, fees=2, citations=2, offices=2)
    assert cost() <= one + 1  # one more batch of words at most


# The index follows the records


def test_index_follows_a_new_and_a_changed_record(committed):
    with committed():
        institution = make_institution("zzoficial", **both("name", "Zzoficial"))
    assert found("zzoficial") == [(Kind.INSTITUTION, "Zzoficial")]
    with committed():
        institution.name_es = "Zzcambiada"
        institution.save()
    assert found("zzoficial") == []
    assert found("zzcambiada") == [(Kind.INSTITUTION, "Zzcambiada")]


def test_index_forgets_a_deleted_record(committed):
    with committed():
        institution = make_institution("zzoficial", **both("name", "Zzoficial"))
    with committed():
        institution.delete()
    assert found("zzoficial") == []


def test_index_never_holds_what_is_not_public(committed):
    with committed():
        for state, dates in {
            "draft": {},
            "in_review": {"submitted_at": timezone.now()},
            "approved": {"approved_at": timezone.now()},
        }.items():
            make_procedure(f"zzoculto-{state}", state=state, published_at=None, **dates, **both("name", "Zzoculto"))
    assert found("zzoculto") == []
    search.rebuild()
    assert found("zzoculto") == []


def test_index_replaces_a_version_by_the_next_and_forgets_a_retired_one(committed):
    with committed():
        version = make_procedure("zzvida", **both("name", "Zzprimera"))
    with committed():
        version.state, version.retired_at = VersionState.RETIRED, timezone.now()
        version.save()
        second = make_procedure("zzvida", **both("name", "Zzsegunda"))
    assert found("zzprimera") == []
    assert found("zzsegunda") == [(Kind.PROCEDURE, "Zzsegunda")]
    # A move that sends the signal of the catalogue and no other is followed too.
    ProcedureVersion.objects.filter(pk=second.pk).update(state=VersionState.RETIRED, retired_at=timezone.now())
    with committed():
        version_retired.send(sender=ProcedureVersion, version=second)
    assert found("zzsegunda") == []


def test_index_follows_the_parts_of_a_procedure(committed):
    with committed():
        version = make_procedure("zzpartes", institution=make_institution("zzinst", **both("name", "Zzinst")))
    with committed():
        version.requirements.create(document=make_document("zzdoc", **both("name", "Zzdocumento")))
        step = version.steps.create(**both("title", "Zzpaso"))
    assert {kind for kind, _title in found("zzdocumento")} == {Kind.PROCEDURE, Kind.DOCUMENT}
    assert {kind for kind, _title in found("zzpaso")} == {Kind.PROCEDURE}
    assert {kind for kind, _title in found("zzinst")} == {Kind.PROCEDURE, Kind.INSTITUTION}
    with committed():
        step.delete()
    assert found("zzpaso") == []


def make_thread(state, **fields):
    return Thread.objects.create(
        title="Zztema", state=state, state_reason="Porque sí.", published_at=timezone.now(), **fields
    )


def test_index_holds_public_threads_with_their_answers_and_nothing_else_of_them(committed):
    with committed():
        thread = make_thread(Thread.State.OPEN)
        for state in Post.State:
            Post.objects.create(
                thread=thread, body=f"Zz{state}", author_name="Zznombre", state=state, state_reason="Porque sí."
            )
        OfficialAnswer.objects.create(thread=thread, institution=make_institution(), **both("body", "Zzrespuesta"))
    assert found("zztema") == found("zzpublished") == found("zzrespuesta") == [(Kind.THREAD, "Zztema")]
    assert [text for text in ("zzpending", "zzrejected", "zzwithdrawn", "zznombre") if found(text)] == []
    with committed():
        thread.state = Thread.State.WITHDRAWN
        thread.save()
    assert found("zztema") == []


@pytest.mark.parametrize("state", [Thread.State.PENDING, Thread.State.REJECTED, Thread.State.WITHDRAWN])
def test_index_leaves_out_threads_that_are_not_to_be_read(committed, state):
    with committed():
        make_thread(state)
    assert found("zztema") == []


def test_index_holds_published_editions_only(committed):
    with committed():
        now = timezone.now()
        Edition.objects.create(number=901, **both("title", "Zzedicion"), printed_on=now, published_at=now)
        Edition.objects.create(number=902, **both("title", "Zzborrador"))
    assert found("zzedicion") == [(Kind.EDITION, "Zzedicion")]
    assert found("zzborrador") == []


def test_index_of_one_record_needs_no_commit():
    institution = make_institution("zzoficial", **both("name", "Zzoficial"))
    search.index(institution)
    assert found("zzoficial") == [(Kind.INSTITUTION, "Zzoficial")]


def test_index_is_made_anew_once_when_a_transaction_touches_much(committed, monkeypatch):
    calls = []
    monkeypatch.setattr(upkeep, "MANY", 3)
    monkeypatch.setattr(upkeep, "rebuild", lambda: calls.append(1))
    with committed():
        for number in range(10):
            make_institution(f"zz-{number}")
    assert calls == [1]


def test_index_in_english_is_read_in_english_whatever_language_is_active():
    with translation.override("en"):
        search.rebuild()
    assert first("taquería") == (Kind.BUSINESS_TYPE, "Taquería")


def test_rebuild_counts_and_changes_nothing_when_nothing_changed():
    columns = [field.name for field in SearchEntry._meta.fields if field.name != "id"]
    before = list(SearchEntry.objects.order_by("kind", "key", "language").values_list(*columns))
    assert search.rebuild() == len(before) > 400
    assert list(SearchEntry.objects.order_by("kind", "key", "language").values_list(*columns)) == before
    assert SearchWord.objects.count() > 1_000


def test_rebuild_search_command_says_how_much_it_did(capsys):
    call_command("rebuild_search")
    assert capsys.readouterr().out == f"Search: {SearchEntry.objects.count()} entries\n"


def test_every_result_leads_to_a_page(client):
    """Each kind's first entries; a document's and a business type's address carry a query, an office's a fragment."""
    visited = 0
    for kind in Kind:
        for entry in SearchEntry.objects.filter(kind=kind).order_by("key")[:2]:
            assert client.get(entry.url).status_code == 200, entry.url
            visited += 1
    assert visited >= 18


def test_index_never_holds_staff_notes():
    institution = make_institution("zzoficial", **both("name", "Zzoficial"), staff_note="Zzinterna")
    search.index(institution)
    assert found("zzoficial") == [(Kind.INSTITUTION, "Zzoficial")]
    assert found("zzinterna") == []
