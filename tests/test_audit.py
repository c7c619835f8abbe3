"""The change log: every table, every way of writing, nobody's to edit; read per record, searched and taken away."""

import csv
import io
import json

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from brochure.models import Edition
from brochure.tasks import draw_edition
from engagement.actions import open_thread, publish_thread
from engagement.models import Post, Thread
from portal.accounts.roles import write_roles
from procedures import actions
from procedures.loading import load_catalogue
from procedures.models import Document, Institution, ProcedureVersion, Situation, TrailLine, UnitValue
from procedures.trail import coverage, triggers
from procedures.trail.acting import acting
from procedures.trail.export import csv_chunks, json_chunks
from procedures.trail.story import Story
from tests.admin_forms import form_data, make_staff
from tests.factories import both, make_document, make_procedure
from tests.reading import heading_faults, text

LOG = "/admin/procedures/trailline/"


@pytest.fixture
def trail(db):
    """The lines that are written after the moment in which a test asks for it."""
    newest = TrailLine.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return TrailLine.objects.filter(pk__gt=newest).order_by("pk")


@pytest.fixture
def editor(db):
    return make_staff("ana", "change_document", "view_document", "change_procedureversion", "view_procedureversion")


@pytest.fixture
def reader(db):
    """Somebody who may read the whole log."""
    client = Client()
    client.force_login(make_staff("contralor", "view_trailline"))
    return client


def make_draft(author, **fields):
    return make_procedure("en-borrador", state="draft", published_at=None, author=author, **fields)


def line_of(trail, model, **lookups):
    return trail.filter(model=model, **lookups).get()


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


# Every table


def test_audit_every_table_is_kept_or_has_a_reason():
    managed = [model for model in apps.get_models() if model._meta.managed]
    reasons = {model: coverage.reason_not_kept(model) for model in managed}
    assert all(reason is None or len(reason) > 10 for reason in reasons.values())
    kept = {model._meta.label for model, reason in reasons.items() if reason is None}
    assert {
        "procedures.ProcedureVersion",
        "engagement.Milestone",
        "brochure.Edition",
        "auth.User",
        "auth.Group",
    } <= kept
    assert len(kept) > 40
    assert len(reasons) - len(kept) < 30


def test_audit_every_exception_is_about_a_table_that_is_there():
    there = {model._meta.label_lower for model in apps.get_models()} | {
        config.label for config in apps.get_app_configs()
    }
    assert coverage.NOT_KEPT.keys() - there == set()


def test_audit_every_column_and_set_of_a_kept_table_is_kept_or_left_out_on_purpose():
    seen = 0
    for model in coverage.kept_models():
        left = coverage.NOISE.get(model._meta.label_lower, set())
        translated = {field.translated_field.name for field in model._meta.fields if hasattr(field, "translated_field")}
        kept = {field.name for field in coverage.kept_fields(model)}
        for field in model._meta.concrete_fields:
            is_left = field.primary_key or field.name in left | translated or getattr(field, "auto_now", False)
            assert (field.name in kept) != is_left, field
            seen += 1
        assert {field.name for field in coverage.kept_sets(model)} == {field.name for field in model._meta.many_to_many}
    assert seen > 400


def test_audit_what_looks_secret_or_personal_is_hidden():
    public = {"procedures.institution.email", "procedures.office.email", "auth.user.email", "procedures.import.sha256"}
    suspicious = ("password", "secret", "token", "hash", "email", "ip_address", "user_agent", "session_key")
    told = {
        f"{model._meta.label_lower}.{field.name}"
        for model in coverage.kept_models()
        for field in coverage.kept_fields(model)
        if any(part in field.name for part in suspicious) and not coverage.is_hidden(field)
    }
    assert told <= public


def test_audit_every_kept_table_has_its_triggers_in_the_database(db):
    expected = {trigger.name for trigger in triggers.triggers(connection.vendor)}
    vendor = {"sqlite": triggers.Sqlite, "postgresql": triggers.Postgresql}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(vendor.find)
        assert {name for (name,) in cursor.fetchall()} == expected
    assert len(expected) > 200


