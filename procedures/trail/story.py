"""The change log of one record, read as a story: act after act, each with what it says and with what it changed."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.core.paginator import Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext

from procedures.comparison import FieldChange, Piece, Side, marked, replaced
from procedures.models import TrailLine
from procedures.trail import coverage, words

ACTS_PER_PAGE = 20
A_NOTE = 10  # letters from which on two texts are not the same by chance
Action = TrailLine.Action


@dataclass(frozen=True)
class RecordStory:
    """What one act did to one record: `fields` are FieldChanges, in the order in which they were changed."""

    action: str
    table: str
    name: str
    is_whole: bool  # the record whose story it is, not one of its rows
    fields: tuple

    @property
    def action_words(self):
        return Action(self.action).label

    @property
    def is_short(self):
        """Whether its fields are shown at once: what came or went as a whole is long, and unfolded on demand."""
        return self.action == Action.CHANGED


@dataclass(frozen=True)
class Act:
    """What somebody did at once: the words of the moves, and the records that changed."""

    at: datetime
    who: str
    said: tuple
    records: tuple

    @property
    def wholes(self):
        return [record for record in self.records if record.is_whole]

    @property
    def rows(self):
        return [record for record in self.records if not record.is_whole]


class Story:
    """All that happened to a record and its rows, a page of acts at a time: three queries, however much that is."""

    def __init__(self, model, key, page=1):
        """
        Args:
            model: the table, "procedures.procedureversion".
            page: as the address says it; nonsense is page 1.
        """
        self.model, self.key = model, str(key)
        self.lines = TrailLine.objects.about(model, key)
        self.paginator = Paginator(self.lines.acts(), ACTS_PER_PAGE)
        self.page = self.paginator.get_page(page)

    @cached_property
    def acts(self):
        names = [row["act"] for row in self.page]
        found = {name: [] for name in names}
        for line in self.lines.filter(act__in=names).order_by("id"):
            found[line.act].append(line)
        return [self.act_of(found[name]) for name in names]

    def act_of(self, lines):
        records = {}
        for line in lines:
            if "" not in line.changes:
                records.setdefault((line.model, line.key), []).append(line)
        stories = [self.record_of(of_record) for of_record in records.values()]
        said = tuple(words.said_words(line) for line in lines if "" in line.changes)
        stories = [without_what_was_said(story, said) for story in stories]
        return Act(
            at=lines[-1].at,
            who=words.who_words(lines[-1]),
            said=said,
            records=tuple(story for story in stories if story.fields or story.action != Action.CHANGED),
        )

    def record_of(self, lines):
        last, actions = lines[-1], [line.action for line in lines]
        # What came and changed in one act came; what came or changed and went, went.
        action = next(
            (action for action in (Action.DELETED, Action.CREATED, Action.LOADED) if action in actions), actions[-1]
        )
        return RecordStory(
            action=action,
            table=words.model_words(last.model),
            name=words.content_words(last),
            is_whole=(last.model, last.key) == (self.model, self.key),
            fields=tuple(field_changes(lines, action)),
        )


def without_what_was_said(story, said):
    """The same without a note that the words of the move have already."""
    fields = [field for field in story.fields if not any(is_in(field, text) for text in said)]
    return replace(story, fields=tuple(fields))


def is_in(field, said):
    new = "".join(piece.text for side in field.sides for piece in side.pieces if piece.kind == "in")
    return len(new) >= A_NOTE and new in said


def field_changes(lines, action=Action.CHANGED):
    """FieldChanges of lines about one record: first what a field said before them, then what it says after them."""
    model, values, sets = lines[0].model, {}, {}
    for line in lines:
        for name, (before, after) in shown(line):
            field = words.field_of(model, name)
            if field is not None and field.many_to_many:
                took_part(sets.setdefault(name, {}), before, after)
            else:
                values[name] = (values[name][0] if name in values else before, after)
    for name, (before, after) in values.items():
        # A row that goes loses some columns first; what it said in the end is what counts.
        if change := value_change(model, name, before, None if action == Action.DELETED else after):
            yield change
    for name, ends in sets.items():
        added = tuple(text for text, balance in ends.items() if balance > 0)
        removed = tuple(text for text, balance in ends.items() if balance < 0)
        if added or removed:
            yield FieldChange(words.field_words(model, name), added=added, removed=removed)


def shown(line):
    """The changes of a line without the key of the whole that a row belongs to: there the row stands anyway."""
    model = words.model_of(line.model)
    whole = {field.name for field in coverage.parents(model)} if model else ()
    return [(name, pair) for name, pair in line.changes.items() if name not in whole]


def took_part(ends, before, after):
    """Counts what entered a set and left it: a record that left and entered again has not moved."""
    for value, step in ((before, -1), (after, 1)):
        if value:
            text = value["name"] or str(value["id"])
            ends[text] = ends.get(text, 0) + step


def value_change(model, name, before, after):
    """The FieldChange of one value, or None where it is the same again."""
    label = words.field_words(model, name)
    if not words.is_told(model, name):
        return FieldChange(label, (Side("", (Piece("same", gettext("changed; what it says is not kept")),)),))
    if before == after:
        return None
    mark = marked if words.is_running_text(model, name) else replaced
    return FieldChange(label, (Side("", mark(*(words.value_words(model, name, value) for value in (before, after)))),))


def summary(line, length=70):
    """`[(field, before, after)]` of one line in short texts, for a list."""
    if "" in line.changes:
        return [("", "", words.said_words(line))]
    return [
        (words.field_words(line.model, name), *(short(line, name, value, length) for value in pair))
        for name, pair in shown(line)
    ]


def short(line, name, value, length):
    text = words.value_words(line.model, name, value) if words.is_told(line.model, name) else words.NOT_TOLD
    return text if len(text) <= length else f"{text[:length].rstrip()}…"
