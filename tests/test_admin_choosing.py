"""How the staff choose records in the admin: few from a list, many by writing their names."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from procedures import actions, models
from procedures.admin.catalogues import SHORT, Catalogue
from tests.admin_forms import WRITING, form_data, signed_in
from tests.factories import make_document, make_procedure, make_program

ROWS = [
    (1, "acta", "Acta  constitutiva", "Articles of incorporation"),
    (2, "plano-1", "Plano", "Drawing"),
    (3, "plano-2", "Plano", ""),
    (4, "1", "Forma 32", "Form 32"),
    (5, "anexo", "Anexo [a]", "Annex"),
    (32, "numero", "4", "4"),
    (33, "termino", "Término", "Term"),
    (34, "termino-2", "Termino", "End"),
    (35, "sin-nombre", "", None),
]


@pytest.fixture
def catalogue():
    with override("es"):
        return Catalogue("document", ROWS)


@pytest.fixture
def ana(db):
    return signed_in("ana", *WRITING)


def make_draft(client, **parts):
    return actions.start_version(of=make_procedure(**parts), author=client.user)


def url(version):
    return reverse(f"admin:procedures_{version._meta.model_name}_change", args=[version.pk])


def opened(client, version):
    response = client.get(url(version))
    return form_data(response) | {"edit_base": response.context["edit_base"]}


def row_errors(response, prefix):
    formset = next(each.formset for each in response.context["inline_admin_formsets"] if each.formset.prefix == prefix)
    return formset.errors


# Names


def test_a_record_is_called_by_its_name_and_told_apart_by_its_slug(catalogue):
    assert list(catalogue.labels.values()) == [
        "Acta constitutiva",
        "Plano [plano-1]",
        "Plano [plano-2]",
        "Forma 32",
        "Anexo [a] [anexo]",
        "4",
        "Término",
        "Termino",
        "sin-nombre",
    ]


def test_each_label_leads_back_to_its_record(catalogue):
    assert {catalogue.read(label): key for key, label in catalogue.labels.items()} == {
        key: key for key in catalogue.labels
    }


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Acta constitutiva", "1"),
        ("  ACTA   constitutiva ", "1"),
        ("acta", "1"),
        ("articles of incorporation", "1"),
        ("Drawing", "2"),
        ("plano-2", "3"),
        ("Plano [PLANO-2]", "3"),
        ("4", "32"),  # a name, though another record has this key
        ("Termino", "34"),
        ("Plano", "?Plano"),  # two
        ("termino", "?termino"),  # two, apart from the accent
        ("32", "?32"),  # a key is no name
        ("Acta", "1"),
        ("Act", "?Act"),
        ("?", "??"),
        ("", ""),
        (None, ""),
        ("   ", ""),
        ("\x00", "?\x00"),
    ],
)
def test_what_is_typed_is_the_one_record_called_so_or_unknown(typed, key, catalogue):
    assert catalogue.read(typed) == key


@pytest.mark.parametrize("typed", ["Plano", "32", "?", "??4", "acta const"])
def test_an_unknown_text_is_shown_again_as_it_was_typed(typed, catalogue):
    assert catalogue.write(catalogue.read(typed)) == typed


def test_similar_names_have_all_words_of_the_text(catalogue):
    assert catalogue.similar("plán") == ["Plano [plano-1]", "Plano [plano-2]"]
    assert catalogue.similar("acta cons") == ["Acta constitutiva"]
    assert [catalogue.similar(text) for text in ("acta plano", "?", "")] == [[], [], []]


def test_names_are_those_of_the_language_and_fall_back_to_spanish():
    with override("en"):
        labels = Catalogue("document", ROWS).labels
    assert [labels[key] for key in ("1", "2", "3", "35")] == [
        "Articles of incorporation",
        "Drawing",
        "Plano",
        "sin-nombre",
    ]


def test_options_are_escaped():
    with override("es"):
        options = Catalogue("document", [(1, "x", "<b>\"A\" & 'B'</b>", ""), (2, "y", "C", "")]).options
    assert options == ('<option value="&lt;b&gt;&quot;A&quot; &amp; &#x27;B&#x27;&lt;/b&gt;"><option value="C">')


# One record


def test_a_document_is_chosen_by_its_name(ana):
    draft = make_draft(ana, requirements=1)
    make_document("acta-de-prueba", name_es="Acta de prueba", name_en="Test deed")
    data = opened(ana, draft)
    assert data["requirements-0-document"] == "Documento tramite-de-prueba-0"
    for typed in ("Acta de prueba", "acta de PRUEBA", "acta-de-prueba", "test deed"):
        draft.requirements.update(document=make_document("otro"))
        response = ana.post(url(draft), opened(ana, draft) | {"requirements-0-document": typed})
        assert (typed, response.status_code) == (typed, 302)
        assert draft.requirements.get().document.slug == "acta-de-prueba"


def test_a_new_row_is_written_with_a_name(ana):
    draft = make_draft(ana, requirements=1)
    make_document("acta-de-prueba", name_es="Acta de prueba")
    ana.post(url(draft), opened(ana, draft) | {"requirements-1-document": "Acta de prueba"})
    assert [row.document.slug for row in draft.requirements.all()] == ["tramite-de-prueba-0", "acta-de-prueba"]


def test_an_emptied_box_is_no_document(ana):
    draft = make_draft(ana, requirements=1)
    data = opened(ana, draft) | {"requirements-0-document": " ", "requirements-0-text_es": "Tener local"}
    assert ana.post(url(draft), data).status_code == 302
    assert draft.requirements.get().document is None


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("Zzzz <b>", "En la lista no hay nada que se llame «Zzzz &lt;b&gt;». Escribe una palabra del nombre"),
        ("Gemelo", "«Gemelo». ¿Es alguno de estos? Gemelo [gemelo-1] · Gemelo [gemelo-2]"),
        ("tramite-de-prueba", "¿Es alguno de estos? Documento tramite-de-prueba-0"),
        ("\x00", "En la lista no hay nada que se llame"),
    ],
)
def test_a_text_that_names_none_is_refused_beside_the_box_and_kept(typed, message, ana):
    draft = make_draft(ana, requirements=1)
    for slug in ("gemelo-1", "gemelo-2"):
        make_document(slug, name_es="Gemelo", name_en="")
    response = ana.post(url(draft), opened(ana, draft) | {"requirements-0-document": typed, "purpose_es": "Costó."})
    assert response.status_code == 200
    assert list(row_errors(response, "requirements")[0]) == ["document"]
    assert message in response.content.decode()
    again = form_data(response)
    assert (again["requirements-0-document"], again["purpose_es"]) == (typed, "Costó.")
    assert draft.requirements.get().document.slug == "tramite-de-prueba-0"


def test_the_key_of_a_record_is_not_its_name(ana):
    draft = make_draft(ana, requirements=1)
    other = make_document("otro-documento")
    response = ana.post(url(draft), opened(ana, draft) | {"requirements-0-document": str(other.pk)})
    assert list(row_errors(response, "requirements")[0]) == ["document"]
    make_document("digitos", name_es=str(other.pk), name_en="")
    assert ana.post(url(draft), opened(ana, draft) | {"requirements-0-document": str(other.pk)}).status_code == 302
    assert draft.requirements.get().document.slug == "digitos"


def test_names_that_two_have_are_offered_with_their_slugs(ana):
    draft = make_draft(ana, requirements=1)
    for slug in ("gemelo-1", "gemelo-2"):
        make_document(slug, name_es="Gemelo")
    assert '<option value="Gemelo [gemelo-2]">' in ana.get(url(draft)).content.decode()
    ana.post(url(draft), opened(ana, draft) | {"requirements-0-document": "Gemelo [gemelo-2]"})
    assert draft.requirements.get().document.slug == "gemelo-2"


def test_many_similar_names_are_cut_short(ana):
    draft = make_draft(ana, requirements=1)
    for number in range(7):
        make_document(f"serie-{number}", name_es=f"Serie {number}")
    response = ana.post(url(draft), opened(ana, draft) | {"requirements-0-document": "serie"})
    assert "Serie 4 · …" in response.content.decode()
    assert "Serie 5 ·" not in response.content.decode()


def test_the_english_page_names_the_records_in_english(ana):
    draft = make_draft(ana, requirements=1)
    response = ana.get(f"/en{url(draft)}")
    assert form_data(response)["requirements-0-document"] == "Documento tramite-de-prueba-0 (en)"
    assert '<option value="Documento tramite-de-prueba-0 (en)">' in response.content.decode()


def test_a_record_may_get_another_name_meanwhile(ana):
    """What the page showed is no name any more: the row says so, and nothing is lost."""
    draft = make_draft(ana, requirements=1)
    data = opened(ana, draft) | {"purpose_es": "Costó."}
    models.Document.objects.filter(slug="tramite-de-prueba-0").update(name_es="Otro nombre")
    response = ana.post(url(draft), data)
    assert list(row_errors(response, "requirements")[0]) == ["document"]
    assert form_data(response)["purpose_es"] == "Costó."


# Sets


def test_a_set_is_added_to_by_name_and_taken_from_by_its_ticks(ana):
    draft = make_draft(ana)
    one, two = make_document("uno", name_es="Documento uno"), make_document("dos", name_es="Documento dos")
    draft.results.set([one])
    data = opened(ana, draft)
    assert data["results"] == [one.pk]
    assert ana.post(url(draft), data | {"results-more": ["documento DOS", "", "Documento dos"]}).status_code == 302
    assert set(draft.results.all()) == {one, two}
    assert ana.post(url(draft), opened(ana, draft) | {"results": [two.pk]}).status_code == 302
    assert set(draft.results.all()) == {two}


def test_a_set_shows_what_is_chosen_ticked_and_boxes_for_more(ana):
    draft = make_draft(ana)
    one = make_document("uno", name_es="Documento <uno>")
    draft.results.set([one])
    html = ana.get(url(draft)).content.decode()
    assert (
        f'<label for="id_results_{one.pk}"><input type="checkbox" name="results" value="{one.pk}" '
        f'id="id_results_{one.pk}" checked> Documento &lt;uno&gt;</label>' in html
    )
    assert html.count('name="results"') == 1
    assert html.count('name="results-more"') == 3


def test_a_refused_set_keeps_what_was_ticked_and_typed(ana):
    draft = make_draft(ana)
    one, two = make_document("uno", name_es="Documento uno"), make_document("dos", name_es="Documento dos")
    draft.results.set([one])
    typed = ["Documento dos", "no es", "<tampoco>", "ni este", "ni el otro"]
    response = ana.post(url(draft), opened(ana, draft) | {"results-more": typed})
    form = response.context["adminform"].form
    assert response.status_code == 200
    assert len(form.errors["results"]) == 4
    assert "«no es»" in form.errors["results"][0]
    html = response.content.decode()
    assert [html.count(f'name="results" value="{each.pk}"') for each in (one, two)] == [1, 1]
    assert 'name="results-more" value="&lt;tampoco&gt;"' in html
    assert html.count('name="results-more"') == 5  # those with what was typed, and an empty one
    assert list(draft.results.all()) == [one]


@pytest.mark.parametrize("key", ["999999", "x", "?1", "99999999999999999999", "\x00"])
def test_a_tick_that_the_page_did_not_have_is_refused(key, ana):
    draft = make_draft(ana)
    response = ana.post(url(draft), opened(ana, draft) | {"results": [key]})
    assert (response.status_code, list(response.context["adminform"].form.errors)) == (200, ["results"])


def test_programs_ask_for_documents_by_name(ana):
    draft = actions.start_version(of=make_program(documents=1), author=ana.user)
    make_document("acta-de-prueba", name_es="Acta de prueba")
    ana.post(url(draft), opened(ana, draft) | {"documents-more": ["Acta de prueba"]})
    assert {document.slug for document in draft.documents.all()} == {"apoyo-de-prueba-0", "acta-de-prueba"}


def test_procedures_are_known_by_the_name_of_their_last_public_version(ana):
    for number in range(SHORT):
        models.Procedure.objects.create(slug=f"sin-version-{number}")
    make_procedure("ventanilla-uno", name_es="Antes", state="retired", retired_at="2026-01-01T00:00Z")
    make_procedure("ventanilla-uno", name_es="Ventanilla")
    draft = make_draft(ana)
    html = ana.get(url(draft)).content.decode()
    assert '<option value="Ventanilla">' in html
    assert '<option value="Antes">' not in html
    ana.post(url(draft), opened(ana, draft) | {"bundles-more": ["ventanilla", "sin-version-3"]})
    assert {procedure.slug for procedure in draft.bundles.all()} == {"ventanilla-uno", "sin-version-3"}


# Few and many


def test_a_short_catalogue_is_a_list_and_a_long_one_is_searched(ana):
    draft = make_draft(ana, requirements=1)
    institutions = models.Institution.objects.count()
    assert institutions < SHORT < models.Document.objects.count()
    fields = ana.get(url(draft)).context["adminform"].form.fields
    assert len(fields["institution"].choices) == institutions + 1
    models.Institution.objects.bulk_create(
        models.Institution(slug=f"i-{n}", name_es=f"Institución {n}", level="state")
        for n in range(SHORT - institutions + 1)
    )
    data = opened(ana, draft)
    assert data["institution"] == "Institución institucion-de-prueba"
    assert ana.post(url(draft), data | {"institution": "institucion 1"}).status_code == 302
    draft.refresh_from_db()
    assert draft.institution.slug == "i-1"


def make_situations(total):
    rows = [
        models.Situation(slug=f"s-{n}", name_es=f"hecho {n}") for n in range(total - models.Situation.objects.count())
    ]
    models.Situation.objects.bulk_create(rows)


@pytest.mark.parametrize(("situations", "boxes"), [(SHORT, 0), (SHORT + 1, 3)])
def test_conditions_are_ticked_where_situations_are_few_and_written_where_they_are_many(situations, boxes, ana):
    draft = make_draft(ana, requirements=1)
    make_situations(situations)
    html = ana.get(url(draft)).content.decode()
    assert html.count('name="requirements-0-all_of-more"') == boxes
    assert html.count('name="requirements-0-all_of" ') == (1 if boxes else situations)
    typed = {"requirements-0-none_of-more": ["hecho 0"]} if boxes else {}
    assert ana.post(url(draft), opened(ana, draft) | typed).status_code == 302
    row = draft.requirements.get()
    assert (row.all_of.count(), [each.slug for each in row.none_of.all()]) == (1, ["s-0"] if boxes else [])


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_a_draft_names_each_document_once_however_many_rows_it_has(rows, ana, django_assert_num_queries):
    draft = make_draft(ana, requirements=rows, fees=rows, citations=rows, steps=rows)
    make_situations(100)
    with django_assert_num_queries(34):
        html = ana.get(url(draft)).content.decode()
    lists = html.split("<datalist")[1:]
    assert [part.split('"')[1] for part in lists] == ["names-situation", "names-document"]
    assert html.count("Documento tramite-de-prueba-0") == 3  # the row's title, its box, the list
    for number in range(20):
        make_document(f"mas-{number}")
    assert ana.get(url(draft)).content.decode().count("<option") == html.count("<option") + 20


@pytest.mark.parametrize("rows", [1, 3])
def test_names_are_read_once_however_many_rows_are_sent(rows, ana):
    draft = make_draft(ana, requirements=rows)
    data = opened(ana, draft) | {"name_es": ""}
    with CaptureQueriesContext(connection) as captured:
        assert ana.post(url(draft), data).status_code == 200
    of_documents = [query["sql"] for query in captured if 'FROM "procedures_document"' in query["sql"]]
    assert len([sql for sql in of_documents if "WHERE" not in sql]) == 1


def test_a_published_version_carries_no_names(ana):
    html = ana.get(url(make_procedure(requirements=1))).content.decode()
    assert "<datalist" not in html


def test_other_pages_of_the_admin_choose_by_name_too(admin_client):
    make_situations(100)
    kind = models.BusinessType.objects.first()
    address = reverse("admin:procedures_businesstype_change", args=[kind.pk])
    data = form_data(admin_client.get(address))
    assert admin_client.post(address, data | {"sets_false-more": ["hecho 7"]}).status_code == 302
    assert kind.sets_false.filter(slug="s-7").exists()
    assert '<datalist id="names-situation">' in admin_client.get(address).content.decode()


def test_a_published_ficha_is_evidence_by_its_name(admin_client):
    address = reverse("admin:engagement_statusupdate_add")
    assert len(admin_client.get(address).context["inline_admin_formsets"]) == 1
    for number in range(SHORT):
        make_procedure(f"prueba-{number}", name_es=f"Permiso {number}")
    make_procedure("sin-publicar", name_es="Permiso en borrador", state="draft", published_at=None)
    html = admin_client.get(address).content.decode()
    assert '<option value="Permiso 7">' in html
    assert "Permiso en borrador" not in html


# Two on the same draft


def kept(response):
    """The page of both changes, sent as it stands."""
    data = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', response.content.decode()):
        data.setdefault(unescape(name), []).append(unescape(value))
    return data


def test_two_who_choose_by_name_are_put_together(ana):
    berta, draft = signed_in("berta", *WRITING), make_draft(ana, requirements=2)
    for slug in ("acta", "plano", "cedula"):
        make_document(slug, name_es=f"{slug} de prueba")
    first, second = opened(ana, draft), opened(berta, draft)
    ana.post(url(draft), first | {"requirements-0-document": "acta de prueba"})
    typed = {"requirements-1-document": "plano de prueba", "results-more": ["cedula de prueba", "no es"]}
    response = berta.post(url(draft), second | typed)
    assert (response.status_code, response.context["clashes"]) == (409, [])
    assert "cedula de prueba" in response.content.decode()
    refused = berta.post(url(draft), kept(response))
    assert list(refused.context["adminform"].form.errors) == ["results"]
    assert 'name="results-more" value="no es"' in refused.content.decode()
    mended = form_data(refused) | {"edit_base": refused.context["edit_base"]}
    assert berta.post(url(draft), mended).status_code == 302
    assert [row.document.slug for row in draft.requirements.all()] == ["acta", "plano"]
    assert [document.slug for document in draft.results.all()] == ["cedula"]


def test_a_text_like_the_key_of_the_others_choice_is_still_an_unknown_text(ana):
    berta, draft = signed_in("berta", *WRITING), make_draft(ana, requirements=1)
    other = make_document("acta", name_es="acta de prueba")
    first, second = opened(ana, draft), opened(berta, draft)
    ana.post(url(draft), first | {"requirements-0-document": "acta de prueba"})
    response = berta.post(url(draft), second | {"requirements-0-document": str(other.pk)})
    assert response.status_code == 409
    assert len(response.context["clashes"]) == 1


def test_a_clash_of_documents_is_shown_and_chosen_by_name(ana):
    berta, draft = signed_in("berta", *WRITING), make_draft(ana, requirements=1)
    for slug in ("acta", "plano"):
        make_document(slug, name_es=f"{slug} de prueba")
    first, second = opened(ana, draft), opened(berta, draft)
    ana.post(url(draft), first | {"requirements-0-document": "acta de prueba"})
    response = berta.post(url(draft), second | {"requirements-0-document": "plano de prueba"})
    html = response.content.decode()
    assert "acta de prueba" in html
    assert "plano de prueba" in html
    (clash,) = response.context["clashes"]
    assert berta.post(url(draft), kept(response) | {clash["name"]: "mine"}).status_code == 302
    assert draft.requirements.get().document.slug == "plano"
