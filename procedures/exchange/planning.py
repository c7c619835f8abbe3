"""What an import would do, record by record: created, changed field by field, left, or refused and why.

Nothing is written here. The same plan is made twice: for the dry run, and again right before it is carried out.
"""

from dataclasses import dataclass, field
from itertools import batched

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from procedures.exchange import cells, checks
from procedures.exchange.records import BATCH, Record, key_of, keys_of, natural_links, read_records
from procedures.exchange.tables import TABLES, natural_key
from procedures.models import ImportRow, VersionState
from procedures.models.versions import OPEN_STATES

Outcome = ImportRow.Outcome

# Where rows of one record come together in one row of the file, the strongest outcome is the row's.
STRENGTH = (Outcome.REFUSED, Outcome.CREATED, Outcome.CHANGED, Outcome.LEFT)

# How a cell is marked that a mapping adds to every row: for new records only, or for new and changed ones.
IF_NEW, IF_TOUCHED = "+", "!"

is_address = URLValidator(schemes=["http", "https"])


@dataclass
class Entry:
    """What is said of one row of the file."""

    table: str
    sheet: str
    number: int
    key: str
    outcome: str = Outcome.LEFT
    changes: list = field(default_factory=list)  # [column, before, after] as texts
    reasons: list = field(default_factory=list)

    def take(self, outcome):
        self.outcome = min(self.outcome, outcome, key=STRENGTH.index)

    def refuse(self, reason):
        self.take(Outcome.REFUSED)
        if reason not in self.reasons:
            self.reasons.append(reason)


@dataclass
class Change:
    """What becomes of one record: its values as they shall be, and what is said of its rows."""

    table: object
    key: str
    before: Record | None
    main: dict
    touched: set = field(default_factory=set)  # names of main columns that change
    lists: dict = field(default_factory=dict)  # new rows of the lists that change
    entries: list = field(default_factory=list)

    @property
    def is_refused(self):
        return any(entry.outcome == Outcome.REFUSED for entry in self.entries)

    @property
    def is_effective(self):
        """Whether it writes anything."""
        return bool(self.touched or self.lists) and not self.is_refused

    @property
    def is_new(self):
        return self.before is None

    @property
    def touches_version(self):
        names = {column.name for column in self.table.version_columns}
        parts = {part.name for part in self.table.lists if part.of_version}
        return bool(self.touched & names or self.lists.keys() & parts)