def test_audit_lines_can_be_neither_changed_nor_deleted(trail):
    make_document("acta-de-prueba")
    line = trail.get()
    with pytest.raises(IntegrityError, match="change_log_frozen"), transaction.atomic():
        TrailLine.objects.filter(pk=line.pk).update(who="nadie")
    with pytest.raises(IntegrityError, match="change_log_frozen"), transaction.atomic():
        TrailLine.objects.filter(pk=line.pk).delete()
    with pytest.raises(IntegrityError, match="change_log_frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM procedures_trailline WHERE id = %s", [line.pk])
    assert trail.get() == line


def test_audit_an_action_has_to_be_a_known_one(db):
    line = TrailLine(act="x", who="x", action="borrado", model="x", key="1", root_model="x", root_key="1")
    line.at = "2026-01-31T12:00Z"
    with pytest.raises(IntegrityError, match="trail_line_action_known"), transaction.atomic():
        line.save()


# Every way of writing


def test_audit_a_change_is_kept_with_before_and_after_and_each_language_once(trail):
    document = make_document("acta-de-prueba")
    document.name_es, document.how_to_get_en = "Acta nueva", "Ask for it."
    document.save()
    created, changed = trail
    assert (created.action, changed.action) == ("created", "changed")
    assert created.changes.keys() == {"slug", "name_es", "name_en", "kind"}
    assert created.changes["name_es"] == [None, "Documento acta-de-prueba"]
    assert changed.changes["name_es"] == ["Documento acta-de-prueba", "Acta nueva"]
    assert changed.changes["how_to_get_en"][1] == "Ask for it."
    assert len(changed.changes) == 2
    assert changed.label == "Acta nueva"


def test_audit_a_save_that_changes_nothing_leaves_no_line(trail):
    Document.objects.first().save()
    assert list(trail) == []


def test_audit_a_deleted_record_is_kept_with_all_it_said(trail):
    document = make_document("acta-de-prueba")
    key = document.pk
    document.delete()
    line = trail.last()
    assert (line.action, line.key) == ("deleted", str(key))
    assert line.changes["name_es"] == ["Documento acta-de-prueba", None]


def test_audit_sees_what_passes_signals_by(trail):
    """`QuerySet.update`, bulk operations and SQL by hand."""
    Document.objects.bulk_create([Document(slug=f"hoja-{n}", name_es=f"Hoja {n}") for n in range(3)])
    Document.objects.filter(slug__startswith="hoja-").update(name_en="Sheet")
    rows = list(Document.objects.filter(slug__startswith="hoja-"))
    for row in rows:
        row.name_es += "!"
    Document.objects.bulk_update(rows, ["name_es"])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procedures_document WHERE slug = 'hoja-0'")
    made = [(line.action, sorted(line.changes)) for line in trail]
    assert [action for action, _fields in made] == ["created"] * 3 + ["changed"] * 6 + ["deleted"]
    assert made[3] == ("changed", ["name_en"])
    assert made[6] == ("changed", ["name_es"])


def test_audit_what_is_rolled_back_leaves_no_line(trail):
    with transaction.atomic():
        make_document("acta-de-prueba")
        transaction.set_rollback(True)
    assert list(trail) == []


def test_audit_related_records_are_kept_by_name_and_key(trail):
    office = Institution.objects.get(slug="ddec")
    office.parent = Institution.objects.get(slug="ichitaip")
    before = Institution.objects.get(pk=office.pk).parent
    office.save()
    assert trail.get().changes["parent"] == [
        before and {"id": before.pk, "name": before.name_es},
        {"id": office.parent.pk, "name": office.parent.name_es},
    ]


