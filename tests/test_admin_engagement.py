import io
import zipfile

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from engagement import filetypes
from engagement.models import Commitment, Evidence, Milestone, OfficialAnswer, StatusUpdate, Thread, Verdict
from procedures.admin import desk
from procedures.models import Procedure, ProcedureVersion
from tests.engagement_rows import (
    institution,
    make_pending,
    make_thread,
    make_update,
    make_user,
    make_verdict,
    milestone,
)

THREADS = "/admin/engagement/thread/"


def staff_client(*permissions, name="ana"):
    client = Client()
    client.force_login(make_user(name, *permissions))
    return client


@pytest.fixture
def moderator(db):
    return staff_client("moderate_thread")


@pytest.fixture
def spokesperson(db):
    return staff_client("answer_thread", name="eva")


def url_of(thread, *move):
    return f"{THREADS}{thread.pk}/" + ("/".join(str(part) for part in move) if move else "change") + "/"


def text_of(response):
    return response.content.decode()


# Threads: the list and the page


def test_list_opens_with_what_is_to_do_the_unread_first(moderator):
    staff = make_user("luz")
    make_thread(staff, title="Abierta")
    make_thread(staff, title="Respondida", answers=1)
    make_pending("Por leer")
    titles = {
        query: [thread.title for thread in moderator.get(f"{THREADS}{query}").context["cl"].result_list]
        for query in ("", "?state=answered", "?state=all")
    }
    assert titles == {
        "": ["Por leer", "Abierta"],
        "?state=answered": ["Respondida"],
        "?state=all": ["Por leer", "Abierta", "Respondida"],
    }


def test_list_is_searched_by_title_and_text(moderator):
    make_pending("Letreros", body="¿Y los anuncios?")
    for words in ("letreros", "anuncios"):
        assert len(moderator.get(f"{THREADS}?q={words}").context["cl"].result_list) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_one_thread_as_for_three(moderator, count, django_assert_num_queries):
    for procedure in Procedure.objects.all()[:count]:
        make_pending(procedure=procedure)
        make_pending(commitment=Commitment.objects.get())
    moderator.get(THREADS)  # the first page also reads the content type
    with django_assert_num_queries(8):
        moderator.get(THREADS)


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_for_one_answer_as_for_three(moderator, count, django_assert_num_queries):
    thread = make_thread(make_user("luz"), answers=count, procedure=Procedure.objects.first())
    for n in range(count - 1):
        thread.posts.create(body=f"Participación {n}", state="published")
    moderator.get(url_of(thread))
    with django_assert_num_queries(9):
        moderator.get(url_of(thread))


def test_page_shows_the_words_as_text_and_no_field_to_change_them(moderator):
    thread = make_pending(body="<script>alert(1)</script>")
    page = text_of(moderator.get(url_of(thread)))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<textarea" not in page
    assert 'name="title"' not in page


def test_words_of_a_citizen_can_not_be_posted_anew(moderator):
    thread = make_pending()
    assert moderator.post(url_of(thread), {"title": "Otra cosa"}).status_code == 403
    thread.refresh_from_db()
    assert thread.title == "¿Cuánto cuesta?"
    assert moderator.get(f"{THREADS}add/").status_code == 403
    assert moderator.post(f"{THREADS}{thread.pk}/delete/", {"post": "yes"}).status_code == 403


def buttons(client, thread):
    return {move.name for move, _url in client.get(url_of(thread)).context["moves"]}


def test_page_offers_the_moves_that_are_legal_and_allowed(moderator, spokesperson):
    staff = make_user("luz")
    pending, opened, answered = make_pending(), make_thread(staff), make_thread(staff, answers=1)
    both = staff_client("moderate_thread", "answer_thread", name="sol")
    assert [buttons(moderator, thread) for thread in (pending, opened, answered)] == [
        {"publish", "reject"},
        {"close", "withdraw"},
        {"close", "withdraw"},
    ]
    assert [buttons(spokesperson, thread) for thread in (pending, opened, answered)] == [set(), {"answer"}, {"answer"}]
    assert buttons(both, opened) == {"answer", "close", "withdraw"}


