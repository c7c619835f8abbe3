"""The adapter, and the plans of real businesses from the real records."""

import datetime
from decimal import Decimal

import pytest

from procedures import models
from procedures.roadmap import checks
from procedures.roadmap.answers import UNSURE, read_answers, remaining_questions
from procedures.roadmap.catalogue import (
    read_business_types,
    read_catalogue,
    read_closed_days,
    read_questions,
    read_supports,
    read_units,
    versions_with,
)
from procedures.roadmap.folder import make_folder
from procedures.roadmap.plan import make_plan
from procedures.roadmap.supports import LIVE_FIRST, fitting
from procedures.roadmap.totals import make_totals
from procedures.roadmap.values import Condition, Facts
from procedures.roadmap.visits import make_visits
from tests import factories

TODAY = datetime.date(2026, 3, 2)

pytestmark = pytest.mark.django_db


def facts(true, false=""):
    return Facts(frozenset(true.split()), frozenset(false.split()))


def assert_in_order(plan, *slugs):
    """Every one is in the plan, each after the one before."""
    place = {item.slug: number for number, item in enumerate(plan.items)}
    assert [slug for slug in slugs if slug not in place] == []
    assert tuple(sorted(slugs, key=place.get)) == slugs


def assert_waits_for(plan, later, earlier):
    assert earlier in plan.by_slug[later].waits_for


def slugs(plan):
    return {item.slug for item in plan.items}


def why_not(plan):
    return {entry.task.slug: entry.reasons for entry in plan.not_needed}


@pytest.fixture
def catalogue():
    return read_catalogue()


@pytest.fixture
def guide():
    return read_questions()


@pytest.fixture
def kinds():
    return {kind.slug: kind for kind in read_business_types()}


# Reading


def test_catalogue_holds_every_published_procedure(catalogue):
    assert len(catalogue.tasks) == models.ProcedureVersion.objects.published().count() == 43
    assert sum(len(task.needs) for task in catalogue.tasks) == models.Requirement.objects.count()
    assert sum(len(task.prices) for task in catalogue.tasks) == models.Fee.objects.count()


def test_catalogue_reads_a_procedure_whole(catalogue):
    window = catalogue.by_slug["sare-apertura-rapida"]
    assert (window.stage, window.stage_position, window.position) == ("permisos", 4, 1)
    assert window.condition == Condition(all_of=("con-local", "giro-bajo-riesgo"))
    assert window.bundles == ("dictamen-proteccion-civil", "licencia-de-funcionamiento", "licencia-uso-de-suelo")
    assert window.bundles == window.results
    assert (window.time_value, window.time_unit) == (3, "business_days")
    assert (window.channels, window.offices) == (("online", "in_person"), ("modulo-sare",))
    assert (window.institution, window.level) == ("ddec", "municipal")
    assert [(price.low, price.unit, price.assurance) for price in window.prices] == [(1702, "MXN", "partly")]
    building = catalogue.by_slug["licencia-construccion-menor-60"]
    assert [(need.document, need.originals, need.copies) for need in building.needs][:2] == [
        ("constancia-alineamiento-numero-oficial", None, 1),
        ("plano-catastral", 1, 2),
    ]
    assert [need.condition for need in catalogue.by_slug["impuesto-sobre-nominas"].needs] == [
        Condition(all_of=("persona-fisica",)),
        Condition(all_of=("persona-moral",)),
    ]


def test_guide_holds_every_question_and_business_type(guide, kinds):
    assert (len(guide), len(kinds)) == (21, 60)
    size = next(question for question in guide if question.slug == "superficie-obra")
    assert (size.depends_on, size.depends_value) == ("va-a-construir", True)
    assert [choice.slug for choice in size.choices] == ["hasta-60", "mas-de-60"]
    assert size.choices[0].sets_true == {"obra-hasta-60-m2"}
    assert {"maneja-alimentos", "con-local"} <= kinds["restaurante"].facts.true


def test_no_choice_is_called_unsure(guide):
    assert UNSURE not in {choice.slug for question in guide for choice in question.choices}


@pytest.mark.parametrize("number", [1, 3])
def test_catalogue_takes_the_same_queries_for_any_number_of_procedures(number, django_assert_num_queries):
    factories.clear_catalogue()
    for place in range(number):
        version = factories.make_procedure(f"uno-{place}", requirements=number, fees=number, offices=number)
        version.results.add(factories.make_document(f"resultado-{place}"))
        version.bundles.add(version.procedure)
    with django_assert_num_queries(16):
        tasks = read_catalogue().tasks
    assert [len(task.needs) for task in tasks] == [number] * number


@pytest.mark.parametrize("number", [1, 3])
def test_guide_and_supports_take_the_same_queries_for_any_number(number, django_assert_num_queries):
    factories.clear_catalogue()
    models.Question.objects.all().delete()
    models.ReferenceBusiness.objects.all().delete()
    models.BusinessType.objects.all().delete()
    for place in range(number):
        factories.make_program(f"apoyo-{place}", calls=number)
        question = models.Question.objects.create(slug=f"pregunta-{place}", **factories.both("text", "¿Sí?"))
        question.choices.create(slug="si", **factories.both("label", "Sí"))
        models.BusinessType.objects.create(slug=f"giro-{place}", **factories.both("name", "Giro"))
    with django_assert_num_queries(11):
        found = read_questions(), read_business_types(), read_supports(TODAY)
    assert [len(rows) for rows in found] == [number] * 3


