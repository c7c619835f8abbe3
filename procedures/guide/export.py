"""The plan as plain data, for `plan.json`. Amounts are decimals as text, dates ISO 8601, texts plain."""

from django.conf import settings
from django.utils.translation import get_language

from procedures.guide.words import plain


def as_json(plan):
    """The Presentation of a plan as lists and dictionaries; what is not known is None."""
    inquiry = plan.inquiry
    return {
        "address": plan.absolute_address(),
        "language": get_language(),
        "date": plan.today.isoformat(),
        "business_type": {"slug": plan.kind.slug, "name": plan.kind.name} if plan.kind else None,
        "answers": [
            {
                "question": answer.question,
                "choice": answer.choice,
                "text": plain(answer.asked),
                "answer": plain(answer.answered),
            }
            for answer in plan.answers
        ],
        "assumed": [
            {"situation": fact.situation, "value": fact.value, "text": plain(fact.fact)} for fact in plan.usual
        ],
        "problems": [plain(problem) for problem in plan.problems],
        "totals": totals(plan.figures),
        "phases": [
            {
                "stage": phase.stage.slug,
                "name": phase.stage.name,
                "items": [shown_item(item, plan, step.number) for step in phase.steps for item in step.items],
            }
            for phase in plan.phases
        ],
        "alternatives": [
            {**shown_item(entry.window, plan), "stands_for": list(entry.stands_for)} for entry in plan.alternatives
        ],
        "circles": [plain(sentence) for sentence in plan.circles],
        "not_needed": [
            {
                "slug": entry.task.slug,
                "name": plan.records.versions[entry.task.slug].name,
                "reasons": reasons(entry.reasons, plan),
            }
            for group in plan.not_needed
            for entry in group.entries
        ],
        "undecided": undecided(plan.undecided),
        "folder": {
            "bring": [sheet(entry) for entry in plan.bring],
            "produced": [sheet(entry) for entry in plan.produced],
        },
        "visits": [visit(entry) for entry in plan.shown_visits],
        "online": list(plan.visits.online),
        "by_phone": list(plan.visits.by_phone),
        "supports": [support(entry) for entry in plan.supports],
        "start": inquiry.start.isoformat() if inquiry.start else None,
    }


def totals(figures):
    found, time = figures.totals, figures.totals.time
    return {
        "procedures": found.procedures,
        "undecided_procedures": found.unsure,
        "documents": found.documents,
        "originals": found.originals,
        "copies": found.copies,
        "uses_without_a_number": found.unstated,
        "visits": found.visits,
        "cost": {"text": figures.cost, **cost(found.cost)},
        "time": {
            "text": figures.days or None,
            "business_days_from": time.low,
            "business_days_to": time.high,
            "critical_path": list(time.path),
            "unknown": list(time.unknown),
        },
    }


def cost(amount):
    """A Cost in pesos; the lists name the procedures that it leaves out or is not sure of."""
    named = ("unverified", "open_ended", "unknown", "by_rule", "unconverted")
    lists = {name: list(dict.fromkeys(slug for slug, _price in getattr(amount, name))) for name in named}
    return {"from": f"{amount.low:.2f}", "to": f"{amount.high:.2f}", "currency": "MXN", **lists}


def shown_item(entry, plan, step=None):
    """One item; `step` is None for a window that is only an alternative."""
    item, version = entry.item, entry.version
    return {
        "slug": entry.slug,
        "name": version.name,
        "address": f"{settings.PORTAL_URL}{version.get_absolute_url()}",
        "step": step,
        "is_sure": entry.is_sure,
        "reasons": reasons(item.reasons, plan),
        "undecided": undecided(entry.open),
        "cost": {"text": entry.price, **cost(entry.cost)},
        "time": {
            "text": entry.time or None,
            "value": item.task.time_value,
            "unit": item.task.time_unit or None,
            "business_days": entry.days,
        },
        "institution": version.institution.name if version.institution else version.provider,
        "offices": [{"slug": office.slug, "name": office.name, "address": office.address} for office in entry.offices],
        "channels": list(item.task.channels),
        "online_address": version.online_url or None,
        "documents": [
            {
                "slug": shown.document.slug,
                "name": shown.document.name,
                "is_sure": shown.is_sure,
                "originals": shown.need.originals,
                "copies": shown.need.copies,
                "is_certified": shown.need.is_certified,
            }
            for shown in entry.needs
        ],
        "duties": [plain(duty) for duty in entry.duties],
        "waits_for": list(item.waits_for),
        "covers": list(item.covers),
        "alternatives": list(item.alternatives),
        "dates": dates(entry.dates) if entry.dates else None,
    }


def reasons(found, plan):
    return [
        {
            "kind": reason.kind,
            "situation": reason.situation or None,
            "value": reason.value,
            "document": reason.document or None,
            "procedure": reason.task or None,
            "text": plain(plan.words.reason(reason)),
        }
        for reason in found
    ]


def dates(shown):
    return {
        "files_on": shown.dated.files_on.isoformat(),
        "answers_on": shown.dated.answers_on.isoformat(),
        "is_known": shown.dated.is_known,
        "waits_for": shown.dated.waits_for,
        "counted": shown.counted,
    }


def undecided(shown):
    return [
        {
            "situation": entry.situation,
            "text": plain(entry.fact),
            "question": plain(entry.question) or None,
            "address": f"{settings.PORTAL_URL}{entry.address}" if entry.address else None,
        }
        for entry in shown
    ]


def sheet(entry):
    paper = entry.paper
    return {
        "slug": paper.document,
        "name": entry.document.name,
        "originals": paper.originals,
        "copies": paper.copies,
        "uses_without_a_number": paper.unstated,
        "is_sure": paper.is_sure,
        "used_by": list(dict.fromkeys(use.task for use in paper.uses)),
        "issued_by": list(paper.issued_by),
    }


def visit(entry):
    return {
        "step": entry.step,
        "stage": entry.visit.stage,
        "office": entry.office.name if entry.office else None,
        "address": entry.office.address if entry.office else None,
        "institution": entry.provider,
        "procedures": list(entry.visit.tasks),
        "documents": [paper.document for paper in entry.visit.papers],
    }


def support(entry):
    version = entry.version
    return {
        "slug": entry.fit.support.slug,
        "name": version.name,
        "address": f"{settings.PORTAL_URL}{version.get_absolute_url()}",
        "status": entry.fit.support.status,
        "is_sure": entry.fit.is_sure,
        "undecided": undecided(entry.open),
    }
