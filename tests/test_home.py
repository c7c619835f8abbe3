from datetime import timedelta

import pytest
from django.utils import timezone

from brochure.models import Edition
from engagement.models import OfficialAnswer, Thread
from portal.home import EVERYDAY
from procedures.models import BusinessType, Institution, Stage
from tests.factories import clear_catalogue, make_procedure, make_program
from tests.reading import FORBIDDEN, body, heading_faults, text


def make_answered_thread(title, **fields):
    thread = Thread.objects.create(title=title, state="answered", published_at=timezone.now(), **fields)
    thread.answers.create(institution=Institution.objects.get(slug="ddec"), body="Sí.")
    return thread


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_home_is_the_same_for_everybody(client, db, prefix):
    response = client.get(f"{prefix}/")
    html = response.content.decode()

    assert response.status_code == 200
    assert not response.cookies
    assert not FORBIDDEN.search(html)
    assert heading_faults(html) == []
    assert html.count('role="search"') == 1


def test_home_leads_to_every_business_type(client, db):
    html = body(client, "/")

    assert [business.slug for business in client.get("/").context["everyday"]] == list(EVERYDAY)
    linked = [row.slug for row in BusinessType.objects.all() if f'href="/ruta/?giro={row.slug}"' in html]
    assert len(linked) == BusinessType.objects.count() == 60


def test_home_counts_the_procedures_of_each_stage(client, db):
    clear_catalogue()
    first, second = Stage.objects.all()[:2]
    for n in range(3):
        make_procedure(f"tramite-{n}", stage=first)
    make_procedure("borrador", stage=second, state="draft", published_at=None)

    counts = [stage.count for stage in client.get("/").context["stages"]]

    assert counts == [3, 0, 0, 0, 0, 0]


def test_home_counts_how_sure_we_are(client, db):
    clear_catalogue()
    make_procedure("uno", assurance="confirmed")
    make_procedure("dos", assurance="partly")
    make_program("tres", assurance="confirmed")

    assurance = client.get("/").context["assurance"]

    assert [(level.value, count) for level, count in assurance] == [("confirmed", 2), ("partly", 1), ("unverified", 0)]


def test_home_shows_what_is_open_today(client, db):
    clear_catalogue()
    today = timezone.localdate()
    make_program("cerrado")
    make_program("abierto").program.calls.create(opens=today, closes=today)
    make_program("ayer").program.calls.create(opens=today - timedelta(9), closes=today - timedelta(1))

    response = client.get("/")

    assert [version.program.slug for version in response.context["live"]] == ["abierto"]
    assert "Hay 2 apoyos más que hoy están cerrados o cuyas fechas nadie publicó." in text(response.content.decode())


def test_home_shows_the_latest_answers(client, db):
    threads = [make_answered_thread(f"¿Pregunta {n}?") for n in range(4)]
    Thread.objects.create(title="Sin moderar")
    OfficialAnswer.objects.create(thread=threads[0], institution=Institution.objects.get(slug="ddec"), body="Y más.")

    html = body(client, "/")

    shown = [thread.title for thread in client.get("/").context["threads"]]
    assert shown == ["¿Pregunta 0?", "¿Pregunta 3?", "¿Pregunta 2?"]
    assert "Sin moderar" not in html
    assert f'href="/dialogo/{threads[0].pk}/"' in html


def test_home_without_answers_invites_to_ask(client, db):
    assert "Aún no hay preguntas respondidas. La tuya puede ser la primera." in body(client, "/")


def test_home_links_the_newest_edition(client, db):
    edition = Edition.objects.create(number=1, title_es="Primera", published_at=None)
    for language in ("es", "en"):
        edition.files.create(language=language, path=f"1/{language}.pdf", pages=80, bytes=3_000_000, sha256="a" * 64)
    edition.printed_on = edition.published_at = timezone.now()
    edition.save()

    html = body(client, "/")

    assert 'href="/folleto/1/es.pdf"' in html
    assert "80 páginas" in html


@pytest.mark.parametrize("count", [1, 3])
def test_home_costs_the_same_queries(client, db, django_assert_num_queries, count):
    clear_catalogue()
    for n in range(count):
        make_procedure(f"tramite-{n}")
        make_program(f"apoyo-{n}", calls=2, availability="permanent")
        make_answered_thread(f"¿{n}?")

    with django_assert_num_queries(13):
        response = client.get("/")

    assert len(response.context["live"]) == len(response.context["threads"]) == count
