"""Reference businesses in the admin: answers as the guide gives them, checked one by one and read back in words."""

import pytest
from django.urls import reverse

from procedures.guide.reference import read_written
from procedures.models import BusinessType, ReferenceBusiness
from tests.admin_forms import form_data
from tests.ledger import make_business
from tests.reading import body, text

pytestmark = pytest.mark.django_db

PLAN = "https://negocios.example.org/ruta/plan/?giro=taqueria&forma-legal=a-mi-nombre&local=con-local"


def url(view, *args):
    return reverse(f"admin:procedures_referencebusiness_{view}", args=args)


def add(client, answers, kind="taqueria", prefix=""):
    address = prefix + url("add")
    kind = BusinessType.objects.get(slug=kind)
    data = form_data(client.get(address)) | {"name_es": "Nuevo", "business_type": kind.slug, "answers": answers}
    return client.post(address, data)


def errors(response):
    return response.context["adminform"].form.errors.get("answers", [])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (PLAN, ("taqueria", [("forma-legal", "a-mi-nombre"), ("local", "con-local")])),
        (f"{PLAN}&inicio=2026-09-14&fbclid=x#fechas", read_written(PLAN)),
        ("/en/ruta/plan/?local=con-local", ("", [("local", "con-local")])),
        ("local=con-local\r\npersonal=si\n", ("", [("local", "con-local"), ("personal", "si")])),
        ("local=con-local&personal=si", ("", [("local", "con-local"), ("personal", "si")])),
        ("local", ("", [("local", "")])),
        ("", ("", [])),
    ],
)
def test_answers_are_read_from_an_address_or_from_lines(written, expected):
    assert read_written(written) == expected


def test_pasted_address_of_a_plan_becomes_answers(admin_client):
    assert add(admin_client, PLAN).status_code == 302
    business = ReferenceBusiness.objects.get(slug="nuevo")
    assert business.answers == {"forma-legal": "a-mi-nombre", "local": "con-local"}
    assert (business.business_type.slug, business.is_active) == ("taqueria", True)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("mascotas=si", "«mascotas» no es una pregunta de la guía."),
        (
            "forma-legal=solo",
            "«solo» no es una respuesta a forma-legal («¿Cómo vas a trabajar?»). "
            "Tiene: a-mi-nombre, sociedad-ante-notaria, sas-en-linea, cooperativa.",
        ),
        ("local=con-local\nlocal=en-casa", "local («¿El negocio tiene o tendrá un local?») tiene varias respuestas"),
        ("local=en-casa\nobra=no", "no se pregunta obra («¿Vas a construir o a remodelar?»)"),
        (PLAN.replace("giro=taqueria", "giro=estetica"), "La dirección es del giro «estetica», no de «taqueria»"),
    ],
)
def test_wrong_answer_is_named_and_what_was_typed_is_kept(admin_client, answers, expected):
    response = add(admin_client, answers)
    [error] = errors(response)
    assert expected in error
    assert response.context["adminform"].form["answers"].value() == answers
    assert not ReferenceBusiness.objects.filter(slug="nuevo").exists()


def test_every_wrong_answer_is_named(admin_client):
    found = errors(add(admin_client, "mascotas=si\nlocal=castillo\npersonal=si", prefix="/en"))
    assert len(found) == 2
    assert found[0] == "“mascotas” is no question of the guide."
    assert found[1].startswith("“castillo” is no answer to local")


@pytest.mark.parametrize("answers", ["====", "?", "%ZZ=%00", "\x00", "a=b&a=b", "&" * 3000, "ñ" * 5000])
def test_nonsense_is_no_error_of_the_server(admin_client, answers):
    assert add(admin_client, answers).status_code in (200, 302)


def test_page_reads_the_answers_back_in_words_and_says_what_is_open(admin_client):
    business = make_business(answers={"local": "con-local"})
    page = body(admin_client, url("change", business.pk))
    assert "<dt>¿El negocio tiene o tendrá un local?</dt><dd>Sí: un local" in page
    assert "<li>¿Tendrás personas empleadas?</li>" in page
    assert 'href="/ruta/plan/?giro=taqueria&amp;local=con-local"' in page
    settled = ReferenceBusiness.objects.get(slug="taqueria")
    assert "Ninguna." in text(body(admin_client, url("change", settled.pk)))


def test_page_names_answers_that_the_guide_has_no_more(admin_client):
    business = make_business(answers={"local": "castillo"})
    assert "«castillo» no es una respuesta a local" in text(body(admin_client, url("change", business.pk)))


def test_saving_what_is_shown_changes_nothing(admin_client):
    business = ReferenceBusiness.objects.get(slug="restaurante-sociedad")
    before = ReferenceBusiness.objects.filter(pk=business.pk).values().get()
    address = url("change", business.pk)
    assert admin_client.post(address, form_data(admin_client.get(address))).status_code == 302
    assert ReferenceBusiness.objects.filter(pk=business.pk).values().get() == before
