"""/folleto/: the list, an edition's page and its files."""

import hashlib
import re
from base64 import b64encode
from contextlib import contextmanager

import pytest
from django.db import OperationalError

from brochure import counting
from brochure.actions import compose_edition, withdraw_edition
from brochure.models import DownloadCount
from procedures.models import Stage
from tests.editions import published_edition
from tests.factories import clear_catalogue, make_procedure, make_program, retired
from tests.reading import FORBIDDEN, body, heading_faults, text

PDF = b"%PDF-1.7 0123456789 the end"
HASH = hashlib.sha256(PDF).hexdigest()


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


@pytest.mark.parametrize("path", ["/folleto/", "/folleto/1/", "/folleto/comparar/", "/folleto/comparar/?de=1&a=9"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_brochure_pages_are_the_same_for_everyone(client, edition, prefix, path):
    response = client.get(prefix + path)
    page = response.content.decode()
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert not FORBIDDEN.search(page)
    assert heading_faults(page) == []


def test_download_says_language_paper_format_pages_and_size(client, edition):
    words = text(body(client, "/folleto/")).replace("\xa0", " ")
    assert "Español, tamaño carta (PDF, 3 páginas, 27 bytes)" in words
    assert "English, para teléfono y lector de pantalla (HTML, 27 bytes)" in words
    assert "Edición 1, " in words
    assert "2 fichas" in words


def test_newest_edition_is_the_last_complete_one_that_is_not_withdrawn(client, edition, django_user_model):
    stage = published_edition(kind="stage", stage=Stage.objects.order_by("position").first(), title_es="Planear")
    withdrawn = published_edition(title_es="Con un error")
    somebody = django_user_model.objects.create_user("ana")
    withdraw_edition(edition=withdrawn, reason_es="El monto está mal.", reason_en="", by=somebody)
    page = body(client, "/folleto/")
    first, others = page.split('id="others"')
    assert f'href="/folleto/{edition.number}/"' in first
    assert f'href="/folleto/{stage.number}/"' in others
    assert f'href="/folleto/{withdrawn.number}/"' in others
    assert others.count("retirada</span>") == 1
    assert f'href="/folleto/{withdrawn.number}/es.pdf"' not in page
    assert "Por etapa: Planear" in others
    assert 'href="/folleto/1/es.pdf"' in body(client, "/")


def test_withdrawn_edition_says_so_first_and_keeps_its_files(client, edition, django_user_model):
    somebody = django_user_model.objects.create_user("ana")
    withdraw_edition(edition=edition, reason_es="El monto está mal.", reason_en="The amount is wrong.", by=somebody)
    page = body(client, "/folleto/1/")
    assert page.index("no te guíes por ella") < page.index("<h1>") < page.index('href="/folleto/1/es.pdf"')
    assert "El monto está mal." in page
    assert "The amount is wrong." in body(client, "/en/folleto/1/")
    assert whole(client.get("/folleto/1/es.pdf")) == PDF
    assert "Por el momento no se ofrece ninguna edición." in body(client, "/folleto/")


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
    for _ in range(count):
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
    assert page.count(HASH) == 4


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
    [
        "/folleto/2/",
        "/folleto/2/es.pdf",
        "/folleto/1/fr.pdf",
        "/folleto/1/es-large.pdf",
        "/folleto/1/es-napkin.pdf",
        "/folleto/1/fr.html",
        f"/folleto/{'9' * 40}/",
        f"/folleto/{'9' * 40}/es.pdf",
    ],
)
def test_unknown_edition_is_a_clear_404(client, edition, path):
    response = client.get(path)
    assert response.status_code == 404
    assert 'type="search"' in response.content.decode()


def test_lost_file_is_a_404_and_no_error(client, edition, editions_folder):
    (editions_folder / edition.files.get(language="es", paper="letter").path).unlink()
    assert client.get("/folleto/1/es.pdf").status_code == 404


# Every paper and the file for screens


SCREEN = b"<!doctype html><style>body { color: black }</style><p>Hola"


def test_every_paper_has_its_address_and_its_name(client, db):
    clear_catalogue()
    make_procedure("uno")
    published_edition(languages="en", papers="letter booklet large")
    page = body(client, "/folleto/1/")
    addresses = ["en.pdf", "en-booklet.pdf", "en-large.pdf", "en.html"]
    for address in addresses:
        assert f'href="/folleto/1/{address}"' in page
    assert re.findall(r'<dt><a href="/folleto/1/([^"]+)"', page) == addresses
    response = client.get("/folleto/1/en-large.pdf")
    whole(response)
    assert response["Content-Disposition"] == 'inline; filename="folleto-1-en-large.pdf"'


def test_file_for_screens_has_a_policy_that_allows_its_own_style_alone(client, db):
    clear_catalogue()
    make_procedure("uno")
    published_edition(SCREEN, languages="en")
    response = client.get("/folleto/1/en.html")
    assert whole(response) == SCREEN
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Content-Language"] == "en"
    assert response["Content-Length"] == str(len(SCREEN))
    assert response["Content-Disposition"] == 'inline; filename="folleto-1-en-screen.html"'
    known = b64encode(hashlib.sha256(b"body { color: black }").digest()).decode()
    policy = response["Content-Security-Policy"]
    assert f"style-src 'sha256-{known}'" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


# Counting


def downloads():
    return {(row.file.language, row.file.paper): row.times for row in DownloadCount.objects.select_related("file")}


def test_downloads_are_counted_per_file_and_day(client, edition):
    for _ in range(2):
        whole(client.get("/folleto/1/es.pdf"))
    whole(client.get("/en/folleto/1/es.pdf"))
    whole(client.get("/folleto/1/en.html"))
    assert downloads() == {("es", "letter"): 3, ("en", "screen"): 1}
    DownloadCount.objects.update(day="2026-01-01")
    whole(client.get("/folleto/1/es.pdf"))
    assert DownloadCount.objects.filter(file__language="es").count() == 2


def test_a_resumed_download_is_counted_once(client, edition):
    whole(client.get("/folleto/1/es.pdf", headers={"range": "bytes=0-9"}))
    whole(client.get("/folleto/1/es.pdf", headers={"range": "bytes=10-"}))
    assert downloads() == {("es", "letter"): 1}


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.head("/folleto/1/es.pdf"),
        lambda client: client.get(
            "/folleto/1/es.pdf", headers={"if-none-match": f'"{hashlib.sha256(PDF).hexdigest()}"'}
        ),
        lambda client: client.get("/folleto/1/es.pdf", headers={"range": "bytes=5-"}),
        lambda client: client.get("/folleto/1/es.pdf", headers={"range": "bytes=99-"}),
    ],
)
def test_what_is_no_download_is_not_counted(client, edition, ask):
    whole(ask(client))
    assert downloads() == {}


