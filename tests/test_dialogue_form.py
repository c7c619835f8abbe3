import pytest
from django.test import Client

from engagement.models import Commitment, Post, Thread
from procedures.models import Procedure, Program
from tests.engagement_rows import make_pending

FORM = "/dialogo/nuevo/"
GOOD = {"kind": "question", "title": "¿Cuánto cuesta?", "body": "Quiero abrir una taquería.", "author_name": "Lucía"}


def send(client, path=FORM, **changes):
    return client.post(path, {**GOOD, **changes})


def test_question_is_kept_without_an_account_and_waits_for_a_moderator(client, db):
    response = send(client)
    assert (response.status_code, response.url) == (302, "/dialogo/nuevo/gracias/")
    thread = Thread.objects.get()
    post = thread.posts.get()
    assert (thread.kind, thread.title, thread.language) == ("question", "¿Cuánto cuesta?", "es")
    assert (thread.state, thread.published_at, post.state) == ("pending", None, "pending")
    assert (post.body, post.author_name) == ("Quiero abrir una taquería.", "Lucía")


def test_thanks_page_says_what_happens_next(client, db):
    page = send(client, author_name="").client.get("/dialogo/nuevo/gracias/").content.decode()
    assert "Una persona lo lee. Nada se publica solo." in page
    assert Post.objects.get().author_name == ""


def test_form_in_english_keeps_its_language(client, db):
    response = send(client, "/en/dialogo/nuevo/")
    assert response.url == "/en/dialogo/nuevo/gracias/"
    assert Thread.objects.get().language == "en"


def test_form_needs_its_token(db):
    assert send(Client(enforce_csrf_checks=True)).status_code == 403
    assert Thread.objects.count() == 0


@pytest.mark.parametrize(
    ("query", "column", "name"),
    [
        ("tramite=licencia-uso-de-suelo", "procedure", "Licencia de uso de suelo"),
        ("apoyo=fipes", "program", "FIPES"),
        ("compromiso=MXCHH0002", "commitment", "Compromiso MXCHH0002"),
    ],
)
def test_target_comes_from_the_address_and_is_shown(client, db, query, column, name):
    page = client.get(f"{FORM}?{query}").content.decode()
    assert "Sobre:" in page
    assert name in page
    send(client, f"{FORM}?{query}")
    targets = {"procedure": Procedure, "program": Program, "commitment": Commitment}
    assert isinstance(getattr(Thread.objects.get(), column), targets[column])


@pytest.mark.parametrize("query", ["tramite=no-hay", "apoyo=%00", "compromiso=<b>", "tramite=%F0%9F%8C%AE"])
def test_unknown_target_is_said_and_left_out(client, db, query):
    page = client.get(f"{FORM}?{query}").content.decode()
    assert "No encontramos nada llamado" in page
    assert "<b>»" not in page
    assert send(client, f"{FORM}?{query}").status_code == 302
    assert Thread.objects.get().target is None


def test_of_several_targets_one_counts(client, db):
    send(client, f"{FORM}?compromiso=MXCHH0002&tramite=licencia-uso-de-suelo")
    thread = Thread.objects.get()
    assert (thread.procedure.slug, thread.commitment) == ("licencia-uso-de-suelo", None)


def test_kind_may_come_from_the_address(client, db):
    assert client.get(f"{FORM}?tipo=correccion").context["form"].initial == {"kind": "correction"}
    assert client.get(f"{FORM}?tipo=nada").context["form"].initial == {"kind": "question"}


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"title": ""}, "title", "Escribe en una línea de qué se trata."),
        ({"title": " \t\n "}, "title", "Escribe en una línea de qué se trata."),
        ({"body": ""}, "body", "Escribe tu texto."),
        ({"body": "\u200b\u200b"}, "body", "Escribe tu texto."),
        ({"title": "a" * 151}, "title", "Escribe a lo más 150 caracteres: ahora hay 151."),
        ({"body": "ñ" * 4001}, "body", "Escribe a lo más 4000 caracteres: ahora hay 4001."),
        ({"author_name": "L" * 81}, "author_name", "Escribe a lo más 80 caracteres: ahora hay 81."),
        ({"kind": ""}, "kind", "Elige de qué se trata."),
        ({"kind": "x"}, "kind", "Elige una de estas cuatro opciones."),
        ({"website": "https://spam"}, "website", "Este campo llegó lleno"),
    ],
)
def test_bad_input_is_said_beside_its_field_and_nothing_typed_is_lost(client, db, changes, field, message):
    response = send(client, **changes)
    page = response.content.decode()
    assert message in response.context["form"].errors[field][0]
    assert page.count(message) == 2  # in the summary on top and beside the field
    assert f'id="id_{field}_error"' in page
    assert f'href="#id_{field}"' in page
    assert f'id="id_{field}"' in page
    for name in ("title", "body"):
        assert {**GOOD, **changes}[name].strip() in page
    assert "Error: Pregunta o propón" in page
    assert Thread.objects.count() == 0


def test_errors_come_in_the_language_of_the_page(client, db):
    page = send(client, "/en/dialogo/nuevo/", title="", body="x" * 4001).content.decode()
    assert "Write in one line what it is about." in page
    assert "Write at most 4000 characters: there are 4001 now." in page


@pytest.mark.parametrize(
    "text",
    [
        "我可以用护照办理吗？",
        "هل أحتاج إلى رخصة؟",
        "¿Tacos? 🌮👩‍👩‍👧‍👦",
        "<script>alert('x')</script>",
        "'; DROP TABLE engagement_thread; --",
        "{{ settings.SECRET_KEY }} {% debug %}",
        "x" * 150,
    ],
)
def test_any_script_is_stored_as_it_was_typed(client, db, text):
    assert send(client, title=text, body=text).status_code == 302
    thread = Thread.objects.get()
    assert (thread.title, thread.posts.get().body) == (text, text)


def test_what_can_not_be_stored_is_left_out(client, db):
    send(client, title="a\x00b\r\nc\x07", body="uno\r\ndos\x00\rtres\x1b[31m\ttab")
    thread = Thread.objects.get()
    assert thread.title == "ab c"
    assert thread.posts.get().body == "uno\ndos\ntres[31m\ttab"


def test_line_ends_count_once(client, db):
    assert send(client, body="\r\n".join(["abc"] * 1000)).status_code == 302


def test_too_many_pending_threads_are_said_and_the_text_is_kept(client, db, settings):
    settings.DIALOGUE_PENDING_MAX = 1
    make_pending()
    page = send(client, body="No se pierda.").content.decode()
    assert "Hay muchos textos por leer" in page
    assert "No se pierda." in page
    assert Thread.objects.count() == 1


def test_trap_is_shown_to_a_person_who_fell_into_it(client, db):
    hidden = '<div class="visually-hidden" aria-hidden="true">'
    assert client.get(FORM).content.decode().count(hidden) == 1
    assert send(client, website="x").content.decode().count(hidden) == 0
