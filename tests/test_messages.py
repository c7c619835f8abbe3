import polib
import pytest

from portal.management.commands.makemessages import problems

SOURCES = [polib.POEntry(msgid="Fee"), polib.POEntry(msgid="%(n)s step", msgid_plural="%(n)s steps")]
WHOLE = [
    polib.POEntry(msgid="Fee", msgstr="Costo"),
    polib.POEntry(msgid="%(n)s step", msgid_plural="%(n)s steps", msgstr_plural={0: "un paso", 1: "%(n)s pasos"}),
]


def changed(**changes):
    """The whole catalogue with another translation of its first message."""
    return [polib.POEntry(**{"msgid": "Fee", "msgstr": "Costo"} | changes), WHOLE[1]]


def test_a_whole_catalogue_has_no_problem():
    assert list(problems(SOURCES, WHOLE)) == []


@pytest.mark.parametrize(
    ("catalogue", "problem"),
    [
        (WHOLE[1:], "not in the catalogue: 'Fee'"),
        ([*WHOLE, polib.POEntry(msgid="Old", msgstr="Viejo")], "in the catalogue, but in no source: 'Old'"),
        (changed(msgstr=""), "untranslated: 'Fee'"),
        (changed(flags=["fuzzy"]), "fuzzy: 'Fee'"),
        (changed(msgstr="%(cost)s"), "placeholders that the message does not have, %(cost)s: 'Fee'"),
    ],
    ids=["missing", "unused", "untranslated", "fuzzy", "placeholder"],
)
def test_what_keeps_a_catalogue_from_being_whole_is_named(catalogue, problem):
    assert list(problems(SOURCES, catalogue)) == [problem]
