import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from engagement.actions import (
    IllegalMove,
    answer_thread,
    close_thread,
    publish_thread,
    reject_thread,
    restore_post,
    withdraw_post,
    withdraw_thread,
)
from engagement.models import Commitment, Post, Thread
from procedures.models import Procedure, Program
from tests.engagement_rows import institution, make_pending, make_thread, make_user


@pytest.fixture
def staff(db):
    return make_user()


def history(thread):
    return [(entry.user.username, entry.change_message) for entry in LogEntry.objects.filter(object_id=thread.pk)]


def test_publish_makes_thread_and_post_public(staff):
    thread = make_pending()
    publish_thread(thread=thread, by=staff)
    thread.refresh_from_db()
    assert (thread.state, thread.posts.get().state) == ("open", "published")
    assert thread.published_at <= timezone.now()
    assert history(thread) == [("ana", "Se publicó.")]


def test_reject_keeps_the_reason_for_the_staff(staff):
    thread = make_pending()
    reject_thread(thread=thread, by=staff, reason=" Publicidad. ")
    assert (thread.state, thread.state_reason) == ("rejected", "Publicidad.")
    assert thread.posts.get().state_reason == "Publicidad."
    assert history(thread) == [("ana", "No se publicó: Publicidad.")]


def test_rejected_thread_may_be_published_after_all(staff):
    thread = make_pending()
    reject_thread(thread=thread, by=staff, reason="Publicidad.")
    publish_thread(thread=thread, by=staff)
    assert (thread.state, thread.state_reason) == ("open", "")
    assert (thread.posts.get().state, thread.posts.get().state_reason) == ("published", "")


def test_answer_is_kept_in_both_languages_with_its_institution(staff):
    thread = make_thread(staff)
    answer = answer_thread(thread=thread, institution=institution(), body_es="Sí.", body_en="Yes.", by=staff)
    assert (thread.state, thread.answers.get()) == ("answered", answer)
    assert (answer.body_es, answer.body_en, answer.author, answer.institution.slug) == ("Sí.", "Yes.", staff, "ddec")
    assert history(thread)[0][1].startswith("Se respondió por Dirección de Desarrollo")


def test_closed_thread_may_be_answered_and_is_answered_then(staff):
    thread = make_thread(staff)
    close_thread(thread=thread, by=staff, reason="Repetida.")
    answer_thread(thread=thread, institution=institution(), body_es="Sí.", by=staff)
    assert (thread.state, thread.state_reason) == ("answered", "")


def test_withdrawn_thread_comes_back_as_it_was(staff):
    thread = make_thread(staff, answers=1)
    published_at = thread.published_at
    withdraw_thread(thread=thread, by=staff, reason="Por error.")
    assert thread.state == "withdrawn"
    publish_thread(thread=thread, by=staff)
    assert (thread.state, thread.published_at) == ("answered", published_at)


def test_post_is_withdrawn_and_shown_again_without_a_change_of_its_words(staff):
    post = make_thread(staff).posts.get()
    withdraw_post(post=post, by=staff, reason="Contenía un teléfono.")
    assert (post.state, post.state_reason) == ("withdrawn", "Contenía un teléfono.")
    restore_post(post=post, by=staff)
    assert (post.state, post.state_reason, post.body) == ("published", "", "Quiero abrir una taquería.")
    assert [text for _user, text in history(post.thread)][:2] == [
        f"Se volvió a mostrar el texto {post.pk}.",
        f"Se retiró el texto {post.pk}: Contenía un teléfono.",
    ]


def test_post_withdrawn_by_itself_stays_so_when_its_thread_comes_back(staff):
    thread = make_thread(staff)
    withdraw_post(post=thread.posts.get(), by=staff, reason="Contenía un teléfono.")
    withdraw_thread(thread=thread, by=staff, reason="Por error.")
    publish_thread(thread=thread, by=staff)
    assert thread.posts.get().state == "withdrawn"


def illegal(staff):
    """Every state with the moves that are illegal in it."""
    why = {"reason": "Porque sí."}
    reply = {"institution": institution(), "body_es": "Sí."}
    return {
        "pending": [(answer_thread, reply), (close_thread, why), (withdraw_thread, why)],
        "open": [(publish_thread, {}), (reject_thread, why)],
        "answered": [(publish_thread, {}), (reject_thread, why)],
        "closed": [(publish_thread, {}), (reject_thread, why), (close_thread, why)],
        "withdrawn": [(answer_thread, reply), (reject_thread, why), (close_thread, why), (withdraw_thread, why)],
        "rejected": [(answer_thread, reply), (reject_thread, why), (close_thread, why), (withdraw_thread, why)],
    }


