from datetime import date

import pytest
from django.http import QueryDict

from procedures.filters import COSTS, KINDS, LEVELS, ProcedureFilter, ProgramFilter
from procedures.glossary import alphabetical
from procedures.models import BusinessType, Document, Institution, Level, ProcedureVersion, ProgramVersion, Stage
from tests.factories import clear_catalogue, make_institution, make_procedure, make_program

TODAY = date(2026, 3, 10)


def procedures(query):
    return ProcedureFilter(QueryDict(query), ProcedureVersion.objects.published().for_cards())


def programs(query):
    return ProgramFilter(QueryDict(query), ProgramVersion.objects.published().for_cards(TODAY))


def slugs(filterset):
    return [version.procedure.slug for version in filterset.qs]


@pytest.fixture
def few(db):
    """Three procedures that differ in everything a reader can ask for."""
    clear_catalogue()
    stages = list(Stage.objects.all())
    free = make_procedure("gratis", stage=stages[1], is_online=True)
    free.fees.create(kind="free")
    paid = make_procedure(
        "con-costo", fees=1, requirements=1, stage=stages[0], level="federal", institution=make_institution("sat-2")
    )
    unknown = make_procedure("sin-dato", stage=stages[0])
    return free, paid, unknown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["con-costo", "sin-dato", "gratis"]),
        ("etapa=planear", ["con-costo", "sin-dato"]),
        ("nivel=federal", ["con-costo"]),
        ("nivel=municipal", ["sin-dato", "gratis"]),
        ("institucion=sat-2", ["con-costo"]),
        ("documento=con-costo-0", ["con-costo"]),
        ("costo=gratis", ["gratis"]),
        ("costo=con-costo", ["con-costo"]),
        ("costo=se-desconoce", ["sin-dato"]),
        ("en_linea=si", ["gratis"]),
        ("etapa=planear&costo=se-desconoce", ["sin-dato"]),
        ("etapa=planear&costo=gratis", []),
    ],
)
def test_procedures_are_filtered(few, query, expected):
    assert slugs(procedures(query)) == expected


def test_fees_that_are_partly_unknown_are_not_free(few):
    free, _paid, _unknown = few
    free.fees.create(kind="unknown")

    assert slugs(procedures("costo=gratis")) == []
    assert slugs(procedures("costo=se-desconoce")) == ["sin-dato", "gratis"]


def test_every_cost_is_one_of_three(db):
    counts = {word: procedures(f"costo={word}").qs.count() for word in COSTS}

    assert sum(counts.values()) == ProcedureVersion.objects.published().count() == 43
    assert min(counts.values()) > 0


def test_business_type_leaves_out_what_surely_does_not_apply(db):
    published = ProcedureVersion.objects.published().with_conditions()
    visited = 0
    for business in BusinessType.objects.all():
        expected = {row.pk for row in published if row.applies_to(business) is not False}
        assert {row.pk for row in procedures(f"giro={business.slug}").qs} == expected
        visited += 1

    assert visited == 60


def test_a_taqueria_sees_what_may_concern_it(db):
    shown = slugs(procedures("giro=taqueria"))

    assert "permiso-venta-solventes" not in shown
    assert {"aviso-funcionamiento-sanitario", "sare-apertura-rapida", "licencia-alcohol-estatal"} <= set(shown)
    assert procedures("giro=taqueria").business_type.slug == "taqueria"
    assert procedures("").business_type is None


@pytest.mark.parametrize("name", ["giro", "etapa", "nivel", "institucion", "documento", "costo", "en_linea"])
@pytest.mark.parametrize("value", ["no-hay", "%00", "1e999", "' OR 1=1 --", "null", "x" * 5000, "%F0%9F%8C%AE"])
def test_a_bad_value_is_an_error_beside_its_field_and_ignored(few, name, value):
    filterset = procedures(f"{name}={value}&page=1")

    assert slugs(filterset) == ["con-costo", "sin-dato", "gratis"]
    assert list(filterset.errors) == [name]
    assert filterset.chips == []
    assert filterset.business_type is None


def test_a_bad_value_leaves_the_other_filters_alone(few):
    filterset = procedures("costo=gratis&etapa=no-hay")

    assert slugs(filterset) == ["gratis"]
    assert [str(chip.value) for chip in filterset.chips] == ["Gratuito"]


def test_chips_name_each_filter_and_how_to_drop_it(few):
    chips = procedures("etapa=planear&costo=con-costo&institucion=sat-2").chips

    assert [(str(chip.label), str(chip.value)) for chip in chips] == [
        ("Etapa", "Planear"),
        ("Institución", "Institución sat-2"),
        ("Costo", "Con costo"),
    ]
    assert chips[0].remove == {"etapa": None, "page": None}


def test_choices_are_those_in_use_and_in_alphabetical_order(db):
    make_institution("sin-tramites")
    labels = [str(label) for _value, label in ProcedureFilter(QueryDict()).form.fields["institucion"].choices][1:]

    used = Institution.objects.filter(procedure_versions__state="published").distinct()
    assert labels == sorted(labels, key=alphabetical)
    assert set(labels) == {row.name for row in used}
    documents = ProcedureFilter(QueryDict()).form.fields["documento"].choices
    assert len(list(documents)) == 1 + Document.objects.asked_for().count()


def test_a_document_that_nobody_asks_for_has_an_empty_answer(db):
    document = Document.objects.exclude(pk__in=Document.objects.asked_for().values("pk")).first()

    filterset = procedures(f"documento={document.slug}")

    assert slugs(filterset) == []
    assert [chip.value for chip in filterset.chips] == [document.name]


def test_every_level_and_kind_has_a_word():
    assert {value for value, _label in LEVELS.values()} == set(Level)
    assert {value for value, _label in KINDS.values()} == set(ProgramVersion.Kind)


def test_programs_are_filtered(db):
    clear_catalogue()
    open_now = make_program("abierto", kind="grant", level="state")
    open_now.program.calls.create(opens="2026-01-01", closes="2026-12-31")
    make_program("permanente", availability="permanent", kind="credit")
    undecided = make_program("sin-cierre", kind="credit")
    undecided.program.calls.create(opens="2026-01-01")
    undecided.audiences.set(programs("").form.fields["publico"].queryset.filter(slug="mipymes"))
    undecided.stages.clear()

    def found(query):
        return [version.program.slug for version in programs(query).qs]

    assert found("") == ["abierto", "permanente", "sin-cierre"]
    assert found("abierto=si") == ["abierto", "permanente"]
    assert found("tipo=credito") == ["permanente", "sin-cierre"]
    assert found("nivel=estatal") == ["abierto"]
    assert found("publico=mipymes") == ["sin-cierre"]
    assert found("etapa=planear") == ["abierto", "permanente"]
    assert found("tipo=credito&abierto=si") == ["permanente"]


@pytest.mark.parametrize("name", ["tipo", "etapa", "publico", "nivel", "abierto"])
@pytest.mark.parametrize("value", ["no-hay", "%00", "null"])
def test_a_bad_value_of_a_program_filter_is_ignored(db, name, value):
    filterset = programs(f"{name}={value}")

    assert filterset.qs.count() == 24
    assert list(filterset.errors) == [name]
