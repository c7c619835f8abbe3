"""Each rule in one sentence, wherever it is edited or listed in the admin."""

import pytest
from django.urls import reverse
from django.utils import translation

from procedures import actions, models
from procedures.guide.words import plain
from procedures.rules.sentences import asked_sentence, condition_sentence, sets_sentence
from tests.admin_forms import form_data, make_staff
from tests.factories import make_procedure, make_program


def situation(name, **texts):
    return models.Situation.objects.create(slug=f"hecho-{name.replace(' ', '-')}", name_es=name, **texts)


@pytest.fixture
def facts(db):
    return [situation(name) for name in ("maneja alimentos", "tiene local", "tiene personal", "vende en línea")]


def row(kind):
    version = make_procedure(state="draft", published_at=None)
    rows = {
        "procedure": lambda: version,
        "requirement": lambda: version.requirements.create(text_es="Algo"),
        "fee": lambda: version.fees.create(kind="free"),
        "program": lambda: make_program(state="draft", published_at=None),
    }
    return rows[kind]()


def said(sentence, row, language="es"):
    with translation.override(language):
        return plain(sentence(row))


BEGINNINGS = {"procedure": "Se pide", "requirement": "Se pide", "fee": "Se cobra", "program": "Se ofrece"}


@pytest.mark.parametrize("kind", BEGINNINGS)
@pytest.mark.parametrize(
    ("all_of", "any_of", "none_of", "sentence"),
    [
        ([], [], [], "a cualquier negocio"),
        ([0, 1], [], [3], "si: maneja alimentos y tiene local; no si: vende en línea"),
        ([0, 1, 2], [], [], "si: maneja alimentos, tiene local y tiene personal"),
        ([], [0, 1], [2, 3], "si: maneja alimentos o tiene local; no si: tiene personal o vende en línea"),
        ([0], [1, 2], [], "si: maneja alimentos, y además tiene local o tiene personal"),
        ([], [], [2, 3], "a cualquier negocio, salvo si: tiene personal o vende en línea"),
    ],
)
def test_condition_is_one_sentence(kind, all_of, any_of, none_of, sentence, facts):
    item = row(kind)
    for field, chosen in (("all_of", all_of), ("any_of", any_of), ("none_of", none_of)):
        getattr(item, field).set([facts[place] for place in chosen])
    assert said(condition_sentence, item) == f"{BEGINNINGS[kind]} {sentence}"


def test_condition_in_english_marks_what_is_not_translated(facts):
    item = row("procedure")
    item.all_of.add(facts[0], situation("sells", name_en="it <sells> & more"))
    with translation.override("en"):
        assert condition_sentence(item) == (
            'Needed if: <span lang="es">maneja alimentos</span> and it &lt;sells&gt; &amp; more'
        )


@pytest.mark.parametrize(
    ("depends", "value", "sentence"),
    [
        (False, True, "Se pregunta siempre"),
        (True, True, "Se pregunta solo si: maneja alimentos"),
        (True, False, "Se pregunta solo si no es así: maneja alimentos"),
    ],
)
def test_question_says_when_it_is_asked(depends, value, sentence, facts):
    question = models.Question(depends_on=facts[0] if depends else None, depends_value=value)
    assert said(asked_sentence, question) == sentence


@pytest.mark.parametrize(
    ("true", "false", "sentence"),
    [
        ([0, 1], [3], "Hace verdadero: maneja alimentos y tiene local; falso: vende en línea"),
        ([0], [], "Hace verdadero: maneja alimentos"),
        ([], [3], "Hace falso: vende en línea"),
        ([], [], "No decide nada"),
    ],
)
def test_business_type_says_what_it_decides(true, false, sentence, facts):
    kind = models.BusinessType.objects.create(slug="x", name_es="X")
    kind.sets_true.set([facts[place] for place in true])
    kind.sets_false.set([facts[place] for place in false])
    assert said(sets_sentence, kind) == sentence


