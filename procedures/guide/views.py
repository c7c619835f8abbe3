"""The pages of the guide. Whatever an address holds is answered: what can't be taken is said, the rest is kept."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from procedures.glossary import alphabetical
from procedures.guide.export import as_json
from procedures.guide.finding import find_types
from procedures.guide.ics import as_calendar
from procedures.guide.inquiry import read_inquiry
from procedures.guide.parameters import CHANGED, PLAN, RETURN, SUBMITTED, TYPED
from procedures.guide.presentation import Presentation
from procedures.guide.share import as_text
from procedures.models import BusinessType
from procedures.roadmap.answers import UNSURE

kept_like_pages = cache_control(public=True, max_age=0, s_maxage=60)


@require_safe
def guide(request):
    """The choice of a business type, then one question after another until none matters any more."""
    shown = Presentation(read_inquiry(request.GET), timezone.localdate(), return_to="")
    if not shown.inquiry.has_begun:
        return start(request, shown)
    question = question_to_ask(request.GET, shown)
    if question is None:
        return redirect(reverse("procedures:plan", query=without_steering(request.GET)))
    return render(request, "guide/question.html", question_page(request.GET, shown, question))


def start(request, shown):
    typed = " ".join(request.GET.get(TYPED, "").split())
    kinds = sorted(BusinessType.objects.all(), key=lambda kind: alphabetical(kind.name))
    context = {"plan": shown, "kinds": kinds, "typed": typed, "found": find_types(typed, kinds)}
    return render(request, "guide/start.html", context)


def question_to_ask(parameters, shown):
    """The Question to show: one to be changed, one that was sent without an answer, or the next; None at the end."""
    changed, submitted = (shown.inquiry.question(parameters.get(name, "")) for name in (CHANGED, SUBMITTED))
    is_answered = submitted and submitted.slug in shown.inquiry.profile.answers
    return changed or (submitted if not is_answered else None) or next(iter(shown.remaining), None)


def question_page(parameters, shown, question):
    """What the page of one question shows; with `volver=plan` in the address its answer leads back to the plan."""
    inquiry, returns = shown.inquiry, parameters.get(RETURN) == PLAN
    hidden = inquiry.parameters(answers=inquiry.answers_without(question.slug))
    return {
        "plan": shown,
        "question": shown.records.questions[question.slug],
        "given": inquiry.profile.answers.get(question.slug),
        "unsure": UNSURE,
        "is_missing": parameters.get(SUBMITTED) == question.slug,
        "number": inquiry.place_of(question.slug),
        "before": inquiry.address_before(question.slug),
        "action": reverse("procedures:plan" if returns else "procedures:guide"),
        "returns": returns,
        "hidden": hidden if returns else {**hidden, SUBMITTED: question.slug},
    }


def without_steering(parameters):
    """A copy of a QueryDict without what only says which question to show."""
    kept = parameters.copy()
    for name in (SUBMITTED, CHANGED, RETURN):
        kept.pop(name, None)
    return kept


@require_safe
def plan(request):
    shown = present(request)
    return render(request, "guide/plan.html", {"plan": shown, "text": as_text(shown)})


@require_safe
@kept_like_pages
def plan_json(request):
    return JsonResponse(as_json(present(request)), json_dumps_params={"ensure_ascii": False, "indent": 2})


@require_safe
@kept_like_pages
def plan_calendar(request):
    """Without a start date there are no dates: back to where one can be given."""
    shown = present(request)
    if not shown.agenda:
        return redirect(f"{shown.address('plan')}#fechas")
    disposition = content_disposition_header(as_attachment=True, filename=f"{shown.file_name}.ics")
    headers = {"Content-Type": "text/calendar; charset=utf-8", "Content-Disposition": disposition}
    return HttpResponse(as_calendar(shown), headers=headers)


@require_safe
@kept_like_pages
def plan_text(request):
    return HttpResponse(as_text(present(request)), content_type="text/plain; charset=utf-8")


def present(request):
    return Presentation(read_inquiry(request.GET), timezone.localdate())
