"""The same plan as data, as calendar and as a short text."""

import json
import re
from decimal import Decimal
from html import unescape

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from procedures.guide import ics
from procedures.guide.share import MOST
from procedures.models import NonWorkingDay, Question
from tests.factories import rewrite
from tests.reading import body, text
from tests.test_guide_plan import COMPANY, ONLINE, small_catalogue

pytestmark = pytest.mark.django_db

QUERIES = ["", "giro=taqueria", COMPANY, ONLINE]


def as_data(client, query, prefix=""):
    response = client.get(f"{prefix}/ruta/plan.json?{query}")
    assert response["Content-Type"] == "application/json"
    return json.loads(response.content)


def items_of(data):
    return [item for phase in data["phases"] for item in phase["items"]]


# JSON


def test_json_has_the_parts_of_the_plan(client):
    data = as_data(client, f"{COMPANY}&inicio=2026-09-14")
    assert list(data) == [
        "address",
        "language",
        "date",
        "business_type",
        "answers",
        "assumed",
        "problems",
        "totals",
        "phases",
        "alternatives",
        "circles",
        "not_needed",
        "undecided",
        "folder",
        "visits",
        "online",
        "by_phone",
        "supports",
        "start",
    ]
    assert {"slug", "reasons", "cost", "time", "documents", "dates", "waits_for"} <= items_of(data)[0].keys()
    assert data["address"] == f"{settings.PORTAL_URL}/ruta/plan/?{COMPANY}&inicio=2026-09-14"


@pytest.mark.parametrize("query", QUERIES)
def test_json_has_the_figures_of_the_page(client, query):
    data = as_data(client, query)
    html = body(client, f"/ruta/plan/?{query}")
    figures = dict(re.findall(r"</svg>\s*([^<]+)</dt><dd>([^<]+)", html[: html.index("guide-columns")]))
    totals = data["totals"]
    assert figures == {
        "Trámites": str(totals["procedures"]),
        "Costo": totals["cost"]["text"],
        "Tiempo mínimo": (totals["time"]["text"] or "Sin dato").capitalize(),
        "Visitas": str(totals["visits"]),
        "Documentos que llevar": str(totals["documents"]),
    }
    assert [item["slug"] for item in items_of(data)] == re.findall(
        r'<article class="card guide-item[^"]*" id="tramite-([^"]+)"', html
    )


@pytest.mark.parametrize("query", QUERIES)
def test_json_totals_are_the_sums_of_the_items(client, query):
    data = as_data(client, query)
    totals, items = data["totals"], items_of(data)
    assert totals["procedures"] == len(items)
    assert totals["undecided_procedures"] == sum(not item["is_sure"] for item in items)
    for end in ("from", "to"):
        assert Decimal(totals["cost"][end]) == sum(Decimal(item["cost"][end]) for item in items)
    assert set(totals["cost"]["unknown"]) == {item["slug"] for item in items if item["cost"]["unknown"]}
    assert set(totals["time"]["unknown"]) == {item["slug"] for item in items if item["time"]["value"] is None}
    assert totals["documents"] == len(data["folder"]["bring"])
    assert totals["visits"] == len(data["visits"])


def test_json_gives_every_reason_in_words(client):
    data = as_data(client, COMPANY)
    reasons = {item["slug"]: [reason["text"] for reason in item["reasons"]] for item in items_of(data)}
    assert all(reasons.values())
    assert reasons["registro-ventanilla-virtual"] == ["porque aplica a todos los negocios"]
    assert "porque respondiste que vende o sirve bebidas alcohólicas" in reasons["licencia-alcohol-estatal"]
    assert (
        "porque Licencia de funcionamiento pide su resultado (Licencia de uso de suelo)"
        in reasons["licencia-uso-de-suelo"]
    )
    assert all(entry["reasons"] for entry in data["not_needed"])


def test_json_names_what_is_undecided_and_where_to_settle_it(client):
    data = as_data(client, "giro=taqueria")
    employees = next(entry for entry in data["undecided"] if entry["situation"] == "con-personal")
    assert employees["question"] == "¿Tendrás personas empleadas?"
    assert employees["address"].endswith("/ruta/?giro=taqueria&cambiar=personal&volver=plan")


def test_json_speaks_the_language_of_its_address(client):
    spanish, english = as_data(client, ONLINE), as_data(client, ONLINE, "/en")
    assert (spanish["language"], english["language"]) == ("es", "en")
    assert english["address"].startswith(f"{settings.PORTAL_URL}/en/ruta/plan/")
    assert [item["slug"] for item in items_of(spanish)] == [item["slug"] for item in items_of(english)]
    assert items_of(english)[0]["reasons"][0]["text"] == "because it applies to every business"


