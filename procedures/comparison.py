"""How one text of a record differs from another: field by field, row by row, word by word.

Pure functions over plain values. `procedures.version_words` makes them out of a version; anything else that is said in
labelled words can be compared as well.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from difflib import SequenceMatcher

# Two rows of a list are taken for the same one, changed, from this likeness of their titles on (1 is equal).
NEAR = 0.6
# Below this likeness two texts are shown one after the other: marks on scattered words would hinder reading.
READABLE = 0.35
# More comparisons of two words than this take too long: such texts are compared line by line.
PATIENCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is said. `english` is None where the words are no content of two languages; a set has `items`."""

    label: str
    text: str = ""
    english: str | None = None
    items: tuple[str, ...] | None = None
    is_long: bool = False  # running text, marked word by word

    @property
    def is_empty(self):
        return not (self.text or self.english or self.items)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list. Rows with the same `key` are the same thing whatever else they say; it may be empty."""

    key: str
    title: str
    says: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the record: what it says itself, or the rows of a list."""

    label: str
    says: tuple[Said, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: `same` in both texts, `out` of the new one, or `in` it."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Side:
    """A text in one language; `language` is empty for what is the same in all."""

    language: str
    pieces: tuple[Piece, ...]

    @property
    def is_changed(self):
        return any(piece.kind != "same" for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What changed in one thing said: texts have `sides`, sets have `added` and `removed`."""

    label: str
    sides: tuple[Side, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def is_one_sided(self):
        """Whether one language changed and the other, which has a text, did not: it may have been forgotten."""
        return len(self.sides) > 1 and len({side.is_changed for side in self.sides}) == 2


@dataclass(frozen=True, slots=True)
class RowChange:
    """`kind` is added, removed, changed or moved; `number` is the row's place (from 1) in the list it is shown of."""

    kind: str
    title: str
    number: int
    was_number: int | None = None
    is_moved: bool = False
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class PartChange:
    label: str
    fields: tuple[FieldChange, ...]
    rows: tuple[RowChange, ...]
    unchanged: int  # fields and rows that are the same in both

    @property
    def count(self):
        return len(self.fields) + len(self.rows)


@dataclass(frozen=True, slots=True)
class Comparison:
    parts: tuple[PartChange, ...]

    @property
    def changed(self):
        """The parts in which something changed."""
        return [part for part in self.parts if part.count]

    @property
    def count(self):
        return sum(part.count for part in self.parts)

    @property
    def unchanged(self):
        return sum(part.unchanged for part in self.parts)


def compare(before, after):
    """The Comparison of two sequences of Parts that have the same parts in the same order."""
    return Comparison(tuple(compare_parts(old, new) for old, new in zip(before, after, strict=True)))


def compare_parts(before, after):
    fields = compare_says(before.says, after.says)
    rows = compare_rows(before.rows, after.rows)
    gone = sum(row.kind == "removed" for row in rows)
    # What is empty on both sides was not kept the same: there is nothing.
    said = sum(not (old.is_empty and new.is_empty) for old, new in zip(before.says, after.says, strict=True))
    return PartChange(after.label, fields, rows, said - len(fields) + len(after.rows) - (len(rows) - gone))


def compare_says(before, after):
    """The FieldChanges between two lists of the same things said."""
    return tuple(field_change(old, new) for old, new in zip(before, after, strict=True) if old != new)


def field_change(before, after):
    if after.items is not None:
        added = tuple(item for item in after.items if item not in before.items)
        return FieldChange(after.label, added=added, removed=tuple(i for i in before.items if i not in after.items))
    mark = marked if after.is_long else replaced
    if after.english is None:
        return FieldChange(after.label, (Side("", mark(before.text, after.text)),))
    texts = (("es", before.text, after.text), ("en", before.english, after.english))
    return FieldChange(after.label, tuple(Side(language, mark(old, new)) for language, old, new in texts))


def compare_rows(before, after):
    """The RowChanges of a list, in its new order; removed rows stand where they stood."""
    pairs = match(before, after)
    new_of = dict(pairs)
    old_of = {new: old for old, new in pairs}
    moved = {pairs[place][1] for place in out_of_order([new for _old, new in pairs])}
    changes = []
    for new, row in enumerate(after):
        if new not in old_of:
            changes.append((new, RowChange("added", row.title, new + 1, fields=whole_row(row))))
            continue
        fields = compare_says(before[old_of[new]].says, row.says)
        if fields or new in moved:
            kind = "changed" if fields else "moved"
            change = RowChange(kind, row.title, new + 1, old_of[new] + 1, new in moved, fields)
            changes.append((new, change))
    for old, row in enumerate(before):
        if old not in new_of:
            place = max((new_of[earlier] for earlier in range(old) if earlier in new_of), default=-1) + 0.5
            changes.append((place, RowChange("removed", row.title, old + 1, fields=whole_row(row, "out"))))
    return tuple(change for _place, change in sorted(changes, key=lambda change: change[0]))


def whole_row(row, kind="in"):
    """All that a row says which came or went as a whole."""
    nothing = Said("")
    return tuple(
        field_change(said_nothing(said), said) if kind == "in" else field_change(said, said_nothing(said))
        for said in row.says
        if said != nothing and not said.is_empty
    )


def said_nothing(said):
    """The same thing with nothing said of it."""
    english = None if said.english is None else ""
    return Said(said.label, "", english, None if said.items is None else (), said.is_long)


def match(before, after):
    """Which rows are the same ones: `[(index before, index after)]` in the old order.

    First those that say the same, then those with the same key, then those with nearly the same title.
    """
    left, right = list(range(len(before))), list(range(len(after)))
    pairs = []

    def pair(is_same):
        for old in list(left):
            if (new := next((new for new in right if is_same(before[old], after[new])), None)) is not None:
                pairs.append((old, new))
                left.remove(old)
                right.remove(new)

    pair(lambda old, new: old == new)
    pair(lambda old, new: bool(old.key) and old.key == new.key)
    pair(lambda old, new: bool(old.title) and old.title == new.title)
    alike = ((likeness(before[old].title, after[new].title), old, new) for old in left for new in right)
    for ratio, old, new in sorted(alike, key=lambda found: (-found[0], found[1:])):
        if ratio >= NEAR and old in left and new in right:
            pairs.append((old, new))
            left.remove(old)
            right.remove(new)
    return sorted(pairs)


def likeness(one, other):
    """From 0 to 1, by the letters that two short texts have in common."""
    return SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False).ratio()


def out_of_order(numbers):
    """Indexes of the fewest numbers without which the others ascend."""
    tails, ends, before = [], [], []
    for index, number in enumerate(numbers):
        place = bisect_left(tails, number)
        before.append(ends[place - 1] if place else None)
        tails[place:] = [number, *tails[place + 1 :]]
        ends[place:] = [index, *ends[place + 1 :]]
    kept, index = set(), ends[-1] if ends else None
    while index is not None:
        kept.add(index)
        index = before[index]
    return set(range(len(numbers))) - kept


def replaced(before, after):
    """Pieces that show a value replaced as a whole."""
    if before == after:
        return (Piece("same", after),) if after else ()
    return tuple(Piece(kind, text) for kind, text in (("out", before), ("in", after)) if text)


def marked(before, after):
    """Pieces with the words that went and came marked; joined without `out` they are `after`, without `in` `before`."""
    if not before or not after or before == after:
        return replaced(before, after)
    old, new = words(before), words(after)
    if len(old) * len(new) > PATIENCE:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < READABLE:
        return replaced(before, after)
    return tuple(joined(pieces(matcher.get_opcodes(), old, new)))


def words(text):
    """The text cut into figures, words, runs of white space and single marks: joined they are the text."""
    return re.findall(r"\$?\d[\d.,]*\d|\s+|\w+|[^\w\s]", text)


def pieces(opcodes, old, new):
    """(kind, text) runs in reading order. A lone space between two changes is part of them."""
    for index, (operation, old_from, old_to, new_from, new_to) in enumerate(opcodes):
        removed, added = "".join(old[old_from:old_to]), "".join(new[new_from:new_to])
        if operation != "equal":
            yield "out", removed
            yield "in", added
        elif removed.isspace() and "\n" not in removed and 0 < index < len(opcodes) - 1:
            yield "out", removed
            yield "in", removed
        else:
            yield "same", removed


def joined(runs):
    """Pieces out of runs: what went before what came, neighbours of a kind together."""
    gone = come = ""
    for kind, text in [*runs, ("same", "")]:
        if kind == "out":
            gone += text
        elif kind == "in":
            come += text
        else:
            yield from (Piece(name, change) for name, change in (("out", gone), ("in", come)) if change)
            gone = come = ""
            if text:
                yield Piece("same", text)
