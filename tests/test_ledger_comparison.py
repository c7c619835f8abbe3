"""How figures of the ledger differ, in words, and how they are drawn."""

from types import SimpleNamespace

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from brochure.ledger import words
from brochure.ledger.chart import BREAK, MOST_ROWS, ROW, WIDTH, draw
from brochure.ledger.comparison import Change, Comparison, Figure, Measure, Series, Trend

ONE = Figure(1, 1)


class Entry:
    """Of a ledger entry what is compared, with the same figure for every measure."""

    def __init__(self, number, figure=ONE, definition="taqueria"):
        self.edition = SimpleNamespace(number=number)
        self.figures = dict.fromkeys(Measure, figure)
        self.definition = definition


@pytest.mark.parametrize(
    ("before", "after", "spanish", "english", "trend"),
    [
        (Figure(3, 3), Figure(3, 3), "igual", "the same", Trend.SAME),
        (Figure(5, 5), Figure(3, 3), "2 menos", "2 fewer", Trend.LESS),
        (Figure(3, 3), Figure(4, 4), "1 más", "1 more", Trend.MORE),
        (Figure(3, 5), Figure(3, 4), "máximo: 1 menos", "upper end 1 fewer", Trend.LESS),
        (Figure(3, 5), Figure(4, 5), "mínimo: 1 más", "lower end 1 more", Trend.MORE),
        (
            Figure(3, 5),
            Figure(4, 3 + 1),
            "mínimo: 1 más, máximo: 1 menos",
            "lower end 1 more, upper end 1 fewer",
            Trend.UNCLEAR,
        ),
        (
            Figure(3, 3, 2),
            Figure(5, 5, 1),
            "2 más; 1 plazo desconocido menos",
            "2 more; 1 fewer unknown time",
            Trend.UNCLEAR,
        ),
        (Figure(3, 3, 1), Figure(3, 3, 3), "2 plazos desconocidos más", "2 more unknown times", Trend.UNCLEAR),
        (Figure(None, None, 3), Figure(None, None, 3), "sigue sin dato", "still unknown", Trend.UNCLEAR),
        (
            Figure(None, None, 1),
            Figure(2, 2),
            "antes no había dato; 1 plazo desconocido menos",
            "unknown before; 1 fewer unknown time",
            Trend.UNCLEAR,
        ),
        (
            Figure(2, 2),
            Figure(None, None, 1),
            "antes había dato; 1 plazo desconocido más",
            "known before; 1 more unknown time",
            Trend.UNCLEAR,
        ),
    ],
)
def test_change_in_words(before, after, spanish, english, trend):
    change = Change(before, after)
    assert change.trend == trend
    for language, expected in (("es", spanish), ("en", english)):
        with translation.override(language):
            assert words.change(Measure.DAYS, change) == expected


@pytest.mark.parametrize(
    ("measure", "figure", "spanish", "missing"),
    [
        (Measure.PROCEDURES, Figure(12, 14), "12 a 14", ""),
        (Measure.VISITS, Figure(0, 0), "0", ""),
        (Measure.COPIES, Figure(1, 1, 3), "al menos 1", "3 veces no se dice cuántas"),
        (Measure.DAYS, Figure(None, None, 1), "sin dato", "1 trámite sin plazo conocido"),
        (Measure.PESOS, Figure(1702, 2372, 2), "$1,702.00 MXN a $2,372.00 MXN", "2 trámites sin costo conocido"),
    ],
)
def test_figure_in_words(measure, figure, spanish, missing):
    with translation.override("es"):
        assert (words.figure(measure, figure), words.missing(measure, figure.missing)) == (spanish, missing)


def test_pesos_change_says_pesos():
    change = Change(Figure(1000, 1000), Figure(650, 650))
    with translation.override("es"):
        assert words.change(Measure.PESOS, change) == "$350.00 MXN menos"
    with translation.override("en"):
        assert words.change(Measure.PESOS, change) == "$350.00 MXN less"


figures = st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 3)).map(
    lambda drawn: Figure(min(drawn[:2]), max(drawn[:2]), drawn[2])
)


@given(figures, figures)
def test_trend_turns_round_with_time(one, other):
    opposite = {Trend.LESS: Trend.MORE, Trend.MORE: Trend.LESS}
    there, back = Change(one, other).trend, Change(other, one).trend
    assert back == opposite.get(there, there)
    assert (there == Trend.SAME) == (one == other)


def test_nothing_is_compared_where_the_definition_changed():
    comparison = Comparison(Entry(1), Entry(2, definition="otra"))
    assert (comparison.is_same_business, comparison.changes, comparison.by_trend) == (False, {}, {})


def test_series_compares_with_the_previous_the_first_and_the_oldest_alike():
    entries = (
        Entry(1),
        Entry(3),
        Entry(4, definition="otra"),
        Entry(7, definition="otra"),
        Entry(8, Figure(0, 0), "otra"),
    )
    series = Series(entries)
    assert (series.versus_previous.before, series.versus_first.before) == (entries[3], entries[0])
    assert series.redefined == {4}
    assert series.versus_oldest_alike.before == entries[2]
    assert series.versus_oldest_alike.by_trend == {Trend.LESS: list(Measure)}


@pytest.mark.parametrize("entries", [(Entry(1),), (Entry(1), Entry(2, definition="otra"))])
def test_series_has_nothing_to_compare_with_after_one_entry_alike(entries):
    assert Series(entries).versus_oldest_alike is None


# The chart


def rows(*found):
    return [(f"Edición {number}", figure, is_new) for number, (figure, is_new) in enumerate(found, 1)]


def test_bars_are_in_proportion_from_zero_and_stripes_follow_the_full_part():
    chart = draw(rows((Figure(5, 10), False), (Figure(20, 20), False), (Figure(0, 0), False)))
    assert [(bar.solid, bar.open) for bar in chart.bars] == [(80, 80), (WIDTH, 0), (0, 0)]
    assert chart.height == 3 * ROW


def test_chart_says_where_the_definition_changed_and_what_is_unknown():
    chart = draw(rows((Figure(1, 1), True), (Figure(None, None, 2), True)))
    assert [bar.break_y is None for bar in chart.bars] == [True, False]
    assert [bar.is_known for bar in chart.bars] == [True, False]
    assert chart.height == 2 * ROW + BREAK


def test_chart_shows_the_latest_editions():
    chart = draw(rows(*[(Figure(n, n), False) for n in range(30)]))
    assert [bar.words for bar in chart.bars] == [f"Edición {n}" for n in range(31 - MOST_ROWS, 31)]


@given(st.lists(figures, min_size=1, max_size=20))
def test_bars_stay_within_the_chart_and_never_overlap(found):
    chart = draw([("x", figure, False) for figure in found])
    for bar, after in zip(chart.bars, (*chart.bars[1:], None), strict=True):
        assert 0 <= bar.solid <= bar.solid + bar.open <= WIDTH
        assert bar.bar_y + chart.bar <= (after.text_y - 14 if after else chart.height)