def test_audit_rows_and_sets_of_a_version_stand_in_its_own_story(trail, editor):
    version = make_draft(editor, requirements=1, fees=1)
    situation = Situation.objects.last()
    version.requirements.get().any_of.add(situation)
    version.offices.clear()
    version.fees.get().delete()
    of_version = trail.filter(root_model="procedures.procedureversion", root_key=str(version.pk))
    added = of_version.get(changes__has_key="any_of")
    assert (added.model, added.label) == ("procedures.requirement", "Documento en-borrador-0")
    assert added.changes == {"any_of": [None, {"id": situation.pk, "name": situation.name_es}]}
    assert line_of(of_version, "procedures.fee", action="deleted").label == "Cuota 0"
    # The row went with its conditions, which are told as well, before it.
    assert of_version.filter(model="procedures.fee", changes__has_key="all_of").count() == 2


def test_audit_a_move_is_kept_in_its_words_beside_what_it_changed(trail, editor):
    version = make_draft(editor)
    with acting(editor):
        actions.submit(version=version, by=editor, note="Cambia la cuota.")
    said = trail.get(action="said")
    assert said.changes == {"": [None, "Versión enviada a revisión. Cambia la cuota."]}
    assert (said.who, said.by_id, said.root_key) == ("ana", editor.pk, str(version.pk))
    changed = trail.filter(model="procedures.procedureversion", action="changed").last()
    assert changed.act == said.act
    assert changed.changes["state"] == ["draft", "in_review"]


def test_audit_a_form_of_the_admin_is_not_told_twice(client, editor, trail):
    client.force_login(editor)
    document = Document.objects.first()
    address = f"/admin/procedures/document/{document.pk}/change/"
    data = form_data(client.get(address)) | {"name_es": "Otro nombre"}
    assert client.post(address, data).status_code == 302
    line = trail.get()
    assert (line.who, line.by_id, line.action, line.changes["name_es"][1]) == (
        "ana",
        editor.pk,
        "changed",
        "Otro nombre",
    )


# Who


def test_audit_names_nobody_but_the_system_outside_of_requests(trail):
    make_document("acta-de-prueba")
    line = trail.get()
    assert line.who.startswith("sistema: ")
    assert line.by_id is None


def test_audit_names_the_command(trail):
    with acting(name="load_fixtures"):
        make_document("acta-de-prueba")
    assert trail.get().who == "sistema: load_fixtures"


def test_audit_names_who_is_at_work_again_when_an_inner_block_ends(editor, trail):
    with acting(editor):
        with acting(name="correo"):
            make_document("uno")
        make_document("dos")
    assert [line.who for line in trail] == ["sistema: correo", "ana"]


def test_audit_keeps_the_name_after_an_inner_transaction_was_undone(editor, trail):
    with acting(editor):
        with transaction.atomic():
            make_document("uno")
            transaction.set_rollback(True)
        make_document("dos")
    assert trail.get().who == "ana"


def test_audit_a_task_carries_who_asked_for_it(trail, editor, monkeypatch):
    monkeypatch.setattr("brochure.tasks.render_edition", lambda edition: Edition.objects.update(title_es="Impresa"))
    draft = Edition.objects.create(number=9001, title_es="Por imprimir")
    draw_edition.func(draft.pk, draft.revision, by=editor.pk)
    assert line_of(trail, "brochure.edition", action="changed").who == "ana"


def test_audit_what_the_clock_publishes_is_by_the_reviewer_who_set_the_time(trail, editor):
    reviewer = User.objects.create_user("rosa", is_staff=True)
    version = make_draft(editor)
    actions.submit(version=version, by=editor)
    when = version.submitted_at
    actions.approve(version=version, by=reviewer, publish_at=when)
    actions.publish_due(now=when)
    published = trail.filter(model="procedures.procedureversion", changes__has_key="published_at").last()
    assert (published.who, published.by_id) == ("rosa", reviewer.pk)