# Threads: the moves


def test_publish_takes_one_post(moderator):
    thread = make_pending()
    response = moderator.post(url_of(thread, "move", "publish"), follow=True)
    assert "Publicada: espera una respuesta oficial." in text_of(response)
    thread.refresh_from_db()
    assert thread.state == "open"
    assert LogEntry.objects.get(object_id=thread.pk).user.username == "ana"


def test_moves_ask_before_they_are_made(moderator):
    thread = make_pending()
    page = text_of(moderator.get(url_of(thread, "move", "reject")))
    assert "El público nunca la ve." in page
    assert "Quiero abrir una taquería." in page
    assert Thread.objects.get().state == "pending"


def test_reject_needs_a_reason_and_keeps_it(moderator):
    thread = make_pending()
    response = moderator.post(url_of(thread, "move", "reject"), {"reason": " "})
    assert response.context["form"].errors["reason"] == ["Este campo es obligatorio."]
    moderator.post(url_of(thread, "move", "reject"), {"reason": "Publicidad."})
    thread.refresh_from_db()
    assert (thread.state, thread.state_reason) == ("rejected", "Publicidad.")
    assert "Publicidad." in text_of(moderator.get(url_of(thread)))


def test_answer_is_given_in_both_languages_and_public_at_once(spokesperson, client):
    thread = make_thread(make_user("luz"))
    answer = {"institution": institution().pk, "body_es": "Sí.", "body_en": "Yes, indeed."}
    assert 'lang="en"' in text_of(spokesperson.get(url_of(thread, "move", "answer")))
    spokesperson.post(url_of(thread, "move", "answer"), answer)
    assert OfficialAnswer.objects.get().author.username == "eva"
    assert "Yes, indeed." in text_of(client.get(f"/en{thread.get_absolute_url()}"))


def test_answer_without_spanish_is_said_and_nothing_typed_is_lost(spokesperson):
    thread = make_thread(make_user("luz"))
    response = spokesperson.post(url_of(thread, "move", "answer"), {"institution": "", "body_en": "Yes, indeed."})
    assert set(response.context["form"].errors) == {"institution", "body_es"}
    assert "Yes, indeed." in text_of(response)


def test_close_and_withdraw_keep_their_reasons(moderator):
    for move, state in (("close", "closed"), ("withdraw", "withdrawn")):
        thread = make_thread(make_user(state))
        moderator.post(url_of(thread, "move", move), {"reason": "Repetida."})
        thread.refresh_from_db()
        assert (thread.state, thread.state_reason) == (state, "Repetida.")


def test_post_is_withdrawn_and_shown_again(moderator):
    post = make_thread(make_user("luz")).posts.get()
    moderator.post(url_of(post.thread, "post", post.pk, "withdraw"), {"reason": "Un teléfono."})
    post.refresh_from_db()
    assert (post.state, post.state_reason) == ("withdrawn", "Un teléfono.")
    assert "Volver a mostrar este texto" in text_of(moderator.get(url_of(post.thread)))
    moderator.post(url_of(post.thread, "post", post.pk, "restore"))
    post.refresh_from_db()
    assert (post.state, post.body) == ("published", "Quiero abrir una taquería.")


def test_illegal_move_is_refused_in_words(moderator):
    thread = make_thread(make_user("luz"))
    response = moderator.post(url_of(thread, "move", "publish"), follow=True)
    assert "No se puede hacer eso con una conversación en estado «espera respuesta»." in text_of(response)


def test_unknown_moves_and_rows_are_not_found(moderator):
    thread, other = make_pending(), make_pending()
    paths = [
        url_of(thread, "move", "explode"),
        url_of(thread, "post", thread.posts.get().pk, "explode"),
        url_of(thread, "post", other.posts.get().pk, "withdraw"),
        f"{THREADS}999999/move/publish/",
        f"{THREADS}{10**30}/move/publish/",
    ]
    assert [moderator.get(path).status_code for path in paths] == [404] * 5


def test_moves_need_their_token(db):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("ana", "moderate_thread"))
    assert client.post(url_of(make_pending(), "move", "publish")).status_code == 403
    assert Thread.objects.get().state == "pending"


