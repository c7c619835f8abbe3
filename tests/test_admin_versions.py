"""The pages on which the staff write, review and publish procedures and programs."""

from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from procedures import actions
from procedures.models import Procedure, ProcedureVersion, Program, ProgramVersion, Stage, VersionState
from tests.admin_forms import form_data, make_staff
from tests.factories import clear_catalogue, make_institution, make_procedure, make_program

WRITING = [
    f"{permission}_{model}"
    for permission in ("add", "change", "view")
    for model in ("procedureversion", "programversion")
]
PUBLISHING = [
    "review_procedureversion",
    "review_programversion",
    "publish_procedureversion",
    "publish_programversion",
]
KINDS = {"procedure": make_procedure, "program": make_program}


@pytest.fixture
def editor(db):
    return make_staff("editora", *WRITING)


@pytest.fixture
def publisher(db):
    return make_staff("jefa", *WRITING, *PUBLISHING)


@pytest.fixture
def as_editor(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture(params=KINDS)
def published(request, db):
    return KINDS[request.param]()


@pytest.fixture
def draft(published, editor):
    return actions.start_version(of=published, author=editor)


def url(version, view="change", *args):
    name = f"admin:procedures_{version._meta.model_name}_{view}"
    return reverse(name, args=[] if view in ("changelist", "add") else [version.pk, *args])


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


# The list


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_one_row_and_for_three(kind, count, as_editor, django_assert_num_queries):
    clear_catalogue()
    for n in range(count):
        version = KINDS[kind](f"registro-{n}", institution=make_institution(f"institucion-{n}"))
    with django_assert_num_queries(11):
        response = as_editor.get(url(version, "changelist"))
    assert len(response.context["cl"].result_list) == count


def test_list_leaves_out_what_is_retired_unless_asked(as_editor, published, publisher):
    actions.retire(version=published, by=publisher)

    def listed(**query):
        return published in as_editor.get(url(published, "changelist"), query).context["cl"].queryset

    assert [listed(), listed(state="retired"), listed(state="all"), listed(state="draft")] == [False, True, True, False]


@pytest.mark.parametrize("words", ["trámite", "TRAMITE", "tramite prueba", "mite-pru", "(en)"])
def test_list_finds_by_name_and_by_slug_without_accents(words, as_editor):
    version = make_procedure("tramite-prueba")
    found = as_editor.get(url(version, "changelist"), {"q": words}).context["cl"].queryset
    assert version in found


def test_list_says_who_provides_where_no_institution_does(as_editor):
    version = make_procedure(institution=None, provider_es="Notaría")
    assert "Notaría" in as_editor.get(url(version, "changelist"), {"q": "prueba"}).content.decode()


@pytest.mark.parametrize("query", ["state=lost", "stage__id__exact=x", "e=1", "p=99", "o=x.y", "q=%00%22%27"])
def test_list_bears_any_query(query, as_editor, db):
    response = as_editor.get(f"/admin/procedures/procedureversion/?{query}", follow=True)
    assert response.status_code == 200


# The page


@pytest.mark.parametrize("rows", [1, 5])
def test_page_of_a_draft_costs_the_same_however_many_rows_it_has(rows, as_editor, editor, django_assert_num_queries):
    version = make_procedure(requirements=rows, steps=rows, fees=rows, citations=rows, offices=rows)
    draft = actions.start_version(of=version, author=editor)
    with django_assert_num_queries(34):
        response = as_editor.get(url(draft))
    assert response.status_code == 200


@pytest.mark.parametrize("rows", [1, 5])
def test_page_of_a_published_version_costs_the_same_too(rows, as_editor, django_assert_num_queries):
    version = make_procedure(requirements=rows, steps=rows, fees=rows, citations=rows, offices=rows)
    as_editor.get(url(version))  # Django remembers content types
    with django_assert_num_queries(32):
        as_editor.get(url(version))


def test_page_shows_each_text_in_both_languages_and_marks_them(as_editor, draft):
    form = as_editor.get(url(draft)).context["adminform"].form
    pairs = [name.removesuffix("_es") for name in form.fields if name.endswith("_es")]
    assert len(pairs) > 5
    for name in pairs:
        assert form.fields[f"{name}_es"].widget.attrs["lang"] == "es"
        assert form.fields[f"{name}_en"].widget.attrs["lang"] == "en"


@pytest.mark.parametrize(("prefix", "label"), [("", "Nombre (español)"), ("/en", "Name (Spanish)")])
def test_page_speaks_the_language_of_its_address(prefix, label, as_editor, draft):
    assert label in as_editor.get(prefix + url(draft)).content.decode()


def test_page_follows_the_order_of_the_ficha(as_editor, editor):
    draft = actions.start_version(of=make_procedure(), author=editor)
    html = as_editor.get(url(draft)).content.decode()
    landmarks = ["id_name_es", "requirements-group", "steps-group", "fees-group", "id_response_value", "id_offices"]
    places = [html.index(f'id="{landmark}') for landmark in [*landmarks, "citations-group", "id_assurance"]]
    assert places == sorted(places)


# Saving


def test_saving_what_the_page_shows_changes_nothing(as_editor, editor):
    real = ProcedureVersion.objects.get(procedure__slug="licencia-de-funcionamiento")
    draft = actions.start_version(of=real, author=editor)
    before = [list(getattr(draft, name).values()) for name in draft.CHILDREN]
    values = ProcedureVersion.objects.filter(pk=draft.pk).values().get()
    response = as_editor.post(url(draft), form_data(as_editor.get(url(draft))))
    assert response.status_code == 302
    assert ProcedureVersion.objects.filter(pk=draft.pk).values().get() == values
    assert [list(getattr(draft, name).values()) for name in draft.CHILDREN] == before
    assert [set(old.all()) for old in (real.sources, real.offices, real.results)] == [
        set(new.all()) for new in (draft.sources, draft.offices, draft.results)
    ]


def test_saving_writes_both_languages_sources_and_rows(as_editor, editor):
    draft = actions.start_version(of=make_procedure(requirements=1), author=editor)
    data = form_data(as_editor.get(url(draft))) | {
        "name_es": "Licencia nueva",
        "name_en": "New licence",
        "source_addresses": "https://example.org/ley\nhttps://example.org/ley\r\nhttps://example.org/otra",
        "verified_on": "2026-03-01",
        "requirements-1-text_es": "Tener local",
        "requirements-1-text_en": "Have premises",
        "fees-0-kind": "fixed",
        "fees-0-minimum": "120.50",
    }
    assert as_editor.post(url(draft), data).status_code == 302
    draft.refresh_from_db()
    assert (draft.name_es, draft.name_en, draft.verified_on) == ("Licencia nueva", "New licence", date(2026, 3, 1))
    assert [source.url for source in draft.sources.all()] == ["https://example.org/ley", "https://example.org/otra"]
    assert list(draft.requirements.values_list("position", "text_es", "text_en"))[1] == (
        1,
        "Tener local",
        "Have premises",
    )
    assert draft.fees.get().position == 1


def test_who_changed_a_draft_last_is_its_author(client, draft, publisher):
    client.force_login(publisher)
    data = form_data(client.get(url(draft)))
    client.post(url(draft), data)
    draft.refresh_from_db()
    assert draft.author.username == "editora"
    client.post(url(draft), data | {"name_es": "Otro nombre"})
    draft.refresh_from_db()
    assert draft.author == publisher


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"name_es": ""}, "name_es", "Este campo es obligatorio."),
        ({"response_value": "3"}, "response_value", "Da el número con su unidad"),
        ({"validity_unit": "years"}, "validity_value", "Da el número con su unidad"),
        ({"institution": ""}, "institution", "Indica la institución"),
        ({"source_addresses": "no es una dirección"}, "source_addresses", "«no» no es una dirección web."),
        ({"source_addresses": "javascript:alert(1)"}, "source_addresses", "no es una dirección web."),
        ({"source_addresses": f"https://example.org/{'x' * 600}"}, "source_addresses", "es demasiado larga."),
        ({"verified_on": "ayer"}, "verified_on", "Introduzca una fecha válida."),
    ],
)
def test_bad_input_is_refused_beside_its_field_and_what_was_typed_is_kept(typed, field, message, as_editor, editor):
    draft = actions.start_version(of=make_procedure(), author=editor)
    data = form_data(as_editor.get(url(draft))) | {"purpose_es": "Texto largo que costó trabajo."} | typed
    response = as_editor.post(url(draft), data)
    form = response.context["adminform"].form
    assert response.status_code == 200
    assert list(form.errors) == [field]
    assert message in str(form.errors[field])
    assert form["purpose_es"].value() == "Texto largo que costó trabajo."
    assert form[next(iter(typed))].value() == next(iter(typed.values()))