def test_of_the_prices_marked_as_alternatives_one_is_due_and_of_the_others_all():
    version = factories.make_procedure("con-cuotas", fees=1)
    for amount in (10, 20):
        version.fees.create(kind="fixed", minimum=amount, is_alternative=True)
    prices = read_catalogue().by_slug["con-cuotas"].prices
    assert [(price.low, price.group, price.condition.is_empty) for price in prices] == [
        (100, "", False),
        (10, "by-case", True),
        (20, "by-case", True),
    ]


def test_a_draft_can_be_read_in_place_of_what_is_published():
    published = models.ProcedureVersion.objects.published().get(procedure__slug="registro-siem")
    draft = factories.make_procedure("registro-siem", state=models.VersionState.DRAFT, published_at=None)
    read = read_catalogue(versions_with(draft)).by_slug
    assert read["registro-siem"].id == draft.pk != published.pk
    assert len(read) == 43


def test_units_and_closed_days_are_those_of_the_date_and_level():
    models.NonWorkingDay.objects.all().delete()
    for level, day in (("federal", 16), ("state", 17), ("municipal", 18)):
        models.NonWorkingDay.objects.create(
            date=datetime.date(2026, 3, day), level=level, **factories.both("name", "Día")
        )
    closed = read_closed_days()
    days = {level: sorted(date.day for date in dates) for level, dates in closed.items()}
    assert days["federal"] == days["private"] == [16]
    assert (days["state"], days["municipal"]) == ([16, 17], [16, 18])
    value = models.UnitValue.objects.in_force_on(TODAY).get()
    assert read_units(TODAY) == {"UMA": value.daily}
    assert read_units(datetime.date(1990, 1, 1)) == {}


def test_supports_have_their_status_of_the_day():
    supports = read_supports(TODAY)
    assert len(supports) == models.ProgramVersion.objects.published().count() == 24
    assert {support.status for support in supports} <= set(LIVE_FIRST)
    fits = {fit.support.slug: fit for fit in fitting(supports, facts("zona-rural"))}
    assert fits["proyectos-productivos-rural"].is_sure
    assert "impulso-municipal-mipyme" not in fits


# Plans of real businesses


def test_every_business_type_has_an_explained_plan_without_circles(catalogue, kinds):
    plans = {slug: make_plan(catalogue, kind.facts) for slug, kind in kinds.items()}
    assert len(plans) == 60
    assert [slug for slug, plan in plans.items() if not plan.items or plan.circles] == []
    unexplained = [
        (slug, entry.task.slug)
        for slug, plan in plans.items()
        for entry in (*plan.items, *plan.not_needed)
        if not entry.reasons
    ]
    assert unexplained == []


def test_a_company_that_sells_alcohol_gets_the_whole_chain_in_order(catalogue):
    plan = make_plan(
        catalogue,
        facts(
            "persona-moral vende-alcohol con-personal con-local",
            "persona-fisica sas cooperativa evento-temporal giro-bajo-riesgo",
        ),
    )
    company = (
        "inscripcion-rfc-persona-fisica",
        "e-firma-persona-fisica",
        "autorizacion-denominacion",
        "acta-constitutiva",
    )
    assert_in_order(plan, *company, "inscripcion-registro-publico-comercio")
    assert_in_order(plan, *company, "inscripcion-rfc-persona-moral", "e-firma-persona-moral")
    assert_in_order(plan, "licencia-uso-de-suelo", "dictamen-proteccion-civil", "licencia-de-funcionamiento")
    assert_in_order(plan, "licencia-uso-de-suelo", "constancia-no-inconveniente-alcohol", "licencia-alcohol-estatal")
    assert_in_order(plan, "inscripcion-rfc-persona-moral", "alta-patronal-imss", "inscripcion-infonavit")
    for later, earlier in [
        ("inscripcion-registro-publico-comercio", "acta-constitutiva"),
        ("licencia-alcohol-estatal", "licencia-uso-de-suelo"),
        ("licencia-alcohol-estatal", "constancia-no-inconveniente-alcohol"),
        ("inscripcion-infonavit", "alta-patronal-imss"),
        ("alta-patronal-imss", "acta-constitutiva"),
    ]:
        assert_waits_for(plan, later, earlier)
    assert [reason.kind for reason in plan.by_slug["e-firma-persona-fisica"].reasons] == ["asked_by"] * 3
    assert all(plan.by_slug[slug].is_sure for slug in company)
    assert {"sare-apertura-rapida", "constitucion-sas"} <= why_not(plan).keys()


