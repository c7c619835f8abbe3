"""The guide: computing a plan for the content of the house and for 3,000 procedures with 200 situations."""

from django.db import connection

from portal.bench.measuring import count_queries, database_of_its_own, load_fixtures, median_cpu_ms, median_ms
from portal.bench.rows import write_catalogue
from portal.bench.synthetic import make_catalogue, make_facts, situation_names
from procedures.roadmap.catalogue import read_business_types, read_catalogue
from procedures.roadmap.plan import make_plan
from procedures.roadmap.values import Facts

SITUATIONS = 200


def run(report, rounds, size):
    report(f"{connection.vendor}: reading the catalogue, then making one plan; median of {rounds} rounds")
    report(f"{'catalogue':26}{'queries':>9}{'read ms':>9}{'plan ms':>9}{'CPU ms':>9}{'items':>7}")
    with database_of_its_own():
        load_fixtures()
        kind = next(kind for kind in read_business_types() if kind.slug == "taqueria")
        report_plan(report, "of the house, taquería", kind.facts, rounds)
        report_plan(report, "of the house, all unknown", Facts(), rounds)
        write_catalogue(make_catalogue(size, SITUATIONS), situation_names(SITUATIONS))
        report_plan(report, f"{size:,} synthetic more", make_facts(SITUATIONS), rounds)


def report_plan(report, name, facts, rounds):
    catalogue = read_catalogue()
    took = median_ms({"read": read_catalogue, "plan": lambda: make_plan(catalogue, facts)}, rounds)
    computing = median_cpu_ms(lambda: make_plan(catalogue, facts), rounds)
    figures = f"{count_queries(read_catalogue):9}{took['read']:9.1f}{took['plan']:9.1f}{computing:9.1f}"
    report(f"{name:26}{figures}{len(make_plan(catalogue, facts).items):7}")
