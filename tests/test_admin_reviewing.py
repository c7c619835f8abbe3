"""The pages of comparison, review, refusal, restoring and secret links."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from procedures import actions
from procedures.models import PreviewLink, ProcedureVersion, ProgramVersion
from procedures.preview import link_path, preview_path
from procedures.sealed import STANDING, columns
from procedures.version_words import parts_of
from tests.admin_forms import make_staff
from tests.factories import make_procedure, make_program

BOTH = ("procedureversion", "programversion")
KINDS = {"procedure": make_procedure, "program": make_program}


def permissions(*names):
    return [f"{name}_{model}" for name in names for model in BOTH]


@pytest.fixture
def editor(db):
    return make_staff("editora", *permissions("view", "add", "change"))


@pytest.fixture
def reviewer(db):
    return make_staff("revisora", *permissions("view", "review", "publish"))


@pytest.fixture(params=KINDS)
def draft(request, editor):
    return actions.start_version(of=KINDS[request.param](), author=editor)


@pytest.fixture
def in_review(draft, editor):
    actions.submit(version=draft, by=editor, note="Cambió el nombre.")
    return draft


def url(version, view, *args):
    return reverse(f"admin:procedures_{version._meta.model_name}_{view}", args=[version.pk, *args])


def body(response):
    return response.content.decode()


# Comparing


def rename(draft):
    type(draft).objects.filter(pk=draft.pk).update(name_es="Nombre nuevo y más largo", name_en="New name")


def test_a_draft_is_compared_with_what_the_public_sees(client, editor, draft):
    rename(draft)
    client.force_login(editor)
    response = client.get(url(draft, "compare"))
    assert (response.context["before"].number, response.context["after"].number) == (1, 2)
    (part,) = response.context["comparison"].changed
    assert [field.label for field in part.fields] == ["Nombre"]
    html = body(response)
    assert "<del>" in html
    assert "<ins>" in html
    assert 'lang="en"' in html


@pytest.mark.parametrize("asked", ["9", "x", "é", "-1", "%00"])
def test_a_version_that_is_not_there_gives_the_usual_comparison(asked, client, editor, draft):
    client.force_login(editor)
    response = client.get(url(draft, "compare") + f"?con={asked}")
    assert (response.status_code, response.context["is_unknown"]) == (200, True)


def test_any_two_versions_are_compared_the_older_one_first(client, editor, reviewer, in_review):
    actions.approve(version=in_review, by=reviewer)
    actions.publish(version=in_review, by=reviewer)
    third = actions.start_version(of=in_review, author=editor)
    first = in_review.identity.versions.get(number=1)
    client.force_login(editor)
    for version, asked, numbers in (
        (third, "1", (1, 3)),
        (first, "3", (1, 3)),
        (first, "", (1, 2)),
        (third, "", (2, 3)),
    ):
        context = client.get(url(version, "compare"), {"con": asked}).context
        assert (context["before"].number, context["after"].number) == numbers


def test_history_leads_to_the_comparisons(client, editor, draft):
    client.force_login(editor)
    assert f'href="{url(draft, "compare")}?con=1"' in body(client.get(url(draft, "history")))


def test_a_first_version_has_nothing_to_be_compared_with(client, editor):
    version = make_procedure(state="draft", published_at=None)
    client.force_login(editor)
    assert client.get(url(version, "compare")).context["comparison"] is None


@pytest.mark.parametrize("rows", [1, 3])
def test_comparison_costs_the_same_however_much_there_is(rows, client, editor, django_assert_num_queries):
    version = make_procedure(requirements=rows, steps=rows, fees=rows, citations=rows, offices=rows)
    version.bundles.set([make_procedure(f"otro-{n}").procedure for n in range(rows)])
    draft = actions.start_version(of=version, author=editor)
    client.force_login(editor)
    with django_assert_num_queries(30):
        client.get(url(draft, "compare"))


def test_every_field_and_list_of_a_version_is_compared(editor):
    """What is changed in any column or set shows up: nothing of the content is left out of the comparison."""
    missed, visited = [], 0
    for make, model in ((make_procedure, ProcedureVersion), (make_program, ProgramVersion)):
        version = make(state="draft", published_at=None)
        before = parts_of(model.objects.whole().get(pk=version.pk))
        for field in content_fields(model):
            changed = model.objects.whole().get(pk=version.pk)
            change(changed, field)
            visited += 1
            if parts_of(changed) == before:
                missed.append(field.name)
    assert missed == []
    assert visited > 50


def content_fields(model):
    shown = {"assurance", "verified_on", "verified_by", "check_by", "staff_note"}
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    standing = {*(STANDING - shown), "number", model.IDENTITY}
    translated = {field.name for field in fields} - {field.name for field in fields if field.column in columns(model)}
    plain = translated - {field.name for field in model._meta.many_to_many} - shown
    units = {"response_unit", "validity_unit"}
    return [field for field in fields if field.name not in standing | plain | units]


def change(version, field):
    """Puts another value into the field of the row in memory."""
    if field.many_to_many:
        row = field.related_model(pk=0, **({"url": "https://x.mx"} if field.name == "sources" else {"slug": "x"}))
        if field.name == "bundles":
            row._prefetched_objects_cache = {"versions": []}
        version._prefetched_objects_cache[field.name] = [row]
    elif field.is_relation:
        setattr(version, field.name, field.related_model(pk=0, slug="otro"))
    elif field.choices:
        value = getattr(version, field.name)
        setattr(version, field.name, next(key for key, _label in field.choices if key != value))
    elif field.get_internal_type() == "BooleanField":
        setattr(version, field.name, not getattr(version, field.name))
    elif field.get_internal_type() == "DateField":
        setattr(version, field.name, timezone.localdate())
    elif field.get_internal_type() in ("DecimalField", "PositiveSmallIntegerField"):
        setattr(version, field.name, 7)
        for unit in ("response_unit", "validity_unit"):
            if field.name.endswith("_value"):
                setattr(version, unit, "days")
    else:
        setattr(version, field.name, "Otro texto.")


# Reviewing


def test_review_page_has_the_changes_the_talk_and_the_decisions(client, reviewer, in_review):
    client.force_login(reviewer)
    response = client.get(url(in_review, "review"))
    assert [move.name for move, _url, _form in response.context["decisions"]] == ["approve", "return"]
    assert [note.note for note in response.context["notes"]] == ["Cambió el nombre."]
    assert "Cambió el nombre." in body(response)


def test_who_may_not_decide_reads_and_is_told_so(client, editor, in_review):
    client.force_login(make_staff("lectora", *permissions("view")))
    response = client.get(url(in_review, "review"))
    assert (response.status_code, response.context["decisions"]) == (200, [])
    assert "No te toca decidir" in body(response)


def test_rounds_of_a_review_are_kept_and_shown_above_the_draft(client, editor, reviewer, in_review):
    client.force_login(reviewer)
    client.post(url(in_review, "move", "return"), {"note": "Falta la tarifa."})
    client.force_login(editor)
    client.post(url(in_review, "move", "submit"), {"note": "Ya está."})
    client.force_login(reviewer)
    client.post(url(in_review, "move", "return"), {"note": "Falta el artículo."})
    client.force_login(editor)
    html = body(client.get(url(in_review, "change")))
    assert [note.kind for note in in_review.reviewnotes.all()] == ["submitted", "returned"] * 2
    for text in ("Cambió el nombre.", "Falta la tarifa.", "Ya está.", "Falta el artículo."):
        assert text in html


def test_a_return_without_a_reason_is_refused_on_the_page_itself(client, reviewer, in_review):
    client.force_login(reviewer)
    response = client.post(url(in_review, "move", "return"), {"note": " "})
    form = next(form for move, _url, form in response.context["decisions"] if move.name == "return")
    assert form.errors["note"] == ["Este campo es obligatorio."]
    assert response.context["comparison"] is not None


# Refusals


@pytest.mark.parametrize("move", ["publish", "schedule", "approve", "return", "retire", "restore", "start"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_can_not_be_done_is_a_page_that_says_why(move, method, client, admin_user, draft):
    client.force_login(admin_user)
    response = getattr(client, method)(url(draft, "move", move))
    assert response.status_code == 409
    html = body(response)
    assert "Esto no se puede hacer ahora" in html
    assert "borrador" in html
    draft.refresh_from_db()
    assert draft.state == "draft"


@pytest.mark.parametrize("move", ["publish", "approve", "schedule", "retire"])
def test_who_has_no_permission_is_refused(move, client, editor, draft):
    client.force_login(editor)
    assert client.post(url(draft, "move", move)).status_code == 403


def test_a_writer_is_refused_as_reviewer_with_a_reason(client, admin_user, in_review):
    in_review.writers.add(admin_user)
    client.force_login(admin_user)
    response = client.post(url(in_review, "move", "approve"))
    assert response.status_code == 409
    assert "Escribiste una parte" in body(response)


# Restoring


def test_a_retired_version_is_restored_as_a_new_draft_with_its_content(client, editor, reviewer, in_review):
    actions.approve(version=in_review, by=reviewer)
    actions.publish(version=in_review, by=reviewer)
    first = in_review.identity.versions.get(number=1)
    client.force_login(editor)
    response = client.post(url(first, "move", "restore"))
    third = in_review.identity.versions.get(number=3)
    assert (response.url, third.state, third.name_es) == (url(third, "change"), "draft", first.name_es)
    line = LogEntry.objects.filter(object_id=third.pk).latest("pk")
    assert line.change_message == "Restaurada a partir de la versión 1."
    again = client.post(url(first, "move", "restore"))
    assert again.status_code == 409
    assert "La versión 3 ya está en proceso" in body(again)


# Secret links


@pytest.fixture
def link(draft, editor):
    return actions.make_preview_link(version=draft, by=editor, days=3, label="Jurídico")


def sheet_of(version):
    return reverse(f"brochure:{version.IDENTITY}_sheet", args=[version.identity.slug])


def addresses(link):
    path, key = link_path(link).split("?")
    return [f"{path}?{key}", f"{path}planes/?{key}", f"{sheet_of(link.version)}?{key}", f"/en{path}?{key}"]


def test_a_secret_link_opens_page_plans_and_sheet_and_is_kept_nowhere(client, link):
    for address in addresses(link):
        response = client.get(address)
        assert response.status_code == 200, address
        assert response["Cache-Control"] == "private, no-store"
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert response["Referrer-Policy"] == "no-referrer"
        assert not response.cookies


def test_a_preview_leads_to_all_three_with_its_key(client, link):
    page, plans, sheet, _english = addresses(link)
    html = body(client.get(page)).replace("&amp;", "&")
    for address in (plans, sheet):
        assert f'href="{address}"' in html
    assert "Borrador: no es público" in html


@pytest.mark.parametrize("ending", ["expires", "revoked", "discarded"])
def test_an_ended_link_is_gone_in_words(ending, client, link, editor):
    found = addresses(link)
    if ending == "expires":
        PreviewLink.objects.filter(pk=link.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    elif ending == "revoked":
        actions.revoke_preview_link(link=link, by=editor)
    else:
        actions.discard(version=link.version, by=editor)
    for address in found:
        response = client.get(address)
        assert response.status_code == 410, address
        assert ("Este enlace ya no funciona" in body(response)) != address.startswith("/en")
        assert response["Cache-Control"] == "private, no-store"


def test_a_link_opens_nothing_but_its_own_version(client, link, editor):
    other = actions.start_version(of=make_procedure("ajeno"), author=editor)
    key = link_path(link).partition("?")[2]
    for path in (other.get_absolute_url(), f"{other.get_absolute_url()}planes/", sheet_of(other)):
        assert client.get(f"{path}?{key}").status_code in (404, 410)
        assert other.name not in body(client.get(f"{path}?{key}"))


def test_a_link_leads_to_the_public_page_once_it_is_published(client, link, editor, reviewer):
    version = link.version
    path = link_path(link)
    actions.submit(version=version, by=editor)
    actions.approve(version=version, by=reviewer)
    actions.publish(version=version, by=reviewer)
    version.refresh_from_db()
    assert client.get(path).url == version.get_absolute_url()


def test_links_are_made_copied_and_revoked_by_the_staff(client, editor, draft):
    client.force_login(editor)
    assert client.post(url(draft, "links"), {"label": "Jurídico", "days": "14"}).url == url(draft, "links")
    made = PreviewLink.objects.get()
    assert timedelta(days=13) < made.expires_at - timezone.now() < timedelta(days=15)
    html = body(client.get(url(draft, "links"))).replace("&amp;", "&")
    assert f"http://testserver{link_path(made)}" in html
    assert f"http://testserver/en{link_path(made)}" in html
    client.post(url(draft, "links"), {"revoke": made.pk})
    made.refresh_from_db()
    assert made.revoked_at is not None
    assert [line.split(".")[0] for line in history(draft)][-2:] == [
        "Enlace secreto hecho, con 14 días de vigencia",
        "Enlace secreto anulado",
    ]


def history(version):
    return LogEntry.objects.filter(object_id=version.pk).order_by("pk").values_list("change_message", flat=True)


@pytest.mark.parametrize(
    "data", [{"days": "365"}, {"days": "x"}, {}, {"label": "x" * 500, "days": "7"}, {"days": ["1", "é"]}]
)
def test_a_bad_wish_for_a_link_is_refused_beside_its_field(data, client, editor, draft):
    client.force_login(editor)
    response = client.post(url(draft, "links"), data)
    assert (response.status_code, bool(response.context["form"].errors)) == (200, True)
    assert not PreviewLink.objects.exists()


@pytest.mark.parametrize("pk", ["0", "x", "9" * 40, "é"])
def test_revoking_a_link_that_is_not_there_is_not_found(pk, client, editor, draft):
    client.force_login(editor)
    assert client.post(url(draft, "links"), {"revoke": pk}).status_code == 404


def test_who_only_reads_makes_no_links(client, draft):
    client.force_login(make_staff("lectora", *permissions("view")))
    assert client.get(url(draft, "links")).status_code == 403


def test_ones_own_look_ends_within_the_hour(client, draft, monkeypatch):
    path = preview_path(draft)
    assert client.get(path).status_code == 200
    monkeypatch.setattr("procedures.preview.A_LOOK", timedelta(0))
    assert client.get(path).status_code == 410


@pytest.mark.parametrize("key", ["", "x", "l1", "l1.x", "é" * 300, "lx.y", "procedureversion-1"])
def test_a_guessed_key_opens_nothing(key, client, draft):
    assert client.get(draft.get_absolute_url(), {"clave": key}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_links_page_costs_the_same_for_one_and_three(count, client, editor, django_assert_num_queries):
    draft = actions.start_version(of=make_procedure(), author=editor)
    for _n in range(count):
        actions.make_preview_link(version=draft, by=editor, days=3)
    client.force_login(editor)
    with django_assert_num_queries(11):
        client.get(url(draft, "links"))
