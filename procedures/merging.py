"""Two people changed the same text: what of it can be put together by itself, and what somebody has to choose.

Pure functions over plain values. A text is `{row: {field: value}}`: the record itself and each row of its lists by a
key of their own. A row that is missing has been taken away, or not been added yet.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clash:
    """What both changed, differently. `field` is empty where one changed a row that the other took away.

    `was`, `theirs` and `mine` are values of the field, or whole rows; None is a row that is not there.
    """

    row: str
    field: str
    was: object
    theirs: object
    mine: object


def merge(was, theirs, mine, chosen=None):
    """Puts two texts together that began as the same one.

    Args:
        was: the text both began with.
        theirs: what the first one saved.
        mine: what the second one wants to save.
        chosen: {(row, field): "theirs", "mine" or "both"} for clashes that somebody has decided; "both" is for texts,
            which then stand one below the other.

    Returns:
        The text with both changes, in their order and with my new rows last, where undecided clashes stand as mine;
        all Clashes; and those of them that are not decided.
    """
    chosen, merged, clashes = chosen or {}, {}, []

    def put_together(row, field, values):
        old, first, second = values
        if second in (old, first):
            return first
        if first == old:
            return second
        clashes.append(Clash(row, field, *values))
        choice = chosen.get((row, field))
        if choice == "both":
            return f"{first}\n{second}"
        return first if choice == "theirs" else second

    for row in [*theirs, *(row for row in mine if row not in theirs)]:
        sides = [text.get(row) for text in (was, theirs, mine)]
        if None in sides[1:]:
            whole = put_together(row, "", sides)
        else:
            whole = {field: put_together(row, field, [(side or {}).get(field) for side in sides]) for field in sides[1]}
        if whole is not None:
            merged[row] = whole
    return merged, clashes, [clash for clash in clashes if (clash.row, clash.field) not in chosen]
