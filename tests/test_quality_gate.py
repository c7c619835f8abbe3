"""The quality gate: what is looked at before publishing, what blocks, what only warns, and who is asked what."""

from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone, translation

from procedures import actions
from procedures.actions import NotReady
from procedures.gate.checks import blocking, examine, warning
from procedures.gate.placeholders import placeholder_in
from procedures.gate.reading import read_checks, read_facts
from procedures.models import (
    LegalProfile,
    LinkCheck,
    Placeholder,
    ProcedureVersion,
    ProfileField,
    ProgramVersion,
    VersionState,
)
from tests.admin_forms import form_data, make_staff
from tests.factories import make_procedure, make_program

ALL = [
    f"{permission}_{model}"
    for permission in ("add", "change", "view", "review", "publish")
    for model in ("procedureversion", "programversion")
]
DRAFT = {"state": VersionState.DRAFT, "published_at": None}


@pytest.fixture
def people(db):
    return make_staff("autora", *ALL), make_staff("jefa", *ALL)


def approved(people, make=make_procedure, **fields):
    """A version that a second person has approved."""
    author, reviewer = people
    version = make("en-puerta", **DRAFT, author=author, **fields)
    actions.submit(version=version, by=author)
    actions.approve(version=version, by=reviewer)
    return version


def found(version, code):
    with translation.override("es"):
        return [check.words for check in read_checks(version) if check.code == code and check.severity]


# Placeholders


@pytest.mark.parametrize(
    "text",
    [
        "Cuesta xx pesos",
        "Tel. 614 XXX XX XX",
        "Por definir.",
        "El plazo está POR  DEFINIR con Protección Civil",
        "Pendiente",
        "Primero\npendiente…\nluego",
        "Lorem ipsum dolor",
        "tbd",
        "Plazo: ???",
        "Hola, {{ nombre }}",
        "[insertar dirección]",
        "Insertar aquí el horario",
    ],
)
def test_placeholder_is_found(text, db):
    assert placeholder_in(text, Placeholder.objects.all())


@pytest.mark.parametrize(
    "text",
    [
        "Comprobante del pago pendiente de validar",
        "pendiente de pago",
        "del siglo XX",
        "artículo 27, fracción XX",
        "fracc. XXX del artículo",
        "¿Qué? ¿Cuándo?",
        "Debes insertar el chip en la ranura",
        "Exxon",
        "la hora está por definirse",
        "",
    ],
)
def test_what_only_looks_like_a_placeholder_is_none(text, db):
    assert placeholder_in(text, Placeholder.objects.all()) == ""


def test_placeholders_are_data(db):
    Placeholder.objects.create(text="Ñandú")
    Placeholder.objects.filter(text="xx").update(is_active=False)
    version = make_procedure(who_es="Un NANDU suelto, xx.", **DRAFT)
    assert found(version, "placeholder") == ["Quién lo necesita: «Un NANDU suelto, xx.» está por escribirse"]


def test_real_records_hold_no_placeholder_and_nothing_blocks_them(db):
    looked_at = 0
    for model in (ProcedureVersion, ProgramVersion):
        for version in model.objects.published():
            checks = read_checks(version)
            assert [check.words for check in blocking(checks)] == []
            assert [check.words for check in checks if check.code == "placeholder" and check.severity] == []
            looked_at += 1
    assert looked_at == 67


# The profile


def test_profile_is_data_with_its_source_and_version(db):
    profile = LegalProfile.objects.get(kind="procedure", is_active=True)
    assert (profile.source_title, profile.assurance) == (
        "Ley Federal de Procedimiento Administrativo, artículo 69-M",
        "partly",
    )
    assert profile.fields.get(datum="citations").article == "art. 69-M, fracc. II"
    assert "DOF, 16 de julio de 2025" in profile.note_es
    assert set(profile.fields.filter(severity="blocks").values_list("datum", flat=True)) == {
        "name",
        "purpose",
        "provider",
        "placeholder",
        "past_fee",
    }


