"""Reference businesses: their answers are pasted from the guide, checked, and read back in words."""

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procedures.admin.bilingual import both
from procedures.admin.forms import CatalogueForm
from procedures.admin.records import RecordAdmin
from procedures.guide.reference import Wording, measure, plan_address, read_written
from procedures.models import ReferenceBusiness
from procedures.roadmap.answers import read_answers
from procedures.roadmap.catalogue import read_business_types, read_catalogue, read_questions, read_units


class AnswersField(forms.CharField):
    """An address of the guide, or `question=choice` on a line each → `(business type named in it, pairs)`."""

    widget = forms.Textarea(attrs={"rows": 8, "spellcheck": "false"})

    def to_python(self, value):
        return read_written(super().to_python(value))

    def prepare_value(self, value):
        return "\n".join(f"{question}={choice}" for question, choice in value.items()) if is_answers(value) else value

    def validate(self, value):
        """No answers at all are answers too: everything is open."""

    def run_validators(self, value):
        """The ones for a text say nothing of pairs."""

    def has_changed(self, initial, data):
        return sorted((initial or {}).items()) != sorted(self.to_python(data)[1])


def is_answers(value):
    return isinstance(value, dict)


class ReferenceBusinessForm(CatalogueForm):
    answers = AnswersField(
        label=_("Answers"),
        required=False,
        help_text=_(
            "Answer the guide as this business would and paste the address of its plan, or write one "
            "question=choice per line."
        ),
    )

    def clean_answers(self):
        """Question → choice, in the order of the guide; every answer that the guide would not take is named."""
        named_type, pairs = self.cleaned_data["answers"]
        kind = self.cleaned_data.get("business_type")
        if named_type and kind and named_type != kind.slug:
            raise forms.ValidationError(
                gettext("The address is of the line of business “%(named)s”, not of “%(chosen)s”: choose the same one.")
                % {"named": named_type, "chosen": kind.slug}
            )
        types = {entry.slug: entry for entry in read_business_types()}
        profile = read_answers(pairs, read_questions(), types.get(kind.slug) if kind else None)
        if profile.problems:
            wording = Wording()
            raise forms.ValidationError([wording.problem(problem) for problem in profile.problems])
        return profile.answers


@admin.register(ReferenceBusiness)
class ReferenceBusinessAdmin(RecordAdmin):
    form = ReferenceBusinessForm
    list_display = ("title", "business_type", "position", "is_active", "answer_count")
    list_editable = ("position", "is_active")
    list_select_related = ("business_type",)
    search_fields = ("name_es", "name_en", "slug")
    readonly_fields = ("in_words", "still_open", "plan")
    fieldsets = (
        (None, {"fields": [*both("name"), "slug", ("position", "is_active"), "business_type", "answers"]}),
        (_("What the guide makes of it"), {"fields": ["in_words", "still_open", "plan"]}),
    )

    def get_fieldsets(self, request, obj=None):
        return super().get_fieldsets(request, obj) if obj else self.fieldsets[:1]

    @admin.display(description=_("name"), ordering="name_es")
    def title(self, business):
        return str(business)

    @admin.display(description=_("answers"))
    def answer_count(self, business):
        return len(business.answers)

    @admin.display(description=_("Answers in words"))
    def in_words(self, business):
        wording = Wording()
        said = format_html_join("", "<dt>{}</dt><dd>{}</dd>", wording.answers(business.answers))
        problems = read_answers(business.answers.items(), read_questions(), business_type_of(business)).problems
        wrong = format_html_join("", '<p class="errornote">{}</p>', ((wording.problem(one),) for one in problems))
        return format_html("{}<dl>{}</dl>", wrong, said) if business.answers else "–"

    @admin.display(description=_("Questions left open"))
    def still_open(self, business):
        """Questions whose answers could still change its plan: figures with them say less."""
        [measured] = measure([business], read_catalogue(), read_units(timezone.localdate()))
        wording = Wording()
        rows = [(wording.question(question.slug),) for question in measured.open_questions]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", rows)) if rows else _("None.")

    @admin.display(description=_("Its plan"))
    def plan(self, business):
        address = plan_address(business.business_type.slug, business.answers)
        return format_html('<a href="{}">{}</a>', address, gettext("See on the site"))


def business_type_of(business):
    return next((kind for kind in read_business_types() if kind.slug == business.business_type.slug), None)
