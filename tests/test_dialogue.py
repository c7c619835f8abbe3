import pytest
from django.urls import reverse

from engagement.actions import close_thread, withdraw_post, withdraw_thread
from engagement.models import Commitment
from procedures.models import Procedure, Program
from tests.engagement_rows import make_pending, make_thread, make_user


@pytest.fixture
def staff(db):
    return make_user()


def text_of(response):
    return response.content.decode()


# The list


def test_list_without_threads_invites(client, db):
    page = text_of(client.get("/dialogo/"))
    assert "Nadie ha preguntado nada todavía" in page
    assert 'href="/dialogo/nuevo/"' in page


def test_list_shows_public_threads_newest_first_and_counts_them(client, staff):
    make_thread(staff, title="Primera", answers=1)
    make_thread(staff, title="Segunda")
    make_pending("Por leer")
    response = client.get("/dialogo/")
    assert [thread.title for thread in response.context["page"]] == ["Segunda", "Primera"]
    assert "2 conversaciones" in text_of(response)
    assert "1 espera respuesta · 1 respondida" in text_of(response)
    assert "Por leer" not in text_of(response)


def test_list_filters_by_state_kind_and_target(client, staff):
    procedure = Procedure.objects.get(slug="licencia-uso-de-suelo")
    program = Program.objects.get(slug="fipes")
    make_thread(staff, title="Trámite", procedure=procedure, answers=1)
    make_thread(staff, title="Apoyo", program=program, kind="proposal")
    make_thread(staff, title="Compromiso", commitment=Commitment.objects.get())
    found = {
        query: [thread.title for thread in client.get(f"/dialogo/?{query}").context["page"]]
        for query in (
            "estado=respondida",
            "estado=en-espera",
            "tipo=propuesta",
            "tramite=licencia-uso-de-suelo",
            "apoyo=fipes",
            "compromiso=MXCHH0002",
            "compromiso=MXCHH0002&estado=respondida",
        )
    }
    assert found == {
        "estado=respondida": ["Trámite"],
        "estado=en-espera": ["Compromiso", "Apoyo"],
        "tipo=propuesta": ["Apoyo"],
        "tramite=licencia-uso-de-suelo": ["Trámite"],
        "apoyo=fipes": ["Apoyo"],
        "compromiso=MXCHH0002": ["Compromiso"],
        "compromiso=MXCHH0002&estado=respondida": [],
    }


@pytest.mark.parametrize(
    "query", ["estado=nada", "tramite=nada", "tramite=%00", "compromiso=%F0%9F%8C%AE", "page=99", "page=-1", "page=%00"]
)
def test_list_says_what_it_did_not_understand(client, staff, query):
    make_thread(staff)
    response = client.get(f"/dialogo/?{query}")
    assert 'role="alert"' in text_of(response)
    assert response.status_code == 200
    assert len(response.context["page"]) == 1


def test_list_of_one_target_passes_it_to_the_form_and_names_it(client, staff):
    make_thread(staff, procedure=Procedure.objects.get(slug="licencia-uso-de-suelo"))
    page = text_of(client.get("/dialogo/?tramite=licencia-uso-de-suelo&estado=en-espera"))
    assert 'href="/dialogo/nuevo/?tramite=licencia-uso-de-suelo"' in page
    assert '<input type="hidden" name="tramite" value="licencia-uso-de-suelo"' in page
    assert "Sobre el trámite: <strong>Licencia de uso de suelo</strong>" in page


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_one_thread_as_for_three(client, staff, count, django_assert_num_queries):
    targets = Procedure.objects.all()[:count], Program.objects.all()[:count]
    for procedure, program in zip(*targets, strict=True):
        make_thread(staff, answers=count, procedure=procedure)
        make_thread(staff, answers=count, program=program)
        make_thread(staff, commitment=Commitment.objects.get())
    with django_assert_num_queries(5):
        client.get("/dialogo/")


# One thread


def test_thread_shows_what_was_asked_and_the_official_answer_apart(client, staff):
    thread = make_thread(staff, body="Primera línea.\nSegunda línea.", author_name="Lucía", answers=1)
    page = text_of(client.get(thread.get_absolute_url()))
    assert "Lucía" in page
    assert "<p>Primera línea.<br>Segunda línea.</p>" in page
    answer = page[page.index('class="answer') :]
    assert "Respuesta oficial" in answer
    assert "Dirección de Desarrollo Económico y Competitividad" in answer
    assert "Respuesta 0." in answer