def test_what_the_profile_says_decides_what_blocks(db):
    version = make_procedure(purpose_es="", **DRAFT)

    def severities():
        return {check.code: check.severity for check in read_checks(version)}

    assert (severities()["purpose"], severities()["redress"]) == ("blocks", "warns")
    ProfileField.objects.filter(datum="purpose").update(severity="warns")
    ProfileField.objects.filter(datum="redress").update(severity="blocks")
    assert (severities()["purpose"], severities()["redress"]) == ("warns", "blocks")
    LegalProfile.objects.update(is_active=False)
    assert {"purpose", "redress"} & severities().keys() == set()
    assert severities()["placeholder"] == ""


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"valid_to": date(2020, 12, 31)}, {"past_fee": "blocks", "past_fee_noted": ""}),
        ({"valid_to": date(2020, 12, 31), "note_es": "La de 2020."}, {"past_fee": "", "past_fee_noted": "warns"}),
        ({"valid_to": date(2999, 12, 31)}, {"past_fee": "", "past_fee_noted": ""}),
        ({}, {"past_fee": "", "past_fee_noted": ""}),
    ],
)
def test_fee_past_its_year_blocks_unless_it_is_said(fields, severity, db):
    version = make_procedure(**DRAFT)
    version.fees.create(kind="fixed", minimum=100, concept_es="Derechos", **fields)
    checks = {check.code: check.severity for check in read_checks(version)}
    assert {code: checks[code] for code in severity} == severity


def test_missing_english_is_named_field_by_field(db):
    version = make_procedure(who_es="Quien venda.", steps=1, **DRAFT)
    version.steps.update(text_es="Ve.", text_en="")
    assert found(version, "english") == ["Sin inglés: Quién lo necesita, Texto"]


def test_dead_link_is_named(db):
    version = make_procedure(online_url="https://muerto.example/", **DRAFT)
    now = timezone.now()
    LinkCheck.objects.create(
        url="https://muerto.example/", result="gone", failures=1, first_failed_at=now, checked_at=now, is_dead=True
    )
    assert found(version, "dead_link") == ["Enlace muerto: https://muerto.example/"]


@pytest.mark.parametrize("make", [make_procedure, make_program])
def test_reading_the_checklist_costs_the_same_for_one_row_and_five(make, db, django_assert_num_queries):
    def version(count):
        rows = {"requirements": count, "steps": count, "fees": count, "citations": count, "offices": count}
        rows = rows if make is make_procedure else {"documents": count, "offices": count, "calls": count}
        return make(f"r-{count}", **rows, **DRAFT)

    versions = [version(1), version(5)]
    read_checks(versions[0])
    queries = {make_procedure: 43, make_program: 17}[make]
    for one in versions:
        with django_assert_num_queries(queries):
            read_checks(one)


def test_examining_asks_the_database_nothing(db, django_assert_num_queries):
    facts = read_facts(make_procedure(requirements=2, steps=2, fees=2, citations=2, **DRAFT))
    with django_assert_num_queries(0):
        assert warning(examine(facts))


# Publishing


@pytest.mark.parametrize("make", [make_procedure, make_program])
def test_publishing_with_a_blocking_finding_is_refused_and_names_each(make, people):
    version = approved(people, make, who_es="Por definir", good_to_know_es="xx")
    with translation.override("es"), pytest.raises(NotReady) as refusal:
        actions.publish(version=version, by=people[1])
    version.refresh_from_db()
    assert version.state == "approved"
    assert [check.code for check in refusal.value.findings] == ["placeholder", "placeholder"]
    assert "«Por definir» está por escribirse" in str(refusal.value)
    assert "«xx» está por escribirse" in str(refusal.value)


def test_a_time_is_not_set_while_something_blocks(people):
    version = approved(people, who_es="Por definir")
    with pytest.raises(NotReady):
        actions.schedule(version=version, by=people[1], publish_at=timezone.now() + timedelta(days=1))


def test_scheduled_version_that_is_blocked_stays_approved_and_says_why_once(people, caplog):
    version = approved(people)
    version.fees.model.objects.none()
    actions.schedule(version=version, by=people[1], publish_at=timezone.now() - timedelta(minutes=1))
    Placeholder.objects.create(text="sirve para una prueba")
    for _look in range(2):
        call_command("publish_due")
    version.refresh_from_db()
    told = LogEntry.objects.filter(object_id=version.pk, change_message__contains="está por escribirse")
    assert (version.state, told.count()) == ("approved", 1)
    assert len([record for record in caplog.records if "está por escribirse" in record.message]) == 1
    Placeholder.objects.filter(text="sirve para una prueba").delete()
    assert actions.publish_due(now=timezone.now()) == [version]


