"""Carries a plan out, all of it or nothing: for use inside one transaction.

Nothing is published: what changes of a version in force makes a new draft of it. Records without versions change at
once, as they do in the admin.
"""

from collections import defaultdict
from itertools import batched, groupby

from django.conf import settings
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from procedures.actions import start_version
from procedures.exchange.planning import Planner
from procedures.exchange.tables import TABLES, natural_key
from procedures.models import Source, VersionState
from procedures.translations.memory import remember
from procedures.translations.tables import target_languages, text_fields

# Records written at once.
BATCH = 100


def let_no_one_else_write():
    """From the last look to the last row nobody changes the catalogue. SQLite's transactions queue by themselves."""
    if connection.vendor == "postgresql":
        models = {model for table in TABLES for model in (table.model, table.version) if model}
        names = ", ".join(sorted(connection.ops.quote_name(model._meta.db_table) for model in models))
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")


def carry_out(spool, *, user, without, file_name, sources=(), progress=lambda done, total: None):
    """Makes and changes what the plan says; refused records are left out.

    Args:
        user: who answers for it: the author of drafts, the name in the history.
        without: as planning.plan returned it.
        file_name: for the history.
        sources: {address: title} of sources that are new with this import.

    Yields:
        (Change, row of the model that was made or changed, or None) of every record, refused ones too.
    """
    planner = Planner(spool, user=user, without=without, progress=progress)
    for table, changes in groupby(planner.changes(), key=lambda change: change.table):
        writer = Writer(table, planner.links_of, user, file_name, dict(sources))
        for batch in batched(changes, BATCH):
            made = writer.write([change for change in batch if change.is_effective])
            yield from ((change, made.get(change.key)) for change in batch)
        writer.link_late()


