"""Carries a plan out, all of it or nothing: for use inside one transaction.

Nothing is published: what changes of a version in force makes a new draft of it. Records without versions change at
once, as they do in the admin.
"""

from django.conf import settings
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from procedures.actions import start_version
from procedures.exchange.planning import Planner
from procedures.exchange.tables import TABLES, natural_key
from procedures.models import Source, VersionState


def let_no_one_else_write():
    """Between the last look and the last row nobody changes the catalogue. SQLite's transactions queue by themselves."""
    if connection.vendor == "postgresql":
        models = {model for table in TABLES for model in (table.model, table.version) if model}
        names = ", ".join(sorted(connection.ops.quote_name(model._meta.db_table) for model in models))
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")


def carry_out(spool, *, user, without, source_name, progress=lambda done, total: None):
    """Makes and changes what the plan says; refused records are left out.

    Args:
        user: who answers for it: the author of drafts, the name in the history.
        without: as planning.plan returned it.
        source_name: the file's name, for the history.

    Yields:
        (Change, row of the model that was made or changed, or None) of every record, refused ones too.
    """
    planner = Planner(spool, user=user, without=without, progress=progress)
    writer = Writer(planner.links_of, user, source_name)
    for change in planner.changes():
        if writer.table is not change.table:
            writer.begin(change.table)
        yield change, None if change.is_refused else writer.write(change)
    writer.begin(None)


class Writer:
    """Writes one record after the other; links to records of the same table wait for its end."""

    def __init__(self, links_of, user, source_name):
        self.links_of = links_of
        self.user = user
        self.source_name = source_name
        self.table = None
        self.late = []

    def begin(self, table):
        for row, column, value in self.late:
            self._set_link(row, column, value)
        self.late = []
        self.table = table

    def write(self, change):
        """The identity or plain record, or the draft, that was made or changed; None if all stays as it is."""
        if not (change.touched or change.lists):
            return None
        made = self._create(change) if change.is_new else self._update(change)
        self._note(change, made)
        return made

    def _create(self, change):
        table = change.table
        row = self._save(table.model(), table.columns, change.main)
        if natural_key(table.model) and len(table.key) == 1:
            self.links_of(table.model)[change.key] = row.pk
        version = self._new_version(table, row, change.main) if table.version else None
        self._write_lists(change, row, version)
        return version or row

    def _new_version(self, table, identity, main):
        version = table.version(number=1, state=VersionState.DRAFT, author=self.user)
        setattr(version, table.version.IDENTITY, identity)
        return self._save(version, table.version_columns, main)

    def _update(self, change):
        table, row = change.table, change.before.row
        columns = [column for column in table.columns if column.name in change.touched]
        if columns:
            self._save(row, columns, change.main)
        version = None
        if change.touches_version:
            version = self._draft_of(change.before.version)
            version.author = self.user
            columns = [column for column in table.version_columns if column.name in change.touched]
            self._save(version, columns, change.main, also=["author"])
        self._write_lists(change, row, version)
        return version or row

    def _draft_of(self, version):
        return version if version.state == VersionState.DRAFT else start_version(of=version, author=self.user)

    def _write_lists(self, change, row, version):
        """A list that changes is written anew: its rows have no names by which to tell them apart."""
        for part in change.table.lists:
            if part.name in change.lists:
                owner = version if part.of_version else row
                if not change.is_new:
                    getattr(owner, part.accessor).all().delete()
                for values in change.lists[part.name]:
                    self._save(part.model(**{part.relation: owner}), part.columns, values)

    def _save(self, row, columns, values, also=()):
        """Sets the columns and saves them: the whole row if it is new. Sets of links follow the row."""
        is_new = row._state.adding
        for column in columns:
            if column.kind == "link":
                self._set_now_or_late(row, column, values[column.name])
            elif not column.is_many:
                setattr(row, column.name, values[column.name])
        row.save(**{} if is_new else {"update_fields": [*(c.name for c in columns if not c.is_many), *also]})
        for column in columns:
            if column.kind == "addresses":
                self._set_sources(row, column, values[column.name])
            elif column.is_many and (values[column.name] or not is_new):
                self._set_now_or_late(row, column, values[column.name])
        return row

    def _set_now_or_late(self, row, column, value):
        links = self.links_of(column.target)
        wanted = (value or ()) if column.is_many else (value,) if value else ()
        if any(links[key] is None for key in wanted):
            self.late.append((row, column, value))
        elif column.is_many:
            getattr(row, column.name).set([links[key] for key in wanted])
        else:
            setattr(row, column.field.attname, links[value] if value else None)

    def _set_link(self, row, column, value):
        self._set_now_or_late(row, column, value)
        if not column.is_many:
            row.save(update_fields=[column.name])

    def _set_sources(self, row, column, addresses):
        known = self.links_of(Source)
        for address in addresses:
            if known.get(address) is None:
                known[address] = Source.objects.create(url=address).pk
        if addresses or row.pk:
            getattr(row, column.name).set([known[address] for address in addresses])

    def _note(self, change, made):
        """A line in the record's history, in the language of the house."""
        with translation.override(settings.LANGUAGE_CODE):
            text = _("Imported from “%(file)s”.") % {"file": self.source_name}
            if not change.is_new and change.touched:
                text = f"{text} {', '.join(sorted(change.touched))}"
        LogEntry.objects.log_actions(self.user.pk, [made], ADDITION if change.is_new else CHANGE, change_message=text)
