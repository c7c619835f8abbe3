"""Question after question: every state is an address."""

import re
from html import unescape

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures.guide.parameters import NOT_QUESTIONS
from procedures.models import Choice, Question
from tests.reading import body, heading_faults, text

pytestmark = pytest.mark.django_db

LEGAL, INCOME = "forma-legal", "ingresos"


def asked(client, path):
    """The slug of the question a page asks."""
    return client.get(path).context["question"].slug


def hidden(html):
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', html))


def links(html):
    return [unescape(address) for address in re.findall(r'href="([^"]+)"', html)]


def test_the_first_question_follows_the_type(client):
    response = client.get("/ruta/?giro=taqueria")
    html = response.content.decode()
    assert response.context["question"].slug == LEGAL
    assert "<h1>¿Cómo vas a trabajar?</h1>" in html
    assert "Pregunta 1 de unas" in text(html)
    assert heading_faults(html) == []


def test_the_page_offers_every_choice_and_not_knowing(client):
    html = body(client, "/ruta/?giro=taqueria")
    values = re.findall(r'type="radio" id="[^"]+" name="forma-legal" value="([^"]+)"', html)
    assert values == ["a-mi-nombre", "sociedad-ante-notaria", "sas-en-linea", "cooperativa", "no-se"]


def test_the_form_keeps_what_is_known(client):
    html = body(client, "/ruta/?giro=taqueria&forma-legal=a-mi-nombre&inicio=2026-09-14")
    assert hidden(html) == {
        "giro": "taqueria",
        "forma-legal": "a-mi-nombre",
        "inicio": "2026-09-14",
        "pregunta": INCOME,
    }


def test_a_question_that_depends_on_an_answer_is_asked_only_then(client):
    assert asked(client, "/ruta/?giro=taqueria&forma-legal=a-mi-nombre") == INCOME
    assert asked(client, "/ruta/?giro=taqueria&forma-legal=cooperativa") == "local"


def test_what_the_type_settles_is_not_asked(client):
    path, seen = "/ruta/?giro=taqueria", []
    while (response := client.get(path)).status_code == 200:
        question = response.context["question"].slug
        seen.append(question)
        path += f"&{question}=no-se"
    assert "alimentos-salud" not in seen
    assert len(seen) == len(set(seen)) > 5
    assert response["Location"].startswith("/ruta/plan/?giro=taqueria")


def test_the_end_of_the_questions_keeps_what_was_wrong(client):
    path = "/ruta/?giro=taqueria&nada=1"
    while (response := client.get(path)).status_code == 200:
        path += f"&{response.context['question'].slug}=no-se"
    assert "nada=1" in response["Location"]
    assert "pregunta" not in response["Location"]


def test_without_a_type_every_question_that_matters_is_asked(client):
    assert asked(client, "/ruta/?giro=otro") == LEGAL
    assert "Sin giro" in body(client, "/ruta/?giro=otro")


def test_an_answer_left_out_is_asked_for(client):
    html = body(client, "/ruta/?giro=taqueria&pregunta=forma-legal")
    assert "Elige una respuesta." in html
    assert "<title>Error:" in html
    assert 'aria-describedby="ayuda falta"' in html


def test_an_answer_given_leads_to_the_next_question(client):
    path = "/ruta/?giro=taqueria&forma-legal=a-mi-nombre&pregunta=forma-legal"
    assert asked(client, path) == INCOME
    assert "Elige una respuesta." not in body(client, path)


def test_back_leads_to_the_question_before_with_its_answer(client):
    html = body(client, "/ruta/?giro=taqueria&forma-legal=a-mi-nombre")
    back = next(address for address in links(html) if "cambiar=" in address)
    page = client.get(back)
    assert page.context["question"].slug == LEGAL
    assert 'value="a-mi-nombre" required checked' in page.content.decode()


def test_back_from_the_first_question_leads_to_the_types(client):
    assert client.get("/ruta/?giro=taqueria").context["before"] == "/ruta/"


def test_any_answer_can_be_changed(client):
    path = "/ruta/?giro=taqueria&forma-legal=a-mi-nombre&ingresos=no-se&local=con-local"
    addresses = [answer.address for answer in client.get(path).context["plan"].answers]
    assert [asked(client, address) for address in addresses] == [LEGAL, INCOME, "local"]


def test_an_answer_changed_from_the_plan_leads_back_to_it(client):
    html = body(client, "/ruta/?giro=taqueria&forma-legal=a-mi-nombre&cambiar=forma-legal&volver=plan")
    assert '<form action="/ruta/plan/"' in html
    assert hidden(html) == {"giro": "taqueria"}
    assert "Guardar y volver a mi plan" in html


