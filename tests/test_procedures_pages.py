import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from procedures.gaps import procedure_gaps
from procedures.models import LegalInstrument, Procedure, ProcedureVersion, Situation, Stage
from procedures.preview import preview_path
from tests.factories import (
    clear_catalogue,
    make_document,
    make_office,
    make_procedure,
    make_program,
    retired,
)
from tests.reading import FORBIDDEN, body, heading_faults, text


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_ficha_is_served_without_cookies_or_inline_code(client, db, prefix):
    visited = 0
    for procedure in Procedure.objects.all():
        response = client.get(f"{prefix}/tramites/{procedure.slug}/")
        html = response.content.decode()

        assert response.status_code == 200
        assert not response.cookies
        assert response.get("Vary") is None
        assert not FORBIDDEN.search(html)
        assert heading_faults(html) == []
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
        visited += 1

    assert visited == 43


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    "query", ["", "?giro=taqueria&etapa=planear&institucion=institucion-de-prueba&costo=con-costo"]
)
def test_list_costs_the_same_queries(client, db, django_assert_num_queries, count, query):
    clear_catalogue()
    for n in range(count):
        make_procedure(f"tramite-{n}", requirements=2, fees=2)

    with django_assert_num_queries(20 if query else 8):
        response = client.get(f"/tramites/{query}")

    assert len(response.context["page"].object_list) == count


@pytest.mark.parametrize("count", [1, 3])
def test_ficha_costs_the_same_queries(client, db, django_assert_num_queries, count):
    clear_catalogue()
    version = make_procedure(requirements=count, steps=count, fees=count, citations=count, offices=count)
    for step, office in zip(version.steps.all(), version.offices.all(), strict=True):
        step.office = office
        step.save()
    for n in range(count):
        version.results.add(make_document(f"resultado-{n}"))
        following = make_procedure(f"siguiente-{n}")
        following.requirements.create(document=make_document("resultado-0"))
        issuer = make_procedure(f"emisor-{n}")
        issuer.results.add(version.requirements.first().document)
        make_procedure(f"ventanilla-{n}").bundles.add(version.procedure)
        version.bundles.add(issuer.procedure)
        make_program(f"apoyo-{n}", calls=count)

    with django_assert_num_queries(37):
        response = client.get(version.get_absolute_url())

    assert len(response.context["unlocked"]) == len(response.context["windows"]) == count
    assert len(response.context["bundled"]) == len(response.context["supports"]) == count


def test_list_is_in_road_order_under_its_stages(client, db):
    response = client.get("/tramites/")

    stages = [version.stage.position for version in response.context["page"].object_list]
    assert stages == sorted(stages)
    assert len(stages) == 24
    html = response.content.decode()
    assert "43 trámites" in html
    assert html.index('id="etapa-planear"') < html.index('id="etapa-formalizar"')


def test_list_pages_hold_every_procedure_once(client, db):
    shown = [
        version.pk
        for number in (1, 2)
        for version in client.get(f"/tramites/?page={number}").context["page"].object_list
    ]

    assert len(shown) == len(set(shown)) == 43


@pytest.mark.parametrize("page", ["0", "-1", "99", "dos", "1e9", "%00", "9" * 400])
def test_list_with_a_bad_page_says_so_and_shows_the_first(client, db, page):
    html = body(client, f"/tramites/?page={page}")

    assert "La página que pediste no existe: esta es la primera." in html
    assert 'aria-current="page">1<' in html


def test_list_keeps_the_filters_in_its_links(client, db):
    html = body(client, "/tramites/?nivel=municipal&en_linea=si")

    assert 'href="?en_linea=si"' in html
    assert 'href="?nivel=municipal"' in html
    assert 'href="/tramites/">Quitar filtros' in html
    assert '<option value="municipal" selected>' in html


def test_list_without_a_match_offers_to_drop_the_filters(client, db):
    html = body(client, "/tramites/?etapa=operar&costo=gratis")

    assert "0 trámites" in html
    assert "Nada coincide con todos estos filtros." in html


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_list_with_a_bad_filter_says_so_beside_the_field(client, db, prefix):
    html = body(client, f"{prefix}/tramites/?etapa=no-hay&costo=gratis")

    expected = "Uno de los filtros tiene un valor que no existe" if not prefix else "One of the filters has a value"
    assert expected in html
    assert 'id="id_etapa_error"' in html
    assert 'aria-invalid="true"' in html
    assert ("Ese valor no existe" if not prefix else "There is no such value") in html