def test_illegal_moves_change_nothing_and_say_why(staff):
    tried = 0
    for state, moves in illegal(staff).items():
        thread = Thread.objects.create(title="¿Sí?", state=state, state_reason="x", published_at=timezone.now())
        for move, asked in moves:
            with pytest.raises(IllegalMove, match="conversación en estado"):
                move(thread=thread, by=staff, **asked)
            tried += 1
        thread.refresh_from_db()
        assert (thread.state, thread.answers.count(), history(thread)) == (state, 0, [])
    assert tried == 18


def test_illegal_move_is_said_in_the_readers_language(staff):
    with (
        translation.override("en"),
        pytest.raises(IllegalMove, match="can't be done with a thread that is “waits for an answer”"),
    ):
        publish_thread(thread=make_thread(staff), by=staff)


def test_move_looks_at_the_state_as_it_is_now(staff):
    thread = make_pending()
    stale = Thread.objects.get(pk=thread.pk)
    reject_thread(thread=thread, by=staff, reason="Publicidad.")
    with pytest.raises(IllegalMove):
        reject_thread(thread=stale, by=staff, reason="Otra vez.")


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_moves_that_take_something_away_need_a_reason(staff, reason):
    thread = make_thread(staff)
    for move in (close_thread, withdraw_thread):
        with pytest.raises(IllegalMove, match="Di por qué"):
            move(thread=thread, by=staff, reason=reason)
    with pytest.raises(IllegalMove, match="Di por qué"):
        withdraw_post(post=thread.posts.get(), by=staff, reason=reason)
    with pytest.raises(IllegalMove, match="Di por qué"):
        reject_thread(thread=make_pending(), by=staff, reason=reason)


def test_posts_move_only_from_the_state_they_are_in(staff):
    post = make_thread(staff).posts.get()
    with pytest.raises(IllegalMove, match="Solo se puede volver a mostrar"):
        restore_post(post=post, by=staff)
    withdraw_post(post=post, by=staff, reason="Sí.")
    with pytest.raises(IllegalMove, match="Solo se puede retirar"):
        withdraw_post(post=post, by=staff, reason="Sí.")


def test_answer_needs_its_spanish_text(staff):
    with pytest.raises(IllegalMove, match="español"):
        answer_thread(thread=make_thread(staff), institution=institution(), body_es=" ", body_en="Yes.", by=staff)


# What the database refuses


def broken_threads():
    now = timezone.now()
    procedure, program = Procedure.objects.first(), Program.objects.first()
    commitment = Commitment.objects.get()
    return [
        ("thread_state_known", {"state": "x", "published_at": now}),
        ("thread_kind_known", {"kind": "x"}),
        ("thread_public_has_date", {"state": "open"}),
        ("thread_public_has_date", {"state": "withdrawn", "state_reason": "x"}),
        ("thread_end_has_reason", {"state": "closed", "published_at": now}),
        ("thread_end_has_reason", {"state": "withdrawn", "published_at": now}),
        ("thread_end_has_reason", {"state": "rejected"}),
        ("thread_at_most_one_target", {"procedure": procedure, "program": program}),
        ("thread_at_most_one_target", {"procedure": procedure, "commitment": commitment}),
        ("thread_at_most_one_target", {"program": program, "commitment": commitment}),
    ]


def test_database_refuses_broken_threads(db):
    tested = set()
    for constraint, fields in broken_threads():
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Thread.objects.create(title="¿Sí?", **fields)
        tested.add(constraint)
    assert tested == {constraint.name for constraint in Thread._meta.constraints}


def test_database_refuses_broken_posts(db):
    thread, tested = make_pending(), set()
    for constraint, fields in [
        ("post_state_known", {"state": "x"}),
        ("post_end_has_reason", {"state": "withdrawn"}),
        ("post_end_has_reason", {"state": "rejected"}),
    ]:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            thread.posts.create(body="x", **fields)
        tested.add(constraint)
    assert tested == {constraint.name for constraint in Post._meta.constraints}
