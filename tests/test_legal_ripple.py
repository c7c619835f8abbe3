"""A reform, a new UMA or an ended fee puts citing fichas in doubt; a check or a new version settles it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from procedures import actions, ripple
from procedures.articles import articles_in, may_touch
from procedures.gate.reading import read_checks
from procedures.models import (
    Fee,
    LegalInstrument,
    ProcedureVersion,
    Reform,
    Reverification,
    UnitValue,
    VersionState,
)
from procedures.new_fees import InProgress, NewFee, changed_by_percent, draft_new_fees
from tests.admin_forms import make_staff
from tests.factories import make_procedure
from tests.reading import body

WRITING = [f"{permission}_procedureversion" for permission in ("add", "change", "view")]
EDITOR = [*WRITING, "view_legalinstrument", "view_reverification", "add_reform"]
REVIEWER = ["view_procedureversion", "view_reverification", "change_reverification", "review_procedureversion"]
DAY = date(2026, 3, 1)


@pytest.fixture
def law(db):
    return LegalInstrument.objects.create(slug="ley-de-prueba", name_es="Ley de prueba", name_en="Test law")


@pytest.fixture
def editor(db):
    return make_staff("editora", *EDITOR)


@pytest.fixture
def reviewer(db):
    return make_staff("revisora", *REVIEWER)


def citing(law, slug, article="", **fields):
    version = make_procedure(slug, assurance="confirmed", **fields)
    version.citations.create(instrument=law, article=article)
    return version


def mark(law, editor, **said):
    return ripple.mark_reformed(instrument=law, by=editor, reformed_on=DAY, **said)


# Articles


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("arts. 160 y 161", ({"160", "161"}, [])),
        ("arts. 15, fracc. I, y 73", ({"15", "73"}, [])),
        ("arts. 15 y 22 a 28", ({"15"}, [(22, 28)])),
        ("ficha 43/CFF", ({"43"}, [])),
        ("art. 69-M", ({"69-m"}, [])),
        ("art. 5 bis", ({"5-bis"}, [])),
        ("art. 3, inciso a), párrafo 2", ({"3"}, [])),
        ("", (set(), [])),
    ],
)
def test_articles_are_read_as_people_write_them(text, found):
    assert articles_in(text) == found


@pytest.mark.parametrize(
    ("cited", "reformed", "touches"),
    [
        ("arts. 15 y 22 a 28", "art. 25", True),
        ("arts. 15 y 22 a 28", "arts. 27 a 40", True),
        ("arts. 15 y 22 a 28", "art. 14", False),
        ("art. 14", "arts. 10 a 20", True),
        ("art. 69", "art. 69-M", False),
        ("", "art. 14", True),
        ("art. 14", "", True),
        ("capítulo segundo", "art. 14", True),
    ],
)
def test_what_cant_be_told_is_taken_for_touched(cited, reformed, touches):
    assert may_touch(cited, reformed) is touches


# A reform


def test_reform_puts_every_citing_published_ficha_in_doubt(law, editor):
    cites = citing(law, "cita")
    charges = make_procedure("cobra", assurance="partly")
    charges.fees.create(kind="fixed", minimum=1, instrument=law)
    other = make_procedure("ajena", citations=1, assurance="confirmed")
    reform, versions = mark(law, editor)
    assert [version.procedure.slug for version in versions] == ["cita", "cobra"]
    doubted = Reverification.objects.filter(reform=reform).order_by("id").values_list("version", "assurance_before")
    assert list(doubted) == [(cites.pk, "confirmed"), (charges.pk, "partly")]
    for version in (cites, charges, other, law):
        version.refresh_from_db()
    assert (cites.assurance, charges.assurance, other.assurance) == ("unverified", "unverified", "confirmed")
    assert law.reformed_on == DAY
    assert LogEntry.objects.get(object_id=cites.pk).change_message == "Por verificar: se reformó la ley."


def test_reform_of_one_article_leaves_others_alone(law, editor):
    touched = [citing(law, "uno", "arts. 10 a 20"), citing(law, "dos")]
    citing(law, "tres", "art. 30")
    _reform, versions = mark(law, editor, articles="art. 14")
    assert set(versions) == set(touched)


def test_an_older_reform_does_not_take_the_date_of_the_last_one_back(law, editor):
    mark(law, editor)
    ripple.mark_reformed(instrument=law, by=editor, reformed_on=DAY - timedelta(days=90))
    law.refresh_from_db()
    assert law.reformed_on == DAY


def test_drafts_are_listed_and_told_by_the_checklist(law, editor):
    draft = citing(law, "borrador", state=VersionState.DRAFT, published_at=None)
    _reform, versions = mark(law, editor)
    assert ([row.version for row in ripple.citing(law)], versions) == ([draft], [])
    assert [check.severity for check in read_checks(draft) if check.code == "reform"] == ["warns"]
    draft.verified_on = timezone.localdate()
    draft.save()
    assert [check.severity for check in read_checks(draft) if check.code == "reform"] == [""]


def test_public_page_says_since_when_and_why(law, editor, client):
    version = citing(law, "cita")
    mark(law, editor, articles="art. 3", url="https://example.org/reforma", note="Solo para nosotras.")
    page = body(client, version.get_absolute_url())
    assert "Por verificar" in page
    assert "porque la norma en que se basa se reformó el 1 de marzo de 2026" in page
    assert '<a href="https://example.org/reforma">Ley de prueba</a>, art. 3.' in page
    assert "Solo para nosotras" not in page
    assert "was reformed on 1 March 2026:" in body(client, f"/en{version.get_absolute_url()}")


def test_content_of_a_sealed_version_stays_while_its_assurance_falls(editor):
    law = LegalInstrument.objects.get(slug="ley-alcoholes")
    before = ProcedureVersion.objects.filter(citations__instrument=law).values("name_es", "approved_at").first()
    _reform, versions = mark(law, editor)
    assert len(versions) > 0
    after = ProcedureVersion.objects.filter(citations__instrument=law).values("name_es", "approved_at").first()
    assert before == after


# Settling


def test_verified_nothing_changes_gives_the_assurance_back(law, editor, reviewer):
    version = citing(law, "cita")
    mark(law, editor)
    mark(law, editor, articles="art. 9")
    version.refresh_from_db()
    assert ripple.settle(version=version, by=reviewer, note="Leí el decreto.", assurance="confirmed") == 2
    version.refresh_from_db()
    assert (version.assurance, version.verified_on) == ("confirmed", timezone.localdate())
    assert version.reverifications.open().count() == 0
    assert ripple.settle(version=version, by=reviewer, note="Otra vez.", assurance="partly") == 0
    version.refresh_from_db()
    assert version.assurance == "confirmed"


def test_the_second_doubt_remembers_what_was_sure_before_the_first(law, editor):
    version = citing(law, "cita")
    mark(law, editor)
    mark(law, editor)
    assert list(version.reverifications.values_list("assurance_before", flat=True)) == ["confirmed"] * 2


def publish_draft(draft, editor):
    boss = make_staff("jefa")
    actions.submit(version=draft, by=editor)
    actions.approve(version=draft, by=boss)
    actions.publish(version=draft, by=boss)
    draft.refresh_from_db()


def test_new_version_that_was_verified_settles_the_doubt(law, editor):
    version = citing(law, "cita")
    mark(law, editor)
    draft = actions.start_version(of=version, author=editor)
    draft.assurance, draft.verified_on = "confirmed", timezone.localdate()
    draft.save()
    publish_draft(draft, editor)
    assert list(version.reverifications.values_list("outcome", flat=True)) == ["new_version"]
    assert (draft.assurance, draft.reverifications.count()) == ("confirmed", 0)


def test_new_version_that_nobody_verified_stays_in_doubt(law, editor):
    version = citing(law, "cita")
    draft = actions.start_version(of=version, author=editor)
    reform, _versions = mark(law, editor)
    publish_draft(draft, editor)
    assert version.reverifications.open().count() == 0
    assert [row.reform for row in draft.reverifications.open()] == [reform]
    assert (draft.assurance, draft.reverifications.get().assurance_before) == ("unverified", "confirmed")


def test_settled_doubts_and_reforms_are_never_changed(law, editor, reviewer):
    version = citing(law, "cita")
    reform, _versions = mark(law, editor)
    ripple.settle(version=version, by=reviewer, note="Sí.", assurance="partly")
    for change in (
        lambda: Reform.objects.filter(pk=reform.pk).update(articles="art. 1"),
        lambda: Reverification.objects.update(settled_note="No."),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_what_cites_a_law_costs_the_same_for_one_and_three(law, editor, django_assert_num_queries):
    citing(law, "uno")
    with django_assert_num_queries(3):
        assert len(ripple.citing(law)) == 1
    citing(law, "dos")
    citing(law, "tres")
    with django_assert_num_queries(3):
        assert len(ripple.citing(law)) == 3


# In the admin


def reform_url(law):
    return reverse("admin:procedures_legalinstrument_reform", args=[law.pk])


def test_marking_shows_first_what_cites_it_then_asks(law, editor, client):
    version = citing(law, "cita", "art. 3")
    client.force_login(editor)
    instrument = client.get(reverse("admin:procedures_legalinstrument_change", args=[law.pk])).content.decode()
    assert reform_url(law) in instrument
    data = {"reformed_on": "2026-03-01", "articles": "art. 3", "url": "", "note": ""}
    page = client.post(reform_url(law), data | {"_list": ""}).content.decode()
    assert "1 versión la cita" in page
    assert "Trámite cita" in page
    assert Reform.objects.count() == 0
    response = client.post(reform_url(law), data | {"_confirm": ""}, follow=True)
    assert "Marcada como reformada: 1 ficha publicada queda por verificar." in response.content.decode()
    assert [row.version for row in response.context["cl"].result_list] == [version]
    page = client.get(reverse("admin:procedures_legalinstrument_change", args=[law.pk])).content.decode()
    assert "Aún por verificar: 1 de 1." in page


def test_bad_date_is_a_message_and_what_was_typed_is_kept(law, editor, client):
    law.published_on = date(2026, 6, 1)
    law.save()
    client.force_login(editor)
    response = client.post(reform_url(law), {"reformed_on": "2026-03-01", "articles": "art. 7", "_confirm": ""})
    assert (response.status_code, Reform.objects.count()) == (200, 0)
    assert 'value="art. 7"' in response.content.decode()
    assert response.context["form"].errors["reformed_on"]


def settle_url(version):
    return reverse("admin:procedures_reverification_settle", args=[version.pk])


def test_reviewer_settles_and_editor_does_not(law, editor, reviewer, client):
    version = citing(law, "cita")
    mark(law, editor)
    client.force_login(editor)
    page = client.get(settle_url(version)).content.decode()
    assert "Quien revisa estas fichas puede darla por verificada." in page
    assert client.post(settle_url(version), {"note": "x", "assurance": "confirmed"}).status_code == 403
    client.force_login(reviewer)
    response = client.post(settle_url(version), {"note": "", "assurance": "confirmed"})
    assert response.context["form"].errors["note"]
    response = client.post(settle_url(version), {"note": "Leída.", "assurance": "confirmed"}, follow=True)
    assert "«Trámite cita» ya no está en duda" in response.content.decode()
    assert version.reverifications.open().count() == 0


def test_strangers_get_a_refusal(law, client, editor):
    version = citing(law, "cita")
    mark(law, editor)
    client.force_login(make_staff("nadie", "view_legalinstrument", "view_procedureversion"))
    fees = reverse("admin:procedures_reverification_fees")
    for address in (reform_url(law), settle_url(version), fees):
        assert (address, client.get(address).status_code) == (address, 403)
        assert (address, client.post(address, {}).status_code) == (address, 403)


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_doubts_costs_the_same(law, editor, client, count, django_assert_num_queries):
    for n in range(count):
        citing(law, f"cita-{n}")
    mark(law, editor)
    client.force_login(editor)
    client.get(reverse("admin:procedures_reverification_changelist"))
    with django_assert_num_queries(6):
        response = client.get(reverse("admin:procedures_reverification_changelist"))
    assert len(response.context["cl"].result_list) == count


# Fees


@pytest.fixture
def fees(db):
    """Fees of three published procedures: one in UMA, one whose validity is over, one in force."""
    values = {
        "en-uma": {"unit": "UMA", "minimum": 5, "valid_from": date(2025, 1, 1), "valid_to": date(2999, 12, 31)},
        "vencida": {"minimum": 100, "valid_from": date(2020, 1, 1), "valid_to": date(2020, 12, 31)},
        "vigente": {"minimum": 200},
    }
    return {
        slug: make_procedure(slug).fees.create(kind="fixed", concept_es="Derechos", **row)
        for slug, row in values.items()
    }


def test_percent_counts_in_cents():
    assert changed_by_percent(Decimal("100"), Decimal("4.5")) == Decimal("104.50")
    assert changed_by_percent(Decimal("33.33"), Decimal("-10")) == Decimal("30.00")
    assert changed_by_percent(None, Decimal(5)) is None


def test_new_uma_puts_fichas_in_doubt_once(fees, editor):
    value = UnitValue.objects.order_by("-valid_from").first()
    doubted = ripple.doubt_fees(fees=[fees["en-uma"]], by=editor, unit_value=value)
    assert [version.procedure.slug for version in doubted] == ["en-uma"]
    assert ripple.doubt_fees(fees=[fees["en-uma"]], by=editor, unit_value=value) == set()


def new(fee, **figures):
    return NewFee(
        fee, **({name: getattr(fee, name) for name in ("minimum", "maximum", "valid_from", "valid_to")} | figures)
    )


def test_drafts_are_made_for_all_with_the_note_and_nothing_is_published(fees, editor):
    news = [new(fees["vencida"], minimum=Decimal(120)), new(fees["vigente"], minimum=Decimal(210))]
    drafts = draft_new_fees(new_fees=news, by=editor, note="Tarifa de 2026.")
    assert [(draft.state, draft.change_note) for draft in drafts] == [("draft", "Tarifa de 2026.")] * 2
    assert [draft.fees.get().minimum for draft in drafts] == [120, 210]
    for fee in fees.values():
        fee.refresh_from_db()
    assert [fee.minimum for fee in fees.values()] == [5, 100, 200]


def test_drafts_are_made_for_all_or_for_none(fees, editor):
    busy = actions.start_version(of=fees["vigente"].version, author=editor)
    with pytest.raises(InProgress) as refusal:
        draft_new_fees(new_fees=[new(fees["vencida"]), new(fees["vigente"])], by=editor, note="x")
    assert refusal.value.versions == [busy]
    assert ProcedureVersion.objects.filter(state="draft", procedure__slug="vencida").count() == 0


FEES = "/admin/procedures/reverification/fees/"


def chosen(fee, **figures):
    return {f"f{fee.pk}-chosen": "on", **{f"f{fee.pk}-{name}": value for name, value in figures.items()}}


def shown(response):
    return [(str(row.fee.version), before, after) for row, before, after in response.context["preview"]]


def test_bulk_page_lists_the_fees_of_each_kind(fees, editor, client):
    client.force_login(editor)

    def listed(which):
        response = client.get(FEES, {"cuales": which})
        return [form.fee.version.procedure.slug for form, _before in response.context["rows"]]

    assert (listed("vencidas"), listed("uma")) == (["vencida"], ["en-uma"])
    assert set(fees) <= set(listed("todas"))
    assert listed("nonsense") == ["vencida"]


def test_bulk_update_shows_every_before_and_after_then_makes_the_drafts(fees, editor, client):
    client.force_login(editor)
    data = {
        "percent": "10",
        "valid_from": "2026-01-01",
        "valid_to": "2999-12-31",
        "note": "Ley de Ingresos 2026.",
        **chosen(fees["vencida"]),
        **chosen(fees["vigente"], minimum="$1,250.50"),
    }
    address = f"{FEES}?cuales=todas"
    response = client.post(address, data | {"_preview": ""})
    days = (date(2026, 1, 1), date(2999, 12, 31))
    assert shown(response) == [
        ("Trámite vencida", ("$100.00 MXN", date(2020, 1, 1), date(2020, 12, 31)), ("$110.00 MXN", *days)),
        ("Trámite vigente", ("$200.00 MXN", None, None), ("$1,250.50 MXN", *days)),
    ]
    assert ProcedureVersion.objects.filter(state="draft").count() == 0
    response = client.post(address, data | {"_confirm": "", "seen": response.context["seen"]}, follow=True)
    assert "2 borradores hechos: envíalos a revisión." in response.content.decode()
    made = Fee.objects.filter(version__state="draft").order_by("minimum").values_list("minimum", "valid_from")
    assert list(made) == [(Decimal(110), days[0]), (Decimal("1250.5"), days[0])]


def test_bulk_update_makes_nothing_but_what_was_shown(fees, editor, client):
    client.force_login(editor)
    data = {"note": "x", **chosen(fees["vencida"], minimum="120")}
    seen = client.post(FEES, data | {"_preview": ""}).context["seen"]
    other = data | {f"f{fees['vencida'].pk}-minimum": "999", "_confirm": "", "seen": seen}
    response = client.post(FEES, other)
    assert "Las cifras no son las que viste" in response.content.decode()
    assert ProcedureVersion.objects.filter(state="draft").count() == 0


def test_bulk_update_shows_uma_in_pesos_of_the_old_and_the_new_year(fees, editor, client):
    client.force_login(editor)
    response = client.post(f"{FEES}?cuales=uma", {"note": "UMA 2026", "_preview": "", **chosen(fees["en-uma"])})
    [(_name, before, after)] = shown(response)
    assert (before[0], after[0]) == (
        "5 UMA ($565.70 MXN, valor de 2025)",
        "5 UMA ($586.55 MXN, valor de 2026)",
    )


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"minimum": "mucho"}, "Introduzca un número"),
        ({"minimum": "-5"}, "mayor o igual a 0"),
        ({"valid_from": "2026-13-01"}, "fecha válida"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "La vigencia"),
    ],
)
def test_bulk_update_refuses_bad_figures_beside_the_fee(figures, words, fees, editor, client):
    client.force_login(editor)
    response = client.post(FEES, {"note": "x", "_preview": "", **chosen(fees["vencida"], **figures)})
    assert (response.status_code, response.context["preview"]) == (200, [])
    page = response.content.decode()
    assert words in page
    assert all(f'value="{value}"' in page for value in figures.values())


def test_bulk_update_takes_hundreds_of_fees_at_once(fees, editor, client):
    client.force_login(editor)
    version = fees["vencida"].version
    many = [version.fees.create(kind="fixed", concept_es=f"C{n}", minimum=n + 1) for n in range(250)]
    figures = {
        name: value
        for fee in many
        for name, value in chosen(fee, minimum="7", maximum="", valid_from="", valid_to="").items()
    }
    assert len(figures) == 1_250
    response = client.post(f"{FEES}?cuales=todas", {"note": "x", "_preview": "", **figures})
    assert len(shown(response)) == 250


def test_bulk_update_takes_the_table_of_the_page_filled_in(fees, editor, client):
    client.force_login(editor)
    table = client.get(f"{FEES}?cuales=todas&formato=csv").content.decode("utf-8-sig")
    assert table.splitlines()[0] == "id,ficha,concepto,minimo,maximo,desde,hasta"
    key = fees["vigente"].pk
    text = f"id;ficha;minimo;desde\r\n{key};vigente;300;01/02/2026\r\n"
    upload = SimpleUploadedFile("cuotas.csv", text.encode("utf-8-sig"))
    response = client.post(f"{FEES}?cuales=todas", {"note": "x", "_preview": "", "table": upload})
    assert shown(response) == [
        ("Trámite vigente", ("$200.00 MXN", None, None), ("$300.00 MXN", date(2026, 2, 1), None))
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"a,b\r\n1,2\r\n", "no tiene la columna"),
        (b"id,minimo\r\nx,2\r\n", "Fila 2"),
        (b"id,minimo\r\n999999,2\r\n", "no están en esta página: 999999"),
        (b"\x00\xff\xfe", "no tiene la columna"),
        (b"id\r\n\xbd\r\n", "Fila 2"),
    ],
)
def test_bulk_update_refuses_a_bad_table_with_a_message(text, words, fees, editor, client):
    client.force_login(editor)
    upload = SimpleUploadedFile("cuotas.csv", text)
    response = client.post(FEES, {"note": "x", "_preview": "", "table": upload})
    assert response.status_code == 200
    assert words in response.content.decode()


def test_bulk_update_says_which_have_a_version_in_progress(fees, editor, client):
    actions.start_version(of=fees["vencida"].version, author=editor)
    client.force_login(editor)
    data = {"note": "x", **chosen(fees["vencida"], minimum="120")}
    seen = client.post(FEES, data | {"_preview": ""}).context["seen"]
    page = client.post(FEES, data | {"_confirm": "", "seen": seen}).content.decode()
    assert "No se hizo nada. Ya hay una versión en proceso de: Trámite vencida." in page


def test_ended_fees_can_be_marked_only(fees, editor, client):
    client.force_login(editor)
    response = client.post(FEES, {"_doubt": "", **chosen(fees["vencida"])}, follow=True)
    assert "1 ficha queda por verificar." in response.content.decode()
    assert [row.cause for row in fees["vencida"].version.reverifications.open()] == ["fee"]


@pytest.mark.parametrize("count", [1, 3])
def test_bulk_page_costs_the_same(editor, client, count, django_assert_num_queries):
    for n in range(count):
        make_procedure(f"v-{n}").fees.create(kind="fixed", minimum=1, valid_to=date(2020, 1, 1))
    client.force_login(editor)
    with django_assert_num_queries(6):
        assert len(client.get(FEES).context["rows"]) == count
