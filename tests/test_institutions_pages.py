import pytest

from procedures.glossary import alphabetical
from procedures.models import Institution
from tests.factories import clear_catalogue, make_institution, make_office, make_procedure, make_program
from tests.reading import FORBIDDEN, body, heading_faults, text


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_institution_is_served(client, db, prefix):
    visited = 0
    for institution in Institution.objects.all():
        html = body(client, f"{prefix}/instituciones/{institution.slug}/")

        assert not FORBIDDEN.search(html)
        assert heading_faults(html) == []
        visited += 1

    assert visited == 43


def test_list_groups_by_level_in_alphabetical_order(client, db):
    response = client.get("/instituciones/")

    levels = response.context["levels"]
    assert [level.value for level, _rows in levels][:3] == ["municipal", "state", "federal"]
    assert sum(len(rows) for _level, rows in levels) == response.context["count"] == 43
    assert all(
        [row.name for row in rows] == sorted((row.name for row in rows), key=alphabetical) for _level, rows in levels
    )


def test_list_counts_what_is_published(client, db):
    clear_catalogue()
    make_procedure("uno")
    make_procedure("dos", state="draft", published_at=None)
    make_program("tres")
    make_program("cuatro")

    rows = {row.slug: row for _level, rows in client.get("/instituciones/").context["levels"] for row in rows}

    assert (rows["institucion-de-prueba"].procedure_count, rows["institucion-de-prueba"].program_count) == (1, 2)


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_one_query(client, db, django_assert_num_queries, count):
    for n in range(count):
        make_institution(f"nueva-{n}")

    with django_assert_num_queries(1):
        response = client.get("/instituciones/")

    assert response.context["count"] == 43 + count


@pytest.mark.parametrize("count", [1, 3])
def test_institution_costs_the_same_queries(client, db, django_assert_num_queries, count):
    institution = make_institution()
    for n in range(count):
        make_institution(f"area-{n}", parent=institution)
        make_office(f"oficina-{n}", institution)
        make_procedure(f"tramite-{n}", fees=1)
        make_program(f"apoyo-{n}", calls=1)

    with django_assert_num_queries(12):
        response = client.get(institution.get_absolute_url())

    assert len(response.context["procedures"]) == len(response.context["programs"]) == count


def test_institution_shows_its_offices_with_an_anchor(client, db):
    institution = make_institution(phones="614 200 4800 ext. 6393", email="hola@example.org")
    make_office(
        "ventanilla", institution, address="Calle 1", neighborhood="Centro", latitude="28.6", longitude="-106.1"
    )

    html = body(client, institution.get_absolute_url())

    assert 'id="ventanilla"' in html
    assert "Calle 1, Centro" in html
    assert "Lunes, 9:00 a 15:00" in html
    assert 'href="tel:+526142004800,6393"' in html
    assert 'href="mailto:hola@example.org"' in html
    assert "mlat=28.600000&amp;mlon=-106.100000" in html


def test_institution_leads_to_its_parent_and_units(client, db):
    assert 'href="/instituciones/ddec/"' in body(client, "/instituciones/subdireccion-innovacion-emprendimiento/")
    assert 'href="/instituciones/subdireccion-innovacion-emprendimiento/"' in body(client, "/instituciones/ddec/")


def test_institution_shows_programs_it_operates(client, db):
    operator = make_institution("operadora")
    make_program("operado", operator=operator)
    make_program("ajeno")

    response = client.get(operator.get_absolute_url())

    assert [version.program.slug for version in response.context["programs"]] == ["operado"]


def test_institution_says_what_is_not_known_of_it(client, db):
    words = text(body(client, make_institution().get_absolute_url()))

    assert "No sabemos de un teléfono, correo o página propios." in words
    assert "No sabemos de ninguna oficina que atienda al público." in words
    assert "No hay fuentes registradas." in words


def test_unknown_institution_is_404(client, db):
    assert client.get("/instituciones/no-hay/").status_code == 404
