"""The public pages beside an empty view of the bare framework, with the content of the house."""

from django.db import connection
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path, reverse

from portal.bench.measuring import (
    a_reader,
    asking,
    collected_static_files,
    count_queries,
    database_of_its_own,
    load_fixtures,
    median_ms,
)
from procedures.models import Procedure

PROCEDURE = "licencia-de-funcionamiento"
ANSWERS = {"giro": "taqueria", "local": "con-local", "personal": "si"}

# The address configuration of the bare framework: one view that does nothing.
urlpatterns = [path("", lambda request: HttpResponse())]


def run(report, rounds, size):
    empty = {"empty view": asking(a_reader(), "/")}
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
        times, queries = median_ms(empty, rounds), {"empty view": 0}
    with database_of_its_own(), collected_static_files():
        load_fixtures()
        pages = {name: asking(a_reader(), address) for name, address in addresses().items()}
        queries |= {name: count_queries(page) for name, page in pages.items()}  # warms up as well
        times |= median_ms(pages, rounds)
        report(f"{connection.vendor}, {Procedure.objects.count()} procedures, median of {rounds} rounds")
    report(f"{'page':14}{'ms':>9}{'× empty':>9}{'queries':>9}")
    for name, milliseconds in times.items():
        report(f"{name:14}{milliseconds:9.2f}{milliseconds / times['empty view']:9.0f}{queries[name]:9}")


def addresses():
    return {
        "home": reverse("portal:home"),
        "list": reverse("procedures:list"),
        "ficha": reverse("procedures:procedure", args=[PROCEDURE]),
        "search": reverse("portal:search", query={"q": "licencia de alcohol"}),
        "plan": reverse("procedures:plan", query=ANSWERS),
        "plan (JSON)": reverse("procedures:plan_json", query=ANSWERS),
        "sheet (PDF)": reverse("brochure:procedure_sheet", args=[PROCEDURE]),
    }
