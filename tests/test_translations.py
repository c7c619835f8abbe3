import re

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, transaction
from django.urls import reverse
from modeltranslation.translator import translator

from procedures.actions import start_version
from procedures.models import Institution, ProcedureVersion, Question, TranslatedText
from procedures.translations import tables
from procedures.translations.memory import digest, remember, remember_records
from procedures.translations.outdated import recount
from procedures.translations.progress import Progress, progress_by_table, progress_of
from procedures.translations.record import lines_of
from tests import factories

pytestmark = pytest.mark.django_db

# What is written once and then never changes, so that nothing is translated later.
WRITTEN_ONCE = {
    "engagement.statusupdate",
    "engagement.verdict",
    "engagement.officialanswer",
    "engagement.evidence",
    "brochure.edition",
    "brochure.ledgerentry",
}
INSTITUTIONS = tables.table_of("procedures.institution")
VERSIONS = tables.table_of("procedures.procedureversion")


@pytest.fixture
def staff(db):
    return User.objects.create_superuser("traductora", password="x")


@pytest.fixture
def signed_in(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def draft(staff):
    return start_version(
        of=ProcedureVersion.objects.published().get(procedure__slug="licencia-de-funcionamiento"), author=staff
    )


def make_institution(slug="unidad", **texts):
    return Institution.objects.create(slug=slug, level="municipal", **texts)


def page_of(record, table, language="en"):
    return reverse("admin:procedures_translation_record", args=[language, table.name, record.pk])


def seen(record, table, **changes):
    """What a page of the record sends: all that it showed, with the `changes` of fields by name."""
    data = {}
    for line in lines_of(table, record, "en"):
        data |= {f"seen-{line.key}": line.seen, f"text-{line.key}": line.text}
        if line.row == record and line.name in changes:
            data[f"text-{line.key}"] = changes[line.name]
    return data


def states(record, table):
    return {line.name: line.state for line in lines_of(table, record, "en") if line.row == record}


# What is covered


def test_every_translated_table_is_on_the_desk_or_written_once():
    covered = {model for table in tables.all_tables() for model, _owner in table.with_texts()}
    translated = {model for model in translator.get_registered_models(abstract=False) if not model._meta.proxy}
    assert len(translated) > 25
    assert {model._meta.label_lower for model in translated - covered} == WRITTEN_ONCE


def test_content_of_the_house_is_known_to_be_translated():
    found = {table.name: progress for table, progress, _open in progress_by_table("en")}
    total = sum(found.values(), Progress())
    assert total.texts > 1_000
    assert (total.missing, total.outdated, total.percent) == (0, 0, 100)
    assert found["procedures.procedureversion"].texts > 250


# States of a text


def test_text_without_a_translation_is_missing():
    unit = make_institution(name_es="Ventanilla", role_es="Atiende")
    assert states(unit, INSTITUTIONS) == {"name": "missing", "role": "missing"}
    assert progress_of(INSTITUTIONS, "en")[unit.pk] == Progress(2, missing=2)


def test_text_that_was_never_written_counts_for_nothing():
    unit = make_institution(name_es="Ventanilla", name_en="Desk")
    remember([("Ventanilla", "Desk")], "en")
    assert progress_of(INSTITUTIONS, "en")[unit.pk] == Progress(1)


def test_translation_is_outdated_once_the_spanish_changes():
    remember([("Ventanilla", "Desk")], "en")
    unit = make_institution(name_es="Ventanilla", name_en="Desk")
    assert states(unit, INSTITUTIONS)["name"] == "done"
    Institution.objects.filter(pk=unit.pk).update(name_es="Ventanilla única")
    unit.refresh_from_db()
    (line,) = lines_of(INSTITUTIONS, unit, "en")
    assert line.state == "outdated"
    assert [(piece.kind, piece.text) for piece in line.was] == [("same", "Ventanilla"), ("in", " única")]
    assert progress_of(INSTITUTIONS, "en")[unit.pk] == Progress(1, outdated=1)


def test_spanish_that_goes_back_to_what_was_translated_is_translated_again():
    remember([("Ventanilla", "Desk")], "en")
    unit = make_institution(name_es="Ventanilla", name_en="Desk")
    for name in ("Ventanilla única", "Ventanilla"):
        unit.name_es = name
        unit.save()
    assert states(unit, INSTITUTIONS)["name"] == "done"


def test_copied_draft_is_as_translated_as_what_it_was_copied_from(draft):
    assert progress_of(VERSIONS, "en")[draft.pk].open == 0


def test_of_a_record_with_a_draft_only_the_draft_counts(draft):
    published = ProcedureVersion.objects.published().get(procedure=draft.procedure)
    found = progress_of(VERSIONS, "en")
    assert draft.pk in found
    assert published.pk not in found
    assert len(found) == 43


def test_children_count_for_their_record(draft):
    before = progress_of(VERSIONS, "en")[draft.pk]
    draft.requirements.create(position=99, text_es="Un plano", note_es="Firmado")
    assert progress_of(VERSIONS, "en")[draft.pk] == Progress(before.texts + 2, missing=2)


def test_same_spanish_offers_its_translation_from_elsewhere():
    remember([("Atiende a quien llega", "Serves whoever comes")], "en")
    unit = make_institution(name_es="Nueva", role_es="Atiende a quien llega")
    offers = {line.name: line.offer for line in lines_of(INSTITUTIONS, unit, "en")}
    assert offers == {"name": "", "role": "Serves whoever comes"}


def test_pair_is_kept_once():
    for _time in range(2):
        remember([("uno", "one"), ("uno", "one"), ("", "x"), ("x", "")], "en")
    assert TranslatedText.objects.filter(source="uno").count() == 1
    assert not TranslatedText.objects.filter(source__in=["", "x"]).exists()


def test_database_refuses_a_pair_twice_or_half():
    row = {"language": "en", "source": "a", "text": "b", "source_digest": digest("a"), "text_digest": digest("b")}
    TranslatedText.objects.create(**row)
    for wrong in ({}, {"source": "", "source_digest": digest("")}, {"text": "", "text_digest": digest("")}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TranslatedText.objects.create(**row | wrong)


def test_fixture_values_are_found_however_deep():
    record = {
        "name": {"es": "A", "en": "B"},
        "lines": [{"es": "uno", "en": "one"}, {"es": "dos", "en": "two"}],
        "fees": [{"note": {"es": "nota", "en": "note"}, "kind": "free"}],
        "synonyms": {"es": ["x", "y"], "en": ["z"]},
    }
    remember_records([record])
    pairs = TranslatedText.objects.filter(text__in=["B", "one\ntwo", "note", "z"]).values_list("source", "text")
    assert {("A", "B"), ("uno\ndos", "one\ntwo"), ("nota", "note"), ("x\ny", "z")} <= set(pairs)


# The ordinary forms


def test_saving_english_in_a_form_of_the_admin_makes_it_known(signed_in, staff):
    unit = make_institution(name_es="Ventanilla", name_en="Desk")
    assert states(unit, INSTITUTIONS)["name"] == "outdated"
    page = reverse("admin:procedures_institution_change", args=[unit.pk])
    form = signed_in.get(page).context["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    assert signed_in.post(page, data | {"name_en": "Counter"}).status_code == 302
    unit.refresh_from_db()
    assert (unit.name_en, states(unit, INSTITUTIONS)["name"]) == ("Counter", "done")
    assert TranslatedText.objects.get(source="Ventanilla").made_by == staff


def test_line_breaks_of_a_browser_change_nothing(signed_in):
    unit = make_institution(name_es="Ventanilla", role_es="Uno\nDos", role_en="One\nTwo")
    page = reverse("admin:procedures_institution_change", args=[unit.pk])
    form = signed_in.get(page).context["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    signed_in.post(page, data | {"role_es": "Uno\r\nDos", "role_en": "One\r\nTwo"})
    unit.refresh_from_db()
    assert (unit.role_es, unit.role_en) == ("Uno\nDos", "One\nTwo")
    assert states(unit, INSTITUTIONS)["role"] == "outdated"  # nobody touched it


# The desk


@pytest.mark.parametrize("number", [1, 3])
def test_desk_asks_a_constant_number_of_queries(signed_in, number, django_assert_num_queries):
    for place in range(number):
        make_institution(f"unidad-{place}", name_es=f"Unidad {place}")
    with django_assert_num_queries(28):
        response = signed_in.get(reverse("admin:procedures_translation_desk"))
    assert response.status_code == 200
    counts = {table.name: progress.missing for table, progress, _open in response.context["counted"]}
    assert counts["procedures.institution"] == number


@pytest.mark.parametrize("number", [1, 3])
def test_list_of_a_table_shows_what_needs_something(signed_in, number, django_assert_num_queries):
    units = [make_institution(f"unidad-{place}", name_es=f"Unidad {place}") for place in range(number)]
    address = reverse("admin:procedures_translation_language", args=["en"])
    with django_assert_num_queries(30):
        response = signed_in.get(address, {"de": "procedures.institution"})
    assert {record for record, _progress in response.context["page"].object_list} == set(units)


def test_list_can_show_everything(signed_in):
    address = reverse("admin:procedures_translation_language", args=["en"])
    response = signed_in.get(address, {"de": "procedures.glossaryterm", "todo": "1"})
    assert len(response.context["page"].object_list) == 36


@pytest.mark.parametrize(
    "address", ["desk/fr/", "desk/es/", "desk/en/auth.user/1/", "desk/en/procedures.institution/0/"]
)
def test_unknown_addresses_are_not_found(signed_in, address):
    assert signed_in.get(f"/admin/procedures/translatedtext/{address}").status_code == 404


def test_unknown_table_is_not_found(signed_in):
    address = reverse("admin:procedures_translation_language", args=["en"])
    assert signed_in.get(address, {"de": "auth.user"}).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_record_asks_a_constant_number_of_queries(signed_in, draft, number, django_assert_num_queries):
    draft.requirements.all().delete()
    for place in range(number):
        draft.requirements.create(position=place, text_es=f"Requisito {place}")
    with django_assert_num_queries(11):
        response = signed_in.get(page_of(draft, VERSIONS))
    assert "Requisito 0" in response.content.decode()


# Writing


def test_translating_saves_the_text_and_makes_it_known(signed_in, staff):
    unit = make_institution(name_es="Ventanilla")
    response = signed_in.post(page_of(unit, INSTITUTIONS), seen(unit, INSTITUTIONS, name="Desk"))
    assert response.status_code == 302
    unit.refresh_from_db()
    assert (unit.name_en, states(unit, INSTITUTIONS)["name"]) == ("Desk", "done")
    assert "Traducción (en): Nombre" in LogEntry.objects.get(object_id=unit.pk).change_message


def test_translating_a_draft_writes_children_too_and_makes_its_translator_its_author(signed_in, staff):
    other = User.objects.create_superuser("autora")
    version = start_version(of=ProcedureVersion.objects.published().first(), author=other)
    row = version.requirements.create(position=99, text_es="Un plano")
    data = seen(version, VERSIONS) | {f"text-requirement-{row.pk}-text": "A plan"}
    signed_in.post(page_of(version, VERSIONS), data)
    row.refresh_from_db()
    version.refresh_from_db()
    assert row.text_en == "A plan"
    assert version.author == staff


def test_ticking_still_right_settles_a_translation_without_changing_it(signed_in):
    unit = make_institution(name_es="Ventanilla única", name_en="Desk")
    data = seen(unit, INSTITUTIONS) | {f"kept-institution-{unit.pk}-name": "on"}
    signed_in.post(page_of(unit, INSTITUTIONS), data)
    unit.refresh_from_db()
    assert (unit.name_en, states(unit, INSTITUTIONS)["name"]) == ("Desk", "done")


def test_what_somebody_else_wrote_meanwhile_is_shown_and_what_was_typed_is_kept(signed_in):
    unit = make_institution(name_es="Ventanilla")
    data = seen(unit, INSTITUTIONS, name="Desk")
    Institution.objects.filter(pk=unit.pk).update(name_en="Counter")
    response = signed_in.post(page_of(unit, INSTITUTIONS), data)
    html = response.content.decode()
    assert "Ahora dice: «Counter»" in html
    assert 'value="Desk"' in html
    unit.refresh_from_db()
    assert unit.name_en == "Counter"
    again = dict(data, **{f"seen-institution-{unit.pk}-name": lines_of(INSTITUTIONS, unit, "en")[0].seen})
    assert signed_in.post(page_of(unit, INSTITUTIONS), again).status_code == 302
    unit.refresh_from_db()
    assert unit.name_en == "Desk"


def test_too_long_a_translation_is_refused_with_what_was_typed(signed_in):
    unit = make_institution(name_es="Ventanilla")
    long = "x" * 5_000
    response = signed_in.post(page_of(unit, INSTITUTIONS), seen(unit, INSTITUTIONS, name=long))
    assert response.status_code == 200
    assert long in response.content.decode()
    unit.refresh_from_db()
    assert not unit.name_en


def test_published_version_is_read_only(signed_in):
    version = ProcedureVersion.objects.published().first()
    html = signed_in.get(page_of(version, VERSIONS)).content.decode()
    assert "<textarea" not in html
    assert "crea una versión nueva" in html
    assert signed_in.post(page_of(version, VERSIONS), seen(version, VERSIONS, name="X")).status_code == 403


def test_question_and_its_choices_stand_on_one_page(signed_in):
    question = Question.objects.get(slug="marca")
    html = signed_in.get(page_of(question, tables.table_of("procedures.question"))).content.decode()
    assert "Sí" in html
    assert html.count('class="pair') >= 4


@pytest.mark.parametrize(
    ("permissions", "desk", "record", "write"),
    [
        ([], 403, 403, 403),
        (["view_translatedtext"], 200, 403, 403),
        (["view_translatedtext", "view_institution"], 200, 200, 403),
        (["view_translatedtext", "change_institution"], 200, 200, 302),
    ],
)
def test_who_may(client, permissions, desk, record, write):
    user = User.objects.create_user("ana", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    unit = make_institution(name_es="Ventanilla")
    assert client.get(reverse("admin:procedures_translation_desk")).status_code == desk
    assert client.get(page_of(unit, INSTITUTIONS)).status_code == record
    assert client.post(page_of(unit, INSTITUTIONS), seen(unit, INSTITUTIONS, name="Desk")).status_code == write


def test_memory_is_read_only(signed_in):
    row = TranslatedText.objects.first()
    assert signed_in.get(reverse("admin:procedures_translatedtext_changelist")).status_code == 200
    assert signed_in.get(reverse("admin:procedures_translatedtext_add")).status_code == 403
    page = reverse("admin:procedures_translatedtext_change", args=[row.pk])
    assert signed_in.post(page, {"text": "x"}).status_code == 403


def test_first_page_counts_what_is_out_of_date(signed_in):
    make_institution(name_es="Ventanilla única", name_en="Desk")
    recount()  # as the worker does every few minutes
    html = signed_in.get(reverse("admin:index")).content.decode()
    line = re.search(r"<li[^>]*><a[^>]*/outdated/[^>]*><b>(\d+)</b>", html)
    assert line[1] == "1"


def test_targets_are_all_languages_but_the_first():
    assert tables.target_languages() == [code for code, _name in settings.LANGUAGES][1:] == ["en"]


def test_pages_read_well_in_english_too(signed_in):
    unit = make_institution("unit", **factories.both("name", "Ventanilla"))
    html = signed_in.get(f"/en{page_of(unit, INSTITUTIONS)}").content.decode()
    assert "It is still right" in html
