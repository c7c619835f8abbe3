"""The plan as its reader sees it."""

import re
from html import unescape

import pytest

from procedures.models import BusinessType, NonWorkingDay, ProcedureVersion, Situation, Stage
from procedures.roadmap.answers import UNSURE
from tests.factories import clear_catalogue, make_document, make_procedure, make_program, rewrite
from tests.reading import FORBIDDEN, body, heading_faults, text

pytestmark = pytest.mark.django_db

COMPANY = (
    "giro=restaurante&forma-legal=sociedad-ante-notaria&local=con-local&via-publica=no&bajo-riesgo=no&obra=no&anuncio=no"
    "&sucursal=no&personal=si&servicios-especializados=no&alcohol=si&actividad-especial=ninguna"
    "&ambiental-sanitario=ninguna&marca=no&ya-opera=todavia-no&quien-encabeza=no&zona=ciudad&enfoque=ninguna"
)
ONLINE = (
    "giro=tienda-en-linea&forma-legal=a-mi-nombre&ingresos=hasta-3-5-millones&local=en-casa&via-publica=no&anuncio=no"
    "&personal=no&alimentos-salud=ninguna&alcohol=no&actividad-especial=ninguna&ambiental-sanitario=ninguna&marca=no"
    "&ya-opera=todavia-no&quien-encabeza=no&zona=ciudad&enfoque=ninguna"
)


def plan_of(client, query):
    return client.get(f"/ruta/plan/?{query}").context["plan"]


def steps(plan):
    """Procedure → the number of its step."""
    return {item.slug: step.number for phase in plan.phases for step in phase.steps for item in step.items}


def section(html, name):
    """The text of one section of the page."""
    start = html.index(f'aria-labelledby="{name}" class="guide-section')
    return unescape(text(html[start : html.index("\n</section>", start)]))


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_business_type_has_an_explained_plan(client, prefix):
    visited = 0
    for slug in BusinessType.objects.values_list("slug", flat=True):
        response = client.get(f"{prefix}/ruta/plan/?giro={slug}")
        html = response.content.decode()
        plan = response.context["plan"]
        assert response.status_code == 200
        assert plan.items, slug
        assert plan.circles == [], slug
        assert all(item.why or item.open for item in plan.items.values()), slug
        assert any(item.is_sure and item.why for item in plan.items.values()), slug
        assert not FORBIDDEN.search(html)
        assert heading_faults(html) == []
        visited += 1
    assert visited == 60


def test_a_company_that_sells_alcohol_gets_the_whole_chain_in_order(client):
    plan = plan_of(client, COMPANY)
    order = steps(plan)
    chain = [
        "inscripcion-rfc-persona-fisica",
        "e-firma-persona-fisica",
        "autorizacion-denominacion",
        "acta-constitutiva",
        "inscripcion-rfc-persona-moral",
        "e-firma-persona-moral",
    ]
    assert [order[slug] for slug in chain] == sorted({order[slug] for slug in chain})
    assert order["licencia-uso-de-suelo"] < order["licencia-de-funcionamiento"]
    assert order["dictamen-proteccion-civil"] < order["licencia-de-funcionamiento"]
    assert order["constancia-no-inconveniente-alcohol"] < order["licencia-alcohol-estatal"]
    assert order["inscripcion-rfc-persona-moral"] < order["alta-patronal-imss"] < order["inscripcion-infonavit"]
    assert all(item.is_sure for item in plan.items.values())
    assert all(order[before] < order[slug] for slug in order for before in plan.items[slug].item.waits_for)


def test_an_online_seller_at_home_gets_no_permits_for_premises(client):
    plan = plan_of(client, ONLINE)
    premises = set(
        ProcedureVersion.objects.published().filter(all_of__slug="con-local").values_list("procedure__slug", flat=True)
    )
    left_out = {entry.task.slug for group in plan.not_needed for entry in group.entries}
    assert len(premises) > 5
    assert premises <= left_out
    assert "local" not in [phase.stage.slug for phase in plan.phases]
    assert len(plan.items) < 6
    assert plan.remaining == ()


def test_the_page_tells_why_in_words(client):
    html = unescape(text(body(client, f"/ruta/plan/?{COMPANY}")))
    assert "Porque respondiste que tiene un local o establecimiento y vende o sirve bebidas alcohólicas." in html
    assert "porque Licencia de funcionamiento pide su resultado" in html.replace("Porque", "porque")
    assert "Porque aplica a todos los negocios." in html


def test_a_reason_from_the_type_says_so(client):
    html = unescape(text(body(client, "/ruta/plan/?giro=taqueria")))
    assert "Porque, como es usual en tu giro (Taquería), maneja alimentos o bebidas." in html


def test_what_is_not_needed_is_grouped_by_reason(client):
    html = section(body(client, f"/ruta/plan/?{ONLINE}"), "no-necesitas")
    assert "Porque a «¿Venderá o servirá bebidas alcohólicas?» respondiste «No»: Cambiar" in html
    assert "Licencia estatal para vender bebidas alcohólicas" in html


