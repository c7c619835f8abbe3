from hypothesis import given
from hypothesis import strategies as st

from procedures.conditions import all_hold, any_holds, evaluate, negation, undecided
from procedures.models import BusinessType, ProcedureVersion

SITUATIONS = "abcdefgh"
subsets = st.sets(st.sampled_from(SITUATIONS)).map(frozenset)
rules = st.tuples(subsets, subsets, subsets).map(lambda rule: tuple(sorted(part) for part in rule))
facts = st.dictionaries(st.sampled_from(SITUATIONS), st.booleans())
kleene = st.sampled_from([True, False, None])


def known(facts):
    return {
        "true": frozenset(situation for situation, value in facts.items() if value),
        "false": frozenset(situation for situation, value in facts.items() if not value),
    }


def test_evaluate_in_words():
    rule = (["local"], ["comida", "belleza"], ["abierto"])

    assert evaluate(*rule) is None
    assert evaluate(*rule, true={"local", "comida"}, false={"abierto"}) is True
    assert evaluate(*rule, true={"local", "comida"}) is None
    assert evaluate(*rule, false={"comida", "belleza"}) is False
    assert evaluate(*rule, true={"abierto"}) is False


def test_evaluate_without_conditions_always_applies():
    assert evaluate([], [], []) is True
    assert undecided([], [], []) == []


@given(rule=rules, values=st.fixed_dictionaries({situation: st.booleans() for situation in SITUATIONS}))
def test_evaluate_is_the_plain_rule_where_everything_is_known(rule, values):
    all_of, any_of, none_of = rule

    plain = (
        all(values[situation] for situation in all_of)
        and (not any_of or any(values[situation] for situation in any_of))
        and not any(values[situation] for situation in none_of)
    )

    assert evaluate(*rule, **known(values)) is plain


@given(rule=rules, some=facts, more=facts)
def test_evaluate_never_takes_back_what_it_decided(rule, some, more):
    decided = evaluate(*rule, **known(some))

    later = evaluate(*rule, **known({**more, **some}))

    assert decided is None or later is decided


@given(rule=rules, some=facts)
def test_undecided_is_empty_exactly_where_the_rule_is_decided(rule, some):
    is_decided = evaluate(*rule, **known(some)) is not None

    assert (undecided(*rule, **known(some)) == []) is is_decided


@given(rule=rules, some=facts, answers=st.fixed_dictionaries({situation: st.booleans() for situation in SITUATIONS}))
def test_undecided_names_enough_to_decide(rule, some, answers):
    asked = undecided(*rule, **known(some))

    learnt = {situation: answers[situation] for situation in asked}

    assert evaluate(*rule, **known({**some, **learnt})) is not None
    assert not set(asked) & set(some)


@given(values=st.lists(kleene))
def test_any_and_all_mirror_each_other(values):
    assert any_holds(values) is negation(all_hold([negation(value) for value in values]))


def test_unknown_includes_never_excludes(db):
    taqueria = BusinessType.objects.get(slug="taqueria")
    versions = {row.procedure.slug: row for row in ProcedureVersion.objects.published().with_conditions()}

    assert versions["aviso-funcionamiento-sanitario"].applies_to(taqueria) is True
    assert versions["permiso-venta-solventes"].applies_to(taqueria) is False
    assert versions["sare-apertura-rapida"].applies_to(taqueria) is None
    open_facts = versions["sare-apertura-rapida"].open_facts_for(taqueria)
    assert {situation.slug for situation in open_facts} == {"con-local", "giro-bajo-riesgo"}


def test_open_facts_leave_out_what_the_business_type_settles(db):
    restaurant = BusinessType.objects.get(slug="restaurante")
    sare = ProcedureVersion.objects.published().get(procedure__slug="sare-apertura-rapida")

    assert [situation.slug for situation in sare.open_facts_for(restaurant)] == ["giro-bajo-riesgo"]