def test_audit_a_reader_who_writes_stays_unknown_and_gets_no_cookie(client, trail):
    sent = {"kind": "question", "title": "Un gato", "body": "¿Cuánto cuesta?", "author_name": "Paz"}
    page_of_form = client.get("/dialogo/nuevo/")
    cookies = set(client.cookies)
    response = client.post("/dialogo/nuevo/", form_of(page_of_form) | sent)
    assert response.status_code == 302
    assert {line.who for line in trail} == {"público"}
    assert set(client.cookies) <= cookies | {"csrftoken"}


def form_of(response):
    form = response.context["form"]
    return {bound.html_name: bound.value() or "" for bound in form}


def test_audit_loading_leaves_one_line_per_record_and_none_of_its_rows(trail):
    with acting(name="load_fixtures", loading=True):
        make_procedure("cargado", requirements=3, fees=2)
    assert {line.action for line in trail} == {"loaded"}
    assert all(line.changes == {} for line in trail)
    assert line_of(trail, "procedures.procedureversion").who == "sistema: load_fixtures"
    assert trail.filter(model__in=["procedures.requirement", "procedures.fee"]).count() == 0


def test_audit_the_real_content_has_a_line_each_and_no_more(db):
    loaded = TrailLine.objects.filter(who="sistema: load_fixtures")
    assert loaded.filter(model="procedures.procedureversion").count() == ProcedureVersion.objects.count()
    assert set(loaded.values_list("action", flat=True)) == {"loaded"}
    assert 300 < loaded.count() < 1000


def test_audit_loading_again_leaves_nothing(settings, trail):
    load_catalogue(settings.BASE_DIR / "fixtures")
    assert list(trail) == []


def test_audit_roles_written_anew_are_told_only_if_they_differ(trail):
    write_roles()
    assert list(trail) == []
    group = Group.objects.get(name="editor")
    taken = group.permissions.first()
    group.permissions.remove(taken)
    write_roles()
    went, came = trail.filter(model="auth.group")
    assert went.changes == {"permissions": [{"id": taken.pk, "name": taken.name}, None]}
    assert came.changes == {"permissions": [None, {"id": taken.pk, "name": taken.name}]}


# Secrets and citizens


def test_audit_keeps_that_a_password_changed_and_never_its_hash(trail):
    user = User.objects.create_user("ana", "ana@chihuahua.example", "una frase larga")
    user.set_password("otra frase larga")
    user.save()
    user.last_login = user.date_joined
    user.save()
    lines = trail.filter(model="auth.user")
    assert lines.filter(changes__has_key="password").get().changes["password"] == [None, None]
    kept = json.dumps(list(trail.values()), default=str)
    assert user.password not in kept
    assert "pbkdf2" not in kept
    assert not lines.filter(changes__has_key="last_login").exists()


def test_audit_keeps_no_word_of_a_citizen(editor, trail):
    thread = open_thread(
        kind="question", title="Vivo en la calle Ocho", body="Soy Paz, 614…", language="es", author_name="Paz"
    )
    publish_thread(thread=thread, by=editor)
    Post.objects.filter(thread=thread).update(body="Editado")
    kept = json.dumps(list(trail.values()), default=str, ensure_ascii=False)
    assert "calle Ocho" not in kept
    assert "Paz" not in kept
    assert "Editado" not in kept
    assert trail.filter(root_model="engagement.thread", root_key=str(thread.pk)).count() == len(trail)
    moved = line_of(trail, "engagement.thread", action="changed")
    assert moved.changes["state"] == ["pending", "open"]


# Read per record


def history(client, record, prefix=""):
    options = record._meta
    return page(client, f"{prefix}/admin/{options.app_label}/{options.model_name}/{record.pk}/history/")