def test_list_for_a_business_type_says_on_what_it_depends(client, db):
    html = text(body(client, "/tramites/?giro=restaurante&etapa=permisos"))

    assert "Tu giro: Restaurante" in html
    assert "Depende de si su giro está en el Catálogo de Giros SARE (bajo riesgo)" in html
    assert "Aplica a tu giro" in html


def test_list_in_english(client, db):
    html = body(client, "/en/tramites/")

    assert "43 procedures" in html
    assert 'href="/en/tramites/sare-apertura-rapida/"' in html
    assert "Fast-track business opening (SARE one-stop window)" in html


def test_ficha_of_the_fast_track_window(client, db):
    html = body(client, "/tramites/sare-apertura-rapida/")
    words = text(html)

    assert "Costo$1,702.00 MXN (sin confirmar)" in words.replace(" Costo ", " Costo").replace("Costo ", "Costo")
    assert "3 días hábiles" in words
    assert "Lunes a viernes, 8:30 a 15:30" in words
    assert 'href="tel:+526142004800,6393"' in html
    assert "Esta ventanilla resuelve todo esto de una vez:" in words
    assert "Confirmado en parte" in words
    assert "Aún no sabemos qué documentos piden" in words
    assert "No sabemos qué significa que la autoridad no conteste a tiempo." in words
    assert 'href="https://www.omnia.com.mx/noticia/237297"' in html
    assert 'href="/tramites/sare-apertura-rapida.pdf"' in html
    assert 'href="/dialogo/nuevo/?tramite=sare-apertura-rapida"' in html
    assert 'href="/dialogo/?tramite=sare-apertura-rapida"' in html


def test_ficha_links_each_document_to_who_issues_it(client, db):
    html = body(client, "/tramites/e-firma-persona-fisica/")

    assert "Lo obtienes con este trámite:" in html
    assert 'href="/tramites/inscripcion-rfc-persona-fisica/"' in html


def test_ficha_says_what_it_opens_next(client, db):
    response = client.get("/tramites/inscripcion-rfc-persona-fisica/")

    following = {version.procedure.slug for version in response.context["unlocked"]}
    assert {"e-firma-persona-fisica", "alta-patronal-imss"} <= following
    assert "inscripcion-rfc-persona-fisica" not in following


def test_a_window_does_not_open_what_it_does_itself(client, db):
    response = client.get("/tramites/sare-apertura-rapida/")

    bundled = {version.procedure.slug for version in response.context["bundled"]}
    assert bundled == {"licencia-uso-de-suelo", "dictamen-proteccion-civil", "licencia-de-funcionamiento"}
    assert not bundled & {version.procedure.slug for version in response.context["unlocked"]}


def test_ficha_names_the_window_that_does_it_too(client, db):
    html = body(client, "/tramites/licencia-de-funcionamiento/")

    assert "También puedes hacerlo junto con otros en una sola ventanilla:" in html
    assert 'href="/tramites/sare-apertura-rapida/"' in html


def test_ficha_shows_conditions_as_words(client, db):
    words = text(body(client, "/tramites/alta-patronal-imss/"))

    assert "Lo necesitas si de tu negocio es cierto todo esto: emplea a una o más personas" in words
    assert "Solo si es una sociedad u otra persona moral." in words


def test_conditions_of_all_three_kinds(client, db):
    version = make_procedure(requirements=1)
    requirement = version.requirements.get()
    requirement.any_of.set(Situation.objects.filter(slug__in=["maneja-alimentos", "vende-alcohol"]))
    requirement.none_of.set(Situation.objects.filter(slug="sas"))
    requirement.all_of.set(Situation.objects.filter(slug="con-local"))

    words = text(body(client, version.get_absolute_url()))

    assert (
        "Solo si tiene un local o establecimiento. Y además al menos una de estas cosas es cierta: "
        "maneja alimentos o bebidas o vende o sirve bebidas alcohólicas. "
        "No si es una Sociedad por Acciones Simplificada (SAS)." in words
    )