def test_every_procedure_is_somewhere(client):
    for query in ("", "giro=taqueria", COMPANY, ONLINE):
        plan = plan_of(client, query)
        places = [
            *plan.items,
            *(entry.task.slug for group in plan.not_needed for entry in group.entries),
            *(alternative.window.slug for alternative in plan.alternatives),
        ]
        assert len(places) == len(set(places)) == ProcedureVersion.objects.published().count() == 43


def test_what_is_open_is_marked_and_links_its_question(client):
    response = client.get("/ruta/plan/?giro=taqueria&local=con-local")
    entry = response.context["plan"].items["permiso-anuncio"]
    assert not entry.is_sure
    assert [undecided.situation for undecided in entry.open] == ["con-anuncio"]
    question = client.get(entry.open[0].address)
    assert question.context["question"].slug == "anuncio"
    assert question.context["hidden"] == {"giro": "taqueria", "local": "con-local"}
    assert "Por confirmar" in response.content.decode()


def test_a_known_low_risk_lets_one_window_do_it(client):
    plan = plan_of(client, "giro=taqueria&local=con-local&bajo-riesgo=si")
    assert plan.items["sare-apertura-rapida"].item.covers == (
        "licencia-uso-de-suelo",
        "dictamen-proteccion-civil",
        "licencia-de-funcionamiento",
    )
    assert "licencia-de-funcionamiento" not in plan.items
    html = unescape(text(body(client, "/ruta/plan/?giro=taqueria&local=con-local&bajo-riesgo=si")))
    assert "Hace por ti: Licencia de uso de suelo, Dictamen del programa interno de protección civil y" in html
    assert "Porque Apertura rápida de empresas (ventanilla SARE) lo hace por ti" in html


def test_an_unknown_low_risk_offers_the_window_as_alternative(client):
    html = unescape(text(body(client, "/ruta/plan/?giro=taqueria&local=con-local&via-publica=no&bajo-riesgo=no-se")))
    assert "Una sola ventanilla podría hacer por ti estos 3: Licencia de uso de suelo" in html
    assert "Licencia de funcionamiento" in html
    assert "quizá en una sola ventanilla: Apertura rápida de empresas (ventanilla SARE)" in html


def test_the_folder_holds_each_document_once_and_apart_what_the_plan_produces(client):
    plan = plan_of(client, COMPANY)
    bring = [sheet.document.slug for sheet in plan.bring]
    produced = [sheet.document.slug for sheet in plan.produced]
    assert len(bring) == len(set(bring)) == plan.figures.totals.documents
    assert {"rfc-persona-moral", "acta-constitutiva", "licencia-uso-de-suelo"} <= set(produced)
    assert not set(bring) & set(produced)
    html = section(body(client, f"/ruta/plan/?{COMPANY}"), "carpeta")
    assert "Identificación oficial 1 original" in html
    assert "Lo obtienes con este trámite: Acta constitutiva ante fedatario público" in html


def test_visits_say_where_for_what_and_what_to_take(client):
    html = section(body(client, f"/ruta/plan/?{COMPANY}"), "visitas")
    plan = plan_of(client, COMPANY)
    assert len(plan.shown_visits) == plan.figures.totals.visits > 3
    assert "Notaría o correduría pública Paso 5: Acta constitutiva ante fedatario público" in html
    assert "Sin salir de casa, en línea:" in html


def test_supports_that_fit_come_live_first(client):
    plan = plan_of(client, "giro=taqueria&ya-opera=2-anos-o-mas")
    order = ["open", "permanent", "upcoming", "undecided", "unknown", "closed"]
    statuses = [order.index(support.fit.support.status) for support in plan.supports]
    assert statuses == sorted(statuses)
    assert len(statuses) > 5
    assert len(plan.first_supports) == 5


def test_figures_name_what_they_leave_out(client):
    plan = plan_of(client, "giro=taqueria&local=con-local")
    assert [note.words for note in plan.figures.notes] == [
        "No sabemos cuánto cuesta",
        "Es un porcentaje o sigue una regla, y no está en la suma",
        "Lo contamos, pero nadie ha confirmado el monto",
        "No sabemos cuánto tarda",
    ]
    html = unescape(text(body(client, "/ruta/plan/?giro=taqueria&local=con-local")))
    assert f"más {len(plan.figures.uncounted)} trámites cuyo costo no sabemos" in html


def test_the_plan_says_how_many_questions_are_left_and_goes_on(client):
    response = client.get("/ruta/plan/?giro=taqueria")
    plan = response.context["plan"]
    assert f"Faltan unas {len(plan.remaining)} preguntas." in text(response.content.decode())
    assert client.get(plan.addresses["questions"]).context["question"].slug == plan.remaining[0].slug


def test_answering_everything_leaves_nothing_to_ask(client):
    html = body(client, f"/ruta/plan/?{COMPANY}")
    assert "No falta ninguna pregunta" in html
    assert "Por confirmar" not in html