def test_audit_history_says_who_when_field_before_and_after_in_words(admin_client, editor):
    version = make_draft(editor, name_es="Licencia", name_en="License", silence="unknown")
    version.name_es, version.silence, version.is_online = "Licencia nueva", "negativa", True
    with acting(editor):
        version.save()
    html = history(admin_client, version)
    told = text(html)
    assert " · ana " in told
    assert "Nombre (" in told
    assert "[quitado: Licencia][agregado: Licencia nueva]" in told
    assert "Si la autoridad no responde [quitado: desconocido][agregado: en contra (negativa ficta)]" in told
    assert "En línea [quitado: no][agregado: sí]" in told
    assert "Name (Spanish)" in text(history(admin_client, version, "/en"))
    assert heading_faults(html) == []


def test_audit_history_marks_running_text_word_by_word(admin_client, editor):
    version = make_draft(editor, purpose_es="Sirve para abrir un negocio en la ciudad de Chihuahua.")
    version.purpose_es = "Sirve para abrir un local en la ciudad de Chihuahua."
    with acting(editor):
        version.save()
    html = history(admin_client, version)
    assert "negocio<span" in html
    assert "local<span" in html
    assert "</ins> en la ciudad de Chihuahua." in html


def test_audit_history_tells_moves_rows_and_sets_as_one_story(admin_client, editor):
    version = make_draft(editor, requirements=1)
    situation = Situation.objects.last()
    with acting(editor):
        version.requirements.get().any_of.add(situation)
        version.steps.create(position=1, **both("title", "Paga en caja"))
        actions.submit(version=version, by=editor, note="Falta poco.")
    story = Story("procedures.procedureversion", version.pk)
    act = story.acts[0]
    assert act.who == "ana"
    assert [said.endswith("Falta poco.") for said in act.said] == [True]
    assert [(row.table, row.name, row.action) for row in act.rows] == [
        ("Requisito", "Documento en-borrador-0", "changed"),
        ("Paso", "Paga en caja", "created"),
    ]
    assert act.rows[0].fields[0].added == (situation.name_es,)
    told = text(history(admin_client, version))
    assert told.count("Falta poco.") == 1
    assert "Paga en caja" in told


def test_audit_several_writes_of_one_act_are_one_change(editor):
    document = make_document("acta-de-prueba")
    with acting(editor):
        for name in ("Uno", "Dos"):
            document.name_es = name
            document.save()
    record = Story("procedures.document", document.pk).acts[0].records[0]
    pieces = record.fields[0].sides[0].pieces
    assert [(piece.kind, piece.text) for piece in pieces] == [("out", "Documento acta-de-prueba"), ("in", "Dos")]


def test_audit_numbers_dates_and_moments_are_told_as_people_read_them(editor):
    days = {"valid_from": "2040-02-01", "valid_to": "2041-01-31"}
    unit = UnitValue.objects.create(unit="uma", year=2040, daily="123.45", monthly="3753", yearly="45036", **days)
    told = {field.label: field.sides[0].pieces[-1].text for field in only_record(unit).fields}
    assert told["Valor diario"] == "123.45"
    assert told["Vigente desde"] == "1 de febrero de 2040"
    version = make_draft(editor)
    told = {field.label: field.sides[0].pieces[-1].text for field in only_record(version).fields if field.sides}
    assert told["Creado el"].startswith(date_format(timezone.localdate()))


def only_record(row):
    return Story(row._meta.label_lower, row.pk).acts[0].wholes[0]


def test_audit_history_of_a_deleted_record_can_be_read(reader, editor):
    document = make_document("acta-que-se-va")
    key = document.pk
    with acting(editor):
        document.delete()
    told = text(page(reader, f"{LOG}record/procedures.document/{key}/"))
    assert "Documento acta-que-se-va" in told
    assert "Se borró." in told
    assert reader.get(f"{LOG}record/procedures.document/99999999/").status_code == 404
    assert reader.get(f"{LOG}record/nada.nada/1/").status_code == 404


def test_audit_history_is_paged(admin_client, db):
    document = make_document("acta-de-prueba")
    for n in range(25):
        with acting(name="prueba"):
            Document.objects.filter(pk=document.pk).update(name_es=f"Nombre {n}")
    first, second = (
        history(admin_client, document),
        page(admin_client, f"/admin/procedures/document/{document.pk}/history/?p=2"),
    )
    assert "Nombre 24" in first
    assert "Nombre 2<" not in first
    assert "Nombre 2<" in second
    assert "?p=2" in first
    assert "Nombre 24" in page(admin_client, f"/admin/procedures/document/{document.pk}/history/?p=nada")