def test_everything_unknown_is_said_to_be_unknown(client, db):
    version = make_procedure()
    words = text(body(client, version.get_absolute_url()))

    for sentence in [
        "Aún no sabemos con exactitud quién lo necesita.",
        "Aún no sabemos qué documentos piden: pregunta antes de ir.",
        "Aún no sabemos los pasos.",
        "Aún no sabemos cuánto cuesta ni si es gratis.",
        "No sabemos cuánto tarda la respuesta.",
        "No sabemos qué significa que la autoridad no conteste a tiempo.",
        "No sabemos en qué oficina se hace.",
        "No sabemos qué documento recibes.",
        "No sabemos cuánto tiempo vale.",
        "Aún no sabemos en qué ley o reglamento se basa.",
        "Aún no hemos podido confirmarlo",
        "No hay registro de que el área responsable lo haya revisado",
    ]:
        assert sentence in words
    assert len(procedure_gaps(version)) == 12
    assert all(gap in words for gap in procedure_gaps(version))


def test_a_complete_record_has_no_gaps(client, db):
    version = make_procedure(
        requirements=1,
        steps=1,
        citations=1,
        offices=1,
        who_es="Quien venda.",
        is_in_person=True,
        response_value=3,
        response_unit="days",
        silence="afirmativa",
        validity_value=1,
        validity_unit="years",
        redress_es="Recurso de inconformidad.",
        assurance="confirmed",
    )
    version.offices.update(email="ventanilla@example.org")
    version.results.add(make_document("permiso"))
    version.fees.create(kind="fixed", minimum=100, assurance="confirmed")

    words = text(body(client, version.get_absolute_url()))

    assert procedure_gaps(version) == []
    assert "Lo que aún no sabemos" not in words
    assert "se entiende que te dijo que sí (afirmativa ficta)" in words
    assert "Vale 1 año." in words
    assert "Recurso de inconformidad." in words


@pytest.mark.parametrize(
    ("fields", "gap"),
    [
        ({"silence": "none"}, "Qué significa que la autoridad no conteste"),
        ({"validity_text_es": "Indefinida."}, "Cuánto tiempo vale el resultado"),
        ({"is_online": True}, "En qué oficina se hace"),
        ({"result_note_es": "Un acuse."}, "Qué documento recibes"),
    ],
)
def test_a_known_fact_is_no_gap(db, fields, gap):
    assert gap in procedure_gaps(make_procedure("sin"))
    assert gap not in procedure_gaps(make_procedure("con", **fields))


def test_fee_shows_its_basis_validity_and_own_assurance(client, db):
    version = make_procedure(assurance="confirmed")
    instrument = LegalInstrument.objects.get(slug="acuerdo-tarifas-impi")
    version.fees.create(
        kind="fixed",
        minimum=10,
        unit="UMA",
        instrument=instrument,
        article="art. 14",
        valid_from="2020-01-01",
        valid_to="2020-12-31",
        assurance="unverified",
    )

    words = text(body(client, version.get_absolute_url()))

    assert "10 UMA" in words
    assert f"{instrument.name_es}, art. 14" in words
    assert "del 1 de enero de 2020 al 31 de diciembre de 2020 (ya no está vigente: pregunta el monto actual)" in words
    assert "Si los montos siguen vigentes" in words


def test_assurance_says_who_checked_and_until_when(client, db):
    version = make_procedure(
        assurance="confirmed", verified_on="2026-02-03", check_by="2026-08-03", staff_note="Solo para nosotros."
    )
    version.verified_by = version.institution
    version.save()

    html = body(client, version.get_absolute_url())

    assert "3 de febrero de 2026" in html
    assert "3 de agosto de 2026" in html
    assert "Revisado por" in html
    assert "Solo para nosotros." not in html


@pytest.mark.parametrize(("starts", "ends", "is_shown"), [(-1, 1, True), (0, 0, True), (1, 2, False), (-2, -1, False)])
def test_alert_is_shown_between_its_dates(client, db, starts, ends, is_shown):
    version = make_procedure()
    today = timezone.localdate()
    Procedure.objects.filter(pk=version.procedure_id).update(
        alert_es="Cerrado por obras.", alert_from=today + timedelta(starts), alert_to=today + timedelta(ends)
    )

    assert ("Cerrado por obras." in body(client, version.get_absolute_url())) is is_shown


def test_missing_english_is_marked_as_spanish(client, db):
    version = make_procedure(purpose_es="Solo en español.", purpose_en="", name_es="Trámite raro", name_en="")

    html = body(client, f"/en{version.get_absolute_url()}")

    assert '<h1><span lang="es">Trámite raro</span></h1>' in html
    assert '<span lang="es">Solo en español.</span>' in html


