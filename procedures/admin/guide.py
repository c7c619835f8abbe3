from django.contrib import admin
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from procedures.admin.bilingual import Bilingual, both
from procedures.admin.forms import CatalogueForm, OrderedFormSet
from procedures.admin.records import RecordAdmin, version_links
from procedures.admin.rules import asked_when, decides
from procedures.models import BusinessType, Choice, Conditional, ProcedureVersion, ProgramVersion, Question, Situation


@admin.register(Situation)
class SituationAdmin(RecordAdmin):
    list_display = ("title", "slug", "question_count")
    search_fields = ("name_es", "name_en", "slug")
    readonly_fields = ("decides_procedures", "decides_programs")
    fieldsets = (
        (None, {"fields": [*both("name"), "slug", *both("help")]}),
        (_("What it decides"), {"fields": ["decides_procedures", "decides_programs"]}),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(question_total=Count("dependent_questions"))

    @admin.display(description=_("fact"), ordering="name_es")
    def title(self, situation):
        return str(situation)

    @admin.display(description=_("questions that depend on it"), ordering="question_total")
    def question_count(self, situation):
        return situation.question_total

    @admin.display(description=_("procedures"))
    def decides_procedures(self, situation):
        """Those that name it in a condition of their own, of a requirement or of a fee."""
        naming = Q()
        for owner in ("", "requirements__", "fees__"):
            for field in Conditional.CONDITION_FIELDS:
                naming |= Q(**{f"{owner}{field}": situation.pk})
        versions = ProcedureVersion.objects.published().filter(naming).distinct()
        return version_links(versions, using=situation)

    @admin.display(description=_("programs"))
    def decides_programs(self, situation):
        naming = Q()
        for field in Conditional.CONDITION_FIELDS:
            naming |= Q(**{field: situation.pk})
        versions = ProgramVersion.objects.published().filter(naming).distinct()
        return version_links(versions, using=situation)


@admin.register(BusinessType)
class BusinessTypeAdmin(RecordAdmin):
    change_list_template = "admin/procedures/rules_change_list.html"
    list_display = ("title", "scian_code", "scian_title", "risk", decides)
    list_filter = ("risk",)
    search_fields = ("name_es", "name_en", "synonyms_es", "synonyms_en", "slug", "scian_code", "scian_title")
    fieldsets = (
        (None, {"fields": [*both("name"), "slug", *both("synonyms"), ("scian_code", "scian_title", "risk")]}),
        (_("What it makes true or false"), {"fields": [decides, ("sets_true", "sets_false")]}),
    )
    readonly_fields = (decides,)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("sets_true", "sets_false")

    @admin.display(description=_("everyday name"), ordering="name_es")
    def title(self, business_type):
        return str(business_type)


class ChoiceForm(CatalogueForm):
    slug_source = "label_es"


class ChoiceInline(Bilingual, admin.StackedInline):
    model = Choice
    form = ChoiceForm
    formset = OrderedFormSet
    extra = 1
    readonly_fields = (decides,)
    fieldsets = ((None, {"fields": [*both("label"), ("slug", "position"), decides, ("sets_true", "sets_false")]}),)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("sets_true", "sets_false")


class QuestionForm(CatalogueForm):
    slug_source = "text_es"


@admin.register(Question)
class QuestionAdmin(RecordAdmin):
    form = QuestionForm
    change_list_template = "admin/procedures/rules_change_list.html"
    list_display = ("title", "position", asked_when, "choice_count")
    list_editable = ("position",)
    list_select_related = ("depends_on",)
    search_fields = ("text_es", "text_en", "slug")
    inlines = (ChoiceInline,)
    fieldsets = (
        (
            None,
            {"fields": [*both("text"), "slug", *both("help"), "position", asked_when, ("depends_on", "depends_value")]},
        ),
    )
    readonly_fields = (asked_when,)

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(choice_total=Count("choices"))

    @admin.display(description=_("question"), ordering="text_es")
    def title(self, question):
        return str(question)

    @admin.display(description=_("choices"), ordering="choice_total")
    def choice_count(self, question):
        return question.choice_total