class Planner:
    """One pass over a spool.

    `links` holds, by model, `{natural key: primary key}` of what can be linked to; what this import will make is in
    it with None until it is made. After the pass `lost` holds the new records that were refused: what names them
    has to be refused too, in another pass that is told so by `without`.
    """

    def __init__(self, spool, *, user=None, without=frozenset(), progress=lambda done, total: None):
        self.spool = spool
        self.user = user
        self.without = without
        self.progress = progress
        self.lost = set()
        self.links = {}
        self.taken = {}

    def changes(self):
        """Yields the Change of every record that the spool names, in loading order."""
        total, done = self.spool.count(), 0
        for table in TABLES:
            keys = self.spool.keys([table.name, *(part.name for part in table.lists)])
            if not keys:
                continue
            existing = keys_of(table)
            self._announce(table, keys, existing)
            self.taken = {column.name: self._taken(table, column) for column in table.unique}
            for batch in batched(keys, BATCH):
                known = [existing[key] for key in batch if key in existing]
                records = {record.key: record for record in read_records(table, known)}
                for key in batch:
                    change = self._plan(table, key, records.get(key))
                    if change.is_refused and change.is_new:
                        self.lost.add((table.name, key))
                    yield change
                done += len(batch)
                self.progress(done, total)

    def _announce(self, table, keys, existing):
        """What this import makes of the table can be linked to by all rows, those before it in the file too."""
        if natural_key(table.model) and len(table.key) == 1:
            links = self.links_of(table.model)
            for key in keys:
                if key not in existing and (table.name, key) not in self.without and self.spool.rows(table.name, key):
                    links.setdefault(key, None)

    def links_of(self, model):
        if model not in self.links:
            self.links[model] = natural_links(model)
        return self.links[model]

    def _taken(self, table, column):
        pks = {pk: key for key, pk in keys_of(table).items()}
        return {value: pks[pk] for pk, value in table.model._base_manager.values_list("pk", column.name)}

    # One record

    def _plan(self, table, key, before):
        main_rows = self.spool.rows(table.name, key)
        change = Change(
            table, key, before, dict(before.main) if before else {c.name: c.empty for c in table.all_columns}
        )
        entries = {}

        def entry_of(name, sheet, number):
            return entries.setdefault((sheet, number), Entry(name, sheet, number, key))

        for sheet, number, row in main_rows:
            self._plan_main(change, entry_of(table.name, sheet, number), row)
        for part in table.lists:
            rows = self.spool.rows(part.name, key)
            if rows:
                self._plan_list(change, part, [(entry_of(part.name, sheet, n), row) for sheet, n, row in rows])
        if not change.is_new and (change.touched or change.lists):
            for sheet, number, row in main_rows:
                self._touch(change, entry_of(table.name, sheet, number), row)
        change.entries = list(entries.values())
        if len(main_rows) > 1:
            numbers = ", ".join(str(number) for _sheet, number, _row in main_rows)
            for entry in change.entries:
                entry.refuse(_("“%(key)s” stands in several rows: %(rows)s") % {"key": key, "rows": numbers})
        elif before is None and not main_rows:
            for entry in change.entries:
                entry.refuse(
                    _("there is no %(kind)s “%(key)s”, neither in the portal nor in this file")
                    % {"kind": table.model._meta.verbose_name, "key": key}
                )
        self._judge_whole(change)
        return change

    def _judge_whole(self, change):
        """What can be said only when all of a record's rows are known."""
        table, entries = change.table, change.entries
        touched = bool(change.touched or change.lists)
        if touched and self.user and not self.user.has_perms(table.permissions):
            for entry in entries:
                entry.refuse(_("you may not change this table"))
        version = change.before and change.before.version
        if change.touches_version and version and version.state in OPEN_STATES and version.state != VersionState.DRAFT:
            message = _("version %(number)d is “%(state)s”: return it to its author first")
            for entry in entries:
                entry.refuse(message % {"number": version.number, "state": version.get_state_display()})
        if change.is_refused:
            refused = next(entry for entry in entries if entry.outcome == Outcome.REFUSED)
            for entry in entries:
                if entry.outcome != Outcome.REFUSED:
                    place = {"table": refused.table, "row": refused.number}
                    entry.refuse(_("row %(row)d of “%(table)s”, of the same record, is refused") % place)

    # The record's own row

    def _plan_main(self, change, entry, row):
        given = {}
        is_new = change.is_new
        columns = {column.name: column for column in change.table.all_columns}
        if is_new:
            entry.take(Outcome.CREATED)
        for name, text in row.items():
            if name[0] not in (IF_NEW, IF_TOUCHED) or is_new:
                self._read(columns[name.lstrip(IF_NEW + IF_TOUCHED)], text, given, entry)
        self._compare(columns, change.main, given, change.touched, entry)
        if is_new:
            change.touched.update(columns)
        if change.touched and entry.outcome != Outcome.REFUSED:
            touched = [columns[name] for name in columns if name in change.touched]
            self._check(change.table, touched, change.main, entry)

    def _touch(self, change, entry, row):
        """What a mapping says of records that it changes."""
        columns, given = {column.name: column for column in change.table.all_columns}, {}
        for name, text in row.items():
            if name[0] == IF_TOUCHED:
                self._read(columns[name[1:]], text, given, entry)
        self._compare(columns, change.main, given, change.touched, entry)

    def _compare(self, columns, values, given, touched, entry):
        for name, value in given.items():
            column, old = columns[name], values[name]
            if not cells.same(column, old, value):
                entry.changes.append([name, cells.written(old), cells.written(value)])
                entry.take(Outcome.CHANGED)
                touched.add(name)
                values[name] = value
            elif entry.outcome == Outcome.CREATED:
                values[name] = value

    def _read(self, column, text, given, entry):
        """Puts a cell's value among the given ones; a cell that can't be understood refuses its row."""
        try:
            value = cells.parse(column, text)
        except cells.CellError as error:
            entry.refuse(f"{column.name}: {error}")
            return
        if value is None and column.kind != "link" and not column.field.null:
            return  # an empty cell says nothing where something must stand
        for reason in self._links_broken(column, value):
            entry.refuse(f"{column.name}: {reason}")
        given[column.name] = value

    def _links_broken(self, column, value):
        if column.kind == "addresses":
            for address in value:
                if not is_web_address(address) or len(address) > 500:
                    yield _("“%(text)s” is no web address") % {"text": address[:80]}
        elif column.kind in ("link", "links") and value:
            known = self.links_of(column.target)
            for key in (value,) if column.kind == "link" else value:
                if key not in known:
                    kind = column.target._meta.verbose_name
                    yield _("there is no %(kind)s “%(key)s”") % {"kind": kind, "key": key[:80]}

    def _check(self, table, columns, values, entry):
        for column in columns:
            self._check_field(column, values[column.name], entry)
            if column.name in self.taken:
                self._check_taken(self.taken[column.name], column, values[column.name], entry)
        if entry.outcome == Outcome.REFUSED:
            return
        self._check_constraints(table.model, table.columns, values, entry)
        if table.version:
            self._check_constraints(table.version, table.version_columns, values, entry)

    def _check_taken(self, taken, column, value, entry):
        owner = taken.setdefault(value, entry.key)
        if owner != entry.key:
            what = {"value": cells.written(value), "other": owner}
            entry.refuse(f"{column.name}: " + _("%(value)s is that of “%(other)s”") % what)

    def _check_field(self, column, value, entry):
        if column.is_many or (value in ("", None) and column.may_be_empty):
            return
        if column.kind == "link":
            if value is None and not column.field.null:
                entry.refuse(f"{column.name}: " + _("must be given"))
            return
        try:
            column.field.clean(value, None)
        except ValidationError as error:
            entry.refuse(f"{column.name}: {' '.join(error.messages)}")

    def _check_constraints(self, model, columns, values, entry):
        known = {column.name: values[column.name] for column in columns} | {"id": entry.key}
        for constraint in checks.broken(model, known):
            entry.refuse(str(constraint.violation_error_message or constraint.name))

    # The lists of a record

    def _plan_list(self, change, part, rows):
        """The file's rows are the whole list: compared with the portal's one by one, in order."""
        before = change.before.lists[part.name] if change.before else []
        columns = {column.name: column for column in part.columns}
        after, seen = [], {}
        for place, (entry, row) in enumerate(rows):
            old = before[place] if place < len(before) else None
            values = dict(old) if old else {column.name: column.empty for column in part.columns}
            given, touched = {}, set()
            for name, text in row.items():
                self._read(columns[name], text, given, entry)
            own = Entry(part.name, entry.sheet, entry.number, entry.key, Outcome.LEFT if old else Outcome.CREATED)
            self._compare(columns, values, given, touched, own)
            if old is None or touched:
                for column in part.columns:
                    self._check_field(column, values[column.name], own)
                self._check_constraints(part.model, part.columns, values, own)
            self._check_repetition(part, values, own, seen)
            self._merge(entry, own, part, place, is_own_row=entry.table == part.name)
            after.append(values)
        if surplus := before[len(after) :]:
            entry = rows[-1][0]
            entry.take(Outcome.CHANGED)
            for place, old in enumerate(surplus, len(after) + 1):
                entry.changes.append([f"{part.name} {place}", summary(part.columns, old), ""])
        if surplus or any(old is None or differs(part, old, new) for old, new in padded(before, after)):
            change.lists[part.name] = after

    def _check_repetition(self, part, values, own, seen):
        if part.unique:
            key = key_of(values[name] for name in part.unique)
            if key in seen:
                own.refuse(_("repeats row %(row)d") % {"row": seen[key]})
            seen[key] = own.number

    def _merge(self, entry, own, part, place, *, is_own_row):
        """Says in the file's row what becomes of the list's row: the same row, or one of several that it holds."""
        for reason in own.reasons:
            entry.refuse(reason)
        if is_own_row:
            entry.take(own.outcome)
            entry.changes += own.changes
        elif own.outcome in (Outcome.CREATED, Outcome.CHANGED):
            entry.take(Outcome.CHANGED)
            entry.changes += [[f"{part.name} {place + 1}: {name}", old, new] for name, old, new in own.changes]


