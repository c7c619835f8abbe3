"""The first page of the admin and the plain records: places, documents, law, guide, words."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from procedures import models
from procedures.admin import desk
from tests.admin_forms import form_data, make_staff
from tests.factories import make_document, make_institution, make_office, make_procedure, make_program

RECORDS = {
    models.Audience: lambda n: models.Audience.objects.create(slug=f"a{n}", name_es="A"),
    models.BusinessType: lambda n: models.BusinessType.objects.create(slug=f"b{n}", name_es="B"),
    models.Document: lambda n: make_document(f"d{n}"),
    models.GlossaryTerm: lambda n: models.GlossaryTerm.objects.create(slug=f"g{n}", term_es="G", definition_es="…"),
    models.Institution: lambda n: make_institution(f"i{n}", parent=make_institution("madre")),
    models.LegalInstrument: lambda n: models.LegalInstrument.objects.create(slug=f"l{n}", name_es="L"),
    models.LegalProfile: lambda n: models.LegalProfile.objects.create(
        slug=f"f{n}", name_es="F", kind="program", version="1"
    ),
    models.LinkCheck: lambda n: models.LinkCheck.objects.create(url=f"https://example.org/{n}", result="fine"),
    models.NonWorkingDay: lambda n: models.NonWorkingDay.objects.create(
        date=f"2026-01-0{n + 1}", level="state", name_es="Día"
    ),
    models.Office: lambda n: make_office(f"o{n}", make_institution(f"i{n}")),
    models.Placeholder: lambda n: models.Placeholder.objects.create(text=f"falta{n}"),
    models.Procedure: lambda n: make_procedure(f"p{n}").procedure,
    models.Program: lambda n: make_program(f"q{n}").program,
    models.Question: lambda n: models.Question.objects.create(
        slug=f"q{n}", text_es="¿?", depends_on=models.Situation.objects.all()[n]
    ),
    models.ReferenceBusiness: lambda n: models.ReferenceBusiness.objects.create(
        slug=f"r{n}", name_es="R", business_type=models.BusinessType.objects.all()[n], answers={"local": "con-local"}
    ),
    models.Reverification: lambda n: make_procedure(f"v{n}").reverifications.create(
        cause="fee", opened_by=User.objects.first(), assurance_before="partly"
    ),
    models.Situation: lambda n: models.Situation.objects.create(slug=f"s{n}", name_es="S"),
    models.Source: lambda n: models.Source.objects.create(url=f"https://example.org/{n}"),
    models.Stage: lambda n: models.Stage.objects.create(slug=f"e{n}", position=100 + n, name_es="E"),
    models.UnitValue: lambda n: models.UnitValue.objects.create(
        year=1990 + n, valid_from="1990-01-01", valid_to="1990-12-31", daily=1, monthly=1, yearly=1
    ),
}

# What the program finds and notes itself: nobody adds to it or changes it.
READ_ONLY = (models.LinkCheck, models.Reverification)


def url(model, view, *args):
    return reverse(f"admin:procedures_{model._meta.model_name}_{view}", args=args)


def queries_of(client, address, query):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, query).status_code == 200
    return len(queries)


def test_every_model_of_the_catalogue_has_its_admin():
    registered = {model for model in admin.site._registry if model._meta.app_label == "procedures"}
    with_tests_of_their_own = {
        models.Import,
        models.ProcedureVersion,
        models.ProgramVersion,
        models.TrailLine,
        models.TranslatedText,
    }
    assert registered == {*RECORDS, *with_tests_of_their_own}


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model._meta.model_name)
def test_list_costs_the_same_for_one_row_more_and_for_three(model, admin_client):
    make = RECORDS[model]
    rows = [make(0)]
    in_list = {"pk__in": rows[0].pk}
    address = url(model, "changelist")
    admin_client.get(address)  # content types are looked up once
    counts = [queries_of(admin_client, address, in_list)]
    rows += [make(1), make(2)]
    counts.append(queries_of(admin_client, address, {"pk__in": ",".join(str(row.pk) for row in rows)}))
    assert counts[0] == counts[1]
    assert counts[0] < 10


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model._meta.model_name)
def test_pages_of_a_record_open_in_both_languages(model, prefix, admin_client):
    row = RECORDS[model](0)
    for view in ("change", "history"):
        assert admin_client.get(prefix + url(model, view, row.pk)).status_code == 200
    add = admin_client.get(prefix + url(model, "add")).status_code
    assert add == (403 if model in (models.Procedure, models.Program, *READ_ONLY) else 200)


@pytest.mark.parametrize(
    "model", [model for model in RECORDS if model not in READ_ONLY], ids=lambda model: model._meta.model_name
)
def test_saving_what_a_page_shows_changes_nothing(model, admin_client):
    row = model.objects.order_by("pk").first() or RECORDS[model](0)
    before = model.objects.filter(pk=row.pk).values().get()
    sets = {field.name: set(getattr(row, field.name).all()) for field in model._meta.many_to_many}
    address = url(model, "change", row.pk)
    assert admin_client.post(address, form_data(admin_client.get(address))).status_code == 302
    assert model.objects.filter(pk=row.pk).values().get() == before
    assert {name: set(getattr(row, name).all()) for name in sets} == sets


@pytest.mark.parametrize(
    "model", [model for model in RECORDS if hasattr(model, "slug")], ids=lambda model: model._meta.model_name
)
def test_slug_stands_once_written(model, admin_client):
    row = RECORDS[model](0)
    address = url(model, "change", row.pk)
    admin_client.post(address, form_data(admin_client.get(address)) | {"slug": "otra"})
    slug = row.slug
    row.refresh_from_db()
    assert row.slug == slug


# Desk


def lines_of(user):
    return {(group, str(line.label)): line for group, lines in desk.waiting_for(user).items() for line in lines}


def test_desk_counts_what_waits_and_leads_to_it(client, db):
    editor = make_staff("editora", "change_procedureversion", "view_procedureversion")
    client.force_login(editor)
    before = lines_of(editor)
    make_procedure("a", state="draft", published_at=None)
    make_procedure("b", assurance="partly")
    after = lines_of(editor)
    changed = {key: (before[key].count, line.count) for key, line in after.items() if before[key].count != line.count}
    assert changed == {
        ("Trámites", "borradores"): (0, 1),
        ("Trámites", "publicadas, confirmadas en parte"): (22, 23),
    }
    lists = [line for line in after.values() if "espera=" in line.url]
    for line in lists:
        response = client.get(line.url)
        assert response.context["cl"].result_count == line.count
    assert len(lists) == 8


def test_desk_shows_nobody_what_is_not_theirs(db):
    assert desk.waiting_for(make_staff("nadie")) == {}


def test_first_page_has_desk_search_and_new_records(admin_client):
    html = admin_client.get("/admin/").content.decode()
    assert html.index("borradores") < html.index("Todos los registros")
    assert 'action="/admin/procedures/procedureversion/" role="search"' in html
    assert 'href="/admin/procedures/procedureversion/add/"' in html
    assert 'href="/admin/procedures/programversion/add/"' in html


def test_first_page_of_staff_without_permissions_is_empty_but_there(client, db):
    client.force_login(make_staff("nadie"))
    response = client.get("/admin/")
    assert response.status_code == 200
    assert "Busca un trámite" not in response.content.decode()


@pytest.mark.parametrize(
    ("address", "other", "heading"),
    [("/admin/", "/en/admin/", "Lo que te espera"), ("/en/admin/", "/admin/", "What waits for you")],
)
def test_admin_has_both_languages_and_links_to_the_other(address, other, heading, admin_client):
    html = admin_client.get(address).content.decode()
    assert heading in html
    assert f'href="{other}"' in html


# Records


def test_new_record_gets_its_slug_from_its_name_and_a_line_in_the_history(admin_client, admin_user):
    address = url(models.Document, "add")
    data = form_data(admin_client.get(address)) | {"name_es": "Póliza de Daños", "name_en": "Damage policy"}
    admin_client.post(address, data)
    document = models.Document.objects.get(slug="poliza-de-danos")
    assert (document.name_es, document.name_en) == ("Póliza de Daños", "Damage policy")
    assert LogEntry.objects.get(object_id=document.pk).user == admin_user


def test_document_tells_who_asks_for_it_and_who_issues_it(admin_client):
    document = make_document("constancia")
    asking = make_procedure("pide")
    asking.requirements.create(document=document)
    make_procedure("expide").results.add(document)
    make_procedure("viejo", state="draft", published_at=None).requirements.create(document=document)
    page = admin_client.get(url(models.Document, "change", document.pk)).content.decode()
    assert [f"Trámite {slug}" in page for slug in ("pide", "expide", "viejo")] == [True, True, False]
    row = admin_client.get(url(models.Document, "changelist"), {"q": "constancia"}).context["cl"].result_list[0]
    assert (row.asking_total, row.issuing_total) == (1, 1)


def test_record_that_others_name_can_not_be_deleted(admin_client):
    used = make_procedure(requirements=1).requirements.get().all_of.get()
    assert admin_client.post(url(models.Situation, "delete", used.pk), {"post": "yes"}).status_code == 403
    unused = models.Situation.objects.create(slug="libre", name_es="Libre")
    assert admin_client.post(url(models.Situation, "delete", unused.pk), {"post": "yes"}).status_code == 302


def test_record_that_others_need_is_not_deleted(admin_client):
    document = make_procedure(requirements=1).requirements.get().document
    response = admin_client.post(url(models.Document, "delete", document.pk), {"post": "yes"})
    assert response.context["protected"] != []
    assert models.Document.objects.filter(pk=document.pk).exists()


def test_call_is_opened_on_the_program_without_a_new_version(admin_client):
    version = make_program()
    address = url(models.Program, "change", version.program_id)
    data = form_data(admin_client.get(address))
    late = admin_client.post(address, data | {"calls-0-opens": "2026-05-01", "calls-0-closes": "2026-04-01"})
    assert "opens" in late.context["inline_admin_formsets"][0].formset.errors[0]
    admin_client.post(address, data | {"calls-0-label_es": "Primera", "calls-0-opens": "2026-05-01"})
    assert version.program.calls.get().label_es == "Primera"
    assert "Primera" in admin_client.get(url(models.ProgramVersion, "change", version.pk)).content.decode()


def test_opening_hours_that_overlap_their_end_are_refused_in_their_row(admin_client):
    office = make_office("ventanilla")
    address = url(models.Office, "change", office.pk)
    data = form_data(admin_client.get(address)) | {"hours-0-opens": "15:00", "hours-0-closes": "09:00"}
    response = admin_client.post(address, data)
    assert "cierra después" in str(response.context["inline_admin_formsets"][0].formset.errors[0])


def test_choice_gets_its_slug_and_its_place(admin_client):
    question = models.Question.objects.create(slug="prueba", text_es="¿Sí?")
    address = url(models.Question, "change", question.pk)
    data = form_data(admin_client.get(address)) | {"choices-0-label_es": "Sí, claro"}
    admin_client.post(address, data)
    choice = question.choices.get()
    assert (choice.slug, choice.position) == ("si-claro", 1)


@pytest.mark.parametrize("model", [models.Document, models.LegalInstrument, models.Situation])
def test_a_record_that_is_not_saved_yet_is_used_by_nobody(model, admin_client):
    make_procedure("sin-requisitos")
    page = admin_client.get(reverse(f"admin:procedures_{model._meta.model_name}_add")).content.decode()
    assert page.count('<div class="readonly">–</div>') >= 2
    assert "/admin/procedures/procedureversion/" not in page
