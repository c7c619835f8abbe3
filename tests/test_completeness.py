"""How complete each ficha is, told on its page and in tables to download."""

import csv
import io
import json

import pytest

from procedures.models import LegalProfile
from tests.factories import clear_catalogue, make_procedure, make_program
from tests.reading import body

KINDS = {"tramites": (make_procedure, 18), "apoyos": (make_program, 11)}


def table(client, records, prefix=""):
    response = client.get(f"{prefix}/datos/completitud/{records}.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_ficha_says_how_complete_it_is_and_by_which_list(client, db):
    version = make_procedure(steps=1)
    page = body(client, version.get_absolute_url())
    assert "Esta ficha dice <strong>5 de los 18</strong> datos que pide su lista:" in page
    assert "Ficha de trámite: los datos del registro federal" in page
    assert 'href="http://lena.mx/v/lfpa/a:69-M"' in page
    assert "<li>A qué hora abre la oficina</li>" in page
    assert "<li>Cuáles son los pasos</li>" not in page


def test_ficha_says_the_same_in_english(client, db):
    version = make_procedure(steps=1)
    page = body(client, f"/en{version.get_absolute_url()}")
    assert "This record tells <strong>5 of 18</strong> data that its list demands:" in page
    assert "<li>When the office is open</li>" in page


def test_program_says_it_too(client, db):
    page = body(client, make_program(benefits_es="Dinero.").get_absolute_url())
    assert "Esta ficha dice <strong>5 de los 11</strong> datos que pide su lista:" in page


def test_without_a_profile_nothing_is_measured_and_gaps_are_still_told(client, db):
    LegalProfile.objects.update(is_active=False)
    page = body(client, make_procedure().get_absolute_url())
    assert "datos que pide su lista" not in page
    assert "<li>Cuáles son los pasos</li>" in page


@pytest.mark.parametrize(("records", "count", "first"), [("tramites", 43, 18), ("apoyos", 24, 11)])
def test_table_has_a_row_per_published_record_and_a_column_per_datum(client, db, records, count, first):
    header, *rows = table(client, records)
    assert (len(rows), len(header)) == (count, 7 + first)
    for row in rows:
        assert int(row[4]) == sum(map(int, row[7:]))
        assert int(row[5]) == first


def test_table_agrees_with_the_page(client, db):
    [row] = [row for row in table(client, "tramites")[1:] if row[0] == "constitucion-sas"]
    told = f"Esta ficha dice <strong>{row[4]} de los {row[5]}</strong>"
    assert told in body(client, "/tramites/constitucion-sas/")


def test_data_name_the_profile_and_what_is_missing(client, db):
    clear_catalogue()
    make_procedure("uno", steps=1)
    data = json.loads(client.get("/datos/completitud/tramites.json").content)
    assert (data["profile"]["assurance"], len(data["profile"]["data"])) == ("partly", 24)
    [record] = data["records"]
    assert (record["slug"], record["told"]) == ("uno", ["name", "purpose", "provider", "steps", "sources"])
    assert "citations" in record["missing"]


def test_table_speaks_english_under_en(client, db):
    assert table(client, "tramites", "/en")[0][:2] == ["Record", "Name"]


@pytest.mark.parametrize("records", KINDS)
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("form", ["csv", "json"])
def test_download_costs_the_same_for_one_record_and_three(client, db, records, count, form, django_assert_num_queries):
    clear_catalogue()
    make, _demanded = KINDS[records]
    for n in range(count):
        make(f"registro-{n}", offices=n + 1)
    with django_assert_num_queries({"tramites": 13, "apoyos": 7}[records]):
        client.get(f"/datos/completitud/{records}.{form}")


def test_downloads_are_public_and_set_no_cookie(client, db):
    for address in ("/datos/completitud/tramites.csv", "/datos/completitud/apoyos.json"):
        response = client.get(address)
        assert (response.status_code, "public" in response["Cache-Control"], response.cookies) == (200, True, {})
    assert client.get("/datos/completitud/otros.csv").status_code == 404
    assert client.post("/datos/completitud/apoyos.json").status_code == 405