def test_unknown_said_as_unknown_does_not_block(people):
    version = approved(people)
    actions.publish(version=version, by=people[1])
    assert version.state == "published"


def move(client, version, name, data=None):
    address = reverse(f"admin:procedures_{version._meta.model_name}_move", args=[version.pk, name])
    return client.post(address, data) if data is not None else client.get(address)


def test_warnings_take_a_conscious_tick_that_the_history_keeps(client, people):
    version = approved(people)
    client.force_login(people[1])
    page = move(client, version, "publish").content.decode()
    assert "Nada impide publicar" in page
    assert "Leí los avisos y publico aunque siga así." in page
    response = move(client, version, "publish", {})
    version.refresh_from_db()
    assert (response.status_code, version.state) == (200, "approved")
    assert "Lee los avisos de arriba y marca aquí" in response.content.decode()
    move(client, version, "publish", {"despite": "on"})
    version.refresh_from_db()
    history = LogEntry.objects.filter(object_id=version.pk, change_message__startswith="Se publica sabiendo esto:")
    assert (version.state, history.get().user) == ("published", people[1])
    assert "Cuáles son los pasos" in history.get().change_message


def test_time_of_publication_takes_the_tick_and_taking_it_away_does_not(client, people):
    version = approved(people)
    client.force_login(people[1])
    later = f"{timezone.localtime() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    assert "despite" in move(client, version, "schedule", {"publish_at": later}).context["form"].errors
    assert move(client, version, "schedule", {"publish_at": later, "despite": "on"}).status_code == 302
    assert move(client, version, "schedule", {"publish_at": ""}).status_code == 302
    version.refresh_from_db()
    assert version.publish_at is None


def test_refusal_is_a_page_that_names_what_blocks(client, people):
    version = approved(people, who_es="Por definir")
    client.force_login(people[1])
    assert "1 cosa impide publicar" in move(client, version, "publish").content.decode()
    response = move(client, version, "publish", {"despite": "on"})
    version.refresh_from_db()
    assert (response.status_code, version.state) == (409, "approved")
    assert "«Por definir» está por escribirse" in response.content.decode()


@pytest.mark.parametrize(("prefix", "words"), [("", "Lista de control antes de publicar"), ("/en", "Checklist before")])
@pytest.mark.parametrize("make", [make_procedure, make_program])
def test_checklist_has_a_page_that_leads_to_each_place(prefix, words, make, client, people):
    version = make("en-curso", **DRAFT, author=people[0], who_es="xx")
    client.force_login(people[0])
    address = reverse(f"admin:procedures_{version._meta.model_name}_checks", args=[version.pk])
    page = client.get(prefix + address).content.decode()
    assert words in page
    change = reverse(f"admin:procedures_{version._meta.model_name}_change", args=[version.pk])
    assert f'{change}#id_who_es"' in page
    body = client.get(prefix + change).content.decode()
    assert 'id="id_who_es"' in body
    assert address in body


def test_checklist_is_not_for_strangers(client, people):
    version = make_procedure("en-curso", **DRAFT)
    address = reverse("admin:procedures_procedureversion_checks", args=[version.pk])
    assert client.get(address).status_code == 302
    client.force_login(make_staff("nadie"))
    assert client.get(address).status_code == 403


# The profile's admin


def test_profile_is_edited_in_the_admin(admin_client):
    profile = LegalProfile.objects.get(slug="ficha-de-tramite")
    address = reverse("admin:procedures_legalprofile_change", args=[profile.pk])
    data = form_data(admin_client.get(address))
    total = int(data["fields-TOTAL_FORMS"])
    data |= {f"fields-{total - 1}-datum": "homoclave", f"fields-{total - 1}-severity": "warns"}
    response = admin_client.post(address, data)
    assert response.status_code == 302, response.context["errors"]
    assert profile.fields.filter(datum="homoclave", severity="warns").exists()


def test_second_profile_in_use_is_refused_with_a_message(admin_client):
    data = {"name_es": "Otro", "kind": "procedure", "version": "1", "is_active": "on", "assurance": "partly"}
    response = admin_client.post(reverse("admin:procedures_legalprofile_add"), data)
    assert "primero quítalo de uso" in response.content.decode()
