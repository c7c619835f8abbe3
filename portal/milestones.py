"""A milestone on paper: the dialogue's records drawn by the brochure's press, which only the portal may combine."""

from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from brochure import pdf
from brochure.downloads import send_rendered
from engagement.views.commitments import get_milestone


@require_safe
def milestone_pdf(request, code, number):
    """Status, evidence, history and the reviewer's verdicts, to hand in or keep."""
    milestone, language = get_milestone(code, number), get_language()
    context = {"milestone": milestone, "date": timezone.localdate()}
    return send_rendered(
        request,
        pdf.render_html("engagement/milestone_pdf.html", context, language=language),
        cache=f"milestones/{code}/{number}-{language}",
        filename=f"{code}-{number}-{language}.pdf",
        page=milestone.get_absolute_url(),
    )
