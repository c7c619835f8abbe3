"""The rule tester, and what a version changes before it is published."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from procedures import actions, models
from procedures.guide.words import plain
from procedures.models import ProcedureVersion, VersionState
from procedures.rules.effect import effect_of
from procedures.rules.tester import RuleTest
from tests.admin_forms import make_staff
from tests.factories import clear_catalogue, make_document, make_procedure, make_program

TODAY = timezone.localdate()
PAGE = "/admin/procedures/procedureversion/rules/"


def situation(slug):
    return models.Situation.objects.get_or_create(slug=slug, defaults={"name_es": f"hecho {slug}"})[0]


def make_kind(slug, true=(), false=()):
    kind = models.BusinessType.objects.create(slug=slug, name_es=f"Giro {slug}")
    kind.sets_true.set([situation(name) for name in true])
    kind.sets_false.set([situation(name) for name in false])
    return kind


def make_question(slug, sets, position=0, depends_on=None):
    question = models.Question.objects.create(
        slug=slug, text_es=f"¿{slug}?", position=position, depends_on=depends_on and situation(depends_on)
    )
    question.choices.create(slug="si", label_es="Sí").sets_true.set([situation(name) for name in sets])
    return question


def make_task(slug, *, asks=(), issues=(), **content):
    rules = {field: content.pop(field, ()) for field in ("all_of", "any_of", "none_of")}
    bundles = content.pop("bundles", ())
    version = make_procedure(slug, **content)
    for document in asks:
        version.requirements.create(document=make_document(document))
    version.results.set([make_document(document) for document in issues])
    version.bundles.set([other.procedure for other in bundles])
    for field, names in rules.items():
        getattr(version, field).set([situation(name) for name in names])
    return version


def draft(slug, **content):
    return make_task(slug, state=VersionState.DRAFT, published_at=None, **content)


@pytest.fixture
def nothing(db):
    """A guide without any record."""
    clear_catalogue()
    models.ReferenceBusiness.objects.all().delete()
    models.BusinessType.objects.all().delete()
    models.Question.objects.all().delete()


@pytest.fixture
def viewer(client, db):
    user = make_staff("lectora", "view_procedureversion", "view_programversion")
    client.force_login(user)
    return client


def found(today=TODAY):
    """Name of a finding → its records, in plain Spanish."""
    with translation.override("es"):
        return {finding.name: [plain(record) for record in finding.records] for finding in RuleTest(today).findings}


# The plans


def test_each_business_type_has_the_figures_of_its_plan(nothing):
    make_kind("con", true=["local"])
    make_kind("sin", false=["local"])
    make_kind("abierto")
    office_work = make_task("licencia", all_of=["local"], asks=["ine"], response_value=3, response_unit="business_days")
    office_work.fees.create(kind="fixed", minimum=100, assurance="confirmed")
    rows = {row.kind.slug: row for row in RuleTest(TODAY).rows}
    totals = {slug: (row.totals.procedures, row.sure, row.totals.unsure) for slug, row in rows.items()}
    assert totals == {"abierto": (1, 0, 1), "con": (1, 1, 0), "sin": (0, 0, 0)}
    with translation.override("es"):
        assert (rows["con"].cost, rows["con"].days) == ("$100.00 MXN", "3 días hábiles")
    assert (rows["con"].totals.documents, rows["con"].totals.visits) == (1, 1)


def test_business_types_that_no_rule_tells_apart_share_one_plan(nothing):
    make_task("a")
    for n in range(3):
        make_kind(f"k{n}", true=[f"sin-regla-{n}"])
    rows = RuleTest(TODAY).rows
    assert len({id(row.totals) for row in rows}) == 1
    assert len(rows) == 3


# What is odd


def test_empty_plans_are_found(nothing):
    make_kind("tacos", false=["local"])
    make_task("licencia", all_of=["local"])
    assert found()["empty"] == ["Giro tacos"]


def test_procedures_that_no_plan_needs_are_found(nothing):
    make_kind("tacos", true=["local"])
    make_task("licencia", all_of=["local"])
    make_task("olvidado", all_of=["nunca"])
    assert (found()["unreachable"], found()["unsettled"]) == (["Trámite olvidado"], ["hecho nunca"])


def test_circles_are_told_as_a_chain(nothing):
    make_task("a", asks=["y"], issues=["x"])
    make_task("b", asks=["x"], issues=["y"])
    assert found()["circles"] == [
        "Trámite a pide Documento y, que emite Trámite b; Trámite b pide Documento x, que emite Trámite a"
    ]


def test_impossible_rules_and_nested_windows_are_found(nothing):
    make_task("imposible", all_of=["local"], none_of=["local"])
    inner = make_task("ventanilla", bundles=[make_task("suelto")])
    make_task("doble", bundles=[inner])
    assert (found()["impossible"], found()["nested"]) == (["Trámite imposible"], ["Trámite doble"])


def test_questions_that_change_nothing_or_come_too_early_are_found(nothing):
    make_task("licencia", all_of=["local"])
    make_question("ociosa", ["color"], position=1)
    make_question("pronto", ["local"], position=2, depends_on="abre")
    make_question("tarde", ["abre"], position=3)
    assert (found()["idle"], found()["early"], found()["unused"]) == (["¿ociosa?"], ["¿pronto?"], ["hecho color"])


def test_documents_nobody_issues_are_named_as_normal(nothing):
    make_task("a", asks=["ine", "licencia"])
    make_task("b", issues=["licencia"])
    assert found()["brought"] == ["Documento ine"]
    assert [finding.name for finding in RuleTest(TODAY).normal] == ["brought"]


def test_real_content_has_a_plan_for_every_business_type_and_no_circle(db):
    test = RuleTest(TODAY)
    serious = {finding.name for finding in test.troubles} & {"empty", "circles", "impossible", "nested", "early"}
    assert (len(test.rows), serious) == (60, set())


# The page


def test_page_says_that_all_is_well_and_lists_every_type(nothing, viewer):
    make_kind("tacos", true=["local"])
    make_task("licencia", all_of=["local"])
    html = viewer.get(PAGE).content.decode()
    assert "Todo está bien" in html
    assert 'id="giro-tacos"' in html
    assert "/ruta/plan/?giro=tacos" in html
    assert "All is well" in viewer.get(f"/en{PAGE}").content.decode()


def test_page_tells_what_to_look_at_and_leads_to_it(nothing, viewer):
    version = make_task("olvidado", all_of=["nunca"])
    html = viewer.get(PAGE).content.decode()
    assert "2 cosas por revisar" in html
    assert f'href="{reverse("admin:procedures_procedureversion_change", args=[version.pk])}"' in html
    assert "/admin/procedures/situation/" not in html  # may not be opened by this person


@pytest.mark.parametrize(("typed", "slugs"), [("TACÓS", ["tacos"]), ("giro", ["tacos", "unas"]), ("<zz>", [])])
def test_page_finds_types_by_their_letters(typed, slugs, nothing, viewer):
    make_kind("tacos")
    make_kind("unas")
    response = viewer.get(PAGE, {"q": typed})
    assert [row.kind.slug for row, _url, _name in response.context["rows"]] == slugs
    assert "<zz>" not in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_for_one_record_and_for_three(count, nothing, viewer, django_assert_num_queries):
    for n in range(count):
        make_kind(f"k{n}", true=[f"hecho-{n}"])
        make_question(f"p{n}", [f"hecho-{n}"])
        make_task(f"t{n}", all_of=[f"hecho-{n}"], asks=[f"d{n}"], issues=[f"e{n}"])
        draft(f"borrador-{n}")
    viewer.get(PAGE)
    with django_assert_num_queries(36):
        viewer.get(PAGE)


@pytest.mark.parametrize("page", [PAGE, "/admin/", "/admin/procedures/question/", "/admin/procedures/businesstype/"])
def test_pages_lead_to_the_tester(page, admin_client):
    html = admin_client.get(page).content.decode()
    assert ("Probar las reglas" in html, page == PAGE or f'href="{PAGE}"' in html) == (True, True)


@pytest.mark.parametrize(("permission", "status"), [("view_question", 403), ("change_procedureversion", 200)])
def test_tester_is_for_those_who_may_see_the_procedures(permission, status, client, db):
    client.force_login(make_staff("otra", permission, "view_businesstype"))
    assert client.get(PAGE).status_code == status
    listed = client.get("/admin/procedures/businesstype/").content.decode()
    assert (f'href="{PAGE}"' in listed) == (status == 200)


def test_tester_and_effect_ask_to_sign_in(client, db):
    for page in (PAGE, effect_page(make_procedure())):
        assert client.get(page).status_code == 302


# What a version changes


def effect_page(version):
    return reverse(f"admin:procedures_{version._meta.model_name}_effect", args=[version.pk])


def told(version):
    """`(business types, sentences, if needed)` of each group, in plain Spanish."""
    with translation.override("es"):
        return [
            ([kind.slug for kind in group.kinds], [plain(text) for text in group.sentences], group.if_needed)
            for group in effect_of(version, TODAY).groups
        ]


@pytest.fixture
def guide(nothing):
    """Two business types, with and without premises, and a licence for those with premises."""
    make_kind("con", true=["local"])
    make_kind("sin", false=["local"])
    return make_task("licencia", all_of=["local"], issues=["licencia"])


def test_a_copy_changes_no_plan(guide, admin_user, admin_client):
    version = actions.start_version(of=guide, author=admin_user)
    assert told(version) == []
    assert effect_of(version, TODAY).unchanged == 2
    assert "Ningún plan cambia." in admin_client.get(effect_page(version)).content.decode()


def test_a_new_procedure_appears_where_its_rule_is_not_false(guide):
    new = draft("anuncio", all_of=["local"])
    assert told(new) == [(["con"], ["Aparece: Trámite anuncio"], False)]
    assert effect_of(new, TODAY).groups[0].is_unknown


def test_a_new_rule_makes_appear_and_disappear(guide):
    new = draft("licencia", none_of=["local"], issues=["licencia"])
    assert told(new) == [
        (["con"], ["Desaparece: Trámite licencia"], False),
        (["sin"], ["Aparece: Trámite licencia"], False),
        ([], ["Aparece: Trámite licencia"], True),
    ]


def test_a_new_rule_makes_open_and_sure(guide):
    new = draft("licencia", all_of=["local", "alcohol"], issues=["licencia"])
    assert told(new) == [
        (["con"], ["Pasa a quedar abierto: Trámite licencia; depende de si hecho alcohol"], False),
        ([], ["Trámite licencia depende de si hecho alcohol y hecho local (antes: de si hecho local)"], False),
    ]
    new.all_of.clear()
    assert told(new) == [
        (["sin"], ["Aparece: Trámite licencia"], False),
        ([], ["Pasa a ser seguro: Trámite licencia"], False),
    ]


def test_documents_order_cost_and_time_are_told(guide):
    make_task("previo", issues=["dictamen"])
    new = draft(
        "licencia",
        all_of=["local"],
        issues=["licencia"],
        asks=["dictamen", "curp-x"],
        response_value=5,
        response_unit="business_days",
    )
    new.fees.create(kind="fixed", minimum=250)
    assert told(new) == [
        (
            ["con"],
            [
                "Trámite licencia espera a: Trámite previo (antes: nada)",
                "Trámite licencia también pide: Documento dictamen y Documento curp-x",
                "Trámite licencia cuesta: $250.00 MXN (antes: Sin dato)",
                "Trámite licencia tarda: 5 días hábiles (antes: desconocido)",
            ],
            False,
        )
    ]


def test_other_copies_and_conditions_of_a_document_are_told(guide, admin_user):
    guide.requirements.create(document=make_document("a"), copies=1)
    guide.requirements.create(document=make_document("b"))
    guide.requirements.create(document=make_document("c"))
    new = actions.start_version(of=guide, author=admin_user)
    rows = {row.document.slug: row for row in new.requirements.all()}
    type(rows["a"]).objects.filter(pk=rows["a"].pk).update(copies=3)
    rows["b"].all_of.add(situation("alcohol"))
    rows["c"].delete()
    new.requirements.create(text_es="Tener extintor")
    assert told(new)[0][1] == [
        "Trámite licencia ya no pide: Documento c",
        "Trámite licencia pide solo en algunos casos: Documento b",
        "Trámite licencia pide otros originales o copias de: Documento a",
        "Trámite licencia cambia lo que hay que cumplir además de los documentos",
    ]


def test_another_phase_is_told(guide, admin_user):
    new = actions.start_version(of=guide, author=admin_user)
    first, *_others, last = models.Stage.objects.order_by("position")
    ProcedureVersion.objects.filter(pk=new.pk).update(stage=last)
    new.refresh_from_db()
    assert told(new)[0][1] == [f"Trámite licencia pasa de «{first.name_es}» a «{last.name_es}»"]


def test_a_one_stop_window_is_looked_at_as_if_it_was_needed(guide, admin_user):
    window = make_task("ventanilla", all_of=["bajo-riesgo"], bundles=[guide])
    assert told(actions.start_version(of=window, author=admin_user)) == []
    new = window.procedure.versions.get(number=2)
    new.requirements.create(document=make_document("curp-x"))
    kinds, sentences, if_needed = told(new)[0]
    assert (sentences, if_needed) == (["Trámite ventanilla también pide: Documento curp-x"], True)
    assert "con" in kinds
    new.all_of.set([situation("otro-hecho"), situation("local")])
    new.bundles.clear()
    assert "Ya no se ofrece como alternativa: Trámite ventanilla" in told(new)[0][1]


def test_supports_that_appear_and_disappear_are_told(guide):
    program = make_program("credito", availability="permanent")
    program.all_of.add(situation("local"))
    new = make_program("credito", availability="permanent", state=VersionState.DRAFT, published_at=None)
    assert told(new) == [
        (["sin"], ["Aparece el apoyo: Apoyo credito"], False),
        ([], ["El apoyo pasa a ser seguro: Apoyo credito"], False),
    ]
    new.none_of.add(situation("local"))
    assert told(new) == [
        (["con"], ["Desaparece el apoyo: Apoyo credito"], False),
        (["sin"], ["Aparece el apoyo: Apoyo credito"], False),
        ([], ["Aparece el apoyo: Apoyo credito"], True),
    ]
    assert told(make_program("nuevo", state=VersionState.DRAFT, published_at=None))[0] == (
        ["con", "sin"],
        ["Aparece el apoyo: Apoyo nuevo"],
        False,
    )


def test_what_is_the_same_in_all_groups_is_said_once(guide):
    new = draft("licencia", all_of=["local", "alcohol"], issues=["licencia"])
    new.fees.create(kind="fixed", minimum=250)
    effect = effect_of(new, TODAY)
    with translation.override("es"):
        assert [plain(text) for text in effect.common] == ["Trámite licencia cuesta: $250.00 MXN (antes: Sin dato)"]
    assert [len(sentences) for _group, sentences in effect.shown] == [1, 1]
    assert (effect.changed, effect.total) == (1, 2)


def test_a_circle_is_warned_of_before_it_is_refused(guide, admin_client):
    make_task("previo", asks=["licencia"], issues=["dictamen"])
    new = draft("licencia", asks=["dictamen"], issues=["licencia"])
    html = plain(admin_client.get(effect_page(new)).content.decode())
    assert "Trámite licencia pide Documento dictamen, que emite Trámite previo" in html
    assert "No se puede publicar" in html


def test_effect_names_link_only_for_those_who_are_signed_in(guide, admin_user):
    new = draft("anuncio")
    linked, bare = (effect_of(new, TODAY, user).groups[0].sentences[0] for user in (admin_user, None))
    assert ("<a " in linked, "<a " in bare) == (True, False)


@pytest.mark.parametrize("count", [1, 3])
def test_effect_costs_the_same_for_one_record_and_for_three(count, guide, admin_client, django_assert_num_queries):
    for n in range(count):
        make_kind(f"k{n}", true=[f"hecho-{n}"])
        make_task(f"t{n}", all_of=[f"hecho-{n}"], asks=[f"d{n}"], issues=[f"e{n}"])
    new = draft("licencia", asks=[f"d{n}" for n in range(count)])
    admin_client.get(effect_page(new))
    with django_assert_num_queries(48):
        admin_client.get(effect_page(new))


@pytest.mark.parametrize("make", [make_procedure, make_program])
@pytest.mark.parametrize("language", ["", "/en"])
def test_effect_page_opens_for_every_state(make, language, admin_client, db):
    for state in ("draft", "published"):
        version = make(state=state, published_at=timezone.now() if state == "published" else None)
        assert admin_client.get(language + effect_page(version)).status_code == 200
    assert admin_client.get(language + effect_page(type(version)(pk=999_999))).status_code == 404


def test_effect_is_for_those_who_may_see_the_version(client, db):
    version = draft("secreto")
    client.force_login(make_staff("otra", "view_programversion"))
    assert client.get(effect_page(version)).status_code == 403
    client.force_login(make_staff("lectora", "view_procedureversion"))
    assert client.get(effect_page(version)).status_code == 200


@pytest.mark.parametrize("move", ["submit", "approve", "publish"])
def test_the_version_and_its_moves_lead_to_the_effect(move, admin_client, admin_user, db):
    author = make_staff("autora")
    version = actions.start_version(of=make_procedure(), author=author)
    if move != "submit":
        actions.submit(version=version, by=author)
    if move == "publish":
        actions.approve(version=version, by=admin_user)
    link = f'href="{effect_page(version)}"'
    for view in ("change", "move"):
        args = [version.pk, *([move] if view == "move" else [])]
        html = admin_client.get(reverse(f"admin:procedures_procedureversion_{view}", args=args)).content.decode()
        assert link in html


def test_a_version_that_was_refused_at_its_time_is_on_the_desk_and_says_why(guide, admin_client, admin_user):
    author = make_staff("autora")
    new = draft("licencia-2", asks=["dictamen"], issues=["permiso"])
    actions.submit(version=new, by=author)
    actions.approve(version=new, by=admin_user, publish_at=timezone.now() - timedelta(minutes=5))
    make_task("previo", asks=["permiso"], issues=["dictamen"])
    assert actions.publish_due(now=timezone.now()) == []
    desk = admin_client.get("/admin/").content.decode()
    assert '<b>1</b> <span><span class="what">aprobadas, sin publicarse aunque llegó su hora' in desk
    address = reverse("admin:procedures_procedureversion_changelist")
    link = next(part for part in desk.split('"') if part.startswith(f"{address}?espera=overdue"))
    assert list(admin_client.get(link.replace("&amp;", "&")).context["cl"].queryset) == [new]
    page = admin_client.get(reverse("admin:procedures_procedureversion_change", args=[new.pk])).content.decode()
    assert "Trámite licencia-2 pide Documento dictamen, que emite Trámite previo" in page