def test_bad_row_is_refused_in_the_row(as_editor, editor):
    draft = actions.start_version(of=make_procedure(fees=1), author=editor)
    data = form_data(as_editor.get(url(draft))) | {"fees-0-kind": "free", "requirements-0-originals": "2"}
    response = as_editor.post(url(draft), data)
    requirements, _steps, fees, _citations = (inline.formset for inline in response.context["inline_admin_formsets"])
    assert "no llevan monto" in str(fees.errors[0]["kind"])
    assert list(requirements.errors[0]) == ["document"]


# Creating


def new_record(client, kind, **typed):
    model = {"procedure": ProcedureVersion, "program": ProgramVersion}[kind]
    address = reverse(f"admin:procedures_{model._meta.model_name}_add")
    own = {"stage": Stage.objects.first().pk} if kind == "procedure" else {"kind": "credit"}
    required = {"name_es": "Permiso de Niñez", "level": "municipal", "institution": make_institution().pk}
    return client.post(address, form_data(client.get(address)) | required | own | typed)


@pytest.mark.parametrize(("kind", "identities"), [("procedure", Procedure), ("program", Program)])
def test_adding_makes_identity_and_first_draft_with_a_slug_from_the_name(kind, identities, as_editor, editor):
    assert new_record(as_editor, kind).status_code == 302
    identity = identities.objects.get(slug="permiso-de-ninez")
    version = identity.versions.get()
    assert (version.number, version.state, version.author) == (1, "draft", editor)
    assert identity.position == max(identities.objects.values_list("position", flat=True))
    assert LogEntry.objects.get(object_id=version.pk, user=editor).is_addition()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"slug": "licencia-sanitaria"}, "Otro registro ya tiene esta dirección"),
        ({"slug": "Con espacios"}, "slug"),
        ({"name_es": "¿?"}, "Del nombre no sale una dirección"),
    ],
)
def test_adding_with_a_slug_that_can_not_be_is_refused_beside_it(typed, message, as_editor):
    before = Procedure.objects.count()
    response = new_record(as_editor, "procedure", **typed)
    assert message in str(response.context["adminform"].form.errors["slug"])
    assert Procedure.objects.count() == before