def test_json_is_plain_text(client):
    rewrite("registro-ventanilla-virtual", name_es="A & <b>B</b>", name_en="")
    for prefix in ("", "/en"):
        data = as_data(client, "", prefix)
        assert items_of(data)[0]["name"] == "A & <b>B</b>"
        assert "<span" not in json.dumps(data)
        assert "&amp;" not in json.dumps(data)


def test_json_may_be_kept_like_a_page(client):
    assert client.get("/ruta/plan.json")["Cache-Control"] == "public, max-age=0, s-maxage=60"


@pytest.mark.parametrize(("path", "queries"), [("plan.json", 42), ("plan.txt", 35), ("plan.ics", 36)])
def test_exports_cost_the_same_queries_for_a_small_plan_and_a_big_one(client, django_assert_num_queries, path, queries):
    address = f"/ruta/{path}?giro=taqueria" + ("&inicio=2026-09-14" if path == "plan.ics" else "")
    with django_assert_num_queries(queries):
        client.get(address)
    small_catalogue()
    with django_assert_num_queries(queries):
        client.get(address)


# Dates


def test_dates_follow_each_other_by_business_days(client):
    NonWorkingDay.objects.filter(date__year=2026).delete()
    NonWorkingDay.objects.create(date="2026-09-16", level="federal", name_es="Independencia", name_en="Independence")
    data = as_data(client, "giro=taqueria&local=con-local&bajo-riesgo=si&inicio=2026-09-12")
    sare = next(item for item in items_of(data) if item["slug"] == "sare-apertura-rapida")
    assert sare["dates"] == {
        "files_on": "2026-09-14",
        "answers_on": "2026-09-18",
        "is_known": True,
        "waits_for": None,
        "counted": "3 días hábiles después del día en que lo presentas, sin contar 16 de septiembre de 2026 "
        "(Independencia).",
    }


def test_dates_of_the_page_show_the_arithmetic_and_its_limits(client):
    html = unescape(text(body(client, "/ruta/plan/?giro=taqueria&local=con-local&bajo-riesgo=si&inicio=2026-12-22")))
    assert "Si empiezas el martes 22 de diciembre de 2026" in html
    assert "3 días hábiles después del día en que lo presentas, sin contar 2 días de fin de semana y 25 de" in html
    assert "(Navidad)" in html
    assert "Ley Federal del Trabajo, artículo 74" in html
    assert "No conocemos los demás días en que cierran las oficinas del municipio" in html
    assert "Todavía no tenemos los días de descanso" not in html


def test_dates_say_which_years_are_not_known(client):
    html = text(body(client, "/ruta/plan/?giro=taqueria&inicio=2031-03-03"))
    assert "Todavía no tenemos los días de descanso de 2031" in html


def test_dates_beyond_the_calendar_are_refused_in_words(client):
    rewrite("registro-ventanilla-virtual", response_value=30_000, response_unit="years")
    html = text(body(client, "/ruta/plan/?giro=taqueria&inicio=2026-09-14"))
    assert "Con esa fecha de inicio el plan se sale del calendario" in html


def test_a_municipal_day_off_holds_for_municipal_offices(client):
    NonWorkingDay.objects.create(date="2026-10-12", level="municipal", name_es="Aniversario", name_en="Anniversary")
    data = as_data(client, f"{COMPANY}&inicio=2026-10-12")
    files = {item["slug"]: item["dates"]["files_on"] for item in items_of(data)}
    assert files["licencia-uso-de-suelo"] == "2026-10-13"
    assert files["inscripcion-rfc-persona-fisica"] == "2026-10-12"
    page = text(body(client, f"/ruta/plan/?{COMPANY}&inicio=2026-10-12"))
    assert "No conocemos los demás días" not in page


# Calendar


def unfolded(response):
    return response.content.decode().replace("\r\n ", "").split("\r\n")


def test_calendar_has_an_event_for_filing_and_one_for_each_later_answer(client):
    query = f"{COMPANY}&inicio=2026-09-14"
    response = client.get(f"/ruta/plan.ics?{query}")
    lines = unfolded(response)
    items = items_of(as_data(client, query))
    later = [item for item in items if item["dates"]["answers_on"] > item["dates"]["files_on"]]
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="plan-restaurante.ics"'
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == len(items) + len(later)
    assert len(later) == 1
    assert f"DTSTART;VALUE=DATE:{later[0]['dates']['answers_on'].replace('-', '')}" in lines


def test_calendar_lines_are_folded_and_end_as_the_standard_says(client):
    content = client.get(f"/ruta/plan.ics?{COMPANY}&inicio=2026-09-14").content
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) == 75
    assert all(line.decode() for line in content.split(b"\r\n")[:-1])


