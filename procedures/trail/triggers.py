# ruff: noqa: S608 - SQL out of names of our own tables and columns
"""The triggers that write the change log: one per table and event, the same on SQLite and PostgreSQL.

They see every change, whatever wrote it: a form, an action, `QuerySet.update`, a bulk operation, an import, SQL by
hand. Only what migrations themselves change is not seen, for `migrate` takes the triggers off (SQLite loses them when a
table is remade) and puts them back.
"""

from dataclasses import dataclass

from django.contrib.admin.models import LogEntry
from django.db import connections, models, transaction
from django.db.models.signals import post_migrate, pre_migrate

from procedures.models import TrailLine
from procedures.trail import coverage

EVENTS = {"INSERT": "created", "UPDATE": "changed", "DELETE": "deleted"}


class Sqlite:
    """How SQLite says it."""

    now = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
    differ = "IS NOT"
    null = "'null'"
    pair = "json_array(json({}), json({}))"
    pairs = "json_group_object(field, {})"
    nothing = "'{}'"

    def acting(self, name):
        return f"trail_acting('{name}')"

    def value(self, field, column):
        return f"json({column})" if isinstance(field, models.JSONField) else f"json_quote({column})"

    def related(self, key, name):
        return f"json_object('id', {key}, 'name', {name})"

    def create(self, trigger):
        return [
            f'CREATE TRIGGER "{trigger.name}" AFTER {trigger.event} ON "{trigger.table}" '
            f"WHEN {trigger.when} BEGIN {trigger.insert}; END"
        ]

    find = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'trail~_%' ESCAPE '~'"
    drop = 'DROP TRIGGER "{}"'


class Postgresql:
    """How PostgreSQL says it. What is written by other programs than the portal is its own user's."""

    now = "clock_timestamp()"
    differ = "IS DISTINCT FROM"
    null = "CAST(NULL AS jsonb)"
    pair = "jsonb_build_array({}, {})"
    pairs = "jsonb_object_agg(field, {})"
    nothing = "CAST('{}' AS jsonb)"
    acting_types = {"by": "bigint", "loading": "boolean"}

    def acting(self, name):
        return f"CAST(acting->>'{name}' AS {self.acting_types.get(name, 'text')})"

    def value(self, field, column):
        return f"to_jsonb({column})"

    def related(self, key, name):
        return f"jsonb_build_object('id', {key}, 'name', {name})"

    def create(self, trigger):
        return [
            f'CREATE FUNCTION "{trigger.name}"() RETURNS trigger LANGUAGE plpgsql AS $$ '
            "DECLARE acting jsonb := coalesce(CAST(nullif(current_setting('trail.acting', true), '') AS jsonb), "
            "jsonb_build_object('who', 'PostgreSQL: ' || session_user, 'act', 'x' || pg_current_xact_id()::text, "
            "'loading', false)); "
            f"BEGIN IF {trigger.when} THEN {trigger.insert}; END IF; RETURN NULL; END $$",
            f'CREATE TRIGGER "{trigger.name}" AFTER {trigger.event} ON "{trigger.table}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{trigger.name}"()',
        ]

    find = "SELECT proname FROM pg_proc WHERE proname LIKE 'trail~_%' ESCAPE '~'"
    drop = 'DROP FUNCTION "{}" CASCADE'  # its trigger goes with it


@dataclass(frozen=True)
class Trigger:
    """One trigger: on an `event` of a `table`, `when` SQL is true, the statement `insert` writes the line."""

    name: str
    event: str
    table: str
    when: str
    insert: str


