"""A circle of requirements: to get A one needs B, and to get B one needs A. None is published."""

from procedures.guide.words import plain
from procedures.models import ProcedureVersion
from procedures.roadmap.catalogue import read_catalogue, versions_with
from procedures.roadmap.checks import circles, circles_through
from procedures.rules.naming import Names


def circles_closed_by(version, catalogue=None):
    """The chains, as plain sentences, that would go round in a circle if the version was in force.

    Those through the procedure itself, and those of others that are left alone with a document because the version
    no longer issues it. A program closes none.

    Args:
        version: a saved version.
        catalogue: the Catalogue as it would be, if the caller has read it already.
    """
    if not isinstance(version, ProcedureVersion):
        return []
    versions = versions_with(version)
    catalogue = catalogue or read_catalogue(versions)
    found = [*circles_through(catalogue, version.procedure.slug), *left_alone_by(version, catalogue)]
    names = Names(versions)
    return [plain(names.circle(circle)) for circle in found]


def left_alone_by(version, catalogue):
    """Circles of one procedure that asks for what, without the version in force, only itself would issue."""
    in_force = ProcedureVersion.objects.published().filter(procedure=version.procedure_id, results__isnull=False)
    kept = version.results.values_list("slug", flat=True)
    given_up = set(in_force.values_list("results__slug", flat=True)) - set(kept)
    if not given_up:
        return []
    alone = [circle for circle in circles(catalogue) if len(circle.links) == 1]
    return [
        circle
        for circle in alone
        if circle.broken.document in given_up and circle.broken.task != version.procedure.slug
    ]


def circles_among(slugs):
    """The chains in force, as plain sentences, that go through one of these procedures."""
    versions = ProcedureVersion.objects.published()
    catalogue = read_catalogue(versions) if slugs else None
    if not (catalogue and circles(catalogue)):
        return []
    found = [circle for slug in slugs for circle in circles_through(catalogue, slug)]
    names = Names(versions)
    return [plain(names.circle(circle)) for circle in found]