@pytest.mark.parametrize("changes", [1, 3])
def test_audit_history_costs_the_same_for_one_change_and_for_three(admin_client, changes, django_assert_num_queries):
    document = make_document("acta-de-prueba")
    for n in range(changes):
        with acting(name="prueba"):
            Document.objects.filter(pk=document.pk).update(name_es=f"Nombre {n}")
    with django_assert_num_queries(7):
        assert "Nombre 0" in history(admin_client, document)


# The whole log


@pytest.mark.parametrize("changes", [1, 3])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_audit_list_costs_the_same_for_one_change_and_for_three(reader, changes, prefix, django_assert_num_queries):
    for n in range(changes):
        make_document(f"hoja-{n}")
    with django_assert_num_queries(9):
        assert "hoja-0" in page(reader, f"{prefix}{LOG}?q=hoja-")


def found(reader, query):
    response = reader.get(f"{LOG}?{query}")
    assert response.status_code == 200
    return [(line.model, line.label) for line in response.context["cl"].result_list]


def test_audit_list_is_filtered_by_person_table_action_date_and_record_and_searched(reader, editor):
    with acting(editor):
        document = make_document("acta-rara")
    Institution.objects.filter(slug="ddec").update(acronym="XYZ")
    mine = [("procedures.document", "Documento acta-rara")]
    assert found(reader, "who=ana") == mine
    assert found(reader, "table=procedures.document&action__exact=created") == mine
    assert found(reader, f"root_model=procedures.document&root_key={document.pk}") == mine
    assert found(reader, "q=acta-rara") == mine
    assert [model for model, _label in found(reader, "q=xyz")] == ["procedures.institution"]
    line = TrailLine.objects.filter(who="ana").get()
    assert found(reader, f"who=ana&at__year={line.at.year}") == mine
    assert found(reader, "who=ana&at__year=2001") == []


def test_audit_list_says_before_and_after_in_words(reader):
    Institution.objects.filter(slug="ddec").update(level="federal")
    told = text(page(reader, f"{LOG}?table=procedures.institution&action__exact=changed"))
    assert "municipal → federal" in told


def test_audit_nonsense_in_the_address_is_no_error(reader):
    for query in ("who=%00", "key=%00", "table=nada", "at__year=abc", "p=999999", "q=%22%27%5B", "action__exact=x"):
        assert reader.get(f"{LOG}?{query}").status_code in (200, 302), query
        assert reader.get(f"{LOG}file/csv/?{query}").status_code in (200, 404), query
    assert reader.get(f"{LOG}record/procedures.document/%00/").status_code == 404