@dataclass(frozen=True)
class Words:
    """SQL expressions out of a row, in one vendor's words. A row is "OLD", "NEW" or the alias of a table."""

    vendor: Sqlite | Postgresql

    def label(self, model, row, depth=0):
        """What a row is called, in Spanish; an empty text where nothing names it."""
        alternatives = [
            " || ' ' || ".join(f"coalesce({self.part(field, row, depth)}, '')" for field in fields)
            for fields in coverage.label_alternatives(model)
        ]
        return first(*(f"nullif({alternative}, '')" for alternative in alternatives), "''")

    def part(self, field, row, depth):
        if field.is_relation:
            return self.name_of(field.related_model, f"{row}.{field.column}", depth)
        return text(f"{row}.{field.column}")

    def name_of(self, model, key, depth=0):
        """What the row with that key is called; names of names end soon, for they may go round."""
        if depth > 2:
            return "''"
        alias = f"named{depth}"
        label = self.label(model, alias, depth + 1)
        return f"(SELECT {label} FROM {model._meta.db_table} {alias} WHERE {alias}.{model._meta.pk.column} = {key})"

    def root(self, model, row, key, depth=0):
        """(model, key) of the whole that a row belongs to, as SQL; itself where it belongs to nothing."""
        found = [self.root_by(field, row, depth) for field in coverage.parents(model)]
        itself = (f"'{model._meta.label_lower}'", text(key))
        return tuple(first(*parts) for parts in zip(*found, itself, strict=True))

    def root_by(self, field, row, depth):
        parent, key = field.related_model, f"{row}.{field.column}"
        if not coverage.parents(parent):
            return f"CASE WHEN {key} IS NOT NULL THEN '{parent._meta.label_lower}' END", text(key)
        alias = f"whole{depth}"
        found = self.root(parent, alias, f"{alias}.{parent._meta.pk.column}", depth + 1)
        where = f"FROM {parent._meta.db_table} {alias} WHERE {alias}.{parent._meta.pk.column} = {key}"
        return tuple(f"(SELECT {part} {where})" for part in found)

    def value(self, field, row):
        """A column as JSON; a related record with its name of the moment."""
        column = f"{row}.{field.column}"
        if not field.is_relation:
            return self.vendor.value(field, column)
        related = self.vendor.related(column, self.name_of(field.related_model, column))
        return f"CASE WHEN {column} IS NULL THEN {self.vendor.null} ELSE {related} END"


def text(expression):
    return f"CAST({expression} AS text)"


def first(*expressions):
    """The first that is not NULL; SQLite's coalesce takes two at least."""
    return f"coalesce({', '.join(expressions)})" if len(expressions) > 1 else expressions[0]


def triggers(vendor_name):
    """All triggers of the log for "sqlite" or "postgresql"."""
    words = Words({"sqlite": Sqlite, "postgresql": Postgresql}[vendor_name]())
    for model in coverage.kept_models():
        for event in EVENTS:
            yield of_row(words, model, event)
        for field in coverage.kept_sets(model):
            for event in EVENTS:
                yield of_set(words, model, field, event)
    yield of_move(words)


def of_row(words, model, event):
    """The trigger that writes what a row said before and after. Of what is being loaded only wholes get a line."""
    table, row = model._meta.db_table, "OLD" if event == "DELETE" else "NEW"
    key, is_whole = f"{row}.{model._meta.pk.column}", not coverage.parents(model)
    fields = " UNION ALL ".join(of_field(words, field, event) for field in coverage.kept_fields(model))
    action, changes, loading = f"'{EVENTS[event]}'", "changes", words.vendor.acting("loading")
    is_seen = f"NOT {loading}"
    if event == "INSERT" and is_whole:
        action = f"CASE WHEN {loading} THEN 'loaded' ELSE {action} END"
        changes = f"CASE WHEN {loading} THEN {words.vendor.nothing} ELSE changes END"
        is_seen = "TRUE"
    found = f"(SELECT count(*) AS n, {words.vendor.pairs.format(pair(words, 'before', 'after'))} AS changes "
    found += f"FROM ({fields}) AS fields) AS found WHERE n > 0"
    root = words.root(model, row, key)
    line = write(words, action, model, key, root, f"substr({words.label(model, row)}, 1, 200)", changes)
    return Trigger(f"trail_{table}_{event.lower()}", event, table, is_seen, f"{line} FROM {found}")


def of_field(words, field, event):
    """SELECT of (field, before, after) if the column changed; for a row that comes or goes, if it says something."""
    hidden = coverage.is_hidden(field)
    before, after = (
        words.vendor.null if hidden or event == absent else words.value(field, row)
        for row, absent in (("OLD", "INSERT"), ("NEW", "DELETE"))
    )
    if event == "UPDATE":
        counts = f"OLD.{field.column} {words.vendor.differ} NEW.{field.column}"
    else:
        column = f"{'NEW' if event == 'INSERT' else 'OLD'}.{field.column}"
        counts = "FALSE" if hidden else f"{column} IS NOT NULL"
        if not hidden and isinstance(field, models.CharField | models.TextField):
            counts += f" AND {column} <> ''"
    return f"SELECT '{field.name}' AS field, {before} AS before, {after} AS after WHERE {counts}"


