"""Which web addresses records name, and where."""

from itertools import chain

from django.db.models import Q

from procedures.models import (
    Call,
    Fee,
    Institution,
    LegalCitation,
    LegalInstrument,
    Office,
    Procedure,
    ProcedureVersion,
    ProgramVersion,
    Source,
)
from procedures.models.versions import OPEN_STATES, VersionState


def addresses_of(version):
    """`{address: field of the version that names it}` of a version loaded by `for_page()`; no further query."""
    found = {}
    for field, urls in named_by(version):
        for url in urls:
            if url:
                found.setdefault(url, field)
    return found


def named_by(version):
    yield "online_url", [version.online_url]
    yield "sources", [source.url for source in version.sources.all()]
    yield "institution", [version.institution.url] if version.institution else []
    yield "offices", [office.url for office in version.offices.all()]
    if isinstance(version, ProcedureVersion):
        yield "slug", [version.procedure.catalogue_url]
        yield "fees", [fee.instrument.url for fee in version.fees.all() if fee.instrument]
        yield "citations", [citation.instrument.url for citation in version.citations.all()]
    else:
        yield "calls", [call.url for call in version.program.calls.all()]


def all_addresses():
    """Every address that published records and those in progress name, in a fixed number of queries."""
    alive = [VersionState.PUBLISHED, *OPEN_STATES]
    procedures = ProcedureVersion.objects.filter(state__in=alive)
    programs = ProgramVersion.objects.filter(state__in=alive)
    named = (
        procedures.values_list("online_url", flat=True),
        programs.values_list("online_url", flat=True),
        Source.objects.filter(pk__in=sources_of(procedures, programs)).values_list("url", flat=True),
        Institution.objects.values_list("url", flat=True),
        Office.objects.values_list("url", flat=True),
        Procedure.objects.filter(versions__in=procedures).values_list("catalogue_url", flat=True),
        LegalInstrument.objects.filter(
            Q(pk__in=LegalCitation.objects.filter(version__in=procedures).values("instrument"))
            | Q(pk__in=Fee.objects.filter(version__in=procedures).values("instrument"))
        ).values_list("url", flat=True),
        Call.objects.filter(program__versions__in=programs).values_list("url", flat=True),
    )
    return {url for url in chain.from_iterable(named) if url}


def sources_of(*querysets):
    """Keys of the sources of versions, and of institutions and offices, whose pages name them too."""
    rows = [*querysets, Institution.objects.all(), Office.objects.all()]
    return set(chain.from_iterable(row.filter(sources__isnull=False).values_list("sources", flat=True) for row in rows))
