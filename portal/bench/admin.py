"""Every list of the admin, and the pages of drafts, with the content of the house and with 3,000 procedures more."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import connection
from django.urls import reverse

from portal.bench.measuring import (
    a_reader,
    asking,
    collected_static_files,
    count_queries,
    database_of_its_own,
    load_fixtures,
    median_ms,
)
from portal.bench.rows import write_catalogue
from portal.bench.synthetic import make_catalogue, situation_names
from procedures.actions import start_version
from procedures.models import ProcedureVersion, ProgramVersion
from procedures.translations.outdated import recount

SITUATIONS = 200
DRAFT_OF = "licencia-de-funcionamiento"


def run(report, rounds, size):
    with database_of_its_own(), collected_static_files():
        load_fixtures()
        staff = get_user_model().objects.create_superuser("bench")
        version = ProcedureVersion.objects.published().get(procedure__slug=DRAFT_OF)
        pages = {name: asking(a_reader(staff), address) for name, address in addresses(version, staff).items()}
        recount()
        before = {name: count_queries(page) for name, page in pages.items()}
        write_catalogue(make_catalogue(size, SITUATIONS), situation_names(SITUATIONS))
        recount()  # as the worker does every few minutes
        after = {name: count_queries(page) for name, page in pages.items()}
        times = median_ms(pages, rounds)
    report(f"{connection.vendor}, {size:,} procedures more, median of {rounds} rounds")
    report(f"{'admin page':44}{'ms':>9}{'queries before':>16}{'after':>7}")
    for name in sorted(times, key=times.get, reverse=True):
        report(f"{name:44}{times[name]:9.1f}{before[name]:16}{after[name]:7}")


def addresses(version, staff):
    """Name → address of the first page, each list the person may see, a draft made of the version, and a program's."""
    draft = start_version(of=version, author=staff)
    programs = start_version(of=ProgramVersion.objects.published().first(), author=staff)
    lists = [model._meta for model in admin.site._registry]
    return {
        "first page": reverse("admin:index"),
        "a draft": reverse("admin:procedures_procedureversion_change", args=[draft.pk]),
        "a program's draft": reverse("admin:procedures_programversion_change", args=[programs.pk]),
        **{
            f"list: {options.label_lower}": reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
            for options in lists
        },
    }