def test_the_plan_can_be_seen_at_any_time(client):
    html = body(client, "/ruta/?giro=taqueria&forma-legal=a-mi-nombre")
    assert "/ruta/plan/?giro=taqueria&forma-legal=a-mi-nombre" in links(html)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("giro=nada", "No tenemos el giro «nada»"),
        ("giro=taqueria&giro=bar", "La dirección trae varios giros"),
        ("giro=taqueria&nada=1", "«nada=1», que no es una pregunta de esta guía"),
        ("giro=taqueria&alcohol=nada", "«nada» no es una respuesta a"),
        ("giro=taqueria&alcohol=si&alcohol=no", "La dirección trae varias respuestas a"),
        ("giro=taqueria&superficie-obra=hasta-60", "ya no hace falta «¿De qué tamaño es la construcción?»"),
        ("giro=taqueria&inicio=ayer", "«ayer» no es una fecha"),
        ("giro=taqueria&inicio=2026-02-30", "«2026-02-30» no es una fecha"),
        ("giro=taqueria&inicio=9999-12-31", "«9999-12-31» no es una fecha"),
        ("giro=taqueria&nada=<script>", "«nada=&lt;script&gt;»"),
    ],
)
@pytest.mark.parametrize("page", ["/ruta/", "/ruta/plan/"])
def test_what_can_not_be_taken_is_said(client, page, query, words):
    html = body(client, f"{page}?{query}")
    assert "Lo demás sí cuenta" in html
    assert words in text(html)


def test_the_valid_rest_is_kept(client):
    plan = client.get("/ruta/plan/?giro=taqueria&alcohol=no&local=nada&local=x&nada=1&personal=si").context["plan"]
    assert plan.inquiry.profile.answers == {"alcohol": "no", "personal": "si"}
    assert plan.inquiry.type_slug == "taqueria"
    assert len(plan.problems) == 3


def test_contradictory_answers_leave_the_fact_open_and_lead_to_both_questions(client):
    first = Question.objects.get(slug="alcohol")
    second = Question.objects.create(slug="cerveza", position=99, text_es="¿Y cerveza?", text_en="And beer?")
    choice = Choice.objects.create(question=second, slug="si", label_es="Sí", label_en="Yes")
    choice.sets_true.set(first.choices.get(slug="no").sets_false.filter(slug="vende-alcohol"))
    html = body(client, "/ruta/plan/?giro=taqueria&alcohol=no&cerveza=si")
    assert "se contradicen: dejamos como no sabido si vende o sirve bebidas alcohólicas" in text(html)
    assert "cambiar=alcohol" in html
    assert "cambiar=cerveza" in html


@pytest.mark.parametrize("name", ["utm_source", "fbclid", "gclid", "igshid"])
def test_what_a_messaging_app_adds_is_no_problem(client, name):
    assert client.get("/ruta/plan/", {"giro": "taqueria", name: "x"}).context["plan"].problems == []


def test_no_question_takes_the_place_of_another_parameter():
    assert not Question.objects.filter(slug__in=NOT_QUESTIONS).exists()


def test_nothing_is_stored_or_personal(client):
    response = client.get("/ruta/?giro=taqueria&forma-legal=a-mi-nombre")
    assert not response.cookies
    assert response["Cache-Control"] == "public, max-age=0, s-maxage=60"


def test_a_question_costs_the_same_queries_at_the_beginning_and_at_the_end(client, django_assert_num_queries):
    last = "forma-legal=a-mi-nombre&ingresos=no-se&local=con-local&bajo-riesgo=si&obra=ambas&superficie-obra=no-se"
    for path in ("/ruta/?giro=taqueria", f"/ruta/?giro=taqueria&{last}"):
        with django_assert_num_queries(31):
            client.get(path)


tampered = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("giro", "inicio", "q", "pregunta", "cambiar", "volver", "forma-legal", "ingresos", "local"),
                *("alcohol", "personal", "obra", "utm_x", "\x00", ""),
            ]
        )
        | st.text(max_size=8),
        st.sampled_from(["taqueria", "otro", "no-se", "si", "no", "con-local", "plan", "alcohol", "2026-09-14", ""])
        | st.text(max_size=8),
    ),
    max_size=8,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(page=st.sampled_from(["", "plan/", "plan.json", "plan.ics", "plan.txt"]), pairs=tampered)
def test_no_address_is_an_error(client, page, pairs):
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value.encode("utf-8", "replace").decode())
    for prefix in ("/ruta/", "/en/ruta/"):
        response = client.get(f"{prefix}{page}?{query.urlencode()}")
        assert response.status_code in (200, 302)


@pytest.mark.parametrize("query", ["giro=%00", "giro=%ff%fe", "%ff=%ff", "&&&==", "giro[]=x", "giro=" + "x" * 5_000])
def test_no_raw_query_is_an_error(client, query):
    for page in ("/ruta/", "/ruta/plan/"):
        assert client.get(f"{page}?{query}").status_code == 200


@pytest.mark.parametrize("path", ["/ruta/", "/ruta/plan/", "/ruta/plan.json", "/ruta/plan.ics", "/ruta/plan.txt"])
def test_the_guide_is_for_reading_only(client, path):
    assert client.post(path).status_code == 405