def test_a_simplified_company_needs_no_notary_but_the_partners_signature(catalogue):
    plan = make_plan(catalogue, facts("persona-moral sas con-personal", "persona-fisica cooperativa con-local"))
    assert_in_order(
        plan,
        "inscripcion-rfc-persona-fisica",
        "e-firma-persona-fisica",
        "autorizacion-denominacion",
        "constitucion-sas",
        "alta-patronal-imss",
    )
    notary = {"acta-constitutiva", "inscripcion-registro-publico-comercio", "inscripcion-rfc-persona-moral"}
    assert notary <= why_not(plan).keys()
    assert ("sas", True) in [(reason.situation, reason.value) for reason in why_not(plan)["acta-constitutiva"]]


def test_an_online_seller_at_home_gets_a_short_plan_without_permits_for_premises(catalogue, guide, kinds):
    said = {
        "forma-legal": "a-mi-nombre",
        "ingresos": "hasta-3-5-millones",
        "local": "en-casa",
        "via-publica": "no",
        "anuncio": "no",
        "personal": "no",
        "alimentos-salud": "ninguna",
        "alcohol": "no",
        "actividad-especial": "ninguna",
        "ambiental-sanitario": "ninguna",
        "marca": "no",
    }
    profile = read_answers(said.items(), guide, kinds["tienda-en-linea"])
    plan = make_plan(catalogue, profile.facts)
    assert profile.problems == ()
    assert remaining_questions(guide, profile, plan.open) == ()
    assert [item.slug for item in plan.items] == [
        "registro-ventanilla-virtual",
        "inscripcion-rfc-persona-fisica",
        "e-firma-persona-fisica",
        "resico-persona-fisica",
    ]
    assert all(item.is_sure for item in plan.items)
    for slug in ("licencia-uso-de-suelo", "dictamen-proteccion-civil", "licencia-de-funcionamiento"):
        assert ("con-local", False) in [(reason.situation, reason.value) for reason in why_not(plan)[slug]]


def test_the_rapid_opening_window_stands_in_where_the_risk_is_low_and_is_offered_where_it_is_unknown(catalogue):
    covered = {"licencia-uso-de-suelo", "dictamen-proteccion-civil", "licencia-de-funcionamiento"}
    low = make_plan(catalogue, facts("con-local giro-bajo-riesgo va-a-remodelar"))
    assert "sare-apertura-rapida" in slugs(low)
    assert {slug for slug, reasons in why_not(low).items() if reasons[0].task == "sare-apertura-rapida"} == covered
    assert_waits_for(low, "remodelacion-comercial", "sare-apertura-rapida")
    unknown = make_plan(catalogue, facts("con-local"))
    assert covered <= slugs(unknown)
    (alternative,) = unknown.alternatives
    assert (alternative.task.slug, set(alternative.stands_for)) == ("sare-apertura-rapida", covered)
    assert alternative.open == ("giro-bajo-riesgo",)


def test_every_guide_comes_to_an_end_without_a_contradiction(catalogue, guide, kinds):
    """Always the last choice, for every type: often the answer “no”, or “both”."""
    asked = []
    for kind in kinds.values():
        said = {}
        while True:
            profile = read_answers(said.items(), guide, kind)
            remaining = remaining_questions(guide, profile, make_plan(catalogue, profile.facts).open)
            if not remaining:
                break
            said[remaining[0].slug] = remaining[0].choices[-1].slug
        assert profile.problems == ()
        asked.append(len(said))
    assert len(asked) == 60
    assert max(asked) <= 18


def test_totals_of_a_taqueria_name_what_is_not_known(catalogue, kinds):
    usual = kinds["taqueria"].facts
    known = Facts(usual.true | {"con-local", "giro-bajo-riesgo", "persona-fisica"}, usual.false | {"persona-moral"})
    plan = make_plan(catalogue, known)
    folder, visits = (make(plan, catalogue.documents) for make in (make_folder, make_visits))
    totals = make_totals(plan, folder, visits, read_units(TODAY))
    assert totals.cost.low == Decimal(1702)
    assert ("sare-apertura-rapida", catalogue.by_slug["sare-apertura-rapida"].prices[0].id) in totals.cost.unverified
    assert totals.time.low == 3
    assert "contrato-agua-comercial" in totals.time.unknown
    assert "rfc-persona-fisica" in {paper.document for paper in folder.produced}
    assert "curp" in {paper.document for paper in folder.bring}
    assert (totals.procedures, totals.visits) == (len(plan.items), len(visits.visits))


# The rules themselves


def test_the_real_rules_have_no_dead_ends(catalogue, guide, kinds):
    types, supports = kinds.values(), read_supports(TODAY)
    assert checks.circles(catalogue) == []
    assert checks.empty_plans(catalogue, types) == []
    assert checks.unreachable_tasks(catalogue, guide, types) == []
    assert checks.idle_questions(catalogue, guide, supports) == []
    assert checks.early_questions(guide) == []
    assert checks.impossible_rules(catalogue) == []
    assert checks.nested_windows(catalogue) == []


def test_every_situation_of_a_procedure_can_be_settled(catalogue, guide, kinds):
    """Some supports ask for more: who leads the business, what it is for. No question asks that yet."""
    assert checks.unsettled_situations(catalogue, guide, kinds.values()) == []
