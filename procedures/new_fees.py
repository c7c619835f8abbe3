"""Fees of published fichas that need new figures, and the drafts that bring them: many at once, all or none."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.db import transaction

from procedures.actions import start_version
from procedures.models import Fee, ProcedureVersion, VersionState

CENTS = Decimal("0.01")


def past_fees(date):
    """Fees of published versions whose validity was over on the date."""
    return public_fees().filter(valid_to__lt=date)


def fees_in(unit):
    """Fees of published versions that are counted in a unit such as the UMA."""
    return public_fees().filter(unit=unit)


def public_fees():
    """Fees of published versions that are an amount: neither free nor unknown."""
    return (
        Fee.objects.filter(version__state=VersionState.PUBLISHED, kind__in=Fee.PAID)
        .select_related("version__procedure", "instrument")
        .order_by("version__procedure__position", "version__procedure__slug", "position", "id")
    )


class NewFee(NamedTuple):
    """What a fee is to become."""

    fee: Fee  # of a published version, as it is now
    minimum: Decimal | None
    maximum: Decimal | None
    valid_from: object  # date or None
    valid_to: object

    @property
    def changes(self):
        return any(getattr(self.fee, name) != getattr(self, name) for name in FIGURES)

    def after(self):
        """The fee with its new figures; not saved."""
        values = {field.attname: getattr(self.fee, field.attname) for field in Fee._meta.concrete_fields}
        return Fee(**(values | {name: getattr(self, name) for name in FIGURES}))


FIGURES = ("minimum", "maximum", "valid_from", "valid_to")


def changed_by_percent(amount, percent):
    """An amount with so many percent on top (or off, below zero), in whole cents; None stays None."""
    return None if amount is None else (amount * (100 + percent) / 100).quantize(CENTS, ROUND_HALF_UP)


class InProgress(ValueError):
    """Versions of these procedures are in progress already; `versions` are those."""

    def __init__(self, versions):
        super().__init__(", ".join(str(version) for version in versions))
        self.versions = versions


@transaction.atomic
def draft_new_fees(*, new_fees, by, note):
    """A draft of each affected procedure with its new fees; all or none, and nothing is published.

    Args:
        new_fees: NewFees of published versions.
        note: for the reviewer: what changes and why.

    Returns:
        The drafts, in the order of the fees.

    Raises:
        InProgress: some have a version in progress already: the change belongs there.
    """
    wanted = defaultdict(list)
    for new in new_fees:
        wanted[new.fee.version_id].append(new)
    procedures = ProcedureVersion.objects.filter(pk__in=wanted).values("procedure")
    if busy := list(ProcedureVersion.objects.open().filter(procedure__in=procedures).for_links()):
        raise InProgress(busy)
    drafts = []
    for news in wanted.values():
        version = news[0].fee.version
        draft = start_version(of=version, author=by)
        draft.change_note = note
        draft.save(update_fields=["change_note"])
        # A draft's rows are copies in the same order.
        copies = dict(zip(version.fees.values_list("pk", flat=True), draft.fees.all(), strict=True))
        for new in news:
            row = copies[new.fee.pk]
            for name in FIGURES:
                setattr(row, name, getattr(new, name))
            row.full_clean(exclude=["version"])
            row.save()
        drafts.append(draft)
    return drafts
