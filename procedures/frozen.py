"""Rows that the database itself refuses to change, by triggers that are the same on SQLite and PostgreSQL.

An app says in `AppConfig.ready` what of it is frozen:

    frozen.protect(StatusUpdate, name="status_update_frozen")
    frozen.protect(Edition, name="edition_frozen", when="OLD.published_at IS NOT NULL")

A statement that would change a frozen row raises `django.db.IntegrityError` and changes nothing. The triggers are no
migration: SQLite loses a table's triggers whenever a migration remakes the table, so they are taken off before every
`migrate` and put back after it.
"""

from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.db import connections, transaction
from django.db.models.signals import post_migrate, pre_migrate

_protections = []


@dataclass(frozen=True)
class Protection:
    """One rule: which statements on which rows of a table fail."""

    name: str
    table: str
    when: str
    on: tuple

    def create_sql(self, vendor):
        """The statements that create the triggers, one per event.

        Raises:
            KeyError: the vendor is neither "sqlite" nor "postgresql".
        """
        return {"sqlite": self._sqlite, "postgresql": self._postgresql}[vendor]()

    def drop_sql(self, vendor):
        if vendor == "postgresql":
            return [f'DROP FUNCTION IF EXISTS "{self.name}"() CASCADE']  # its triggers go with it
        return [f'DROP TRIGGER IF EXISTS "{self.name}_{event.lower()}"' for event in self.on]

    def _sqlite(self):
        return [
            f'CREATE TRIGGER "{self.name}_{event.lower()}" BEFORE {event} ON "{self.table}" BEGIN '
            f"SELECT RAISE(ABORT, '{self.message}') WHERE {self.when}; END"
            for event in self.on
        ]

    def _postgresql(self):
        # The condition stands in the function because a trigger's own WHEN may hold no subquery.
        return [
            f'CREATE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
            f"IF {self.when} THEN RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation'; "
            "END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
            f'CREATE TRIGGER "{self.name}" BEFORE {" OR ".join(self.on)} ON "{self.table}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{self.name}"()',
        ]

    @property
    def message(self):
        return f"{self.table}: the row is frozen ({self.name})"


def protect(model, *, name, when="TRUE", on=("UPDATE", "DELETE")):
    """Freezes rows of a model's table from the next `migrate` on; call it in `AppConfig.ready`.

    Args:
        name: unique, at most 50 characters; it names the triggers and appears in the error.
        when: SQL that both vendors understand and that is true for a frozen row. It may speak of `OLD` (in UPDATE and
            DELETE) and `NEW` (in UPDATE and INSERT) and hold subqueries.
        on: the statements that fail, of "INSERT", "UPDATE" and "DELETE".
    """
    protection = Protection(name, model._meta.db_table, when, tuple(on))
    app = apps.get_app_config(model._meta.app_label)
    if protection not in _protections:
        _protections.append(protection)
    pre_migrate.connect(_before_migrate, sender=app, dispatch_uid="frozen")
    post_migrate.connect(_after_migrate, sender=app, dispatch_uid="frozen")


@contextmanager
def lifted(using="default"):
    """Takes every protection off and puts it back: for tests that empty the tables and for `trim_change_log`.

    Never for a view or an action.
    """
    _drop(using)
    try:
        yield
    finally:
        _create(using)


def _before_migrate(using, **kwargs):
    _drop(using)


def _after_migrate(using, **kwargs):
    with transaction.atomic(using=using):
        _drop(using)
        _create(using)


def _drop(using):
    connection = connections[using]
    with connection.cursor() as cursor:
        for protection in _protections:
            for sql in protection.drop_sql(connection.vendor):
                cursor.execute(sql)


def _create(using):
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for protection in _protections:
            if protection.table in tables:  # not after `migrate <app> zero`
                for sql in protection.create_sql(connection.vendor):
                    cursor.execute(sql)
