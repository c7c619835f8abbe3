"""Rows of the dialogue and of the commitment for tests."""

import datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from engagement.actions import answer_thread, open_thread, publish_thread
from engagement.models import Commitment, Evidence, StatusUpdate, Verdict
from procedures.models import Institution

DAY = datetime.date(2026, 1, 31)


def make_user(name="ana", *permissions):
    """A member of the staff with the named permissions of the app, e.g. "moderate_thread"."""
    user = get_user_model().objects.create_user(name, password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="engagement", codename__in=permissions))
    return user


def institution(slug="ddec"):
    return Institution.objects.get(slug=slug)


def make_pending(title="¿Cuánto cuesta?", body="Quiero abrir una taquería.", **fields):
    return open_thread(**{"kind": "question", "title": title, "body": body, "language": "es", **fields})


def make_thread(by, answers=0, **fields):
    """A public thread with as many official answers as asked for."""
    thread = make_pending(**fields)
    publish_thread(thread=thread, by=by)
    for n in range(answers):
        answer_thread(thread=thread, institution=institution(), body_es=f"Respuesta {n}.", by=by)
    return thread


def milestone(number=1):
    return Commitment.objects.get(code="MXCHH0002").milestones.get(number=number)


def make_update(status="in_progress", evidence=0, **fields):
    """A status update of the first milestone with as many links as evidence as asked for."""
    values = {"milestone": milestone(), "period_from": DAY, "period_to": DAY, "status": status, **fields}
    update = StatusUpdate.objects.create(**values)
    for n in range(evidence):
        Evidence.objects.create(update=update, title_es=f"Prueba {n}", url=f"https://example.org/{n}")
    return update


def make_verdict(verdict="limited", **fields):
    values = {"milestone": milestone(), "institution": institution("ichitaip"), "verdict": verdict, **fields}
    return Verdict.objects.create(**values)