def test_thread_without_a_name_is_anonymous(client, staff):
    assert "Anónimo" in text_of(client.get(make_thread(staff).get_absolute_url()))
    assert "Anonymous" in text_of(client.get(f"/en{make_thread(staff).get_absolute_url()}"))


def test_thread_shows_markup_as_text_and_makes_no_links(client, staff):
    thread = make_thread(staff, title="<b>Hola</b>", body="<script>alert(1)</script> https://spam.example.com")
    page = text_of(client.get(thread.get_absolute_url()))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; https://spam.example.com" in page
    assert "&lt;b&gt;Hola&lt;/b&gt;" in page
    assert "<script" not in page
    assert 'href="https://spam' not in page


def test_thread_marks_an_answer_that_stands_in_for_a_missing_translation(client, staff):
    thread = make_thread(staff, answers=1)
    assert '<span lang="es">Respuesta 0.</span>' in text_of(client.get(f"/en{thread.get_absolute_url()}"))


def test_thread_keeps_the_order_in_which_things_were_said(client, staff):
    thread = make_thread(staff, answers=2)
    thread.posts.create(body="Otra cosa.", state="published")
    page = text_of(client.get(thread.get_absolute_url()))
    said = ["Quiero abrir una taquería.", "Respuesta 0.", "Respuesta 1.", "Otra cosa."]
    assert sorted(said, key=page.index) == said


def test_thread_that_is_not_public_is_not_found(client, staff):
    pending, rejected = make_pending(), make_pending()
    rejected.state, rejected.state_reason = "rejected", "Publicidad."
    rejected.save()
    for path in (
        pending.get_absolute_url(),
        rejected.get_absolute_url(),
        f"/dialogo/{10**30}/",
        f"/dialogo/{'9' * 5000}/",
    ):
        assert client.get(path).status_code == 404


def test_thread_hides_posts_that_wait_for_a_moderator(client, staff):
    thread = make_thread(staff)
    thread.posts.create(body="Por leer.")
    assert "Por leer." not in text_of(client.get(thread.get_absolute_url()))


def test_withdrawn_thread_leaves_a_notice_with_the_reason(client, staff):
    thread = make_thread(staff, title="Mi teléfono", body="614 000 0000", answers=1)
    withdraw_thread(thread=thread, by=staff, reason="Contenía datos personales.")
    for path in (thread.get_absolute_url(), "/dialogo/"):
        page = text_of(client.get(path))
        assert "Conversación retirada" in page
        assert "Mi teléfono" not in page
        assert "614 000 0000" not in page
    assert "Contenía datos personales." in text_of(client.get(thread.get_absolute_url()))


def test_withdrawn_post_leaves_a_notice_with_the_reason(client, staff):
    thread = make_thread(staff, body="614 000 0000", answers=1)
    withdraw_post(post=thread.posts.get(), by=staff, reason="Contenía un teléfono.")
    page = text_of(client.get(thread.get_absolute_url()))
    assert "Contenía un teléfono." in page
    assert "614 000 0000" not in page
    assert "Respuesta 0." in page


def test_closed_thread_stays_readable_with_the_reason(client, staff):
    thread = make_thread(staff)
    close_thread(thread=thread, by=staff, reason="Ya no aplica.")
    page = text_of(client.get(thread.get_absolute_url()))
    assert "Quiero abrir una taquería." in page
    assert "Ya no aplica." in page


@pytest.mark.parametrize("count", [1, 3])
def test_thread_costs_the_same_for_one_answer_as_for_three(client, staff, count, django_assert_num_queries):
    thread = make_thread(staff, answers=count, procedure=Procedure.objects.first())
    for n in range(count - 1):
        thread.posts.create(body=f"Participación {n}", state="published")
    with django_assert_num_queries(4):
        client.get(thread.get_absolute_url())


def test_reading_pages_set_no_cookie(client, staff):
    thread = make_thread(staff, answers=1)
    paths = [reverse("engagement:threads"), thread.get_absolute_url(), reverse("engagement:thanks")]
    cookies = {path: client.get(path).cookies for path in paths}
    assert [bool(cookie) for cookie in cookies.values()] == [False, False, False]