def test_slug_can_not_be_changed_later(as_editor, draft):
    slug = draft.identity.slug
    as_editor.post(url(draft), form_data(as_editor.get(url(draft))) | {"slug": "otra-direccion"})
    draft.identity.refresh_from_db()
    assert draft.identity.slug == slug


# Who may do what


def test_strangers_are_sent_to_sign_in(client, draft):
    for address in (url(draft), url(draft, "changelist"), url(draft, "move", "submit"), "/admin/"):
        assert client.get(address).url == f"/admin/login/?next={address}"


def test_staff_without_permission_get_the_page_that_says_so(client, draft):
    client.force_login(make_staff("nadie"))
    for address in (url(draft), url(draft, "changelist"), url(draft, "add"), url(draft, "move", "submit")):
        response = client.get(address)
        assert (response.status_code, response.templates[0].name) == (403, "admin/accounts/forbidden.html")


def test_reader_sees_a_draft_but_no_move(client, draft):
    client.force_login(make_staff("lectora", f"view_{draft._meta.model_name}"))
    response = client.get(url(draft))
    assert (response.status_code, response.context["moves"]) == (200, [])
    assert client.post(url(draft), {"name_es": "x"}).status_code == 403


@pytest.mark.parametrize("state", ["in_review", "approved", "published", "retired"])
def test_only_a_draft_can_be_changed_through_post(state, as_editor, draft, editor, publisher):
    data = form_data(as_editor.get(url(draft))) | {"name_es": "Cambiado a escondidas"}
    actions.submit(version=draft, by=editor)
    if state != "in_review":
        actions.approve(version=draft, by=publisher)
    if state in ("published", "retired"):
        actions.publish(version=draft, by=publisher)
    if state == "retired":
        actions.retire(version=draft, by=publisher)
    assert as_editor.get(url(draft)).status_code == 200
    assert as_editor.post(url(draft), data).status_code == 403
    draft.refresh_from_db()
    assert (draft.state, draft.name_es != "Cambiado a escondidas") == (state, True)