def of_set(words, model, field, event):
    """The trigger on the table behind a many-to-many field: its owner changed."""
    through, row = field.remote_field.through, "OLD" if event == "DELETE" else "NEW"
    key, other = f"{row}.{field.m2m_column_name()}", field.m2m_reverse_name()
    before, after = (
        words.vendor.null
        if event == absent
        else words.vendor.related(f"{end}.{other}", words.name_of(field.related_model, f"{end}.{other}"))
        for end, absent in (("OLD", "INSERT"), ("NEW", "DELETE"))
    )
    root = (f"'{model._meta.label_lower}'", text(key))
    if coverage.parents(model):
        pk = f"owner.{model._meta.pk.column}"
        of_owner = f"FROM {model._meta.db_table} owner WHERE {pk} = {key}"
        root = tuple(
            first(f"(SELECT {part} {of_owner})", own)
            for part, own in zip(words.root(model, "owner", pk), root, strict=True)
        )
    found = f"(SELECT {words.vendor.pairs.format(pair(words, 'before', 'after'))} AS changes "
    found += f"FROM (SELECT '{field.name}' AS field, {before} AS before, {after} AS after) AS fields) AS found"
    label = f"substr(coalesce({words.name_of(model, key)}, ''), 1, 200)"
    line = write(words, "'changed'", model, key, root, label, "changes")
    name = f"trail_{through._meta.db_table}_{event.lower()}"
    is_seen = f"NOT {words.vendor.acting('loading')}"
    return Trigger(name, event, through._meta.db_table, is_seen, f"{line} FROM {found}")


def of_move(words):
    """The trigger that takes the words of a move (`LogEntry`) over; what the admin's forms say there is kept anyway."""
    table, vendor = LogEntry._meta.db_table, words.vendor
    model = "(SELECT t.app_label || '.' || t.model FROM django_content_type t WHERE t.id = NEW.content_type_id)"
    nameless = ", ".join(f"'{label}'" for label in sorted({*coverage.HIDDEN, *coverage.OF_CITIZENS}))
    label = f"CASE WHEN {model} IN ({nameless}) THEN '' ELSE NEW.object_repr END"
    values = {
        "at": vendor.now,
        "act": vendor.acting("act"),
        "by_id": "NEW.user_id",
        "who": "coalesce((SELECT u.username FROM auth_user u WHERE u.id = NEW.user_id), '')",
        "action": "'said'",
        "model": model,
        "key": "NEW.object_id",
        "root_model": model,
        "root_key": "NEW.object_id",
        "label": label,
        "changes": vendor.pairs.format(pair(words, vendor.null, vendor.value(None, "message"))),
    }
    line = f"INSERT INTO {TrailLine._meta.db_table} ({', '.join(values)}) SELECT {', '.join(values.values())} "
    line += "FROM (SELECT '' AS field, NEW.change_message AS message) AS said"
    is_said = "NEW.change_message <> '' AND NEW.change_message NOT LIKE '[%' AND NEW.content_type_id IS NOT NULL"
    return Trigger(f"trail_{table}_insert", "INSERT", table, is_said, line)


def pair(words, before, after):
    return words.vendor.pair.format(before, after)


def write(words, action, model, key, root, label, changes):
    """The INSERT of a line, to be ended with a FROM that has `changes`."""
    vendor = words.vendor
    values = {
        "at": vendor.now,
        "act": vendor.acting("act"),
        "by_id": vendor.acting("by"),
        "who": vendor.acting("who"),
        "action": action,
        "model": f"'{model._meta.label_lower}'",
        "key": text(key),
        "root_model": root[0],
        "root_key": root[1],
        "label": label,
        "changes": changes,
    }
    return f"INSERT INTO {TrailLine._meta.db_table} ({', '.join(values)}) SELECT {', '.join(values.values())}"


def follow_migrations(app):
    """Takes the triggers off before every `migrate` and puts them back after it."""
    pre_migrate.connect(_before_migrate, sender=app, dispatch_uid="trail")
    post_migrate.connect(_after_migrate, sender=app, dispatch_uid="trail")


def _before_migrate(using, **kwargs):
    drop(using)


def _after_migrate(using, **kwargs):
    with transaction.atomic(using=using):
        drop(using)
        create(using)


def drop(using="default"):
    """Takes off whatever triggers of the log there are, also those of tables that are no longer kept."""
    vendor = {"sqlite": Sqlite, "postgresql": Postgresql}[connections[using].vendor]
    with connections[using].cursor() as cursor:
        cursor.execute(vendor.find)
        for (name,) in cursor.fetchall():
            cursor.execute(vendor.drop.format(name))


def create(using="default"):
    connection = connections[using]
    vendor = {"sqlite": Sqlite, "postgresql": Postgresql}[connection.vendor]()
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if TrailLine._meta.db_table not in tables:  # after `migrate procedures zero`
            return
        for trigger in triggers(connection.vendor):
            if trigger.table in tables:
                for sql in vendor.create(trigger):
                    cursor.execute(sql)