def test_calendar_names_stay_whatever_the_start(client):
    def names(query):
        return {line for line in unfolded(client.get(f"/ruta/plan.ics?{query}")) if line.startswith("UID:")}

    first = names(f"{COMPANY}&inicio=2026-09-14")
    assert len(first) > 15
    assert names(f"{COMPANY}&inicio=2026-10-05") == first
    assert not names(f"{ONLINE}&inicio=2026-09-14") & first


def test_calendar_speaks_both_languages(client):
    spanish = unfolded(client.get(f"/ruta/plan.ics?{ONLINE}&inicio=2026-09-14"))
    english = unfolded(client.get(f"/en/ruta/plan.ics?{ONLINE}&inicio=2026-09-14"))
    assert "SUMMARY:Presentar: Inscripción en el RFC\\, persona física" in spanish
    assert "SUMMARY:File: Tax registration (RFC) for individuals" in english


def test_calendar_without_a_start_date_leads_to_where_it_is_given(client):
    response = client.get("/ruta/plan.ics?giro=taqueria")
    assert response.status_code == 302
    assert response["Location"] == "/ruta/plan/?giro=taqueria#fechas"


@given(st.text())
def test_a_folded_line_is_whole_and_short(line):
    line = line.replace("\r", "").replace("\n", "")
    folded = ics.folded(line)
    assert folded.replace("\r\n ", "") == line
    assert all(len(part.encode("utf-8", "surrogatepass")) <= ics.LONGEST_LINE for part in folded.split("\r\n"))


def test_a_text_is_escaped():
    assert ics.text("SUMMARY", "a, b; c\\d\ne") == "SUMMARY:a\\, b\\; c\\\\d\\ne"


# Share text


def longest_answers():
    """The address with the most characters that the real questions allow."""
    pairs = [
        (question.slug, max((choice.slug for choice in question.choices.all()), key=len))
        for question in Question.objects.prefetch_related("choices")
    ]
    return "&".join(f"{question}={choice}" for question, choice in pairs) + "&giro=hamburguesas-y-pizzas"


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_share_text_is_short_and_leads_back(client, prefix):
    visited = 0
    for query in [*QUERIES, longest_answers()]:
        response = client.get(f"{prefix}/ruta/plan.txt?{query}")
        shared = response.content.decode()
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert len(shared) < MOST == 1_000
        address = shared.splitlines()[-1].removeprefix(settings.PORTAL_URL)
        again, plan = (client.get(path).context["plan"] for path in (address, f"{prefix}/ruta/plan/?{query}"))
        assert again.inquiry.profile.answers == plan.inquiry.profile.answers
        visited += 1
    assert visited == 5


def test_share_text_says_what_matters(client):
    shared = client.get(f"/ruta/plan.txt?{ONLINE}").content.decode()
    plan = client.get(f"/ruta/plan/?{ONLINE}").context["plan"]
    lines = shared.splitlines()
    assert lines[0] == "Tu plan: Tienda en línea"
    assert lines[1] == f"{len(plan.items)} trámites"
    assert [line for line in lines if re.match(r"\d+\. ", line)] == [
        f"{step.number}. {item.version.name}" for phase in plan.phases for step in phase.steps for item in step.items
    ]


def test_share_text_counts_what_it_leaves_out(client):
    shared = client.get("/ruta/plan.txt").content.decode()
    shown = len(re.findall(r"^\d+\. ", shared, re.MULTILINE))
    more = int(re.search(r"… y (\d+) más", shared)[1])
    assert shown + more == len(client.get("/ruta/plan/").context["plan"].items)


def test_share_text_with_an_endless_address_still_fits(client):
    long = "x" * 70
    for number in range(10):
        Question.objects.create(slug=f"{long}{number}", text_es="¿?").choices.create(slug=long, label_es="Sí")
    query = "&".join(f"{long}{number}={long}" for number in range(10))
    shared = client.get(f"/ruta/plan.txt?{query}").content.decode()
    assert len(client.get(f"/ruta/plan/?{query}").context["plan"].absolute_address()) > MOST
    assert len(shared) < MOST
    assert shared.endswith(f"{settings.PORTAL_URL}/ruta/")


def test_the_page_shows_the_share_text_ready_to_copy(client):
    html = body(client, f"/ruta/plan/?{ONLINE}")
    shown = re.search(r'<textarea id="texto" readonly rows="\d+">(.*?)</textarea>', html, re.DOTALL)[1]
    assert unescape(shown) == client.get(f"/ruta/plan.txt?{ONLINE}").content.decode()
