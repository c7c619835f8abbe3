"""What makes published fichas doubtful and what settles a doubt: reforms, a new UMA, amounts whose validity ended.

Keyword-only writes, each atomic. A version's content stays as it is; its assurance falls to "not verified" and a
Reverification says since when and why (decision 0018).
"""

from collections import defaultdict
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from procedures.articles import may_touch
from procedures.history import log
from procedures.models import (
    Assurance,
    Fee,
    LegalCitation,
    LegalInstrument,
    ProcedureVersion,
    Reform,
    Reverification,
    VersionState,
)
from procedures.models.versions import OPEN_STATES


class Citing(NamedTuple):
    """A version and where it rests on an instrument."""

    version: ProcedureVersion
    places: list  # words: an article, or a fee and its article


def citing(instrument, articles=""):
    """The Citings of an instrument, or of some of its articles, that are published or in progress; three queries."""
    states = [VersionState.PUBLISHED, *OPEN_STATES]
    places = defaultdict(list)
    for row in LegalCitation.objects.filter(instrument=instrument, version__state__in=states):
        if may_touch(row.article, articles):
            places[row.version_id].append(row.article or _("no article named"))
    for fee in Fee.objects.filter(instrument=instrument, version__state__in=states):
        if may_touch(fee.article, articles):
            places[fee.version_id].append(f"{fee}, {fee.article}" if fee.article else str(fee))
    versions = ProcedureVersion.objects.filter(pk__in=places).for_links()
    return [Citing(version, places[version.pk]) for version in versions]


@transaction.atomic
def mark_reformed(*, instrument, by, reformed_on, articles="", url="", note=""):
    """Notes that an instrument, or some articles of it, was reformed; every published ficha that cites it is doubted.

    Versions in progress are told by the quality gate, until they say that they were verified since.

    Returns:
        (the Reform, the published versions that are to be verified now).
    """
    instrument = LegalInstrument.objects.select_for_update().get(pk=instrument.pk)
    reform = Reform.objects.create(
        instrument=instrument, articles=articles, reformed_on=reformed_on, url=url, note=note, marked_by=by
    )
    if instrument.reformed_on is None or instrument.reformed_on < reformed_on:
        instrument.reformed_on = reformed_on
        instrument.save(update_fields=["reformed_on"])
    versions = [row.version for row in citing(instrument, articles) if row.version.state == VersionState.PUBLISHED]
    for version in versions:
        doubt(version, by=by, cause=Reverification.Cause.REFORM, reform=reform)
    return reform, versions


@transaction.atomic
def doubt_fees(*, fees, by, unit_value=None):
    """Doubts the published versions of these fees: of a new UnitValue, or because their validity is over.

    Returns:
        The versions that are to be verified now and were not before.
    """
    versions = {fee.version for fee in fees}
    if unit_value:
        known = Reverification.objects.filter(unit_value=unit_value, version__in=versions)
        cause = {"cause": Reverification.Cause.UNIT_VALUE, "unit_value": unit_value}
    else:
        known = Reverification.objects.open().filter(cause=Reverification.Cause.FEE, version__in=versions)
        cause = {"cause": Reverification.Cause.FEE}
    fresh = versions - {row.version for row in known.select_related("version")}
    for version in fresh:
        doubt(version, by=by, **cause)
    return fresh


def doubt(version, *, by, **cause):
    """Opens a doubt about a published version; the first one takes its assurance away."""
    row = Reverification.objects.create(
        version=version, opened_by=by, assurance_before=assurance_without_doubt(version), **cause
    )
    version.assurance = Assurance.UNVERIFIED
    version.save(update_fields=["assurance"])
    log(version, by, gettext_noop("To be verified: %(cause)s."), cause=row.get_cause_display())
    return row


def assurance_without_doubt(version):
    """What the version's assurance was before anybody doubted it."""
    earlier = version.reverifications.open().order_by("opened_at", "id").first()
    return earlier.assurance_before if earlier else version.assurance


@transaction.atomic
def settle(*, version, by, note, assurance):
    """Somebody checked a published version against all that it was doubted for: it is right as it stands.

    Args:
        note: what was checked; the history keeps it.
        assurance: how sure they are now.

    Returns:
        The number of doubts that are settled.
    """
    doubts = list(version.reverifications.select_for_update().open())
    close(doubts, by=by, outcome=Reverification.Outcome.UNCHANGED, note=note)
    if doubts:
        version.assurance, version.verified_on = assurance, timezone.localdate()
        version.save(update_fields=["assurance", "verified_on"])
        log(version, by, gettext_noop("Verified, nothing changes. %(note)s"), note=note)
    return len(doubts)


def pass_on_doubts(*, replaced, by, successor, reforms):
    """On publication: a new version settles the doubts of the one it replaces; reforms it was not verified for stay.

    Args:
        replaced: the versions that were in force; none for the first one.
        successor: the ProcedureVersion that is published.
        reforms: Reforms of what it cites that were marked after it was last verified.
    """
    doubts = Reverification.objects.open().filter(version__in=[row.pk for row in replaced])
    close(list(doubts), by=by, outcome=Reverification.Outcome.NEW_VERSION)
    for reform in reforms:
        doubt(successor, by=by, cause=Reverification.Cause.REFORM, reform=reform)


def close(doubts, *, by, outcome, note=""):
    for row in doubts:
        row.outcome, row.settled_at, row.settled_by, row.settled_note = outcome, timezone.now(), by, note
        row.save()
