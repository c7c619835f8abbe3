"""Putting two people's changes together."""

from hypothesis import given
from hypothesis import strategies as st

from procedures.merging import merge

rows = st.dictionaries(st.sampled_from("abc"), st.fixed_dictionaries({"x": st.integers(0, 2), "y": st.integers(0, 2)}))


@given(rows, rows)
def test_where_only_one_changed_something_that_is_taken(was, changed):
    assert merge(was, changed, was)[0] == changed
    assert merge(was, was, changed)[0] == changed
    assert merge(was, changed, changed)[1] == []


@given(rows, rows, rows)
def test_all_that_is_chosen_is_what_one_of_them_wrote(was, theirs, mine):
    _merged, clashes, undecided = merge(was, theirs, mine)
    assert clashes == undecided
    for side, text in (("theirs", theirs), ("mine", mine)):
        chosen = {(clash.row, clash.field): side for clash in clashes}
        merged, again, left = merge(was, theirs, mine, chosen)
        assert (again, left) == (clashes, [])
        for clash in clashes:
            kept = (merged.get(clash.row) or {}).get(clash.field) if clash.field else merged.get(clash.row)
            written = (text.get(clash.row) or {}).get(clash.field) if clash.field else text.get(clash.row)
            assert kept == written


@given(rows, rows, rows)
def test_no_change_is_lost_without_a_word(was, theirs, mine):
    """What is in the end different from what somebody wrote is the other's change, or was asked about."""
    merged, clashes, _undecided = merge(was, theirs, mine)
    asked = {(clash.row, clash.field) for clash in clashes}
    for text, other in ((theirs, mine), (mine, theirs)):
        for key in {*was, *theirs, *mine}:
            if merged.get(key) == text.get(key) or (key, "") in asked:
                continue
            if text.get(key) is None or merged.get(key) is None:
                assert merged.get(key) == other.get(key)
                assert text.get(key) == was.get(key)
                continue
            for field, value in text[key].items():
                if merged[key][field] != value and (key, field) not in asked:
                    assert value == (was.get(key) or {}).get(field)


def test_changes_in_different_fields_of_a_row_are_put_together():
    was = {"a": {"x": 1, "y": 1}}
    merged, clashes, _undecided = merge(was, {"a": {"x": 2, "y": 1}}, {"a": {"x": 1, "y": 3}})
    assert (merged, clashes) == ({"a": {"x": 2, "y": 3}}, [])


def test_a_row_removed_by_one_and_changed_by_the_other_is_asked_about():
    was, changed = {"a": {"x": 1}}, {"a": {"x": 2}}
    for theirs, mine in (({}, changed), (changed, {})):
        merged, (clash,), _undecided = merge(was, theirs, mine)
        assert (clash.row, clash.field, merged) == ("a", "", mine)


def test_new_rows_of_both_are_kept_mine_last():
    merged, clashes, _undecided = merge({}, {"theirs": {"x": 1}}, {"mine": {"x": 1}})
    assert (list(merged), clashes) == (["theirs", "mine"], [])