def test_every_real_rule_reads_as_a_sentence_in_both_languages(db):
    rows = [
        *models.ProcedureVersion.objects.published(),
        *models.ProgramVersion.objects.published(),
        *models.Requirement.objects.all(),
        *models.Fee.objects.all(),
    ]
    sentences = [said(condition_sentence, row, language) for row in rows for language in ("es", "en")]
    assert all(sentences)
    assert len(sentences) > 300


# In the admin


@pytest.fixture
def editor(db):
    return make_staff("editora", "change_procedureversion", "change_question", "change_businesstype", "add_choice")


def url(row, view="change"):
    return reverse(f"admin:procedures_{row._meta.model_name}_{view}", args=[row.pk] if view == "change" else [])


def test_a_saved_rule_is_shown_in_words_without_any_script(client, editor, facts):
    draft = actions.start_version(of=make_procedure(requirements=1, fees=1), author=editor)
    client.force_login(editor)
    data = form_data(client.get(url(draft))) | {
        "all_of": [facts[0].pk, facts[1].pk],
        "none_of": [facts[3].pk],
        "requirements-0-all_of": [facts[2].pk],
        "fees-0-all_of": [],
        "fees-0-any_of": [facts[0].pk, facts[1].pk],
        "_continue": "1",
    }
    html = client.post(url(draft), data, follow=True).content.decode()
    for sentence in (
        "Se pide si: maneja alimentos y tiene local; no si: vende en línea",
        "Se pide si: tiene personal",
        "Se cobra si: maneja alimentos o tiene local",
    ):
        assert sentence in html
    assert "Needed if: " in client.get(f"/en{url(draft)}").content.decode()


def test_a_question_and_its_choices_say_what_they_do(client, admin_client, facts):
    question = models.Question.objects.create(slug="x", text_es="¿Vendes?", depends_on=facts[0])
    question.choices.create(slug="si", label_es="Sí").sets_true.add(facts[3])
    html = admin_client.get(url(question)).content.decode()
    assert "Se pregunta solo si: maneja alimentos" in html
    assert "Hace verdadero: vende en línea" in html
    assert "Se pregunta solo si: maneja alimentos" in admin_client.get(url(question, "changelist")).content.decode()


def test_the_lists_show_the_rules(admin_client, facts):
    kind = models.BusinessType.objects.create(slug="x", name_es="X")
    kind.sets_true.add(facts[1])
    version = make_procedure()
    version.none_of.add(facts[3])
    assert "Hace verdadero: tiene local" in admin_client.get(url(kind, "changelist")).content.decode()
    listed = admin_client.get(url(version, "changelist"), {"q": "prueba"}).content.decode()
    assert "Se pide a cualquier negocio, salvo si: vende en línea" in listed


# Words that the addresses of the guide need


@pytest.mark.parametrize("slug", ["giro", "inicio", "q", "pregunta", "cambiar", "volver", "utm_source", "fbclid"])
def test_question_with_a_word_of_the_addresses_is_refused_beside_its_field(slug, admin_client):
    address = reverse("admin:procedures_question_add")
    data = form_data(admin_client.get(address)) | {"text_es": "¿Giro?", "slug": slug, "position": "1"}
    response = admin_client.post(address, data)
    form = response.context["adminform"].form
    assert list(form.errors) == ["slug"]
    assert "usan esta palabra para otra cosa" in str(form.errors["slug"])
    assert form["text_es"].value() == "¿Giro?"
    assert not models.Question.objects.filter(slug=slug).exists()


def test_choice_and_business_type_with_a_word_of_the_addresses_are_refused(admin_client):
    question = models.Question.objects.create(slug="x", text_es="¿?")
    data = form_data(admin_client.get(url(question))) | {"choices-0-label_es": "No sé", "choices-0-slug": "no-se"}
    response = admin_client.post(url(question), data)
    assert list(response.context["inline_admin_formsets"][0].formset.errors[0]) == ["slug"]
    address = reverse("admin:procedures_businesstype_add")
    data = form_data(admin_client.get(address)) | {"name_es": "Otro", "slug": ""}
    assert list(admin_client.post(address, data).context["adminform"].form.errors) == ["slug"]