def test_nobody_deletes_a_version(admin_client, published):
    assert admin_client.get(url(published, "delete")).status_code == 403
    assert admin_client.post(url(published, "delete"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("move", ["approve", "publish", "retire"])
def test_editor_can_draft_but_not_publish(move, as_editor, draft):
    assert as_editor.post(url(draft, "move", move)).status_code == 403


def test_page_offers_only_what_is_legal_and_allowed(client, draft, editor, publisher):
    def offered(user, version):
        client.force_login(user)
        return [move.name for move, _url in client.get(url(version)).context["moves"]]

    in_force = draft.identity.versions.published().get()
    assert [offered(editor, draft), offered(publisher, draft)] == [["submit", "discard"]] * 2
    assert [offered(editor, in_force), offered(publisher, in_force)] == [[], ["retire"]]
    actions.submit(version=draft, by=editor)
    assert [offered(editor, draft), offered(publisher, draft)] == [["return"], ["approve", "return"]]
    actions.approve(version=draft, by=publisher)
    assert [offered(editor, draft), offered(publisher, draft)] == [["return"], ["publish", "schedule", "return"]]
    actions.publish(version=draft, by=publisher)
    assert [offered(editor, draft), offered(publisher, draft)] == [["start"], ["start", "retire"]]


# The moves


def test_a_change_goes_from_new_version_to_publication(client, published, editor, publisher):
    client.force_login(editor)
    response = client.post(url(published, "move", "start"))
    draft = published.identity.versions.get(number=2)
    assert response.url == url(draft)
    data = form_data(client.get(url(draft))) | {"name_es": "Nombre nuevo", "_submit": "1"}
    assert client.post(url(draft), data).url == url(draft, "move", "submit")
    client.post(url(draft, "move", "submit"), {"note": "Cambió el nombre."})
    client.force_login(publisher)
    assert "Cambió el nombre." in client.get(url(draft)).content.decode()
    client.post(url(draft, "move", "approve"), {"publish_at": ""})
    client.post(url(draft, "move", "publish"), {"despite": "on"})
    draft.refresh_from_db()
    published.refresh_from_db()
    assert (draft.state, draft.name_es, published.state) == ("published", "Nombre nuevo", "retired")
    history = LogEntry.objects.filter(object_id=draft.pk).order_by("pk").values_list("user__username", flat=True)
    assert list(history) == ["editora", "editora", "editora", "jefa", "jefa", "jefa"]
    assert "Versión publicada." in client.get(url(draft, "history")).content.decode()


def test_saving_with_preview_leads_to_the_public_page_of_the_draft(as_editor, client, draft):
    data = form_data(as_editor.get(url(draft))) | {"name_es": "Nombre en vista previa", "_preview": "1"}
    address = as_editor.post(url(draft), data).url
    client.logout()
    assert "Nombre en vista previa" in client.get(address).content.decode()
    assert client.get(address.split("?")[0]).status_code == 404


@pytest.mark.parametrize("move", ["start", "submit", "discard"])
def test_a_move_asks_before_it_is_made(move, as_editor, draft, published):
    version = draft
    if move == "start":
        type(draft).objects.filter(pk=draft.pk).delete()
        version = published
    response = as_editor.get(url(version, "move", move))
    version.refresh_from_db()
    assert (response.status_code, version.state) == (200, "published" if move == "start" else "draft")


def test_illegal_moves_are_refused_with_a_reason(client, draft, published, publisher):
    client.force_login(publisher)
    for version, move in ((published, "start"), (draft, "approve"), (draft, "publish"), (published, "discard")):
        response = client.post(url(version, "move", move))
        assert response.status_code == 409
        reason = response.context["reason"]
        assert reason.startswith("La versión 2 ya está en proceso") or version.get_state_display() in reason


def test_the_author_is_refused_as_reviewer_with_a_reason(client, published, publisher):
    draft = actions.start_version(of=published, author=publisher)
    actions.submit(version=draft, by=publisher)
    client.force_login(publisher)
    response = client.post(url(draft, "move", "approve"), {"publish_at": ""})
    assert (response.status_code, response.context["reason"][:16]) == (409, "Tú la escribiste")


def form_of(response, name):
    """The form of a decision on the page of a review."""
    return next(form for move, _url, form in response.context["decisions"] if move.name == name)


def test_return_asks_for_a_reason_and_the_author_reads_it(client, draft, editor, publisher):
    actions.submit(version=draft, by=editor)
    client.force_login(publisher)
    response = client.post(url(draft, "move", "return"), {"note": " "})
    assert form_of(response, "return").errors["note"] == ["Este campo es obligatorio."]
    client.post(url(draft, "move", "return"), {"note": "Falta el <costo>."})
    client.force_login(editor)
    assert "Falta el &lt;costo&gt;." in client.get(url(draft)).content.decode()


def test_approval_for_a_later_time_is_said_and_kept(client, draft, editor, publisher):
    actions.submit(version=draft, by=editor)
    client.force_login(publisher)
    past = client.post(url(draft, "move", "approve"), {"publish_at": "2020-01-01T10:00"})
    assert form_of(past, "approve").errors["publish_at"] == ["Esa hora ya pasó."]
    assert 'value="2020-01-01T10:00"' in past.content.decode()
    tomorrow = timezone.localtime(timezone.now() + timedelta(days=1)).replace(second=0, microsecond=0)
    client.post(url(draft, "move", "approve"), {"publish_at": f"{tomorrow:%Y-%m-%dT%H:%M}", "despite": "on"})
    draft.refresh_from_db()
    assert (draft.state, draft.publish_at) == (VersionState.APPROVED, tomorrow)
    assert "Se publica sola el" in client.get(url(draft)).content.decode()


def test_discarding_leads_back_to_the_list(as_editor, draft):
    response = as_editor.post(url(draft, "move", "discard"), follow=True)
    assert messages_of(response) == ["El borrador se descartó."]
    assert response.request["PATH_INFO"] == url(draft, "changelist")


def test_moves_and_versions_that_are_not_there_are_not_found(as_editor, draft):
    missing = type(draft)(pk=999_999)
    for address in (url(draft, "move", "nonsense"), url(missing, "move", "submit")):
        assert as_editor.get(address).status_code == 404


def test_moves_need_the_token_against_forged_requests(draft, editor):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(editor)
    assert browser.post(url(draft, "move", "discard")).status_code == 403
    draft.refresh_from_db()
