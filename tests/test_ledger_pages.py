"""/ruta/simplificacion/: the list, the page of one business, CSV and JSON; and the staff's side of it."""

import csv
import io
import json
import re

import pytest
from django.conf import settings
from django.urls import reverse

from brochure.ledger.recording import entries_now
from brochure.models import LedgerEntry
from procedures.models import ReferenceBusiness
from tests.admin_forms import make_staff
from tests.editions import published_edition
from tests.factories import make_procedure
from tests.ledger import DEFINITION, FIGURES, make_business, make_edition, make_entry, make_ledger
from tests.reading import FORBIDDEN, body, heading_faults, text

pytestmark = pytest.mark.django_db

LIST = "/ruta/simplificacion/"
ONE = "/ruta/simplificacion/negocio/"
BETTER = ({"procedures_sure": 12, "visits": 2, "pesos_to": 1500}, {"procedures_sure": 11}, {})


def table_rows(html):
    """The rows of the first table as lists of plain words."""
    found = re.findall(r"<tr.*?</tr>", html[html.index("<tbody") :], re.DOTALL)
    return [[text(cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in found]


# The list


def test_list_says_that_nothing_is_recorded_yet(client):
    page = body(client, LIST)
    assert "¿Qué cuesta abrir una taquería, y está mejorando?" in page
    assert "Todavía no hay nada registrado" in page
    assert "<table" not in page


def test_list_shows_figures_and_changes_in_words(client):
    make_ledger(*BETTER)
    name, now, previous, first = table_rows(body(client, LIST))
    assert name == ["Negocio negocio su plan: Negocio negocio"]
    assert now == ["Edición 3", "10", "6", "2", "4", "3", "5", "$1,000.00 MXN"]
    assert previous == ["frente a la edición 2", "1 menos", *["igual"] * 6]
    assert first == [
        "frente a la edición 1",
        "2 menos",
        *["igual"] * 3,
        "1 más",
        "igual",
        "máximo: $500.00 MXN menos",
    ]


def test_list_in_english(client):
    make_ledger(*BETTER)
    html = body(client, f"/en{LIST}")
    assert "What does it cost to open a taco shop, and is it getting better?" in html
    assert table_rows(html)[2] == ["against edition 2", "1 fewer", *["the same"] * 6]


def test_list_answers_whether_it_is_getting_better(client):
    make_ledger(*BETTER)
    answer = body(client, LIST).partition("<table")[0]
    assert "¿Está mejorando? Frente a la edición 1:" in answer
    assert re.findall(r"<dt>([^<]+:)</dt><dd>([^<]+)</dd>", answer) == [
        ("Menos:", "trámites, pesos"),
        ("Más:", "visitas"),
        ("Igual:", "documentos, originales, copias, días hábiles"),
    ]


def test_list_links_each_business_to_its_plan_and_its_page(client):
    make_ledger({})
    page = body(client, LIST)
    assert 'href="/ruta/plan/?giro=taqueria&amp;local=con-local"' in page
    assert f'href="{ONE}"' in page
    assert client.get("/ruta/plan/?giro=taqueria&local=con-local").status_code == 200


def test_list_with_one_edition_says_so_and_draws_nothing(client):
    make_ledger({})
    page = body(client, LIST)
    assert "Hasta ahora solo hay una edición registrada" in page
    assert "Esta es la primera edición registrada" in page
    assert 'role="img"' not in page


def test_list_names_what_is_no_longer_measured(client):
    make_ledger({}, business=make_business("uno"))
    make_ledger({}, {}, business=make_business("dos"))
    page = body(client, LIST)
    assert "Ya no se miden" in page
    assert re.search(r'<a href="/ruta/simplificacion/uno/">Negocio uno</a>, hasta la edición 1', page)
    assert table_rows(page)[0][0].startswith("Negocio dos")


def test_list_shows_the_ten_after_the_first_edition(client, settings, tmp_path):
    settings.EDITIONS_DIR = tmp_path
    published_edition()
    page = body(client, LIST)
    names = re.findall(r'<a href="/ruta/simplificacion/([\w-]+)/">', page.partition("<table")[2])
    assert names == list(ReferenceBusiness.objects.values_list("slug", flat=True))
    assert len(names) == 10


@pytest.mark.parametrize("editions", [1, 3])
@pytest.mark.parametrize("businesses", [1, 3])
def test_list_costs_one_query(client, django_assert_num_queries, businesses, editions):
    for n in range(businesses):
        make_ledger(*[{}] * editions, business=make_business(f"n{n}"))
    with django_assert_num_queries(1):
        client.get(LIST)


# One business


def test_page_of_a_business_has_every_edition_newest_first(client):
    make_ledger(*BETTER)
    rows = table_rows(body(client, ONE))
    assert [row[0].partition(",")[0] for row in rows] == [
        "Edición 3",
        "frente a la edición 2",
        "Edición 2",
        "frente a la edición 1",
        "Edición 1",
    ]
    assert [row[1] for row in rows] == ["10", "1 menos", "11", "1 menos", "12"]


def test_page_of_a_business_draws_each_measure_with_its_words(client):
    make_ledger(*BETTER)
    page = body(client, ONE)
    charts = re.findall(r"<svg viewBox.*?</svg>", page, re.DOTALL)
    assert len(charts) == 7
    assert 'role="img"' in charts[0]
    assert "<title" in charts[0]
    assert re.findall(r"<text[^>]*>([^<]+)</text>", charts[0]) == ["Edición 1: 12", "Edición 2: 11", "Edición 3: 10"]
    assert text(re.search(r"<desc.*?</desc>", charts[0])[0]) == "Edición 1: 12; Edición 2: 11; Edición 3: 10"
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_chart_leaves_out_a_measure_nobody_states(client):
    unknown = {"days_from": None, "days_to": None, "times_unknown": 10}
    make_ledger(unknown, unknown)
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", body(client, ONE))
    assert captions == ["Trámites", "Documentos", "Originales", "Copias", "Visitas", "Pesos"]


def test_changed_definition_is_said_instead_of_a_trend(client):
    changed = {"answers": {"local": "en-casa"}, "procedures_sure": 2}
    make_ledger({}, {}, changed, changed)
    page = body(client, ONE)
    rows = table_rows(page)
    assert rows[1] == ["frente a la edición 3", *["igual"] * 7]
    assert rows[3] == ["frente a la edición 2", "Cambió la definición de este negocio: sus cifras no se comparan."]
    assert "La definición de este negocio cambió en la edición 3" in page
    assert "¿Está mejorando? Frente a la edición 3:" in page
    assert page.count("– cambió la definición –") == 7
    assert "Cambió la definición de este negocio" in table_rows(body(client, LIST))[3][1]


def test_facts_of_the_guide_are_part_of_the_definition(client):
    make_ledger({}, {"facts": {"true": ["con-local", "con-personal"], "false": []}})
    assert "Cambió la definición" in body(client, ONE)


def test_new_name_alone_is_compared(client):
    make_ledger({"name_es": "Taquería vieja"}, {})
    page = body(client, ONE)
    assert "Cambió la definición" not in page
    assert "<h1>Negocio negocio</h1>" in page


def test_page_of_a_business_tells_its_answers_in_words(client):
    make_ledger({"answers": {"local": "con-local", "ya-no-existe": "algo"}})
    answers = re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", body(client, ONE).partition("ledger-answers")[2])
    assert answers[0][0] == "¿El negocio tiene o tendrá un local?"
    assert answers[1] == ("ya-no-existe", "algo")


def test_business_that_was_never_recorded_has_no_page(client):
    make_business()
    assert client.get(ONE).status_code == 404
    assert client.get("/ruta/simplificacion/nada/").status_code == 404


@pytest.mark.parametrize("editions", [1, 3])
def test_page_of_a_business_costs_the_same_for_one_edition_and_three(client, django_assert_num_queries, editions):
    make_ledger(*[{}] * editions)
    with django_assert_num_queries(3):
        client.get(ONE)


@pytest.mark.parametrize("path", [LIST, ONE, f"/en{LIST}", f"/en{ONE}"])
def test_pages_are_plain_quiet_and_the_same_for_everyone(client, path):
    make_ledger(*BETTER)
    response = client.get(path)
    page = response.content.decode()
    assert response["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert not response.cookies
    assert not FORBIDDEN.search(page)
    assert heading_faults(page) == []


@pytest.mark.parametrize("path", ["/ruta/", "/compromisos/MXCHH0002/", "/"])
def test_ledger_is_linked_from(client, path):
    assert f'href="{LIST}"' in body(client, path)


def test_sitemap_names_the_ledger_and_each_business_that_was_recorded(client):
    make_ledger({}, {})
    make_business("sin-registro")
    found = re.findall(r"<loc>([^<]*simplificacion[^<]*)</loc>", client.get("/sitemap.xml").content.decode())
    assert sorted(found) == sorted(
        f"{settings.PORTAL_URL}{prefix}{path}" for prefix in ("", "/en") for path in (LIST, ONE)
    )


# To take along


def read_csv(client, prefix=""):
    response = client.get(f"{prefix}/ruta/simplificacion.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_csv_has_a_row_per_business_and_edition_headed_in_the_language(client):
    make_ledger({}, {"answers": {}, "days_from": None, "days_to": None, "times_unknown": 10})
    header, first, second = read_csv(client)
    assert header[:4] == ["Negocio", "Código", "Edición", "Publicada el"]
    assert read_csv(client, "/en")[0][:4] == ["Business", "Code", "Edition", "Published on"]
    assert (first[0], first[2], first[5], first[6]) == ("Negocio negocio", "1", "local=con-local", "no")
    assert first[7:] == ["10", "0", "6", "2", "4", "0", "3", "5", "5", "0", "1000.00", "1000.00", "0"]
    assert second[5:7] == ["", "sí"]
    assert second[14:17] == ["", "", "10"]
    assert {len(row) for row in (header, first, second)} == {20}


def test_csv_holds_no_formula(client):
    make_ledger({"name_es": "=1+1"})
    assert read_csv(client)[1][0] == "'=1+1"


def test_json_has_the_same(client):
    make_ledger({}, {"answers": {}})
    data = json.loads(client.get("/ruta/simplificacion.json").content)
    [business] = data["businesses"]
    assert (business["slug"], business["page"]) == ("negocio", f"{settings.PORTAL_URL}{ONE}")
    first, second = business["entries"]
    assert first["name"] == {"es": "Negocio negocio", "en": "Business negocio"}
    assert first["cost"] == {"from": "1000.00", "to": "1000.00", "procedures_unknown": 0}
    assert first["business_days"] == {"from": 5, "to": 5, "procedures_unknown": 0}
    assert first["plan"] == f"{settings.PORTAL_URL}/ruta/plan/?giro=taqueria&local=con-local"
    assert (first["definition_changed"], second["definition_changed"]) == (False, True)


@pytest.mark.parametrize("path", ["/ruta/simplificacion.csv", "/ruta/simplificacion.json"])
@pytest.mark.parametrize("editions", [0, 1, 3])
def test_downloads_cost_one_query(client, django_assert_num_queries, path, editions):
    if editions:
        make_ledger(*[{}] * editions)
    with django_assert_num_queries(1):
        response = client.get(path)
    assert response["Cache-Control"] == "public, max-age=0, s-maxage=60"


# The staff's side


def admin_url(name, *args):
    return reverse(f"admin:brochure_ledgerentry_{name}", args=args)


def test_staff_only_read_the_ledger(admin_client):
    make_ledger({})
    entry = LedgerEntry.objects.get()
    assert "$1,000.00 MXN" in body(admin_client, admin_url("changelist"))
    page = body(admin_client, admin_url("change", entry.pk))
    assert "¿El negocio tiene o tendrá un local?" in page
    assert 'name="_save"' not in page
    assert admin_client.get(admin_url("add")).status_code == 403
    assert admin_client.post(admin_url("delete", entry.pk), {"post": "yes"}).status_code == 403


def recorded_fields(entry):
    return {name: getattr(entry, name) for name in (*FIGURES, *DEFINITION)}


def test_what_would_be_recorded_now_stands_against_the_last_edition(admin_client):
    ReferenceBusiness.objects.update(is_active=False)
    business = ReferenceBusiness.objects.get(slug="taqueria")
    ReferenceBusiness.objects.filter(pk=business.pk).update(is_active=True)
    make_entry(make_edition(1), business, **recorded_fields(entries_now()[0]))
    make_procedure("nuevo-para-todos")
    page = body(admin_client, admin_url("now"))
    rows = table_rows(page)
    assert rows[0][0] == "Edición 1"
    assert rows[1][:2] == ["Ahora", str(int(rows[0][1]) + 1)]
    assert rows[2][:3] == ["frente a la edición 1", "1 más", "igual"]
    assert LedgerEntry.objects.count() == 1


def test_preview_says_what_was_never_recorded(admin_client):
    page = body(admin_client, admin_url("now"))
    assert page.count("Nunca se ha registrado") == 10
    ReferenceBusiness.objects.update(is_active=False)
    assert "Ningún negocio de referencia está activo" in body(admin_client, admin_url("now"))


def test_preview_is_for_those_who_may_see_the_ledger(client):
    client.force_login(make_staff("ana", "view_ledgerentry"))
    assert client.get(admin_url("now")).status_code == 200
    client.force_login(make_staff("luis", "view_institution"))
    assert client.get(admin_url("now")).status_code == 403
