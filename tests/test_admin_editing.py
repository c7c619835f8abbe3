"""Two people on the same draft: the second one to save sees what the first one changed, and nothing is lost."""

import re
from html import unescape

import pytest
from django.http import QueryDict
from django.urls import reverse

from procedures import actions
from procedures.admin import editing
from procedures.models import ProcedureVersion
from tests.admin_forms import WRITING, form_data, signed_in
from tests.factories import make_procedure, make_program


@pytest.fixture
def ana(db):
    return signed_in("ana", *WRITING)


@pytest.fixture
def berta(db):
    return signed_in("berta", *WRITING)


@pytest.fixture
def draft(ana):
    published = make_procedure(
        requirements=2, fees=1, steps=1, purpose_es="Abrir un local.", who_es="Quien abre un local."
    )
    return actions.start_version(of=published, author=ana.user)


def url(version):
    return reverse(f"admin:procedures_{version._meta.model_name}_change", args=[version.pk])


def opened(client, version):
    """What the page shows, as a browser would send it back."""
    response = client.get(url(version))
    return form_data(response) | {"edit_base": response.context["edit_base"]}


def chosen(response, **choices):
    """What the page that shows both changes sends, with a choice for each clash by the end of its name."""
    html = response.content.decode()
    data = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html):
        data.setdefault(unescape(name), []).append(unescape(value))
    for clash in response.context.get("clashes", []):
        for end, choice in choices.items():
            if clash["name"].endswith(end):
                data[clash["name"]] = choice
    return data


def changes(comparison):
    """The labels of the fields that changed, and kind and title of the rows."""
    fields = [field.label.lower() for part in comparison.changed for field in part.fields]
    return fields, [(row.kind, row.title) for part in comparison.changed for row in part.rows]


def test_page_carries_what_it_showed(ana, draft):
    assert 'name="edit_base"' in ana.get(url(draft)).content.decode()
    assert ana.get(url(draft.procedure.versions.get(number=1))).context.get("edit_base") is None


def test_saving_alone_needs_no_second_look(ana, draft):
    for purpose in ("Uno.", "Dos."):
        assert ana.post(url(draft), opened(ana, draft) | {"purpose_es": purpose}).status_code == 302
        draft.refresh_from_db()
        assert draft.purpose_es == purpose


def test_second_to_save_sees_both_changes_and_saves_both(ana, berta, draft):
    first, second = opened(ana, draft), opened(berta, draft)
    ana.post(url(draft), first | {"purpose_es": "Abrir un comercio.", "purpose_en": "Open a shop."})
    response = berta.post(url(draft), second | {"who_es": "Quien abre un comercio."})
    assert response.status_code == 409
    draft.refresh_from_db()
    assert (draft.purpose_es, draft.who_es) == ("Abrir un comercio.", "Quien abre un local.")
    assert changes(response.context["theirs"])[0] == ["para qué sirve (español)", "para qué sirve (inglés)"]
    assert changes(response.context["mine"])[0] == ["quién lo necesita (español)"]
    assert response.context["clashes"] == []
    assert "ana" in response.content.decode()
    assert berta.post(url(draft), chosen(response)).status_code == 302
    draft.refresh_from_db()
    assert (draft.purpose_es, draft.purpose_en, draft.who_es) == (
        "Abrir un comercio.",
        "Open a shop.",
        "Quien abre un comercio.",
    )


@pytest.mark.parametrize(
    ("choice", "kept"), [("theirs", "De Ana."), ("mine", "De Berta."), ("both", "De Ana.\nDe Berta.")]
)
def test_what_both_changed_is_chosen_by_field(choice, kept, ana, berta, draft):
    first, second = opened(ana, draft), opened(berta, draft)
    ana.post(url(draft), first | {"purpose_es": "De Ana."})
    response = berta.post(url(draft), second | {"purpose_es": "De Berta.", "cases_es": "Casos de Berta."})
    assert [clash["label"].lower() for clash in response.context["clashes"]] == ["para qué sirve (español)"]
    text = response.content.decode()
    assert "De Ana" in text
    assert "De Berta" in text
    undecided = berta.post(url(draft), chosen(response))
    assert (undecided.status_code, undecided.context["undecided"]) == (409, 1)
    assert berta.post(url(draft), chosen(undecided, purpose_es=choice)).status_code == 302
    draft.refresh_from_db()
    assert (draft.purpose_es, draft.cases_es) == (kept, "Casos de Berta.")


def test_the_same_change_by_both_is_no_clash(ana, berta, draft):
    first, second = opened(ana, draft), opened(berta, draft)
    ana.post(url(draft), first | {"fees-0-minimum": "250.00"})
    response = berta.post(url(draft), second | {"fees-0-minimum": "250", "fees-0-article": "art. 9"})
    assert response.context["clashes"] == []
    assert berta.post(url(draft), chosen(response)).status_code == 302
    assert list(draft.fees.values_list("minimum", "article")) == [(250, "art. 9")]