def test_audit_is_read_only_for_the_superuser_too(admin_client, db):
    line = make_document("acta-de-prueba") and TrailLine.objects.first()
    count = TrailLine.objects.count()
    assert admin_client.get(f"{LOG}add/").status_code == 403
    assert admin_client.post(f"{LOG}add/", {"who": "nadie"}).status_code == 403
    assert admin_client.get(f"{LOG}{line.pk}/delete/").status_code == 403
    assert admin_client.post(f"{LOG}{line.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.post(f"{LOG}{line.pk}/change/", {"who": "nadie"}).status_code == 403
    admin_client.post(LOG, {"action": "delete_selected", "_selected_action": [line.pk]})
    assert TrailLine.objects.count() == count
    assert TrailLine.objects.get(pk=line.pk).who == line.who
    assert admin_client.get(f"{LOG}{line.pk}/change/").status_code == 302


def test_audit_is_refused_without_its_permission(client, editor):
    document = make_document("acta-de-prueba")
    client.force_login(editor)
    pages = ["", "file/csv/", "file/json/", f"record/procedures.document/{document.pk}/"]
    for path in pages:
        assert client.get(f"{LOG}{path}").status_code == 403, path
    assert client.get(f"/admin/procedures/document/{document.pk}/history/").status_code == 200
    for path in pages:
        assert Client().get(f"{LOG}{path}").status_code == 302, path


# Taken away


def streamed(response):
    assert response.streaming
    return b"".join(response.streaming_content)


def test_audit_is_exported_as_csv_as_the_list_shows_it(reader, editor):
    with acting(editor):
        Document.objects.create(slug="formula", name_es="=1+1", name_en='Comma, "quote"')
    response = reader.get(f"{LOG}file/csv/?who=ana")
    assert "registro-de-cambios-" in response["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(streamed(response).decode("utf-8-sig"))))
    names = {row["field"]: row for row in rows}
    assert {row["who"] for row in rows} == {"ana"}
    assert names["name_es"]["after"] == "'=1+1"
    assert names["name_es"]["record"] == "'=1+1"
    assert names["name_en"]["after"] == 'Comma, "quote"'


def test_audit_is_exported_as_json_with_all_that_is_kept(reader, editor):
    with acting(editor):
        make_document("acta-de-prueba")
    lines = json.loads(streamed(reader.get(f"{LOG}file/json/?who=ana")))
    assert [line["table"] for line in lines] == ["procedures.document"]
    assert lines[0]["changes"]["slug"] == [None, "acta-de-prueba"]
    assert json.loads(streamed(reader.get(f"{LOG}file/json/?who=nadie"))) == []
    assert reader.get(f"{LOG}file/xls/").status_code == 404


def test_audit_export_takes_a_batch_at_a_time(trail, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("procedures.trail.export.BATCH", 2)
    for n in range(5):
        make_document(f"hoja-{n}")
    with django_assert_num_queries(4):  # 2, 2, 1 and none
        assert len(json.loads(b"".join(json_chunks(trail)))) == 5
    assert b"".join(csv_chunks(trail)).count(b"created") == 5 * 4


# What goes


def test_audit_lines_go_by_command_alone_and_leave_a_trace(db, capsys):
    document = make_document("con-datos")
    document.delete()
    call_command("trim_change_log", record=f"procedures.document:{TrailLine.objects.first().key}", reason="A petición")
    line = TrailLine.objects.first()
    assert (line.action, line.changes, line.label) == ("forgotten", {"": [2, "A petición"]}, "")
    assert not TrailLine.objects.filter(label__contains="con-datos").exists()
    assert "2 lines removed" in capsys.readouterr().out
    with pytest.raises(IntegrityError), transaction.atomic():
        TrailLine.objects.all().delete()
    act = Story(line.model, line.key).acts[0]
    assert "A petición" in act.said[0]


def test_audit_old_lines_go_by_date_and_those_of_a_person_by_name(db, editor):
    with acting(editor):
        make_document("uno")
    call_command("trim_change_log", person="ana", reason="A petición")
    assert not TrailLine.objects.filter(who="ana").exists()
    call_command("trim_change_log", before="2999-01-01", reason="Plazo")
    assert TrailLine.objects.get().action == "forgotten"
    for wrong in ({"record": "procedures.document:0"}, {"record": "sin llave"}, {"before": "1999-01-01"}):
        with pytest.raises(CommandError):
            call_command("trim_change_log", reason="x", **wrong)


# Readers


def test_audit_asks_nothing_on_public_pages(client, db, django_assert_num_queries):
    client.get("/glosario/")
    with django_assert_num_queries(1):
        client.get("/glosario/")


def test_audit_threads_need_no_title_to_be_told(reader, db):
    thread = Thread.objects.create(kind="question", title="Secreto", language="es")
    told = text(page(reader, f"{LOG}record/engagement.thread/{thread.pk}/"))
    assert f"Conversación {thread.pk}" in told
    assert "Secreto" not in told
