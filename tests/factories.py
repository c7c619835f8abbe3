"""Rows for tests: small, valid and public unless told otherwise. Texts exist in Spanish and English."""

from contextlib import nullcontext

from django.utils import timezone

from procedures import frozen, models


def both(name, text):
    """`both("name", "Permiso")` → the Spanish and the English column."""
    return {f"{name}_es": text, f"{name}_en": f"{text} (en)"}


def published(**fields):
    """Column values of a version in force."""
    return {"state": models.VersionState.PUBLISHED, "published_at": timezone.now(), **fields}


def retired(**fields):
    """Column values of a version that was in force once."""
    now = timezone.now()
    return {"state": models.VersionState.RETIRED, "published_at": now, "retired_at": now, **fields}


def clear_catalogue():
    """Takes the real procedures and programs away until the test's end, for tests that count queries or rows."""
    with frozen.lifted():
        models.ProcedureVersion.objects.all().delete()
        models.ProgramVersion.objects.all().delete()


def unsealed(version):
    """Lets a test give a version its parts that is made in a state in which nobody could."""
    is_sealed = version.state == "in_review" or (version.state != "draft" and version.approved_at)
    return frozen.lifted() if is_sealed else nullcontext()


def rewrite(slug, **columns):
    """Changes, until the test's end, what the real procedure's version in force says: the database would refuse."""
    with frozen.lifted():
        models.ProcedureVersion.objects.published().filter(procedure__slug=slug).update(**columns)


def make_institution(slug="institucion-de-prueba", **fields):
    values = both("name", f"Institución {slug}") | {"level": models.Level.MUNICIPAL} | fields
    return models.Institution.objects.get_or_create(slug=slug, defaults=values)[0]


def make_office(slug, institution=None, **fields):
    """An office open on Mondays from 9:00 to 15:00."""
    office = models.Office.objects.create(
        slug=slug, institution=institution or make_institution(), **(both("name", f"Oficina {slug}") | fields)
    )
    office.hours.create(weekday=0, opens="09:00", closes="15:00")
    return office


def make_document(slug, **fields):
    values = both("name", f"Documento {slug}") | fields
    return models.Document.objects.get_or_create(slug=slug, defaults=values)[0]


def make_source(slug):
    return models.Source.objects.get_or_create(url=f"https://example.org/{slug}")[0]


def make_procedure(slug="tramite-de-prueba", *, requirements=0, steps=0, fees=0, citations=0, offices=0, **fields):
    """A ProcedureVersion, published unless `**fields` say otherwise, with as many children of each kind as asked for.

    A second call with the same slug makes the next version of the same procedure. Every requirement asks for a
    document of its own and has a condition, every fee and citation a legal instrument.
    """
    procedure = models.Procedure.objects.get_or_create(slug=slug)[0]
    instrument = models.LegalInstrument.objects.order_by("pk").first()
    situation = models.Situation.objects.order_by("pk").first()
    defaults = {
        **published(),
        **both("name", f"Trámite {slug}"),
        **both("purpose", "Sirve para una prueba."),
        "number": procedure.versions.count() + 1,
        "level": models.Level.MUNICIPAL,
        "stage": models.Stage.objects.order_by("position").first(),
    }
    if not {"institution", "provider_es"} & fields.keys():
        defaults["institution"] = make_institution()
    version = models.ProcedureVersion.objects.create(procedure=procedure, **(defaults | fields))
    for n in range(requirements):
        row = version.requirements.create(position=n, document=make_document(f"{slug}-{n}"))
        row.all_of.add(situation)
    for n in range(steps):
        version.steps.create(position=n, **both("title", f"Paso {n}"))
    for n in range(fees):
        row = version.fees.create(
            position=n, kind="fixed", minimum=100 + n, instrument=instrument, **both("concept", f"Cuota {n}")
        )
        row.all_of.add(situation)
    for n in range(citations):
        version.citations.create(position=n, instrument=instrument, article=f"art. {n}")
    with unsealed(version):
        version.offices.set([make_office(f"{slug}-{version.number}-oficina-{n}") for n in range(offices)])
        version.sources.add(make_source(slug))
    return version


def make_program(slug="apoyo-de-prueba", *, calls=0, documents=0, offices=0, **fields):
    """A ProgramVersion, published unless `**fields` say otherwise; its calls are undated."""
    program = models.Program.objects.get_or_create(slug=slug)[0]
    defaults = {
        **published(),
        **both("name", f"Apoyo {slug}"),
        "number": program.versions.count() + 1,
        "level": models.Level.MUNICIPAL,
        "kind": models.ProgramVersion.Kind.CREDIT,
    }
    if "institution" not in fields:
        defaults["institution"] = make_institution()
    version = models.ProgramVersion.objects.create(program=program, **(defaults | fields))
    with unsealed(version):
        version.documents.set([make_document(f"{slug}-{n}") for n in range(documents)])
        version.offices.set([make_office(f"{slug}-{version.number}-oficina-{n}") for n in range(offices)])
        version.stages.set(models.Stage.objects.order_by("position")[:1])
        version.sources.add(make_source(slug))
    for n in range(calls):
        program.calls.create(**both("label", f"Convocatoria {n}"))
    return version