def test_rows_that_both_added_changed_and_removed_are_put_together(ana, berta, draft):
    first, second = opened(ana, draft), opened(berta, draft)
    kept, gone = draft.requirements.all()
    ana.post(
        url(draft),
        first
        | {"requirements-0-copies": "3", "requirements-2-text_es": "Fila de Ana", "requirements-1-DELETE": "on"}
        | {"steps-0-title_es": "Paso de Ana"},
    )
    response = berta.post(
        url(draft),
        second
        | {"requirements-0-originals": "1", "requirements-2-text_es": "Fila de Berta"}
        | {"fees-1-kind": "free", "fees-1-concept_es": "Cuota de Berta", "fees-0-DELETE": "on"},
    )
    theirs, mine = changes(response.context["theirs"])[1], changes(response.context["mine"])[1]
    assert theirs == [
        ("changed", str(kept)),
        ("removed", str(gone)),
        ("added", "Fila de Ana"),
        ("changed", "Paso de Ana"),
    ]
    assert mine == [
        ("changed", str(kept)),
        ("added", "Fila de Berta"),
        ("removed", "Cuota 0"),
        ("added", "Cuota de Berta"),
    ]
    assert response.context["clashes"] == []
    assert berta.post(url(draft), chosen(response)).status_code == 302
    rows = [(row.originals, row.copies, row.text_es or "") for row in draft.requirements.order_by("pk")]
    assert rows == [(1, 3, ""), (None, None, "Fila de Ana"), (None, None, "Fila de Berta")]
    assert [step.title_es for step in draft.steps.all()] == ["Paso de Ana"]
    assert [fee.concept_es for fee in draft.fees.all()] == ["Cuota de Berta"]


@pytest.mark.parametrize(("choice", "left"), [("theirs", []), ("mine", [("art. 5", "Cuota 0")])])
def test_a_row_that_one_removed_and_the_other_changed_is_chosen_as_a_whole(choice, left, ana, berta, draft):
    first, second = opened(ana, draft), opened(berta, draft)
    ana.post(url(draft), first | {"fees-0-DELETE": "on"})
    response = berta.post(url(draft), second | {"fees-0-article": "art. 5"})
    (clash,) = response.context["clashes"]
    assert (clash["label"], clash["is_row"]) == ("Cuota 0", True)
    assert berta.post(url(draft), chosen(response, **{":": choice})).status_code == 302
    assert list(draft.fees.values_list("article", "concept_es")) == left


@pytest.mark.parametrize(("choice", "left"), [("theirs", ["art. 5"]), ("mine", [])])
def test_a_row_that_i_removed_and_the_other_changed_is_chosen_too(choice, left, ana, berta, draft):
    first, second = opened(ana, draft), opened(berta, draft)
    ana.post(url(draft), first | {"fees-0-article": "art. 5"})
    response = berta.post(url(draft), second | {"fees-0-DELETE": "on"})
    assert berta.post(url(draft), chosen(response, **{":": choice})).status_code == 302
    assert list(draft.fees.values_list("article", flat=True)) == left


def test_a_third_save_in_between_is_seen_as_well(ana, berta, draft):
    first, second, third = opened(ana, draft), opened(berta, draft), opened(ana, draft)
    ana.post(url(draft), first | {"purpose_es": "Primera."})
    page = berta.post(url(draft), second | {"who_es": "De Berta."})
    between = ana.post(url(draft), third | {"cases_es": "Tercera."})
    ana.post(url(draft), chosen(between))
    again = berta.post(url(draft), chosen(page))
    assert again.status_code == 409
    assert berta.post(url(draft), chosen(again)).status_code == 302
    draft.refresh_from_db()
    assert (draft.purpose_es, draft.cases_es, draft.who_es) == ("Primera.", "Tercera.", "De Berta.")


def test_what_does_not_pass_is_shown_in_the_form_with_both_changes(ana, berta, draft):
    first, second = opened(ana, draft), opened(berta, draft)
    ana.post(url(draft), first | {"purpose_es": "De Ana."})
    page = berta.post(url(draft), second | {"verified_on": "ayer", "who_es": "De Berta."})
    response = berta.post(url(draft), chosen(page))
    form = response.context["adminform"].form
    assert list(form.errors) == ["verified_on"]
    assert [form[name].value() for name in ("purpose_es", "who_es", "verified_on")] == ["De Ana.", "De Berta.", "ayer"]
    mended = form_data(response) | {"edit_base": response.context["edit_base"], "verified_on": "2026-03-01"}
    assert berta.post(url(draft), mended).status_code == 302