def test_a_busy_database_costs_the_count_and_not_the_download(client, edition, monkeypatch):
    @contextmanager
    def locked():
        raise OperationalError("database is locked")
        yield

    monkeypatch.setattr(counting, "in_a_hurry", locked)
    assert whole(client.get("/folleto/1/es.pdf")) == PDF
    assert downloads() == {}


# Comparing


@pytest.fixture
def two_editions(edition):
    """Of the second one a record came, one went, and one is a new version with another fee and an internal note."""
    gone = make_procedure("viejo")
    first = published_edition()
    type(gone).objects.filter(pk=gone.pk).update(**retired())
    old = edition.items.get(position=1).procedure_version
    type(old).objects.filter(pk=old.pk).update(**retired())
    make_procedure("uno", fees=1, staff_note="Secreto del personal.", purpose_es="Sirve para otra cosa.")
    make_program("nuevo")
    return first, published_edition()


def test_comparison_names_what_came_went_and_changed_field_by_field(client, two_editions):
    first, second = two_editions
    page = body(client, f"/folleto/comparar/?de={first.number}&a={second.number}")
    words = text(page)
    assert f"Qué cambió de la edición {first.number} a la edición {second.number}" in words
    added, gone = page.split('id="nuevas"')[1].split('id="fuera"')
    assert "Apoyo nuevo" in added
    assert "Trámite viejo" in gone
    assert "versión 1 → 2" in words
    assert "Sirve para <del>" in page
    assert "$100.00 MXN" in words
    assert "Secreto del personal." not in page
    assert 'href="/tramites/uno/version/1/"' in page
    assert not FORBIDDEN.search(page)


