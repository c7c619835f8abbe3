"""The portal's own pages, what machines read, and what holds for every public page."""

import re
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from procedures import frozen
from procedures.models import ProcedureVersion

pytestmark = pytest.mark.django_db

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
STATIC_PAGES = ["acerca", "privacidad", "accesibilidad", "datos"]
# They hold a form, so they are not the same for every reader.
FORMS = {"/dialogo/nuevo/", "/en/dialogo/nuevo/"}


def sitemap_urls(client):
    return ElementTree.fromstring(client.get("/sitemap.xml").content).findall(f"{SITEMAP}url")  # noqa: S314 - our own


def sitemap_paths(client):
    return [url.findtext(f"{SITEMAP}loc").removeprefix(settings.PORTAL_URL) for url in sitemap_urls(client)]


@pytest.mark.parametrize("name", STATIC_PAGES)
def test_page_has_one_heading_in_each_language(client, name):
    headings = []
    for prefix in ("", "/en"):
        response = client.get(f"{prefix}/{name}/")
        assert response.status_code == 200
        headings += re.findall(r"<h1>(.*?)</h1>", response.content.decode())
    assert len(headings) == 2
    assert headings[0] != headings[1]


@pytest.mark.parametrize("name", STATIC_PAGES)
def test_page_costs_at_most_two_queries(client, django_assert_max_num_queries, name):
    with django_assert_max_num_queries(2):
        client.get(f"/{name}/")


def test_about_explains_the_three_assurances_and_how_to_correct(client):
    content = client.get("/acerca/").content.decode()
    assert re.findall(r'<span class="tag tag-\w+">(.*?)</span>', content) == [
        "Confirmado",
        "Confirmado en parte",
        "Por verificar",
    ]
    assert 'href="/dialogo/nuevo/"' in content
    assert 'href="/instituciones/ddec/"' in content


def test_data_says_what_is_coming(client):
    assert "Esta página está en camino" in client.get("/datos/").content.decode()


def test_robots_hides_what_is_not_for_search_engines(client):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /en/admin/",
        "Disallow: /buscar/",
        "Disallow: /en/buscar/",
        "Disallow: /ruta/plan.pdf",
        "Disallow: /en/ruta/plan.pdf",
        "Disallow: /*?*clave=",
        "Disallow: /*?*cambiar=",
        "",
        f"Sitemap: {settings.PORTAL_URL}/sitemap.xml",
    ]


def test_sitemap_names_every_public_record_in_both_languages(client):
    paths = sitemap_paths(client)
    assert len(paths) == len(set(paths))
    assert len([path for path in paths if re.fullmatch(r"/tramites/[^/]+/", path)]) == 43
    assert len([path for path in paths if re.fullmatch(r"/apoyos/[^/]+/", path)]) == 24
    assert len([path for path in paths if re.fullmatch(r"/instituciones/[^/]+/", path)]) == 43
    assert len([path for path in paths if re.fullmatch(r"/compromisos/MXCHH0002/hitos/\d/", path)]) == 3
    assert sorted(f"/en{path}" for path in paths if not path.startswith("/en/")) == sorted(
        path for path in paths if path.startswith("/en/")
    )


def test_sitemap_links_the_languages_and_dates_the_records(client):
    version = ProcedureVersion.objects.published().get(procedure__slug="licencia-de-funcionamiento")
    address = f"{settings.PORTAL_URL}/tramites/licencia-de-funcionamiento/"
    url = next(url for url in sitemap_urls(client) if url.findtext(f"{SITEMAP}loc") == address)
    assert {link.get("hreflang"): link.get("href") for link in url.findall(LINK)} == {
        "es": address,
        "en": address.replace("/tramites", "/en/tramites"),
        "x-default": address,
    }
    assert url.findtext(f"{SITEMAP}lastmod") == f"{timezone.localtime(version.published_at):%Y-%m-%d}"


def test_sitemap_leaves_out_what_is_not_in_force(client):
    with frozen.lifted():
        ProcedureVersion.objects.filter(procedure__slug="licencia-de-funcionamiento").delete()
    assert "/tramites/licencia-de-funcionamiento/" not in sitemap_paths(client)


@pytest.mark.parametrize("number", ["0", "2", "x", ""])
def test_sitemap_without_such_a_page_is_not_found(client, number):
    assert client.get("/sitemap.xml", {"p": number}).status_code == 404


def one_of_each(paths):
    """A path of each sort: `/tramites/x/` stands for all procedures, in each language for itself."""
    return list({re.sub(r"[^/]+/$", "", path): path for path in paths}.values())


def test_every_public_page_can_be_cached_and_sets_no_cookie(client):
    paths = [path for path in sitemap_paths(client) if path not in FORMS]
    spanish = [path for path in paths if not path.startswith("/en/")]
    searches = ["/buscar/", "/buscar/?q=licencia", "/en/buscar/?q=xyz"]
    guide = ["/ruta/?q=tacos", "/ruta/?giro=taqueria", "/ruta/plan/?giro=taqueria&inicio=2026-09-14"]
    visited = 0
    for path in [*spanish, *one_of_each(path for path in paths if path not in spanish), *searches, *guide]:
        response = client.get(path)
        assert response.status_code == 200, path
        assert response["Cache-Control"] == "public, max-age=0, s-maxage=60", path
        assert not response.cookies, path
        assert "Cookie" not in response.get("Vary", ""), path
        assert b"csrfmiddlewaretoken" not in response.content, path
        visited += 1
    assert visited > 135


def test_every_sort_of_page_is_the_same_for_a_reader_who_is_signed_in(client):
    reader = Client()
    reader.force_login(get_user_model().objects.create_superuser("somebody", password="x"))
    visited = 0
    for path in one_of_each(path for path in sitemap_paths(client) if path not in FORMS):
        assert reader.get(path).content == client.get(path).content, path
        visited += 1
    assert visited >= 12


def test_every_public_page_keeps_a_strict_content_policy(client):
    visited = 0
    for path in [*one_of_each(sitemap_paths(client)), "/nada/"]:
        response = client.get(path)
        assert "'unsafe-inline'" not in response["Content-Security-Policy"], path
        content = response.content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", content), path
        visited += 1
    assert visited >= 12


@pytest.mark.parametrize("path", sorted(FORMS))
def test_page_with_a_form_is_not_cached_for_everyone(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert "public" not in response.get("Cache-Control", "")


def test_errors_are_not_cached(client):
    assert not client.get("/nada/").has_header("Cache-Control")


def test_staff_pages_are_not_cached_for_everyone(client):
    assert "public" not in client.get("/admin/login/").get("Cache-Control", "")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
@pytest.mark.parametrize("path", ["/buscar/", "/acerca/", "/ruta/", "/robots.txt"])
def test_pages_are_for_reading_only(client, method, path):
    assert getattr(client, method)(path).status_code == 405


def test_head_is_answered_like_get(client):
    response = client.head("/acerca/")
    assert response.status_code == 200
    assert response["Cache-Control"].startswith("public")


def test_a_browser_that_has_the_page_is_told_so(client, db):
    first = client.get("/tramites/")
    again = client.get("/tramites/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
