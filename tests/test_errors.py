"""Error pages: clear words, in the reader's language, and a way on."""

import re

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_protect

from portal import urls


def fail(request):
    raise RuntimeError


def forbid(request):
    raise PermissionDenied


@csrf_protect
def form(request):
    return HttpResponse("sent")


handler404 = urls.handler404
urlpatterns = [
    path("fails/", fail),
    path("forbidden/", forbid),
    path("form/", form),
    *urls.urlpatterns,
]


@pytest.fixture
def breaking(settings):
    """Adds addresses that break to the portal's own."""
    settings.ROOT_URLCONF = __name__


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/nada/",
        "/nada",
        "/tramites/no-existe/",
        "/tramites/no-existe/version/1/",
        "/apoyos/no-existe/",
        "/instituciones/no-existe/",
        "/dialogo/999999999/",
        "/compromisos/NADA/",
        "/tramites/%00/",
        "/tramites/%F0%9F%98%80/",
        "/buscar/x/",
        "/../etc/passwd",
        "/tramites/licencia-de-funcionamiento/version/99999999999999999999/",
    ],
)
def test_unknown_address_gets_a_page_with_a_search_box(client, path):
    response = client.get(path)
    assert response.status_code == 404
    content = response.content.decode()
    assert '<html lang="es">' in content
    assert "No hay ninguna página en esta dirección" in content
    assert 'action="/buscar/"' in content
    assert not response.cookies
    assert "hreflang" not in content.split("</head>")[0]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/en/nada/", "/en/tramites/no-existe/", "/en/a/b/c/d/"])
def test_unknown_english_address_gets_an_english_page(client, path):
    response = client.get(path)
    assert response.status_code == 404
    content = response.content.decode()
    assert '<html lang="en">' in content
    assert "There is no page at this address" in content
    assert 'action="/en/buscar/"' in content


def test_unknown_address_offers_its_own_words_to_the_search(client):
    assert (
        'value="tramites licencia funcionamiento"' in client.get("/tramites-licencia/funcionamiento").content.decode()
    )
    assert 'value="liquor licence"' in client.get("/en/liquor-licence/").content.decode()
    assert 'value="ensalada"' in client.get("/ensalada/").content.decode()


def test_unknown_address_shows_nothing_unescaped(client):
    content = client.get('/"><script>alert(1)</script>/').content.decode()
    assert "<script>alert" not in content


@pytest.mark.usefixtures("breaking")
def test_server_error_needs_no_database_and_speaks_both_languages():
    # No database mark: a query would be a second error.
    response = Client(raise_request_exception=False).get("/fails/")
    assert response.status_code == 500
    content = response.content.decode()
    assert "Algo falló de nuestro lado" in content
    assert "Something went wrong on our side" in content
    assert not response.cookies


def test_server_error_page_stands_alone():
    source = (settings.BASE_DIR / "templates" / "500.html").read_text()
    assert "{%" not in source
    assert "{{" not in source
    assert not re.search(r"<script|<style|style=|\son\w+=", source)


def test_server_error_page_links_to_stylesheets_that_are_there():
    for name in ("400.html", "500.html"):
        source = (settings.BASE_DIR / "templates" / name).read_text()
        sheets = re.findall(r'href="/static/(.*?\.css)"', source)
        assert len(sheets) == 2
        assert all((settings.BASE_DIR / "static" / sheet).exists() for sheet in sheets)


@pytest.mark.usefixtures("breaking")
def test_forbidden_page_says_so(client):
    response = client.get("/forbidden/")
    assert response.status_code == 403
    assert "No puedes abrir esta página" in response.content.decode()


@pytest.mark.usefixtures("breaking")
def test_form_without_its_mark_is_refused_in_clear_words():
    response = Client(enforce_csrf_checks=True).post("/form/", {"text": "…"})
    assert response.status_code == 403
    assert "tu texto sigue ahí" in response.content.decode()


def test_bad_host_gets_a_clear_page(client, settings):
    settings.ALLOWED_HOSTS = ["portal.example"]
    response = client.get("/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert "No pudimos entender lo que llegó" in response.content.decode()


def test_bad_request_page_is_english_under_en(client, settings):
    settings.ALLOWED_HOSTS = ["portal.example"]
    response = client.get("/en/", headers={"host": "elsewhere.example"})
    assert '<html lang="en">' in response.content.decode()


@pytest.mark.django_db
def test_too_many_fields_are_a_bad_request(client):
    assert client.get("/buscar/?" + "&".join(f"a{n}=1" for n in range(2_000))).status_code in (200, 400)