def test_comparison_in_english_says_what_changed_in_english(client, two_editions):
    first, second = two_editions
    page = body(client, f"/en/folleto/comparar/?de={first.number}&a={second.number}")
    assert "otra cosa" not in page
    assert "Cuota 0 (en)" in page


def test_comparison_works_backwards_and_across_kinds(client, two_editions):
    first, second = two_editions
    stage = published_edition(kind="stage", stage=Stage.objects.order_by("position").first())
    page = body(client, f"/folleto/comparar/?de={second.number}&a={first.number}")
    assert "Trámite viejo" in page.split('id="nuevas"')[1].split('id="fuera"')[0]
    assert client.get(f"/folleto/comparar/?de={first.number}&a={stage.number}").status_code == 200


def test_comparison_of_equal_editions_says_that_nothing_changed(client, edition):
    published_edition()
    assert "las mismas fichas en las mismas versiones" in body(client, "/folleto/comparar/?de=1&a=2")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("de=1&a=77", "No hay una edición publicada «77»."),
        ("de=1&a=uno", "No hay una edición publicada «uno»."),
        ("de=1&a=<b>", "No hay una edición publicada «&lt;b&gt;»."),
        ("de=1", "Di cuál edición."),
        ("de=1&a=1", "las dos son la misma"),
        (f"de={'9' * 300}&a=1", "No hay una edición publicada"),
    ],
)
def test_wrong_numbers_get_a_clear_message_and_stay(client, edition, query, said):
    published_edition()
    response = client.get(f"/folleto/comparar/?{query}")
    page = response.content.decode()
    assert response.status_code == 200
    assert said in page
    if query == "de=1&a=77":
        assert '<option value="77" selected>' in page
        assert re.search(r'<option value="1" selected>', page)


def test_a_draft_is_not_compared(client, edition):
    published_edition()
    draft = compose_edition(title_es="Borrador secreto")
    page = body(client, f"/folleto/comparar/?de=1&a={draft.number}")
    assert "No hay una edición publicada" in page
    assert "Borrador secreto" not in page


def test_comparison_needs_two_editions(client, edition):
    assert "hacen falta dos ediciones" in body(client, "/folleto/comparar/")


def test_editions_lead_to_what_changed_since_the_one_before_of_their_kind(client, edition):
    published_edition(kind="stage", stage=Stage.objects.order_by("position").first())
    third = published_edition()
    link = f'href="/folleto/comparar/?de=1&amp;a={third.number}"'
    assert body(client, "/folleto/").count(link) == 1
    assert body(client, f"/folleto/{third.number}/").count(link) == 1
    assert "Qué cambió desde" not in body(client, "/folleto/2/")


@pytest.mark.parametrize("count", [1, 3])
def test_comparison_costs_the_same_for_one_and_three_changes(client, db, django_assert_num_queries, count):
    clear_catalogue()
    makers = [(make, f"numero-{n}") for make in (make_procedure, make_program) for n in range(count)]
    versions = [make(slug) for make, slug in makers]
    published_edition()
    for version in versions:
        type(version).objects.filter(pk=version.pk).update(**retired())
    for make, slug in makers:
        make(slug)
    published_edition()
    with django_assert_num_queries(26):
        response = client.get("/folleto/comparar/?de=1&a=2")
    assert response.content.decode().count('<details class="changed">') == 2 * count
