"""What is recorded of a milestone as rows for a spreadsheet and as data for programs. No person is named in either."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from procedures.spreadsheet import csv_bytes


def as_csv(milestone):
    """The milestone's updates, evidence and verdicts, oldest first, in the active language, as bytes."""
    return csv_bytes(
        [
            _("Record"),
            _("Recorded at"),
            _("Period from"),
            _("Period to"),
            _("Status or verdict"),
            _("Code"),
            _("Institution"),
            _("Progress, reasons or title"),
            _("Obstacles"),
            _("Address"),
        ],
        rows(milestone),
    )


def rows(milestone):
    """The cells of each record, in the order of the header."""
    for update in oldest_first(milestone.updates):
        when = [local(update.created_at), update.period_from, update.period_to]
        status = [update.get_status_display(), update.status]
        yield [_("Status update"), *when, *status, "", update.progress or "", update.obstacles or "", ""]
        for evidence in update.evidence.all():
            yield [_("Evidence"), *when, "", "", "", evidence.title, "", address(evidence)]
    for verdict in oldest_first(milestone.verdicts):
        scale = [verdict.get_verdict_display(), verdict.verdict]
        name = verdict.institution.name
        yield [_("Verdict"), local(verdict.created_at), "", "", *scale, name, verdict.reasons or "", "", ""]


def as_data(milestone):
    """The same for programs: plain values, keys in English, both languages of every text, oldest first."""
    return {
        "commitment": milestone.commitment.code,
        "milestone": milestone.number,
        "title": texts(milestone, "title"),
        "starts_month": month(milestone.starts_month),
        "ends_month": month(milestone.ends_month),
        "responsible": [institution_data(row) for row in milestone.responsible.all()],
        "status": milestone.current_update and milestone.current_update.status,
        "verdict": milestone.current_verdict and milestone.current_verdict.verdict,
        "updates": [update_data(row) for row in oldest_first(milestone.updates)],
        "verdicts": [verdict_data(row) for row in oldest_first(milestone.verdicts)],
        "page": f"{settings.PORTAL_URL}{milestone.get_absolute_url()}",
    }


def update_data(update):
    return {
        "recorded_at": local(update.created_at),
        "status": update.status,
        "period_from": update.period_from.isoformat(),
        "period_to": update.period_to.isoformat(),
        "progress": texts(update, "progress"),
        "obstacles": texts(update, "obstacles"),
        "evidence": [{"title": texts(row, "title"), "address": address(row)} for row in update.evidence.all()],
    }


def verdict_data(verdict):
    return {
        "recorded_at": local(verdict.created_at),
        "verdict": verdict.verdict,
        "reasons": texts(verdict, "reasons"),
        "institution": institution_data(verdict.institution),
    }


def institution_data(institution):
    return {"slug": institution.slug, "name": texts(institution, "name")}


def texts(row, field):
    """`{"es": …, "en": …}`; an empty text where a language is missing."""
    return {language: getattr(row, f"{field}_{language}") or "" for language, _name in settings.LANGUAGES}


def month(date):
    return date and f"{date:%Y-%m}"


def oldest_first(newest_first):
    return list(newest_first.all())[::-1]


def local(moment):
    """A moment in the house's own time: "2026-01-31T09:30:00-06:00"."""
    return timezone.localtime(moment).isoformat(timespec="seconds")


def address(evidence):
    """The whole address of a piece of evidence, ours or somebody else's."""
    path = evidence.get_absolute_url()
    return f"{settings.PORTAL_URL}{path}" if path.startswith("/") else path
