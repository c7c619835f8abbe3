"""Loads the commitment with its milestones and history; no milestone status is loaded, for none is claimed."""

import datetime
from pathlib import Path

from django.db import transaction
from django.utils import translation

from engagement.models import Commitment
from procedures.loading import Loader, assurance, plain, translated
from procedures.models import Institution
from procedures.trail.acting import acting
from procedures.translations.memory import remember_records


def first_of(month):
    """`"2023-10"` → 1 October 2023; None stays None."""
    return datetime.date.fromisoformat(f"{month}-01") if month else None


@acting(name="load_fixtures", loading=True)
@transaction.atomic
def load_commitment(folder, progress=lambda name, loader: None):
    """Loads `commitment.yaml` unless it was loaded before; see `procedures.loading.load_catalogue`."""
    loader = Loader(Path(folder))
    with translation.override("es"):
        loader.load("commitment", create_commitment, [loader.read("commitment")], key="code")
    remember_records(loader.new)
    progress("commitment", loader)
    return loader


def months(data):
    return {"starts_month": first_of(data.get("starts_month")), "ends_month": first_of(data.get("ends_month"))}


def create_commitment(loader, data):
    commitment = Commitment.objects.create(
        **months(data),
        **plain(data, "code", "url"),
        **assurance(data),
        **translated(
            data,
            "title",
            "title_note",
            "plan",
            "network",
            "other_participants",
            "ogp_values",
            "policy_area",
            "problem",
            "actions",
            "status_note",
        ),
    )
    commitment.institutions.set(loader.all(Institution, data.get("institutions")))
    commitment.sources.set(loader.sources(data.get("sources")))
    for item in data.get("milestones", []):
        milestone = commitment.milestones.create(number=item["number"], **months(item), **translated(item, "title"))
        milestone.responsible.set(loader.all(Institution, item.get("responsible")))
    for item in data.get("background", []):
        commitment.events.create(**plain(item, "date", source_url="source"), **translated(item, "text", "note"))
