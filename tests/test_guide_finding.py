"""From everyday words to business types."""

import pytest

from procedures.guide.finding import find_types
from procedures.models import BusinessType
from tests.reading import body, heading_faults


@pytest.fixture
def find(db):
    kinds = list(BusinessType.objects.all())
    return lambda typed: find_types(typed, kinds)


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("tacos", "taqueria"),
        ("TACOS", "taqueria"),
        ("uñas", "unas"),
        ("unas", "unas"),
        ("nails", "unas"),
        ("vendo pasteles por Facebook", "reposteria-en-casa"),
        ("quiero poner un puesto de tacos de asada", "taqueria"),
        ("estetica", "estetica"),
        ("Estéticas", "estetica"),
        ("dentista", "consultorio-dental"),
        ("coffee shop", "cafeteria"),
    ],
)
def test_finding_takes_everyday_words_in_either_language(find, typed, slug):
    assert find(typed).best[0].slug == slug


@pytest.mark.parametrize(("typed", "slug"), [("takeria", "taqueria"), ("hamburgesas", "hamburguesas-y-pizzas")])
def test_finding_mends_a_slip_and_says_so(find, typed, slug):
    found = find(typed)
    assert [kind.slug for kind in found.best] == [slug]
    assert found.read_as != typed


def test_finding_shows_neighbours_after_what_fits(find):
    found = find("abarrotes y cerveza")
    assert [kind.slug for kind in found.best] == ["abarrotes"]
    assert [kind.slug for kind in found.near] == ["bar", "deposito-de-cerveza"]


def test_finding_knows_every_type_by_its_own_name(find):
    visited = 0
    for kind in BusinessType.objects.all():
        for name in (kind.name_es, kind.name_en):
            assert kind in find(name).best, name
            visited += 1
    assert visited == 120


@pytest.mark.parametrize("typed", ["", "xyzzy", "¿?", "\x00", "x" * 5_000, "de la", "你好", "a b " * 500])
def test_finding_nothing_is_no_error(find, typed):
    assert not find(typed)


def test_start_page_links_every_type(client, db):
    html = body(client, "/ruta/")
    linked = [kind.slug for kind in BusinessType.objects.all() if f'href="/ruta/?giro={kind.slug}"' in html]
    assert len(linked) == 60
    assert 'href="/ruta/?giro=otro"' in html
    assert heading_faults(html) == []


def test_start_page_shows_what_was_found(client, db):
    response = client.get("/ruta/", {"q": "tacos"})
    assert [kind.slug for kind in response.context["found"].best] == ["taqueria"]
    assert "¿Es alguno de estos?" in response.content.decode()


def test_start_page_goes_on_where_nothing_was_found(client, db):
    html = body(client, "/ruta/?q=%3Cb%3Exyzzy")
    assert "No encontramos nada para «&lt;b&gt;xyzzy»" in html
    assert 'href="/ruta/?giro=otro"' in html


def test_start_page_in_english(client, db):
    html = body(client, "/en/ruta/?q=tacos")
    assert "Is it one of these?" in html
    assert 'href="/en/ruta/?giro=taqueria"' in html


def test_start_page_costs_eight_queries(client, django_assert_num_queries, db):
    for path in ("/ruta/", "/ruta/?q=tacos"):
        with django_assert_num_queries(8):
            client.get(path)
