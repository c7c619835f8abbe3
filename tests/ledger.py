"""Ledgers for tests: editions with entries of chosen figures, without printing anything."""

import datetime

from django.utils import timezone

from brochure.models import Edition, LedgerEntry
from procedures.models import BusinessType, ReferenceBusiness

FIGURES = {
    "procedures_sure": 10,
    "procedures_open": 0,
    "documents": 6,
    "originals": 2,
    "copies": 4,
    "unstated": 0,
    "visits": 3,
    "days_from": 5,
    "days_to": 5,
    "times_unknown": 0,
    "pesos_from": 1000,
    "pesos_to": 1000,
    "costs_unknown": 0,
}
DEFINITION = {"kind": "taqueria", "answers": {"local": "con-local"}, "facts": {"true": ["con-local"], "false": []}}


def make_business(slug="negocio", **fields):
    kind = BusinessType.objects.get(slug="taqueria")
    values = {"name_es": f"Negocio {slug}", "name_en": f"Business {slug}", "business_type": kind} | fields
    return ReferenceBusiness.objects.create(slug=slug, **values)


def make_edition(number):
    """A published edition that holds nothing; the numbers lie a month apart."""
    published_at = timezone.now() - datetime.timedelta(days=365 - 30 * number)
    return Edition.objects.create(
        number=number, title_es=f"Guía {number}", printed_on=published_at.date(), published_at=published_at
    )


def make_entry(edition, business, **fields):
    names = {"name_es": business.name_es, "name_en": business.name_en}
    return LedgerEntry.objects.create(edition=edition, business=business, **(FIGURES | DEFINITION | names | fields))


def make_ledger(*editions, business=None):
    """A business with one entry per edition, each from the fields that differ from FIGURES and DEFINITION."""
    business = business or make_business()
    for number, fields in enumerate(editions, 1):
        edition = Edition.objects.filter(number=number).first() or make_edition(number)
        make_entry(edition, business, **fields)
    return business