MOVES = {
    ("move", "publish"): "moderate_thread",
    ("move", "reject"): "moderate_thread",
    ("move", "close"): "moderate_thread",
    ("move", "withdraw"): "moderate_thread",
    ("move", "answer"): "answer_thread",
    ("post", "withdraw"): "moderate_thread",
    ("post", "restore"): "moderate_thread",
}


def test_moves_are_made_by_those_alone_who_may(client, db):
    thread = make_thread(make_user("luz"))
    people = {right: staff_client(right, name=right) for right in ("moderate_thread", "answer_thread", "view_thread")}
    tried = 0
    for (kind, name), needed in MOVES.items():
        path = url_of(thread, kind, name) if kind == "move" else url_of(thread, kind, thread.posts.get().pk, name)
        assert client.get(path).url.startswith("/admin/login/")
        for right, person in people.items():
            assert person.get(path).status_code == (200 if right == needed else 403)
            tried += 1
    assert tried == 21


def test_threads_are_shut_to_staff_without_a_permission(db):
    thread, nobody = make_pending(), staff_client()
    assert [nobody.get(path).status_code for path in (THREADS, url_of(thread))] == [403, 403]


# Commitment, milestones, updates, verdicts


def test_commitment_is_edited_in_both_languages(admin_client, commitment):
    path = f"/admin/engagement/commitment/{commitment.pk}/change/"
    form = admin_client.get(path).context["adminform"].form
    assert "code" not in form.fields
    values = {name: form[name].value() or "" for name in form.fields}
    values |= {"problem_en": "A new problem.", "source_addresses": "https://example.org/ficha"}
    events = {"events-TOTAL_FORMS": 0, "events-INITIAL_FORMS": 0}
    response = admin_client.post(path, {**values, **events})
    assert response.status_code == 302
    commitment.refresh_from_db()
    assert (commitment.code, commitment.problem_en) == ("MXCHH0002", "A new problem.")
    assert [source.url for source in commitment.sources.all()] == ["https://example.org/ficha"]


def test_milestone_is_edited_but_not_its_number(admin_client, db):
    row = milestone(2)
    path = f"/admin/engagement/milestone/{row.pk}/change/"
    form = admin_client.get(path).context["adminform"].form
    assert not {"number", "commitment"} & form.fields.keys()
    values = {name: form[name].value() or "" for name in form.fields} | {"title_en": "Brochure"}
    assert admin_client.post(path, values).status_code == 302
    assert Milestone.objects.get(pk=row.pk).title_en == "Brochure"


def test_milestone_that_ends_before_it_starts_is_said_beside_its_field(admin_client, db):
    path = f"/admin/engagement/milestone/{milestone().pk}/change/"
    response = admin_client.post(path, {"title_es": "x", "starts_month": "2024-02-01", "ends_month": "2024-01-01"})
    assert "Debe terminar después de iniciar." in text_of(response)


def test_milestones_are_found_by_whether_progress_was_reported(admin_client, db):
    make_update()
    make_update()
    found = {
        query: [
            row.number for row in admin_client.get(f"/admin/engagement/milestone/{query}").context["cl"].result_list
        ]
        for query in ("?reported=no", "?reported=yes")
    }
    assert found == {"?reported=no": [2, 3], "?reported=yes": [1]}


def update_data(*evidence, **changes):
    rows = {f"evidence-{n}-{name}": value for n, fields in enumerate(evidence) for name, value in fields.items()}
    return {
        "milestone": milestone().pk,
        "status": "in_progress",
        "period_from": "2026-01-01",
        "period_to": "2026-03-31",
        "progress_es": "Se cargaron 43 trámites.",
        "evidence-TOTAL_FORMS": len(evidence),
        "evidence-INITIAL_FORMS": 0,
        **rows,
        **changes,
    }


