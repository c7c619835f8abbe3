"""The rows of the database as values, in an order that depends on nothing but their content."""

from dataclasses import dataclass, field
from itertools import batched

from django.db import models as orm
from django.db.models import Case, Value, When

from procedures.exchange import cells
from procedures.exchange.tables import natural_key
from procedures.models.versions import OPEN_STATES, VersionState

# Records read at once.
BATCH = 200


@dataclass
class Record:
    """One record as values: `main` by column name, `lists` by table name, each a list of rows by column name.

    `row` and `version` are the model's rows, None where the record does not exist.
    """

    key: str
    main: dict = field(default_factory=dict)
    lists: dict = field(default_factory=dict)
    row: orm.Model | None = None
    version: orm.Model | None = None


def key_of(values):
    """One text for the values of a record's key, the same in files and in the database."""
    return " ".join(cells.written(value) for value in values)


def keys_of(table):
    """`{key: primary key}` of every record of the table: two short values each, however large the records."""
    paths = [key_path(table, name) for name in table.key]
    rows = table.model._base_manager.order_by("pk").values_list("pk", *paths)
    return {key_of(values): pk for pk, *values in rows.iterator(chunk_size=2_000)}


def key_path(table, name):
    column = next(column for column in table.columns if column.name == name)
    return f"{name}__{natural_key(column.target)}" if column.kind == "link" else name


def in_file_order(table, keys):
    """Primary keys in the order of the file: by key; sources as they were consulted, for pages list them so."""
    by_age = natural_key(table.model) == "url"
    return list(keys.values()) if by_age else [keys[key] for key in sorted(keys)]


def read_records(table, pks):
    """Yields the Records with these primary keys, in that order, a batch at a time."""
    for batch in batched(pks, BATCH):
        rows = with_links(table.model._base_manager, table.columns, table, of_version=False).in_bulk(batch)
        versions = working_versions(table, batch) if table.version else {}
        for pk in batch:
            yield read_record(table, rows[pk], versions.get(pk))


def with_links(manager, columns, table, *, of_version):
    """A queryset with all that the columns and the lists read: a constant number of queries."""
    queryset = with_columns(manager.all(), columns)
    prefetches = []
    for part in table.lists:
        if part.of_version == of_version:
            rows = with_columns(part.model._base_manager.order_by(*part.order, "pk"), part.columns)
            prefetches.append(orm.Prefetch(part.accessor, rows, to_attr=f"listed_{part.accessor}"))
    return queryset.prefetch_related(*prefetches)


def with_columns(queryset, columns):
    links = [column.name for column in columns if column.kind == "link"]
    sets = [column.name for column in columns if column.is_many]
    queryset = queryset.select_related(*links) if links else queryset
    return queryset.prefetch_related(*sets) if sets else queryset


def working_versions(table, pks):
    """`{identity's primary key: version}`: the one in progress, else the one in force, else the newest retired one."""
    identity = f"{table.version.IDENTITY}_id"
    rank = Case(
        When(state__in=OPEN_STATES, then=Value(2)), When(state=VersionState.PUBLISHED, then=Value(1)), default=Value(0)
    )
    ranked = table.version._base_manager.filter(**{f"{identity}__in": pks}).order_by(rank, "number")
    chosen = dict(ranked.values_list(identity, "pk"))  # the last one stays
    rows = with_links(table.version._base_manager, table.version_columns, table, of_version=True)
    return {getattr(row, identity): row for row in rows.filter(pk__in=chosen.values())}


def read_record(table, row, version):
    main = read_row(table.columns, row)
    if version:
        main |= read_row(table.version_columns, version)
    lists = {}
    for part in table.lists:
        owner = version if part.of_version else row
        children = getattr(owner, f"listed_{part.accessor}") if owner else []
        lists[part.name] = [read_row(part.columns, child) for child in children]
    return Record(key_of(main[name] for name in table.key), main, lists, row, version)


def read_row(columns, row):
    return {column.name: read_value(column, row) for column in columns}


def read_value(column, row):
    """A field's value as files know it: links by their natural keys, a missing text as an empty one."""
    value = getattr(row, column.name)
    if column.kind == "addresses":
        return tuple(source.url for source in sorted(value.all(), key=lambda source: source.pk))
    if column.kind == "links":
        return tuple(sorted(getattr(other, natural_key(column.target)) for other in value.all()))
    if column.kind == "link":
        return value and getattr(value, natural_key(column.target))
    return "" if value is None and column.kind in ("text", "choice") else value


def natural_links(model):
    """`{natural key: primary key}` of every record that could be linked to."""
    return dict(model._base_manager.values_list(natural_key(model), "pk"))
