"""A foreign registry of 3,000 rows, checked and imported as drafts: time, and how much memory grows by it."""

import csv
import io
import resource
import time

from django.contrib.auth import get_user_model
from django.db import connection

from portal.bench.measuring import database_of_its_own, load_fixtures
from procedures.exchange import runs
from procedures.models import Import
from procedures.trail.acting import acting

HEADER = [
    "nombre",
    "homoclave",
    "dependencia",
    "modalidad",
    "descripcion",
    "costo",
    "tardanza",
    "requisitos",
    "vigencia",
    "proceso",
]


def run(report, rounds, size):
    with database_of_its_own():
        load_fixtures()
        person = get_user_model().objects.create_superuser("bench")
        before = peak_megabytes()
        began = time.perf_counter()
        brought = runs.bring(file=registry(size), name="registry.csv", by=person)
        mapping = runs.look(brought)["guess"]
        mapping.defaults = {"stage": "operar", "level": "municipal"}
        brought.mapping = mapping.to_json()
        with acting(person):
            brought.state = Import.State.CHECKING
            runs.check(brought)
            checked = time.perf_counter()
            brought.state = Import.State.APPLYING
            runs.apply(brought)
        imported = time.perf_counter()
        runs.path_of(brought).unlink()
    report(f"{connection.vendor}, {brought.created:,} rows of a foreign registry as drafts")
    report(f"{'dry run':44}{checked - began:9.1f} s")
    report(f"{'import':44}{imported - checked:9.1f} s")
    report(f"{'memory at its peak':44}{peak_megabytes():9.0f} MB, {before:.0f} MB before")


def registry(rows):
    """A registry as a binary file: per row five requirements and five steps."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(HEADER)
    for number in range(rows):
        writer.writerow(
            [
                f"Trámite de prueba {number}",
                f"TP/{number}",
                "Dirección de Pruebas",
                "Presencial y en línea",
                "Sirve para medir. " * 10,
                "45 pesos" if number % 2 else "Consultar",
                "3 días hábiles",
                "||".join(f"Requisito {place}" for place in range(1, 6)),
                "1 año",
                "||".join(f"Paso {place}: hacer lo que sigue" for place in range(1, 6)),
            ]
        )
    return io.BytesIO(text.getvalue().encode("cp1252"))


def peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
