"""Rows kept on disk and found again by record: a file of any size, and its rows in any order, in little memory."""

import json
import sqlite3
import tempfile
from contextlib import contextmanager

# Rows that belong to no record, because they can't be read; their cells hold the reason.
UNREADABLE = "!"

CREATE = "CREATE TABLE rows (place INTEGER PRIMARY KEY, name TEXT, key TEXT, sheet TEXT, number INTEGER, cells TEXT)"


class Spool:
    """Rows of files of ours: each is in a table or list `name` and belongs to the record `key`."""

    def __init__(self, connection):
        self.connection = connection
        connection.execute(CREATE)
        connection.execute("CREATE INDEX by_key ON rows (name, key)")

    def add(self, name, key, sheet, number, cells):
        """`cells` are texts by column name."""
        self.connection.execute(
            "INSERT INTO rows (name, key, sheet, number, cells) VALUES (?, ?, ?, ?, ?)",
            (name, key, sheet, number, json.dumps(cells)),
        )

    def refuse(self, name, sheet, number, reason):
        """Notes a row that can't be read."""
        self.add(UNREADABLE, name, sheet, number, {"reason": reason})

    def unreadable(self):
        """Yields (name, sheet, number, reason) of the rows that can't be read."""
        sql = "SELECT key, sheet, number, cells FROM rows WHERE name = ? ORDER BY place"
        for name, sheet, number, cells in self.connection.execute(sql, (UNREADABLE,)):
            yield name, sheet, number, json.loads(cells)["reason"]

    def keys(self, names):
        """The records that rows of these tables name, each once, in the order of the file."""
        marks = ",".join("?" * len(names))
        sql = f"SELECT key FROM rows WHERE name IN ({marks}) GROUP BY key ORDER BY MIN(place)"  # noqa: S608 – marks only
        return [key for (key,) in self.connection.execute(sql, names)]

    def rows(self, name, key):
        """`[(sheet, number, cells)]` of one record, in the order of the file."""
        sql = "SELECT sheet, number, cells FROM rows WHERE name = ? AND key = ? ORDER BY place"
        return [
            (sheet, number, json.loads(cells)) for sheet, number, cells in self.connection.execute(sql, (name, key))
        ]

    def count(self):
        """How many records there are in it."""
        sql = "SELECT COUNT(*) FROM (SELECT DISTINCT name, key FROM rows WHERE name <> ?)"
        return self.connection.execute(sql, (UNREADABLE,)).fetchone()[0]


@contextmanager
def spool():
    """A Spool that is gone at the block's end."""
    with tempfile.NamedTemporaryFile(prefix="import-", suffix=".spool") as file:
        connection = sqlite3.connect(file.name, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("BEGIN")
            yield Spool(connection)
        finally:
            connection.close()
