"""The staff's first page: every count equals the list that it opens, for everyone, for a person and for a unit."""

import datetime
import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import slugify

from brochure.actions import compose_edition
from engagement.models import Commitment, Milestone, Thread
from portal.accounts.roles import ROLES
from portal.models import EmptySearch
from procedures.admin import desk
from procedures.admin.desk import Look, Urgency, Waiting, Whose, pressing_first
from procedures.models import (
    Fee,
    Import,
    Institution,
    LinkCheck,
    NonWorkingDay,
    Office,
    Reform,
    Reverification,
    StaffProfile,
    TranslatedText,
    UnitValue,
)
from procedures.translations import memory
from procedures.translations.outdated import outdated_records, recount
from tests import factories
from tests.admin_forms import form_data, make_staff
from tests.editions import TITLES
from tests.engagement_rows import make_update

pytestmark = pytest.mark.django_db

ADMIN = "/admin/"


@pytest.fixture
def clean(db):
    """Nothing waits: no procedures and programs but those of a test, and every milestone has its report."""
    factories.clear_catalogue()
    for milestone in Milestone.objects.all():
        make_update(milestone=milestone)
    recount()


@contextmanager
def undone():
    """What is done in the block is as if it had never been."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def unit(db):
    """Its English is known as the translation of its Spanish."""
    made = factories.make_institution("mi-unidad")
    memory.remember([(made.name_es, made.name_en)], "en")
    return made


@pytest.fixture
def me(admin_user, unit):
    StaffProfile.objects.create(user=admin_user, institution=unit)
    return admin_user


@pytest.fixture
def other(db):
    return get_user_model().objects.create_user("otra", is_staff=True)


@pytest.fixture
def signed_in(client, me):
    client.force_login(me)
    return client


def lines_of(user, whose=Whose.EVERYONE):
    """`{(heading, label): Waiting}` in English."""
    with translation.override("en"):
        groups = desk.waiting_for(user, whose)
        return {(heading, str(line.label)): line for heading, lines in groups.items() for line in lines}


def listed(client, line):
    """How many rows the list has that a line opens, and that the page shows as many."""
    response = client.get(line.url)
    assert response.status_code == 200, line
    if changelist := response.context.get("cl"):
        assert len(changelist.result_list) == changelist.result_count
        return changelist.result_count
    rows = response.context.get("rows")  # fees
    return len(response.context["page"].object_list if rows is None else rows)


# How to make one row that waits. `by` wrote it, or is who it belongs to; `unit` is whose it is.

now = timezone.now
today = timezone.localdate


def version(state, **fields):
    """A maker of versions that went the way to that state, step by step as the database demands."""

    def make(factory, slug, by, unit):
        said = {name: value() if callable(value) else value for name, value in fields.items()}
        publish_at = said.pop("publish_at", None)
        values = {"published_at": None, "author": by, "institution": unit or factories.make_institution()}
        made = factory(slug, state="draft", **(values | said))
        move(made, state, publish_at)
        return made

    return make


def move(version, state, publish_at=None):
    """Takes a draft through the states up to that one."""
    steps = {
        "draft": {},
        "in_review": {"submitted_at": now()},
        "approved": {"approved_at": now(), "reviewer": reviewer(), "publish_at": publish_at},
        "published": {"published_at": now()},
    }
    for step in [*steps][: [*steps].index(state) + 1]:
        type(version).objects.filter(pk=version.pk).update(state=step, **steps[step])


def reviewer():
    return get_user_model().objects.get_or_create(username="revisora")[0]


VERSIONS = {
    "approved, not live though their time has come": version("approved", publish_at=lambda: now() - timedelta(hours=1)),
    "to be reviewed: somebody else's, in review": version("in_review"),
    "approved, to be published": version("approved"),
    "drafts returned with comments": version("draft", review_note="Falta el costo."),
    "drafts": version("draft"),
    "in review": version("in_review"),
    "approved, with a time set": version("approved", publish_at=lambda: now() + timedelta(hours=1)),
    "live ones whose date to be checked again has passed": version(
        "published", assurance="confirmed", check_by=lambda: today() - timedelta(days=1)
    ),
    "live ones to be checked again within 30 days": version(
        "published", assurance="confirmed", check_by=lambda: today() + timedelta(days=30)
    ),
    "live, not verified": version("published", assurance="unverified"),
    "live, partly confirmed": version("published", assurance="partly"),
}


def of_kind(make, factory):
    return lambda slug, by, unit: make(factory, slug, by, unit)


def program_with_call(slug, by, unit):
    made = version("published", assurance="confirmed")(factories.make_program, slug, by, unit)
    for days in (14, 3):
        made.program.calls.create(label_es="Cierra", closes=today() + timedelta(days=days))


def doubt(slug, by, unit):
    made = version("published", assurance="confirmed")(factories.make_procedure, slug, by, unit)
    instrument = factories.models.LegalInstrument.objects.first()
    reform = Reform.objects.create(instrument=instrument, reformed_on=today(), marked_by=reviewer())
    Reverification.objects.create(
        version=made, cause="reform", reform=reform, assurance_before="confirmed", opened_by=reviewer()
    )


def past_fee(slug, by, unit):
    made = version("draft", assurance="confirmed")(factories.make_procedure, slug, by, unit)
    Fee.objects.create(version=made, kind="fixed", minimum=5, concept_es="Cuota", valid_to=today() - timedelta(days=1))
    move(made, "published")


def thread(state, kind="question"):
    def make(slug, by, unit):
        about = version("published", assurance="confirmed")(factories.make_procedure, slug, by, unit)
        published = {} if state == "pending" else {"published_at": now()}
        Thread.objects.create(title=slug, state=state, kind=kind, procedure=about.procedure, **published)

    return make


def milestone(slug, by, unit):
    commitment = Commitment.objects.get()
    made = Milestone.objects.create(commitment=commitment, number=Milestone.objects.count() + 1, title_es=slug)
    if by:
        with factories.frozen.lifted():
            made.updates.create(status="in_progress", period_from=today(), period_to=today(), author=by)
            made.updates.update(created_at=now() - timedelta(days=130))
    if unit:
        made.responsible.add(unit)


def verified(model, days):
    def make(slug, by, unit):
        fields = {"check_by": today() + timedelta(days=days), "verified_by": unit}
        if model is Office:
            factories.make_office(slug, **fields)
        elif model is Institution:
            factories.make_institution(slug, **fields)
        elif model is UnitValue:
            year = 2040 + UnitValue.objects.count()
            year_of = {"valid_from": datetime.date(year, 2, 1), "valid_to": datetime.date(year + 1, 1, 31)}
            UnitValue.objects.create(unit="UMA", year=year, daily=100, monthly=3040, yearly=36480, **year_of, **fields)
        else:
            Commitment.objects.create(code=slug.upper(), title_es=slug, **fields)

    return make


def dead_link(slug, by, unit):
    url = f"https://example.org/{slug}"
    if unit:
        version("published", assurance="confirmed", online_url=url, is_online=True)(
            factories.make_procedure, slug, by, unit
        )
    LinkCheck.objects.create(url=url, is_dead=True, failures=2, first_failed_at=now())


def outdated(slug, by, unit):
    factories.make_document(slug)  # its English is known to nobody as the translation of its Spanish
    recount()


MAKERS = {
    **{("Procedures", label): of_kind(make, factories.make_procedure) for label, make in VERSIONS.items()},
    **{("Programs", label): of_kind(make, factories.make_program) for label, make in VERSIONS.items()},
    ("Programs", "live ones with a call that closes within 14 days"): program_with_call,
    ("Procedures", "to be verified after a reform or a new year"): doubt,
    ("Procedures", "amounts whose validity is over"): past_fee,
    ("Dialogue", "threads to be read and published"): thread("pending"),
    ("Dialogue", "threads without an official answer"): thread("open"),
    ("Dialogue", "readers' reports of a mistake or of something more that was asked"): thread("open", "correction"),
    ("Commitments", "milestones without a report for four months, or ever"): milestone,
    **{
        (heading, f"{name} {said}"): verified(model, days)
        for heading, name, model in (
            ("Other records", "institutions", Institution),
            ("Other records", "offices", Office),
            ("Other records", "unit values", UnitValue),
            ("Commitments", "commitments", Commitment),
        )
        for said, days in (
            ("whose date to be checked again has passed", -1),
            ("to be checked again within 30 days", 0),
        )
    },
    ("Links", "dead links"): dead_link,
    ("Translations", "records with a text whose Spanish changed after it was translated"): outdated,
    ("Searches of readers", "searches that found nothing"): lambda slug, by, unit: EmptySearch.objects.create(
        language="es", text=slug, first_at=now(), last_at=now()
    ),
    ("Brochure", "editions not published yet"): lambda slug, by, unit: (
        factories.make_procedure(slug, assurance="confirmed"),
        compose_edition(**TITLES),
    ),
    ("Import and export", "imports that wait for somebody to look at them"): lambda slug, by, unit: (
        Import.objects.create(by=by or reviewer(), file_name=slug, state="checked", size=1)
    ),
}
OTHERS = {key: key for key in MAKERS}


def test_every_line_of_the_first_page_is_tested_here(me):
    assert set(lines_of(me)) == set(MAKERS)
    assert len(MAKERS) > 35


def test_a_count_equals_the_list_it_opens(clean, me, other, signed_in):
    for key, make in MAKERS.items():
        with undone():
            line = lines_of(me)[key]
            assert (key, line.count, listed(signed_in, line)) == (key, 0, 0)
            make("fila-1", other, None)
            line = lines_of(me)[key]
            assert (key, line.count, listed(signed_in, line)) == (key, 1, 1)
            make("fila-2", other, None)
            make("fila-3", other, None)
            line = lines_of(me)[key]
            assert (key, line.count, listed(signed_in, line)) == (key, 3, 3)


# Per person and per unit


NOT_MINE = {
    key
    for key in MAKERS
    if key[0] in ("Other records", "Links", "Translations", "Searches of readers", "Brochure")
    or key == ("Procedures", "amounts whose validity is over")
    or key[1].startswith("commitments")
}
ANYONES = {
    "approved, not live though their time has come",
    "to be reviewed: somebody else's, in review",
    "approved, to be published",
}
OF_NO_UNIT = {
    key
    for key in MAKERS
    if key[0] in ("Translations", "Searches of readers", "Brochure", "Import and export")
    or key == ("Procedures", "amounts whose validity is over")
}


def test_mine_is_what_i_wrote_and_what_i_may_decide(clean, me, other, signed_in):
    for key in set(MAKERS) - NOT_MINE:
        with undone():
            MAKERS[key]("mia", me, None)
            MAKERS[key]("ajena", other, None)
            line = lines_of(me, Whose.MINE)[key]
            # Nobody reviews what they wrote; whoever may publish may publish anybody's.
            expected = 2 if key[1] in ANYONES and "reviewed" not in key[1] else 1
            assert (key, line.count, listed(signed_in, line)) == (key, expected, expected)


def test_my_unit_s_is_what_names_the_unit(clean, me, other, unit, signed_in):
    for key in set(MAKERS) - OF_NO_UNIT:
        with undone():
            MAKERS[key]("de-la-unidad", other, unit)
            MAKERS[key]("de-otra", other, None)
            line = lines_of(me, Whose.UNIT)[key]
            assert (key, line.count, listed(signed_in, line)) == (key, 1, 1)


def test_what_is_nobodys_stands_under_everything_alone(clean, me):
    assert set(MAKERS) - set(lines_of(me, Whose.MINE)) == NOT_MINE
    assert set(MAKERS) - set(lines_of(me, Whose.UNIT)) == OF_NO_UNIT


def test_my_unit_without_a_unit_counts_nothing_and_says_why(client, admin_user):
    client.force_login(admin_user)
    assert lines_of(admin_user, Whose.UNIT) == {}
    assert "Tu cuenta aún no tiene unidad" in client.get(f"{ADMIN}?de=unidad").content.decode()
    url = f"{reverse('admin:procedures_procedureversion_changelist')}?de=unidad"
    assert client.get(url).context["cl"].result_count == 0


@pytest.mark.parametrize(
    ("asked", "current"), [("", "Todo"), ("?de=mio", "Lo mío"), ("?de=unidad", "Mi unidad"), ("?de=%00", "Todo")]
)
def test_the_switch_is_an_address_and_is_remembered_nowhere(asked, current, signed_in):
    page = signed_in.get(f"{ADMIN}{asked}").content.decode()
    assert re.findall(r'aria-current="page">([^<]+)</a></li>', page)[:1] == [current]
    assert re.findall(r'aria-current="page">([^<]+)</a></li>', signed_in.get(ADMIN).content.decode())[:1] == ["Todo"]


# What is not counted


def test_nobody_is_asked_to_review_what_they_wrote_in_part(clean, me, other):
    made = version("in_review")(factories.make_procedure, "escrita", other, None)
    key = ("Procedures", "to be reviewed: somebody else's, in review")
    assert lines_of(me)[key].count == 1
    made.writers.add(me)
    assert lines_of(me)[key].count == 0


def test_dates_far_off_and_unknown_are_not_near(clean, me):
    factories.make_procedure("lejos", assurance="confirmed", check_by=today() + timedelta(days=31))
    factories.make_procedure("sin-fecha", assurance="confirmed")
    counts = {key: line.count for key, line in lines_of(me).items() if line.count}
    assert counts == {}


def test_a_finished_milestone_needs_no_report_and_a_recent_one_none_yet(clean, me, other):
    key = ("Commitments", "milestones without a report for four months, or ever")
    milestone("viejo", other, None)
    assert lines_of(me)[key].count == 1
    late = Milestone.objects.get(title_es="viejo")
    make_update(milestone=late, status="finished")
    with factories.frozen.lifted():
        late.updates.update(created_at=now() - timedelta(days=200))
    assert lines_of(me)[key].count == 0


def test_a_call_that_closed_or_closes_later_is_not_soon(clean, me):
    made = factories.make_program("tarde", assurance="confirmed")
    for days in (-1, 15):
        made.program.calls.create(label_es="Otra", closes=today() + timedelta(days=days))
    assert lines_of(me)[("Programs", "live ones with a call that closes within 14 days")].count == 0


def test_answered_reports_no_longer_wait(clean, me, other):
    thread("answered", "extra_requirement")("contestada", other, None)
    thread("pending", "extra_requirement")("por-leer", other, None)
    assert lines_of(me)[("Dialogue", "readers' reports of a mistake or of something more that was asked")].count == 1


# Days waiting


def test_a_thread_waits_in_business_days_on_the_page_and_in_the_list(clean, me, other, signed_in):
    monday, friday = datetime.date(2026, 3, 2), datetime.date(2026, 3, 6)
    NonWorkingDay.objects.create(date=datetime.date(2026, 3, 4), level="municipal", name_es="Día del municipio")
    thread("open")("espera", other, None)
    moment = timezone.make_aware(datetime.datetime(2026, 3, 2, 18, 30))
    Thread.objects.update(published_at=moment, created_at=moment)
    look = Look(me, now=timezone.make_aware(datetime.datetime(2026, 3, 9, 9)))
    assert (monday.weekday(), friday.weekday()) == (0, 4)
    with translation.override("es"):
        lines = [line for line in desk.waiting_at(look)["Diálogo"] if line.count]
    assert [line.detail for line in lines] == ["lo más antiguo: 4 días hábiles esperando"]
    row = signed_in.get(lines[0].url).context["cl"].result_list[0]
    assert row.business_days == Look(me).business_days_since(moment)


# How it looks


def test_what_presses_is_first_and_said_in_words(clean, me, other, signed_in):
    MAKERS[("Programs", "drafts")]("borrador", other, None)
    MAKERS[("Programs", "live ones with a call that closes within 14 days")]("cierra", other, None)
    MAKERS[("Dialogue", "threads without an official answer")]("hilo", other, None)
    MAKERS[("Commitments", "milestones without a report for four months, or ever")]("hito", other, None)
    page = signed_in.get(ADMIN).content.decode()
    parts = ["vencido", "cierra en 14 días", ">pronto<", "borradores", "sin respuesta oficial", "Nada más espera."]
    places = [page.index(part) for part in parts]
    assert places == sorted(places)
    assert "lo más antiguo: 0 días hábiles esperando" in page


def test_order_is_by_urgency_then_as_added():
    line = Waiting("x", 1, "/")
    late, soon, none = line._replace(urgency="late"), line._replace(urgency="soon"), line._replace(count=0)
    full, empty = pressing_first({"A": [line, none], "B": [line, soon], "C": [none], "D": [soon, late]})
    assert full == [("D", [late, soon]), ("B", [soon, line]), ("A", [line])]
    assert empty == [("A", [none]), ("C", [none])]
    assert Urgency.values == ["late", "soon", ""]


def test_the_page_says_plainly_when_nothing_waits(clean, signed_in):
    for asked in ("", "?de=mio", "?de=unidad"):
        page = signed_in.get(f"{ADMIN}{asked}").content.decode()
        assert "Nada espera: todo lo que se revisó está en orden." in page
        assert "Nada más espera." not in page


def test_texts_out_of_date_are_counted_in_the_background_and_the_page_tells_when(clean, me, signed_in):
    key = ("Translations", "records with a text whose Spanish changed after it was translated")
    recount(timezone.make_aware(datetime.datetime(2026, 3, 2, 18, 30)))
    assert lines_of(me)[key] == Waiting(
        lines_of(me)[key].label,
        0,
        "/en/admin/procedures/translatedtext/desk/outdated/",
        "",
        "counted on 02/03/2026 18:30",
    )
    TranslatedText.objects.all().delete()
    assert outdated_records() != []


# How much it asks of the database


@pytest.mark.parametrize("number", [1, 3])
def test_first_page_asks_a_constant_number_of_queries(
    number, clean, me, other, unit, signed_in, django_assert_num_queries
):
    recount()
    for key, make in MAKERS.items():
        for n in range(number):
            make(slugify(f"{number}-{n}-{key[1]}-{key[0]}")[:40].strip("-"), other, unit)
    signed_in.get(ADMIN)
    with django_assert_num_queries(20):
        signed_in.get(ADMIN)


# Who sees what


SEEN = {
    "editor": {
        "Procedures",
        "Programs",
        "Other records",
        "Translations",
        "Links",
        "Searches of readers",
        "Import and export",
    },
    "reviewer": {"Procedures", "Programs", "Links", "Translations"},
    "publisher": {"Procedures", "Programs", "Links", "Brochure"},
    "moderator": {"Dialogue"},
    "commitment_officer": {"Commitments", "Translations"},
    "reviewing_body": set(),
    "administrator": {heading for heading, _label in MAKERS},
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_own_lines_and_can_open_them(role, client):
    user = get_user_model().objects.create_user(role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    seen = lines_of(user)
    assert {heading for heading, _label in seen} == SEEN[role]
    statuses = {line.url: client.get(line.url).status_code for line in seen.values()}
    assert set(statuses.values()) <= {200}
    assert client.get(ADMIN).status_code == 200


def test_lines_of_one_table_are_for_those_who_can_do_something_about_them(db):
    may = {
        right: {label for _heading, label in lines_of(make_staff(right, f"{right}_procedureversion"))}
        for right in ("change", "review", "publish")
    }
    assert may["review"] == {"to be reviewed: somebody else's, in review"}
    assert may["publish"] == {
        "approved, not live though their time has come",
        "approved, to be published",
        "approved, with a time set",
    }
    assert "drafts" in may["change"]
    assert "approved, to be published" not in may["change"]


# The unit of an account


def test_an_administrator_gives_an_account_its_unit(signed_in, other, unit):
    address = reverse("admin:auth_user_change", args=[other.pk])
    data = form_data(signed_in.get(address)) | {"unit": unit.pk}
    assert signed_in.post(address, data).status_code == 302
    assert StaffProfile.objects.get(user=other).institution == unit
    shown = form_data(signed_in.get(address))
    assert shown["unit"] == unit.pk
    signed_in.post(address, shown | {"unit": ""})
    assert StaffProfile.objects.get(user=other).institution is None


def test_the_account_page_names_the_unit(signed_in, unit):
    assert f"Tu unidad: {unit}." in signed_in.get(reverse("admin:account")).content.decode()


def test_a_list_opens_by_an_address_of_somebody_else(db):
    client = Client()
    client.force_login(make_staff("lectora", "view_procedureversion"))
    url = f"{reverse('admin:procedures_procedureversion_changelist')}?espera=drafts&de=mio"
    assert client.get(url).status_code == 200
