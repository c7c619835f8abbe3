from datetime import timedelta

import pytest
from django.utils import timezone

from procedures.gaps import program_gaps
from procedures.models import Audience, Program, ProgramVersion
from procedures.preview import preview_path
from tests.factories import clear_catalogue, make_institution, make_office, make_program, retired
from tests.reading import FORBIDDEN, body, heading_faults, text


def call(version, opens=None, closes=None):
    """A call whose ends are so many days from today."""
    today = timezone.localdate()
    opens, closes = (None if days is None else today + timedelta(days) for days in (opens, closes))
    return version.program.calls.create(opens=opens, closes=closes)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_program_is_served_without_cookies_or_inline_code(client, db, prefix):
    visited = 0
    for program in Program.objects.all():
        response = client.get(f"{prefix}/apoyos/{program.slug}/")
        html = response.content.decode()

        assert response.status_code == 200
        assert not response.cookies
        assert not FORBIDDEN.search(html)
        assert heading_faults(html) == []
        visited += 1

    assert visited == 24


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_queries(client, db, django_assert_num_queries, count):
    clear_catalogue()
    for n in range(count):
        make_program(f"apoyo-{n}", calls=2).audiences.set(Audience.objects.all()[:count])

    with django_assert_num_queries(6):
        response = client.get("/apoyos/")

    assert len(response.context["page"].object_list) == count


@pytest.mark.parametrize("count", [1, 3])
def test_program_costs_the_same_queries(client, db, django_assert_num_queries, count):
    clear_catalogue()
    version = make_program(calls=count, documents=count, offices=count)
    version.partners.set([make_institution(f"socia-{n}") for n in range(count)])
    version.audiences.set(Audience.objects.all()[:count])
    version.contact_office = make_office("contacto")
    version.save()

    with django_assert_num_queries(17):
        response = client.get(version.get_absolute_url())

    assert response.status_code == 200


def test_list_shows_the_open_ones_first(client, db):
    clear_catalogue()
    call(make_program("cerrado"), -20, -10)
    make_program("sin-fechas")
    call(make_program("sin-cierre"), -5)
    call(make_program("proximo"), 5, 9)
    make_program("permanente", availability="permanent")
    call(make_program("abierto"), -5, 5)

    response = client.get("/apoyos/")

    shown = [version.program.slug for version in response.context["page"].object_list]
    assert shown == ["abierto", "permanente", "proximo", "sin-cierre", "sin-fechas", "cerrado"]


@pytest.mark.parametrize(
    ("opens", "closes", "spanish", "english"),
    [
        (0, 0, "Abierto hasta el", "Open until"),
        (-9, 0, "Abierto hasta el", "Open until"),
        (-9, -1, "Cerró el", "Closed since"),
        (1, 9, "Abre el", "Opens on"),
        (-9, None, "Sin fecha de cierre publicada: no sabemos si sigue abierto", "Closing date not published"),
        (None, None, "Sin fecha de cierre publicada: no sabemos si sigue abierto", "Closing date not published"),
    ],
)
def test_status_is_that_of_today(client, db, opens, closes, spanish, english):
    version = make_program()
    call(version, opens, closes)

    assert spanish in body(client, version.get_absolute_url())
    assert english in body(client, f"/en{version.get_absolute_url()}")


def test_everything_unknown_is_said_to_be_unknown(client, db):
    version = make_program(kind="credit")
    words = text(body(client, version.get_absolute_url()))

    for sentence in [
        "Aún no sabemos con exactitud qué da.",
        "Aún no sabemos con exactitud para quién es.",
        "No sabemos si está abierto",
        "Aún no sabemos cómo se pide: pregunta al contacto de abajo.",
        "Aún no sabemos qué documentos piden: pregunta antes de ir.",
        "No sabemos de un lugar o teléfono.",
    ]:
        assert sentence in words
    gaps = program_gaps(ProgramVersion.objects.with_status_on(timezone.localdate()).get(pk=version.pk))
    assert len(gaps) == 7
    assert all(gap in words for gap in gaps)


def test_a_complete_program_has_no_gaps(db):
    version = make_program(
        documents=1,
        availability="permanent",
        benefits_es="Crédito",
        who_es="Quien venda.",
        amount_maximum=5000,
        how_to_apply_es="Llama.",
        contact_phones="072",
    )

    assert program_gaps(ProgramVersion.objects.with_status_on(timezone.localdate()).get(pk=version.pk)) == []


def test_program_page_of_a_real_credit(client, db):
    html = body(client, "/apoyos/fomech/")
    words = text(html)

    assert "Abierto todo el año" in words
    assert "De $15,000.00 MXN a $500,000.00 MXN" in words
    assert 'href="tel:072,6342"' in html
    assert 'href="/apoyos/fomech.pdf"' in html
    assert 'href="/dialogo/nuevo/?apoyo=fomech"' in html
    assert 'href="/dialogo/?apoyo=fomech"' in html


def test_contact_office_is_shown_once(client, db):
    version = make_program(offices=1)
    version.contact_office = version.offices.get()
    version.save()

    html = body(client, version.get_absolute_url())

    assert html.count(f'id="{version.contact_office.slug}"') == 1


def test_list_filters_are_kept_and_can_be_dropped(client, db):
    html = body(client, "/apoyos/?tipo=credito&abierto=si")

    assert 'href="?abierto=si"' in html
    assert 'href="/apoyos/">Quitar filtros' in html


def test_list_with_bad_filter_and_page_says_so(client, db):
    words = text(body(client, "/apoyos/?tipo=no-hay&page=77"))

    assert "Uno de los filtros tiene un valor que no existe" in words
    assert "La página que pediste no existe" in words
    assert "24 apoyos" in words


def test_unknown_program_is_a_clear_404(client, db):
    assert client.get("/apoyos/no-hay/").status_code == 404
    assert client.get("/apoyos/fomech/version/9/").status_code == 404


def test_versions_of_a_program(client, db):
    make_program("cambiado", **retired(who_es="Antes."))
    make_program("cambiado", who_es="Ahora.")
    draft = make_program("cambiado", state="draft", published_at=None, who_es="Mañana.")

    assert client.get("/apoyos/cambiado/version/2/")["Location"] == "/apoyos/cambiado/"
    assert "Esta es una versión anterior." in body(client, "/apoyos/cambiado/version/1/")
    assert "Ahora." in body(client, "/apoyos/cambiado/")
    assert client.get("/apoyos/cambiado/version/3/").status_code == 404
    preview = client.get(preview_path(draft))
    assert "Mañana." in preview.content.decode()
    assert preview["Cache-Control"] == "private, no-store"
    assert preview["X-Robots-Tag"] == "noindex, nofollow"


def test_program_given_up_shows_its_last_version_with_a_notice(client, db):
    make_program("terminado", **retired(who_es="La última."))

    html = body(client, "/apoyos/terminado/")

    assert "La última." in html
    assert "Ya no está en vigor." in html
    assert "/apoyos/terminado.pdf" not in html