def test_a_draft_submitted_meanwhile_keeps_what_was_typed(ana, berta, draft):
    second = opened(berta, draft)
    actions.submit(version=draft, by=ana.user)
    response = berta.post(url(draft), second | {"purpose_es": "Texto que costó trabajo."})
    assert response.status_code == 409
    assert "Texto que costó trabajo." in response.content.decode()
    assert changes(response.context["mine"])[0] == ["para qué sirve (español)"]
    actions.return_to_author(version=draft, by=ana.user, note="Espera a Berta.")
    assert berta.post(url(draft), chosen(response)).status_code == 302
    draft.refresh_from_db()
    assert draft.purpose_es == "Texto que costó trabajo."


def test_a_draft_discarded_meanwhile_keeps_what_was_typed(ana, berta, draft):
    second = opened(berta, draft)
    actions.discard(version=draft, by=ana.user)
    response = berta.post(url(draft), second | {"purpose_es": "Texto que costó trabajo."})
    assert response.status_code == 409
    assert "Texto que costó trabajo." in response.content.decode()


def test_a_change_of_the_same_person_in_another_tab_is_not_lost(ana, draft):
    one, other = opened(ana, draft), opened(ana, draft)
    ana.post(url(draft), one | {"purpose_es": "Primera pestaña."})
    response = ana.post(url(draft), other | {"who_es": "Segunda pestaña."})
    assert "desde otra" in response.content.decode()
    ana.post(url(draft), chosen(response))
    draft.refresh_from_db()
    assert (draft.purpose_es, draft.who_es) == ("Primera pestaña.", "Segunda pestaña.")


def test_programs_are_merged_too(ana, berta):
    draft = actions.start_version(of=make_program(documents=2, offices=1), author=ana.user)
    first, second = opened(ana, draft), opened(berta, draft)
    ana.post(url(draft), first | {"documents": [], "amount_minimum": "10"})
    response = berta.post(url(draft), second | {"benefits_es": "Dinero."})
    assert berta.post(url(draft), chosen(response)).status_code == 302
    draft.refresh_from_db()
    assert (draft.documents.count(), draft.amount_minimum, draft.benefits_es) == (0, 10, "Dinero.")


@pytest.mark.parametrize("token", ["", "x", "é" * 100, "a:b:c"])
def test_a_broken_token_is_no_error(token, ana, draft):
    assert ana.post(url(draft), opened(ana, draft) | {"edit_base": token}).status_code == 302


def test_saving_changed_nothing_where_nothing_differs(ana):
    """Every value of a real ficha comes back from the form as it was shown: none seems changed."""
    visited = 0
    for real in ProcedureVersion.objects.published()[:8]:
        copy = actions.start_version(of=real, author=ana.user)
        data = opened(ana, copy)
        response = ana.get(url(copy))
        formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
        sheet = editing.Sheet(response.context["adminform"].form, formsets)
        assert sheet.sent(as_query(data)) == editing.text_of(data["edit_base"]) == sheet.saved()
        visited += 1
    assert visited == 8


def as_query(data):
    query = QueryDict(mutable=True)
    for name, value in data.items():
        query.setlist(name, [str(item) for item in value] if isinstance(value, list) else [str(value)])
    return query


def test_two_who_save_in_the_same_moment_come_one_after_the_other(installed, tmp_path):
    """Two real connections at once: one is saved, the other is shown what the first one changed."""
    portal = installed.copy(tmp_path / "portal")
    answers = portal.run(SAME_MOMENT)
    assert answers.splitlines()[-1] == "[302, 409] 1"


SAME_MOMENT = """
import threading
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment
from procedures import actions
from procedures.models import ProcedureVersion
from tests.admin_forms import form_data
setup_test_environment()
users = [User.objects.create_superuser(name) for name in ("ana", "berta")]
draft = actions.start_version(of=ProcedureVersion.objects.published().first(), author=users[0])
url = f"/admin/procedures/procedureversion/{draft.pk}/change/"
clients = []
for user in users:
    client = Client()
    client.force_login(user)
    page = client.get(url)
    clients.append((client, form_data(page) | {"edit_base": page.context["edit_base"]}, user.username))
gate, statuses = threading.Barrier(2), []
def save(client, data, name):
    gate.wait()
    response = client.post(url, data | {"purpose_es": f"De {name}."})
    statuses.append(response.status_code)
    connection.close()
threads = [threading.Thread(target=save, args=arguments) for arguments in clients]
for thread in threads: thread.start()
for thread in threads: thread.join()
draft.refresh_from_db()
print(sorted(statuses), int(draft.purpose_es in ("De ana.", "De berta.")))
"""