def test_content_is_escaped(client, db):
    version = make_procedure(
        name_es="<script>alert(1)</script>", purpose_es="<b>SARE</b>", good_to_know_es="<i>uno</i>\n<i>dos</i>"
    )

    html = body(client, version.get_absolute_url())

    assert "<script>" not in html
    assert "<b>" not in html
    assert "<i>" not in html
    assert "&lt;i&gt;dos&lt;/i&gt;" in html


def test_supports_of_the_stage_come_live_first(client, db):
    clear_catalogue()
    version = make_procedure()
    make_program("de-otra-etapa").stages.set(Stage.objects.order_by("-position")[:1])
    make_program("cerrado").program.calls.create(opens="2020-01-01", closes="2020-02-01")
    make_program("permanente", availability="permanent")

    response = client.get(version.get_absolute_url())

    assert [program.program.slug for program in response.context["supports"]] == ["permanente", "cerrado"]


def test_step_leads_to_its_office(client, db):
    version = make_procedure(steps=1)
    office = make_office("ventanilla", url="https://example.org/ventanilla")
    version.steps.update(office=office, actor="authority", duration_value=2, duration_unit="days")

    html = body(client, version.get_absolute_url())

    assert 'href="/instituciones/institucion-de-prueba/#ventanilla"' in html
    assert "Esto lo hace la autoridad." in html
    assert "2 días naturales" in html


@pytest.mark.parametrize("path", ["/tramites/no-hay/", "/tramites/ÑO/", "/tramites/sare-apertura-rapida/version/7/"])
def test_unknown_procedure_is_a_clear_404(client, db, path):
    response = client.get(path)

    assert response.status_code == 404
    assert 'role="search"' in response.content.decode()


def test_version_number_beyond_any_is_404(client, db):
    assert client.get(f"/tramites/sare-apertura-rapida/version/{'9' * 40}/").status_code == 404


def test_pages_answer_no_other_method(client, db):
    assert client.post("/tramites/").status_code == 405
    assert client.head("/tramites/sare-apertura-rapida/").status_code == 200


def test_version_in_force_redirects_to_the_procedure(client, db):
    response = client.get("/en/tramites/sare-apertura-rapida/version/1/")

    assert response.status_code == 302
    assert response["Location"] == "/en/tramites/sare-apertura-rapida/"


def test_retired_version_stays_readable_with_a_notice(client, db):
    make_procedure("cambiado", **retired(purpose_es="Como era antes."))
    make_procedure("cambiado", purpose_es="Como es ahora.")

    html = body(client, "/tramites/cambiado/version/1/")

    assert "Como era antes." in html
    assert "Esta es una versión anterior." in html
    assert 'href="/tramites/cambiado/">Ver la versión vigente' in html
    assert "/tramites/cambiado.pdf" not in html
    assert "Como es ahora." in body(client, "/tramites/cambiado/")


def test_procedure_given_up_shows_its_last_version_with_a_notice(client, db):
    now = timezone.now()
    make_procedure("terminado", **retired(retired_at=now - timedelta(days=9), purpose_es="La primera."))
    make_procedure("terminado", **retired(purpose_es="La última."))

    html = body(client, "/tramites/terminado/")

    assert "La última." in html
    assert "Ya no está en vigor." in html
    assert ProcedureVersion.objects.published().filter(procedure__slug="terminado").count() == 0


def test_draft_is_seen_only_with_its_key(client, db):
    make_procedure("nuevo", purpose_es="Lo público.")
    draft = make_procedure("nuevo", state="draft", published_at=None, purpose_es="Aún en borrador.")
    other = make_procedure("otro", state="draft", published_at=None)
    path = reverse("procedures:procedure_version", args=["nuevo", 2])

    assert client.get(path).status_code == 404
    assert client.get(f"{path}?clave=x").status_code == 404
    assert client.get(path, {"clave": preview_path(other).partition("clave=")[2]}).status_code == 404
    response = client.get(preview_path(draft))
    html = response.content.decode()
    assert "Aún en borrador." in html
    assert "Borrador" in html
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "Aún en borrador." not in body(client, "/tramites/nuevo/")


def test_procedure_with_only_a_draft_is_404(client, db):
    make_procedure("solo-borrador", state="draft", published_at=None)

    assert client.get("/tramites/solo-borrador/").status_code == 404
    assert "solo-borrador" not in body(client, "/tramites/")
