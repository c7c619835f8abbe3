"""The comparison's core: what changed, which rows are the same ones, which words went and came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.comparison import Part, Row, Said, compare, compare_rows, marked, match, out_of_order, words


def row(title, key="", **says):
    return Row(key, title, (Said("Texto", title), *(Said(name, text) for name, text in says.items())))


def kinds(before, after):
    return [(change.kind, change.title) for change in compare_rows(before, after)]


texts = st.text(alphabet="ab ,.\n$1é", max_size=40)


@given(texts, texts)
def test_marks_hold_both_texts_whole(before, after):
    found = marked(before, after)
    assert "".join(piece.text for piece in found if piece.kind != "in") == before
    assert "".join(piece.text for piece in found if piece.kind != "out") == after


@given(texts)
def test_words_joined_are_the_text(text):
    assert "".join(words(text)) == text


def test_marks_keep_an_amount_in_one_piece():
    found = marked("El costo es de $1,702.00 al año.", "El costo es de $1,800.50 al año.")
    assert [(piece.kind, piece.text) for piece in found] == [
        ("same", "El costo es de "),
        ("out", "$1,702.00"),
        ("in", "$1,800.50"),
        ("same", " al año."),
    ]


def test_marks_of_neighbouring_words_are_one():
    found = marked("Presenta la solicitud firmada en la ventanilla.", "Presenta la carta sellada en la ventanilla.")
    assert [(piece.kind, piece.text) for piece in found] == [
        ("same", "Presenta la "),
        ("out", "solicitud firmada"),
        ("in", "carta sellada"),
        ("same", " en la ventanilla."),
    ]


def test_texts_without_likeness_are_shown_whole():
    found = marked("Pago en caja.", "Transferencia electrónica desde cualquier banco")
    assert [piece.kind for piece in found] == ["out", "in"]


def test_very_long_texts_are_compared_by_lines():
    before = "\n".join(f"Renglón {n} de la lista" for n in range(2_000))
    after = before.replace("Renglón 7 de", "Renglón siete de")
    assert [piece.text for piece in marked(before, after) if piece.kind != "same"] == [
        "Renglón 7 de la lista\n",
        "Renglón siete de la lista\n",
    ]


@given(st.lists(st.integers(), unique=True, max_size=8))
def test_without_those_out_of_order_the_rest_ascends(numbers):
    moved = out_of_order(numbers)
    kept = [number for index, number in enumerate(numbers) if index not in moved]
    assert kept == sorted(kept)
    assert not moved or numbers != sorted(numbers)


def test_rows_are_matched_by_key_then_by_what_they_say_then_by_likeness():
    before = (row("Acta", "document:1"), row("Croquis del local"), row("Tener uso de suelo vigente"), row("Nada igual"))
    after = (row("Tener uso de suelo autorizado"), row("Acta constitutiva", "document:1"), row("Croquis del local"))
    assert match(before, after) == [(0, 1), (1, 2), (2, 0)]


@given(st.permutations(range(5)), st.permutations(range(5)))
def test_equal_rows_in_another_order_only_move(one, other):
    names = ["Acta", "Croquis", "Plano", "Recibo", "Firma"]
    before, after = tuple(row(names[n]) for n in one), tuple(row(names[n]) for n in other)
    found = compare_rows(before, after)
    assert {change.kind for change in found} <= {"moved"}
    assert len(found) < 5


def test_rows_added_removed_changed_and_moved_are_told_apart():
    before = (row("Acta", "1"), row("Plano", "2"), row("Recibo", "3"), row("Firma", "4"))
    after = (row("Firma", "4"), row("Acta", "1", nota="Original"), row("Recibo", "3"), row("Poder", "5"))
    before = tuple(Row(r.key, r.title, (*r.says, Said("nota"))) if len(r.says) < 2 else r for r in before)
    after = tuple(Row(r.key, r.title, (*r.says, Said("nota"))) if len(r.says) < 2 else r for r in after)
    assert kinds(before, after) == [("moved", "Firma"), ("changed", "Acta"), ("removed", "Plano"), ("added", "Poder")]


def test_two_rows_of_the_same_key_stay_two():
    before = (row("Identificación", "1", de="dueño"), row("Identificación", "1", de="testigo"))
    after = (row("Identificación", "1", de="testigo"),)
    assert kinds(before, after) == [("removed", "Identificación")]


def test_nothing_changed_is_counted_and_nothing_empty_is():
    part = (Part("Qué es", (Said("Nombre", "Licencia", "Licence"), Said("Casos", "", "")), (row("Acta"),)),)
    comparison = compare(part, part)
    assert (comparison.count, comparison.unchanged, comparison.changed) == (0, 2, [])


@pytest.mark.parametrize(("english", "is_one_sided"), [("Licence", True), ("New licence", False)])
def test_a_change_in_one_language_only_is_noticed(english, is_one_sided):
    before = (Part("", (Said("Nombre", "Licencia", "Licence", is_long=True),)),)
    after = (Part("", (Said("Nombre", "Licencia nueva", english, is_long=True),)),)
    (field,) = compare(before, after).parts[0].fields
    assert [side.language for side in field.sides] == ["es", "en"]
    assert field.is_one_sided is is_one_sided


def test_sets_say_what_came_and_went():
    before = (Part("", (Said("Oficinas", items=("Centro", "Norte")),)),)
    after = (Part("", (Said("Oficinas", items=("Norte", "Sur")),)),)
    (field,) = compare(before, after).parts[0].fields
    assert (field.added, field.removed) == (("Sur",), ("Centro",))