def padded(before, after):
    """Pairs of the rows as they were (None for those beyond the end) and as they shall be."""
    return zip([*before, *[None] * (len(after) - len(before))], after, strict=False)


def differs(part, old, new):
    return any(not cells.same(column, old[column.name], new[column.name]) for column in part.columns)


def summary(columns, values):
    """A row of a list in one line."""
    written = (
        cells.written(values[column.name]) for column in columns if column.name.endswith("_es") or column.kind == "link"
    )
    return " · ".join(text for text in written if text)


def is_web_address(text):
    try:
        is_address(text)
    except ValidationError:
        return False
    return True


def plan(spool, *, user=None, start=lambda: None, take=lambda change: None, progress=lambda done, total: None):
    """Makes the plan, in as many passes as it takes until no row rests on one that is refused; one if none is.

    Args:
        start: called before each pass: what an earlier one said no longer holds.
        take: called with every Change.

    Returns:
        What a Planner needs to make the same plan in one pass, for its `without`.
    """
    without = frozenset()
    while True:
        start()
        planner = Planner(spool, user=user, without=without, progress=progress)
        for change in planner.changes():
            take(change)
        if planner.lost <= without:
            return without
        without |= planner.lost


def unreadable(spool):
    """The Entries of rows that could not even be read."""
    for name, sheet, number, reason in spool.unreadable():
        entry = Entry(name, sheet, number, "")
        entry.refuse(capfirst(reason))
        yield entry