def test_not_knowing_counts_as_answered_and_leaves_the_item_in(client):
    plan = plan_of(client, f"{COMPANY.replace('anuncio=no', f'anuncio={UNSURE}')}")
    assert not plan.items["permiso-anuncio"].is_sure
    assert plan.remaining == ()


def test_what_is_usual_for_the_type_can_be_changed(client):
    plan = plan_of(client, "giro=taqueria")
    first = plan.usual[0]
    assert (first.situation, first.value) == ("maneja-alimentos", True)
    assert client.get(first.address).context["question"].slug == "alimentos-salud"


def test_a_plan_without_anything_known_is_whole(client):
    response = client.get("/ruta/plan/")
    assert response.status_code == 200
    assert len(response.context["plan"].items) > 30
    assert "Sin giro" in response.content.decode()


def test_a_plan_without_procedures_says_so(client):
    clear_catalogue()
    html = unescape(text(body(client, "/ruta/plan/?giro=taqueria")))
    assert "Con tus respuestas no encontramos ningún trámite." in html
    assert "Todo se puede hacer sin ir a ningún lado." in html


def test_a_circle_is_named_and_breaks_nothing(client):
    clear_catalogue()
    for name, other in (("uno", "dos"), ("dos", "uno")):
        version = make_procedure(name)
        version.results.add(make_document(name))
        version.requirements.create(document=make_document(other))
    html = unescape(text(body(client, "/ruta/plan/?inicio=2026-09-14")))
    assert "Trámite dos y Trámite uno se piden entre sí." in html


def test_texts_without_a_translation_are_marked(client):
    rewrite("registro-ventanilla-virtual", name_en="")
    html = body(client, "/en/ruta/plan/?giro=taqueria")
    assert '<span lang="es">Cuenta en la ventanilla ciudadana en línea</span></a>' in html


def test_what_staff_write_is_escaped(client):
    rewrite("registro-ventanilla-virtual", name_es="<b>&amp;</b>")
    Situation.objects.filter(slug="maneja-alimentos").update(name_es="<i>come</i>")
    html = body(client, "/ruta/plan/?giro=taqueria")
    assert "<b>&amp;</b>" not in html
    assert "<i>come</i>" not in html
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in html
    assert "&lt;i&gt;come&lt;/i&gt;" in html


def small_catalogue():
    """One procedure with one of everything, which depends on an answer, and one program."""
    clear_catalogue()
    solo = make_procedure("solo", requirements=1, fees=1, offices=1, response_value=3, response_unit="business_days")
    solo.all_of.add(Situation.objects.get(slug="con-personal"))
    solo.requirements.create(text_es="Cumplir algo")
    make_program("unico", calls=1)


@pytest.mark.parametrize("start", ["", "&inicio=2026-09-14"])
def test_the_page_costs_the_same_queries_for_a_small_plan_and_a_big_one(client, django_assert_num_queries, start):
    path = f"/ruta/plan/?giro=taqueria{start}"
    queries = 44 if start else 42
    with django_assert_num_queries(queries):
        assert len(client.get(path).context["plan"].items) > 30
    small_catalogue()
    with django_assert_num_queries(queries):
        assert len(client.get(path).context["plan"].items) == 1


def test_the_real_rest_days_are_those_of_the_law():
    """Against the rules of article 74 themselves."""
    days = set(NonWorkingDay.objects.values_list("date", flat=True))
    assert len(days) == 14
    for year in (2026, 2027):
        fixed = {(1, 1), (5, 1), (9, 16), (12, 25)}
        moved = {(2, 1), (3, 3), (11, 3)}  # month, which Monday
        found = {(day.month, day.day) for day in days if day.year == year}
        mondays = {(day.month, (day.day + 6) // 7) for day in days if day.year == year and day.weekday() == 0}
        assert fixed <= found
        assert moved <= mondays
        assert len(found) == 7


def test_stages_stand_in_road_order(client):
    positions = [phase.stage.position for phase in plan_of(client, COMPANY).phases]
    assert positions == sorted(positions)
    assert Stage.objects.count() == 6


def test_the_page_links_its_other_forms(client):
    html = unescape(body(client, f"/ruta/plan/?{COMPANY}"))
    for name in ("plan.json", "plan.txt"):
        assert f'href="/ruta/{name}?{COMPANY}"' in html
    assert not re.search(r"wa\.me|facebook\.com|twitter\.com", html)


def test_the_address_in_the_other_language_keeps_the_answers(client):
    assert f'href="/en/ruta/plan/?{COMPANY}"' in unescape(body(client, f"/ruta/plan/?{COMPANY}"))


def test_both_languages_tell_the_same_plan(client):
    spanish = plan_of(client, COMPANY)
    english = client.get(f"/en/ruta/plan/?{COMPANY}").context["plan"]
    assert list(spanish.items) == list(english.items)
    assert "because you answered that" in body(client, f"/en/ruta/plan/?{COMPANY}").lower()