@pytest.fixture
def reporter(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return staff_client("add_statusupdate", "view_statusupdate")


ADD = "/admin/engagement/statusupdate/add/"


def test_update_is_added_with_its_evidence_and_author(reporter):
    version = ProcedureVersion.objects.published().first()
    response = reporter.post(
        ADD,
        update_data(
            {"title_es": "Acta", "file": SimpleUploadedFile("acta.pdf", b"%PDF-1.7 acta")},
            {"title_es": "Nota", "url": "https://example.org/nota"},
            {"title_es": "Ficha", "procedure_version": version.pk},
        ),
    )
    assert response.status_code == 302
    update = StatusUpdate.objects.get()
    assert (update.status, update.author.username) == ("in_progress", "ana")
    kinds = [(bool(row.file), row.url, row.procedure_version) for row in update.evidence.all()]
    assert kinds == [(True, "", None), (False, "https://example.org/nota", None), (False, "", version)]
    assert LogEntry.objects.filter(object_id=update.pk).count() == 1


def test_update_is_never_changed_or_deleted(reporter):
    update = make_update(evidence=1)
    path = f"/admin/engagement/statusupdate/{update.pk}/"
    page = reporter.get(f"{path}change/")
    assert "https://example.org/0" in text_of(page)
    assert 'name="status"' not in text_of(page)
    statuses = [reporter.post(f"{path}change/", update_data()).status_code, reporter.post(f"{path}delete/").status_code]
    assert statuses == [403, 403]


def test_update_says_what_is_wrong_beside_its_field(reporter):
    response = reporter.post(
        ADD,
        update_data({"title_es": "Dos", "url": "https://example.org", "procedure_version": 1}, period_to="2025-01-01"),
    )
    page = text_of(response)
    assert "El periodo debe terminar después de empezar." in page
    assert "Se cargaron 43 trámites." in page
    assert StatusUpdate.objects.count() == 0


def office_file(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "x")
    return buffer.getvalue()


GOOD_FILES = {
    "acta.pdf": b"%PDF-1.7",
    "ACTA.PDF": b"%PDF-1.7",
    "foto.png": b"\x89PNG\r\n\x1a\n....",
    "foto.jpg": b"\xff\xd8\xff\xe0....",
    "foto.jpeg": b"\xff\xd8\xff\xe0....",
    "foto.webp": b"RIFF....WEBPVP8 ",
    "datos.csv": "año,trámites\r\n2026,43\r\n".encode(),
    "datos-con-marca.csv": "año;trámites\n".encode("utf-8-sig"),
    "datos.xlsx": office_file("xl/workbook.xml"),
    "oficio.docx": office_file("word/document.xml"),
}
BAD_FILES = {
    "pagina.html": b"<script>alert(1)</script>",
    "dibujo.svg": b"<svg onload='alert(1)'/>",
    "programa.exe": b"MZ",
    "sin-terminacion": b"%PDF-1.7",
    "pagina.pdf": b"<script>alert(1)</script>",
    "foto.png": b"\xff\xd8\xff\xe0....",
    "foto.jpg": b"\x89PNG\r\n\x1a\n....",
    "sonido.webp": b"RIFF....WAVEfmt ",
    "binario.csv": b"a,b\x00c",
    "otra-codificacion.csv": "año,trámites".encode("latin-1"),
    "texto.csv": b"sin separador",
    "macros.xlsx": office_file("xl/workbook.xml", "xl/vbaProject.bin"),
    "oficio.xlsx": office_file("word/document.xml"),
    "paquete.docx": office_file("otra.xml"),
    "roto.docx": b"PK\x03\x04 roto",
}


@pytest.mark.parametrize("name", GOOD_FILES)
def test_evidence_takes_files_of_its_kinds(reporter, name):
    file = SimpleUploadedFile(name, GOOD_FILES[name])
    assert reporter.post(ADD, update_data({"title_es": "Prueba", "file": file})).status_code == 302
    with Evidence.objects.get().file.open() as kept:
        assert kept.read() == GOOD_FILES[name]


@pytest.mark.parametrize("name", BAD_FILES)
def test_evidence_refuses_what_is_not_what_it_says(reporter, name):
    file = SimpleUploadedFile(name, BAD_FILES[name])
    response = reporter.post(ADD, update_data({"title_es": "Prueba", "file": file}))
    (errors,) = response.context["inline_admin_formsets"][0].formset.errors
    assert errors["file"][0].startswith(("Se reciben archivos de estos tipos", "El contenido del archivo no es"))
    assert StatusUpdate.objects.count() == 0


def test_evidence_refuses_files_that_are_too_large(reporter, monkeypatch):
    monkeypatch.setattr(filetypes, "MAX_BYTES", 1024)
    file = SimpleUploadedFile("acta.pdf", b"%PDF-" + b" " * 1024)
    response = reporter.post(ADD, update_data({"title_es": "Prueba", "file": file}))
    assert "se reciben a lo más 1.0" in text_of(response)


def test_evidence_that_is_two_things_or_none_is_refused(reporter):
    for fields in ({"url": "https://example.org", "procedure_version": ProcedureVersion.objects.first().pk}, {}):
        response = reporter.post(ADD, update_data({"title_es": "Prueba", **fields}))
        assert "solo uno de los tres" in text_of(response)
    assert StatusUpdate.objects.count() == 0


def test_verdict_is_added_by_the_reviewing_body_and_stays(db):
    reviewer = staff_client("add_verdict", "view_verdict", name="revisora")
    data = {
        "milestone": milestone().pk,
        "verdict": "limited",
        "institution": institution("ichitaip").pk,
        "reasons_es": "Falta una prueba.",
    }
    assert reviewer.post("/admin/engagement/verdict/add/", data).status_code == 302
    verdict = Verdict.objects.get()
    assert (verdict.verdict, verdict.author.username) == ("limited", "revisora")
    path = f"/admin/engagement/verdict/{verdict.pk}/"
    assert reviewer.post(f"{path}change/", data | {"verdict": "complete"}).status_code == 403
    assert reviewer.post(f"{path}delete/", {"post": "yes"}).status_code == 403


def test_what_is_added_is_added_by_those_alone_who_may(client, db):
    reviewer = staff_client("add_verdict", name="revisora")
    directorate = staff_client("add_statusupdate", name="directora")
    nobody = staff_client(name="nadie")
    paths = ["/admin/engagement/verdict/add/", ADD]
    assert [[person.get(path).status_code for path in paths] for person in (reviewer, directorate, nobody)] == [
        [200, 403],
        [403, 200],
        [403, 403],
    ]
    assert [client.get(path).status_code for path in paths] == [302, 302]


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_row_as_for_three(admin_client, count, django_assert_num_queries):
    for number in (1, 2, 3)[:count]:
        make_update(milestone=milestone(number), author=make_user(f"autora-{number}"))
        make_verdict(milestone=milestone(number))
    queries = {"statusupdate": 6, "verdict": 6, "milestone": 7, "commitment": 4}
    for model in queries:
        admin_client.get(f"/admin/engagement/{model}/")
    for model, number in queries.items():
        with django_assert_num_queries(number):
            admin_client.get(f"/admin/engagement/{model}/")


# The staff's first page


def lines(user):
    with translation.override("es"):
        return {line.label: line.count for group in desk.waiting_for(user).values() for line in group}


def test_desk_counts_what_waits(admin_user):
    make_pending()
    make_thread(admin_user)
    make_thread(admin_user)
    make_update()
    waiting = lines(admin_user)
    assert waiting["conversaciones por leer y publicar"] == 1
    assert waiting["conversaciones sin respuesta oficial"] == 2
    assert waiting["hitos sin reporte en cuatro meses, o nunca"] == 2


def test_desk_links_lead_to_what_they_count(admin_client, admin_user):
    make_pending()
    with translation.override("es"):
        links = {str(line.label): line for group in desk.waiting_for(admin_user).values() for line in group}
    for label in ("conversaciones por leer y publicar", "hitos sin reporte en cuatro meses, o nunca"):
        line = links[label]
        assert len(admin_client.get(line.url).context["cl"].result_list) == line.count


def test_desk_shows_each_their_own(db):
    reports = {"avisos de lectores: un error, o algo más que les pidieron": 0}
    assert lines(make_user("ana", "moderate_thread")) == {"conversaciones por leer y publicar": 0} | reports
    assert lines(make_user("eva", "answer_thread")) == {"conversaciones sin respuesta oficial": 0} | reports
