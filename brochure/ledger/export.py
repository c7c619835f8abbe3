"""The whole ledger as rows for a spreadsheet and as data for programs, oldest edition first."""

from urllib.parse import urlencode

from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from procedures.spreadsheet import csv_bytes


def as_csv(series):
    """One row per business and edition, headed in the active language.

    Args:
        series: ShownSeries.
    """
    header = [
        _("Business"),
        _("Code"),
        _("Edition"),
        _("Published on"),
        _("Line of business"),
        _("Answers"),
        _("Definition changed since the edition before"),
        _("Procedures that are sure"),
        _("Procedures that depend on an answer"),
        _("Documents"),
        _("Originals"),
        _("Copies"),
        _("Uses without a stated number"),
        _("Visits"),
        _("Business days, from"),
        _("Business days, to"),
        _("Procedures without a known time"),
        _("Pesos, from"),
        _("Pesos, to"),
        _("Procedures without a known cost"),
    ]
    return csv_bytes(header, (row(entry, shown) for shown in series for entry in shown.series.entries))


def row(entry, shown):
    return [
        entry.name,
        entry.business.slug,
        entry.edition.number,
        localdate(entry.edition.published_at),
        entry.kind,
        urlencode(entry.answers),
        _("yes") if entry.edition.number in shown.series.redefined else _("no"),
        entry.procedures_sure,
        entry.procedures_open,
        entry.documents,
        entry.originals,
        entry.copies,
        entry.unstated,
        entry.visits,
        entry.days_from,
        entry.days_to,
        entry.times_unknown,
        entry.pesos_from,
        entry.pesos_to,
        entry.costs_unknown,
    ]


def as_data(series):
    """The same for programs: keys in English, amounts as text, names in both languages; what is unknown is None."""
    return {
        "currency": "MXN",
        "businesses": [
            {
                "slug": shown.latest.business.slug,
                "page": f"{settings.PORTAL_URL}{shown.latest.get_absolute_url()}",
                "entries": [entry_data(entry, shown) for entry in shown.series.entries],
            }
            for shown in series
        ],
    }


def entry_data(entry, shown):
    return {
        "edition": entry.edition.number,
        "published_on": localdate(entry.edition.published_at).isoformat(),
        "recorded_on": localdate(entry.recorded_at).isoformat(),
        "name": {language: getattr(entry, f"name_{language}") or "" for language, _name in settings.LANGUAGES},
        "business_type": entry.kind,
        "answers": entry.answers,
        "facts": entry.facts,
        "definition_changed": entry.edition.number in shown.series.redefined,
        "plan": f"{settings.PORTAL_URL}{entry.plan_address}",
        "procedures": {"sure": entry.procedures_sure, "undecided": entry.procedures_open},
        "documents": entry.documents,
        "originals": entry.originals,
        "copies": entry.copies,
        "uses_without_a_number": entry.unstated,
        "visits": entry.visits,
        "business_days": {"from": entry.days_from, "to": entry.days_to, "procedures_unknown": entry.times_unknown},
        "cost": {
            "from": f"{entry.pesos_from:.2f}",
            "to": f"{entry.pesos_to:.2f}",
            "procedures_unknown": entry.costs_unknown,
        },
    }
