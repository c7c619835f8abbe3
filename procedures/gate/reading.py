"""Reads what the checklist looks at, in a number of queries that does not depend on how long the ficha is."""

from django.utils import timezone

from procedures.articles import may_touch
from procedures.gate.checks import Facts, examine
from procedures.links.addresses import addresses_of
from procedures.models import LinkCheck, Placeholder, ProcedureVersion, ProfileField, ProgramVersion, Reform
from procedures.rules.circles import circles_closed_by


def read_checks(version):
    """The checklist of a version as the database has it now."""
    return examine(read_facts(version))


def read_facts(version):
    today = timezone.localdate()
    version = whole(version, today)
    addresses = addresses_of(version)
    dead = LinkCheck.objects.dead().filter(url__in=list(addresses)).values_list("url", flat=True)
    return Facts(
        version=version,
        fields=list(ProfileField.objects.in_use_for(version.IDENTITY)),
        placeholders=list(Placeholder.objects.filter(is_active=True)),
        dead_links={url: addresses[url] for url in dead},
        circles=circles_closed_by(version),
        reforms=reforms_since_verified(version),
        today=today,
    )


def whole(version, today):
    if isinstance(version, ProgramVersion):
        return ProgramVersion.objects.for_page(today).get(pk=version.pk)
    return ProcedureVersion.objects.for_page().get(pk=version.pk)


def reforms_since_verified(version):
    """Reforms that may touch what a ProcedureVersion cites and that were marked after it was last verified."""
    if not isinstance(version, ProcedureVersion):
        return []
    cited = [(row.instrument_id, row.article) for row in [*version.citations.all(), *version.fees.all()]]
    reforms = Reform.objects.filter(instrument__in={pk for pk, _article in cited if pk}).select_related("instrument")
    return [
        reform
        for reform in reforms
        if (version.verified_on is None or version.verified_on < reform.marked_on)
        and any(pk == reform.instrument_id and may_touch(article, reform.articles) for pk, article in cited)
    ]