class Writer:
    """Writes the records of one table; links between them wait until all of them are there."""

    def __init__(self, table, links_of, user, file_name, sources):
        self.table = table
        self.links_of = links_of
        self.user = user
        self.file_name = file_name
        self.sources = sources
        self.late = []
        self.translated = defaultdict(list)  # language → (Spanish, translation) that the file brings
        self.stood_before = frozenset()

    def write(self, changes):
        """`{key: the plain record or draft that was made or changed}` of a batch."""
        new = [change for change in changes if change.is_new]
        made = (self._create_versions(new) if self.table.version else self._create_plain(new)) if new else {}
        self._note(made.values(), ADDITION)
        for change in changes:
            if not change.is_new:
                made[change.key] = row = self._update(change)
                self._note([row], CHANGE, sorted(change.touched | change.lists.keys()))
        for language, pairs in self.translated.items():
            remember(pairs, language, by=self.user)
        self.translated.clear()
        return made

    def link_late(self):
        for row, column, value in self.late:
            links = self.links_of(column.target)
            if column.is_many:
                getattr(row, column.name).set([links[key] for key in value])
            else:
                setattr(row, column.field.attname, links[value])
                row.save(update_fields=[column.name])

    # New records

    def _create_plain(self, changes):
        """One by one: whoever follows the records' signals, as search does, hears of each."""
        made = {}
        for change in changes:
            row = self.table.model()
            self._fill(row, self.table.columns, change.main)
            row.save(force_insert=True)
            self._set_links(row, self.table.columns, change.main)
            self._write_lists(change, row, None)
            made[change.key] = row
        self._announce(made)
        return made

    def _create_versions(self, changes):
        """All at once: nobody follows drafts, and a procedure has a dozen rows."""
        table = self.table
        identities = self._insert([table.model() for _ in changes], table.columns, [change.main for change in changes])
        made = dict(zip((change.key for change in changes), identities, strict=True))
        self._announce(made)
        drafts = [table.version(author=self.user, **{table.version.IDENTITY: identity}) for identity in identities]
        self._insert(drafts, table.version_columns, [change.main for change in changes])
        writers = table.version.writers.through
        relation = f"{table.version._meta.model_name}_id"
        writers.objects.bulk_create([writers(**{relation: draft.pk, "user_id": self.user.pk}) for draft in drafts])
        for part in table.lists:
            owners = drafts if part.of_version else identities
            pairs = [
                (owner, row)
                for owner, change in zip(owners, changes, strict=True)
                for row in change.lists.get(part.name, ())
            ]
            rows = [part.model(**{part.relation: owner}) for owner, _row in pairs]
            self._insert(rows, part.columns, [row for _owner, row in pairs])
        return dict(zip(made, drafts, strict=True))

    def _announce(self, made):
        if natural_key(self.table.model) and len(self.table.key) == 1:
            self.links_of(self.table.model).update((key, row.pk) for key, row in made.items())

    def _insert(self, rows, columns, values):
        """Saves new rows and their sets of links in as many statements as there are kinds of them."""
        for row, given in zip(rows, values, strict=True):
            self._fill(row, columns, given)
        type(rows[0])._base_manager.bulk_create(rows) if rows else None
        for column in columns:
            if column.is_many:
                through = column.field.remote_field.through
                own, other = column.field.m2m_field_name(), column.field.m2m_reverse_field_name()
                through._base_manager.bulk_create(
                    through(**{f"{own}_id": row.pk, f"{other}_id": pk})
                    for row, given in zip(rows, values, strict=True)
                    for pk in self._linked(row, column, given[column.name])
                )
        return rows

    # Changed records

    def _update(self, change):
        row, version = change.before.row, None
        self._save(row, self._touched(change, self.table.columns), change.main)
        if change.touches_version:
            version = self._draft_of(change.before.version)
            version.author = self.user
            self._save(version, self._touched(change, self.table.version_columns), change.main, also=["author"])
            version.writers.add(self.user)
        self._write_lists(change, row, version)
        return version or row

    def _touched(self, change, columns):
        return [column for column in columns if column.name in change.touched]

    def _draft_of(self, version):
        return version if version.state == VersionState.DRAFT else start_version(of=version, author=self.user)

    def _save(self, row, columns, values, also=()):
        self._fill(row, columns, values)
        if names := [*(column.name for column in columns if not column.is_many), *also]:
            row.save(update_fields=names)
        self._set_links(row, columns, values)

    def _write_lists(self, change, row, version):
        """A list that changes is written anew: its rows have no names by which to tell them apart."""
        for part in self.table.lists:
            if part.name in change.lists:
                owner = version if part.of_version else row
                if not change.is_new:
                    rows = getattr(owner, part.accessor).all()
                    self.stood_before = {text for row in rows for _language, _source, text in translations(row)}
                    rows.delete()
                values = change.lists[part.name]
                self._insert([part.model(**{part.relation: owner}) for _ in values], part.columns, values)
                self.stood_before = frozenset()

    # Links

    def _fill(self, row, columns, values):
        for column in columns:
            if column.kind == "link":
                pks = self._linked(row, column, (values[column.name],) if values[column.name] else ())
                setattr(row, column.field.attname, pks[0] if pks else None)
            elif not column.is_many:
                setattr(row, column.name, values[column.name])
        self._learn(row, {column.name for column in columns})

    def _learn(self, row, columns):
        """A translation that the file brings is one from now on; one that stood there before is not made so again."""
        for language, source, text in translations(row, columns):
            if text not in self.stood_before:
                self.translated[language].append((source, text))

    def _set_links(self, row, columns, values):
        for column in columns:
            if column.is_many:
                getattr(row, column.name).set(self._linked(row, column, values[column.name]))

    def _linked(self, row, column, keys):
        """Primary keys of the records with these natural keys; of records that are still to be made none, for now."""
        links = self.links_of(column.target)
        if column.kind == "addresses":
            for address in keys:
                if links.get(address) is None:
                    links[address] = Source.objects.create(url=address, title=self.sources.get(address, "")).pk
        if any(links[key] is None for key in keys):
            self.late.append((row, column, keys if column.is_many else keys[0]))
            return []
        return [links[key] for key in keys]

    def _note(self, rows, action, touched=()):
        """Lines in the records' history, in the language of the house."""
        with translation.override(settings.LANGUAGE_CODE):
            text = _("Imported from “%(file)s”.") % {"file": self.file_name}
        if rows := list(rows):
            message = " ".join([text, ", ".join(touched)]).strip()
            LogEntry.objects.log_actions(self.user.pk, rows, action, change_message=message)


def translations(row, columns=None):
    """`(language, Spanish, translation)` of each translated text of a row, or of those in the given columns."""
    for name in text_fields(type(row)):
        for language in target_languages():
            if columns is None or f"{name}_{language}" in columns:
                source = getattr(row, f"{name}_{settings.LANGUAGE_CODE}")
                yield language, source, getattr(row, f"{name}_{language}")
