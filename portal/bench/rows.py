"""Writes a synthetic catalogue into the database: as many published procedures as wanted, in a few statements."""

from contextlib import contextmanager

from django.utils import timezone

from procedures import frozen, models
from procedures.trail import triggers

BATCH = 500


def write_catalogue(catalogue, situations):
    """Rows for a Catalogue of `portal.bench.synthetic`, beside whatever is there.

    Args:
        situations: the names that its conditions use.
    """
    with unguarded():
        write_rows(catalogue, situations)


@contextmanager
def unguarded():
    """Without the triggers that seal versions and write the change log: row after row they would take minutes."""
    triggers.drop()
    try:
        with frozen.lifted():
            yield
    finally:
        triggers.create()


def write_rows(catalogue, situations):
    facts = make(models.Situation, [{"slug": name, **both("name", f"vale {name}")} for name in situations])
    documents = make(
        models.Document,
        [{"slug": slug, "kind": kind, **both("name", slug)} for slug, kind in catalogue.documents.items()],
    )
    institutions = make(
        models.Institution,
        [{"slug": slug, "level": "municipal", **both("name", slug)} for slug in names(catalogue, "institution")],
    )
    stages = {stage.slug: stage for stage in models.Stage.objects.all()}
    procedures = make(models.Procedure, [{"slug": task.slug, "position": task.position} for task in catalogue.tasks])
    versions = write_versions(catalogue.tasks, procedures, institutions, stages)
    write_parts(catalogue.tasks, versions, documents, facts)


def write_versions(tasks, procedures, institutions, stages):
    """Task's slug → its published version."""
    now = timezone.now()
    rows = [
        models.ProcedureVersion(
            procedure=procedures[task.slug],
            state=models.VersionState.PUBLISHED,
            published_at=now,
            level=task.level,
            institution=institutions[task.institution],
            stage=stages[task.stage],
            response_value=task.time_value,
            response_unit=task.time_unit if task.time_value else "",
            is_online="online" in task.channels,
            is_in_person="in_person" in task.channels,
            **both("name", f"Trámite {task.slug}"),
        )
        for task in tasks
    ]
    saved = models.ProcedureVersion.objects.bulk_create(rows, BATCH)
    return {row.procedure.slug: row for row in saved}


def write_parts(tasks, versions, documents, facts):
    pairs = [(task, versions[task.slug]) for task in tasks]
    link(models.ProcedureVersion.results, [(row, [documents[slug] for slug in task.results]) for task, row in pairs])
    conditions(models.ProcedureVersion, [(row, task.condition) for task, row in pairs], facts)
    needs = [(need, row) for task, row in pairs for need in task.needs]
    rows = models.Requirement.objects.bulk_create(
        [
            models.Requirement(
                version=version,
                position=place,
                document=documents[need.document],
                originals=need.originals,
                copies=need.copies,
            )
            for place, (need, version) in enumerate(needs)
        ],
        BATCH,
    )
    conditions(models.Requirement, zip(rows, (need.condition for need, _version in needs), strict=True), facts)
    models.Fee.objects.bulk_create(
        [
            models.Fee(version=row, kind=price.kind, minimum=price.low, maximum=price.high, unit=price.unit)
            for task, row in pairs
            for price in task.prices
        ],
        BATCH,
    )


def make(model, rows):
    """Slug → saved row."""
    return {row.slug: row for row in model.objects.bulk_create([model(**values) for values in rows], BATCH)}


def conditions(model, pairs, facts):
    """Saves the conditions of `(row, Condition)` pairs."""
    pairs = list(pairs)
    for field, side in zip(models.Conditional.CONDITION_FIELDS, ("all_of", "any_of", "none_of"), strict=True):
        link(getattr(model, field), [(row, [facts[name] for name in getattr(rule, side)]) for row, rule in pairs])


def link(field, pairs):
    """Saves the many-to-many links of `(row, related rows)` pairs in one go."""
    source, target = field.field.m2m_field_name(), field.field.m2m_reverse_field_name()
    through = field.through
    rows = [through(**{f"{source}_id": row.pk, f"{target}_id": other.pk}) for row, others in pairs for other in others]
    through.objects.bulk_create(rows, BATCH)


def names(catalogue, attribute):
    return sorted({getattr(task, attribute) for task in catalogue.tasks})


def both(name, text):
    return {f"{name}_es": text, f"{name}_en": text}
