"""What goes into an edition: the published versions that fit what it is about, in reading order."""

from django.db.models import Q

from brochure.models import Edition, EditionItem
from procedures.models import ProcedureVersion, ProgramVersion

KINDS_OF_PROGRAM = ProgramVersion.Kind.values


def selected_items(edition, picked=()):
    """Unsaved EditionItems: procedures along the road, then programs by kind.

    Args:
        edition: an Edition, saved or not, of which `kind` and what goes with it are read.
        picked: for a hand-picked one the `key_of` each record that is to go in.
    """
    procedures, programs = published_procedures(), published_programs()
    if edition.kind == Edition.Kind.PICKED:
        keys = set(picked)
        procedures = [version for version in procedures if key_of(version) in keys]
        programs = [version for version in programs if key_of(version) in keys]
    elif edition.kind != Edition.Kind.COMPLETE:
        of_procedures, of_programs = conditions(edition)
        procedures, programs = procedures.filter(of_procedures).distinct(), programs.filter(of_programs).distinct()
    return [
        *(EditionItem(procedure_version=version) for version in procedures),
        *(EditionItem(program_version=version) for version in in_order_of_kinds(programs)),
    ]


def published_procedures():
    return ProcedureVersion.objects.published().select_related("procedure", "stage").in_road_order()


def published_programs():
    """In the catalogue's own order: see `in_order_of_kinds`."""
    programs = ProgramVersion.objects.published().select_related("program")
    return programs.order_by("program__position", "program__slug")


def in_order_of_kinds(programs):
    return sorted(programs, key=lambda version: KINDS_OF_PROGRAM.index(version.kind))


def conditions(edition):
    """(Q of procedures, Q of programs) that fit the stage, topic, level or institution of an edition."""
    if edition.kind == Edition.Kind.STAGE:
        return Q(stage=edition.stage), Q(stages=edition.stage)
    if edition.kind == Edition.Kind.TOPIC:
        applies = Q(all_of=edition.topic) | Q(any_of=edition.topic)
        return applies, applies
    if edition.kind == Edition.Kind.LEVEL:
        return Q(level=edition.level), Q(level=edition.level)
    offered = Q(institution=edition.institution) | Q(institution__parent=edition.institution)
    return offered, offered | Q(operator=edition.institution)


def key_of(version):
    """What stands for a record in a form, whichever version of it is published: "procedure-12", "program-3"."""
    if isinstance(version, ProcedureVersion):
        return f"procedure-{version.procedure_id}"
    return f"program-{version.program_id}"


def keys_held(edition):
    """The `key_of` each record that an edition holds."""
    return [key_of(item.version) for item in edition.items.for_contents()]


def held(items):
    """What tells whether two lists of EditionItems hold the same versions in the same order."""
    return [(item.procedure_version_id, item.program_version_id) for item in items]
