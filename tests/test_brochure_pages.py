"""/folleto/: the list, an edition's page and its files."""

import hashlib

import pytest

from brochure.actions import compose_edition
from tests.editions import published_edition
from tests.factories import clear_catalogue, make_procedure, make_program, retired
from tests.reading import FORBIDDEN, body, heading_faults, text

PDF = b"%PDF-1.7 0123456789 the end"


@pytest.fixture(autouse=True)
def editions_folder(settings, tmp_path):
    settings.EDITIONS_DIR = tmp_path / "editions"
    return settings.EDITIONS_DIR


@pytest.fixture
def edition(db):
    clear_catalogue()
    make_procedure("uno")
    make_program("dos")
    return published_edition(PDF)


def test_editions_page_says_that_there_is_none_yet(client, db):
    page = body(client, "/folleto/")
    assert "Todavía no se publica ninguna edición." in page
    assert 'href="/tramites/"' in page


def test_editions_page_hides_drafts(client, db):
    compose_edition(title_es="Borrador secreto", title_en="Secret draft")
    assert "Borrador secreto" not in body(client, "/folleto/")
    assert client.get("/folleto/1/").status_code == 404
    assert client.get("/folleto/1/es.pdf").status_code == 404


@pytest.mark.parametrize("path", ["/folleto/", "/folleto/1/", "/en/folleto/", "/en/folleto/1/"])
def test_brochure_pages_are_the_same_for_everyone(client, edition, path):
    response = client.get(path)
    page = response.content.decode()
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert not FORBIDDEN.search(page)
    assert heading_faults(page) == []


def test_download_says_language_format_pages_and_size(client, edition):
    words = text(body(client, "/folleto/"))
    assert "Español, PDF, 3 páginas, 27 bytes" in words.replace("\xa0", " ")
    assert "Edición 1, " in words
    assert "2 fichas" in words


@pytest.mark.parametrize("count", [1, 3])
def test_editions_page_costs_the_same_for_one_and_three(client, db, django_assert_num_queries, count):
    for n in range(count):
        make_procedure(f"numero-{n}")
        published_edition()
    with django_assert_num_queries(2):
        response = client.get("/folleto/")
    assert response.content.decode().count('href="/folleto/1/es.pdf"') == 1


@pytest.mark.parametrize("count", [1, 3])
def test_edition_page_costs_the_same_for_one_and_three_records(client, db, django_assert_num_queries, count):
    clear_catalogue()
    for n in range(count):
        make_procedure(f"numero-{n}")
        make_program(f"apoyo-{n}")
    published_edition()
    with django_assert_num_queries(3):
        response = client.get("/folleto/1/")
    assert response.content.decode().count(", versión 1") == 2 * count


def test_edition_page_names_exact_versions_and_whole_hashes(client, edition):
    version = edition.items.get(position=1).procedure_version
    type(version).objects.filter(pk=version.pk).update(**retired())
    page = body(client, "/folleto/1/")
    assert 'href="/tramites/uno/version/1/"' in page
    assert "ya no está vigente" in page
    assert 'href="/apoyos/dos/"' in page
    assert page.count(hashlib.sha256(PDF).hexdigest()) == 2


def test_edition_file_is_a_plain_file_that_lasts(client, edition):
    response = client.get("/folleto/1/es.pdf")
    assert whole(response) == PDF
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(PDF))
    assert response["Content-Disposition"] == 'inline; filename="folleto-1-es.pdf"'
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["ETag"] == f'"{hashlib.sha256(PDF).hexdigest()}"'
    assert response["Accept-Ranges"] == "bytes"


def test_edition_file_has_its_name_in_the_language_of_the_page(client, edition):
    response = client.get("/en/folleto/1/en.pdf")
    assert whole(response) == PDF
    assert response["Content-Disposition"] == 'inline; filename="brochure-1-en.pdf"'


def whole(response):
    """The bytes that a reader gets; when they are read to the end the file is closed."""
    return b"".join(response)


@pytest.mark.parametrize(
    ("asked", "span"),
    [
        ("bytes=0-3", (0, 4)),
        ("bytes=9-", (9, 27)),
        ("bytes=-3", (24, 27)),
        ("bytes=20-999", (20, 27)),
        ("bytes=-999", (0, 27)),
        ("bytes=26-26", (26, 27)),
    ],
)
def test_broken_download_is_resumed(client, edition, asked, span):
    response = client.get("/folleto/1/es.pdf", headers={"range": asked})
    first, end = span
    assert whole(response) == PDF[first:end]
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{end - 1}/27"
    assert response["Content-Length"] == str(end - first)


@pytest.mark.parametrize("asked", ["bytes=27-", "bytes=99-100", "bytes=-0", "bytes=5-4", f"bytes={'9' * 5000}-"])
def test_range_beyond_the_end_is_refused_with_the_length(client, edition, asked):
    response = client.get("/folleto/1/es.pdf", headers={"range": asked})
    assert response.status_code == 416
    assert response["Content-Range"] == "bytes */27"


@pytest.mark.parametrize("asked", ["", "bytes=-", "bytes=0-1,4-5", "chapters=1-2", "bytes=a-b", "bytes=٣-٤"])
def test_what_is_no_single_range_gets_the_whole_file(client, edition, asked):
    response = client.get("/folleto/1/es.pdf", headers={"range": asked})
    assert whole(response) == PDF
    assert response.status_code == 200


def test_range_of_another_file_gets_the_whole_one(client, edition):
    response = client.get("/folleto/1/es.pdf", headers={"range": "bytes=0-3", "if-range": '"other"'})
    assert whole(response) == PDF


def test_known_file_is_not_sent_again(client, edition):
    head = client.head("/folleto/1/es.pdf")
    assert whole(head) == b""
    response = client.get("/folleto/1/es.pdf", headers={"if-none-match": head["ETag"]})
    assert response.status_code == 304
    assert response.content == b""


@pytest.mark.parametrize(
    "path",
    ["/folleto/2/", "/folleto/2/es.pdf", "/folleto/1/fr.pdf", f"/folleto/{'9' * 40}/", f"/folleto/{'9' * 40}/es.pdf"],
)
def test_unknown_edition_is_a_clear_404(client, edition, path):
    response = client.get(path)
    assert response.status_code == 404
    assert 'type="search"' in response.content.decode()


def test_lost_file_is_a_404_and_no_error(client, edition, editions_folder):
    (editions_folder / "1/es.pdf").unlink()
    assert client.get("/folleto/1/es.pdf").status_code == 404
