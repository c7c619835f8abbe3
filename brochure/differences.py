"""What is different between two published editions: records that came and went, and what others say otherwise."""

from dataclasses import dataclass, replace

from brochure.models import EditionItem
from brochure.selection import key_of
from procedures.comparison import compare
from procedures.models import ProcedureVersion, ProgramVersion
from procedures.version_words import public_parts_of


@dataclass(frozen=True)
class Differences:
    """Of versions, each in its edition's order; `changed` are pairs (version before, version after) of one record."""

    added: list
    gone: list
    changed: list
    same: int


def differences(before, after):
    """The Differences of two Editions, in one query."""
    items = EditionItem.objects.filter(edition__in=(before, after)).for_contents()
    held = {edition.pk: {} for edition in (before, after)}
    for item in items.order_by("position"):
        held[item.edition_id][key_of(item.version)] = item.version
    old, new = held[before.pk], held[after.pk]
    kept = [(old[key], version) for key, version in new.items() if key in old]
    return Differences(
        added=[version for key, version in new.items() if key not in old],
        gone=[version for key, version in old.items() if key not in new],
        changed=[pair for pair in kept if pair[0] != pair[1]],
        same=sum(was == version for was, version in kept),
    )


def in_words(pairs, language):
    """[(version before, version after, PartChanges)] of changed records, as readers of one language see them.

    A constant number of queries.
    """
    wholes = {
        model: model.objects.whole().in_bulk([row.pk for pair in pairs for row in pair if isinstance(row, model)])
        for model in (ProcedureVersion, ProgramVersion)
    }
    shown = []
    for before, after in pairs:
        old, new = (wholes[type(row)][row.pk] for row in (before, after))
        comparison = compare(public_parts_of(old), public_parts_of(new))
        shown.append((before, after, changes_in(language, comparison)))
    return shown


def changes_in(language, comparison):
    """The PartChanges of a comparison without what changed in another language only."""
    parts = []
    for part in comparison.parts:
        fields = fields_in(language, part.fields)
        rows = tuple(replace(row, fields=fields_in(language, row.fields)) for row in part.rows)
        rows = tuple(row for row in rows if row.kind != "changed" or row.fields or row.is_moved)
        if fields or rows:
            parts.append(replace(part, fields=fields, rows=rows))
    return parts


def fields_in(language, fields):
    """The FieldChanges that somebody sees who reads one language; what has no English is read in Spanish."""
    shown = []
    for field in fields:
        sides = [side for side in field.sides if side.language in ("", language)]
        if not any(side.pieces for side in sides):
            sides = [side for side in field.sides if side.language == "es"]
        if field.added or field.removed or any(side.is_changed for side in sides):
            shown.append(replace(field, sides=tuple(sides)))
    return tuple(shown)
