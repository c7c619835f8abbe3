"""What every reference business takes, measured and recorded once per edition."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from brochure.ledger.models import LedgerEntry
from procedures.guide.reference import measure
from procedures.models import ProcedureVersion, ReferenceBusiness
from procedures.roadmap.catalogue import read_catalogue, read_units

CENT = Decimal("0.01")


def entries_now(versions=None, date=None):
    """Unsaved LedgerEntries, without an edition, of all active reference businesses, in a constant number of queries.

    Args:
        versions: a queryset of the ProcedureVersions to measure; those in force if None.
        date: the day for which units are turned into pesos; today if None.
    """
    businesses = ReferenceBusiness.objects.active()
    found = measure(businesses, read_catalogue(versions), read_units(date or timezone.localdate()))
    return [entry_of(measured) for measured in found]


def entry_of(measured):
    """An unsaved LedgerEntry, without an edition, of a `procedures.guide.reference.Measured`."""
    business, profile, totals = measured.business, measured.profile, measured.totals
    cost, time = totals.cost, totals.time
    is_time_known = len(time.unknown) < totals.procedures or not totals.procedures
    uncounted = {slug for slug, _price in (*cost.unknown, *cost.by_rule, *cost.unconverted)}
    return LedgerEntry(
        business=business,
        name_es=business.name_es,
        name_en=business.name_en,
        kind=business.business_type.slug,
        answers=business.answers,
        facts={"true": sorted(profile.facts.true), "false": sorted(profile.facts.false)},
        procedures_sure=totals.procedures - totals.unsure,
        procedures_open=totals.unsure,
        documents=totals.documents,
        originals=totals.originals,
        copies=totals.copies,
        unstated=totals.unstated,
        visits=totals.visits,
        days_from=time.low if is_time_known else None,
        days_to=time.high if is_time_known else None,
        times_unknown=len(time.unknown),
        pesos_from=cost.low.quantize(CENT),
        pesos_to=cost.high.quantize(CENT),
        costs_unknown=len(uncounted),
    )


@transaction.atomic
def record(*, edition):
    """Records the ledger of a published edition by the very versions it holds, unless it is recorded already.

    Only a complete edition has one.
    """
    if edition.kind != edition.Kind.COMPLETE or edition.ledger.exists():
        return
    entries = entries_now(versions_measured(edition), timezone.localdate(edition.published_at))
    for entry in entries:
        entry.edition = edition
    LedgerEntry.objects.bulk_create(entries)


def versions_measured(edition):
    return ProcedureVersion.objects.filter(edition_items__edition=edition)


def record_missing(*, editions):
    """Records the ledger of complete editions that were published before there was one.

    Args:
        editions: a queryset of published Editions.
    """
    for edition in editions.filter(kind="complete", ledger=None).order_by("number"):
        record(edition=edition)
