from functools import reduce
from operator import or_

from django.core.validators import RegexValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from procedures.guide.parameters import NO_TYPE, NOT_QUESTIONS, TRACKERS
from procedures.models.situations import Situation
from procedures.roadmap.answers import UNSURE

TAKEN = _("The addresses of the guide use this word for something else: write a different one.")


class SetsSituations(models.Model):
    """Adds the situations that an answer or a business type makes true or false."""

    sets_true = models.ManyToManyField(Situation, blank=True, related_name="+", verbose_name=_("makes true"))
    sets_false = models.ManyToManyField(Situation, blank=True, related_name="+", verbose_name=_("makes false"))

    class Meta:
        abstract = True

    @cached_property
    def facts(self):
        """The situations known to be true and known to be false: `{"true": {…}, "false": {…}}`."""
        return {"true": frozenset(self.sets_true.all()), "false": frozenset(self.sets_false.all())}


class BusinessType(SetsSituations):
    """A *giro* in everyday words: what a person says they want to open."""

    class Risk(models.TextChoices):
        LOW = "low", _("low")
        MEDIUM = "medium", _("medium")
        HIGH = "high", _("high")
        UNKNOWN = "unknown", _("unknown")

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = models.CharField(_("everyday name"), max_length=120)
    synonyms = models.TextField(_("everyday synonyms"), blank=True, help_text=_("One per line, as people type them."))
    scian_code = models.CharField(
        _("SCIAN code"), max_length=6, blank=True, validators=[RegexValidator(r"^\d{6}$", _("Six digits."))]
    )
    scian_title = models.CharField(_("SCIAN title"), max_length=250, blank=True)
    risk = models.CharField(_("risk"), max_length=8, choices=Risk.choices, default=Risk.UNKNOWN)

    class Meta:
        verbose_name = _("business type")
        verbose_name_plural = _("business types")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scian_code="") | models.Q(scian_code__regex=r"^[0-9]{6}$"),
                name="business_type_scian_six_digits",
            ),
            models.CheckConstraint(
                condition=models.Q(risk__in=["low", "medium", "high", "unknown"]), name="business_type_risk_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(slug=NO_TYPE),
                name="business_type_slug_not_taken",
                violation_error_message=TAKEN,
            ),
        ]

    def __str__(self):
        return self.name or self.slug


class Question(models.Model):
    """One question of the guide; asked always, or only where a situation has a given value."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    text = models.CharField(_("question"), max_length=250)
    help = models.TextField(_("help"), blank=True)
    depends_on = models.ForeignKey(
        Situation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="dependent_questions",
        verbose_name=_("asked only if"),
    )
    depends_value = models.BooleanField(_("… is"), default=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=~reduce(or_, (models.Q(slug__startswith=beginning) for beginning in TRACKERS))
                & ~models.Q(slug__in=sorted(NOT_QUESTIONS)),
                name="question_slug_not_taken",
                violation_error_message=TAKEN,
            )
        ]

    def __str__(self):
        return self.text or self.slug


class Choice(SetsSituations):
    """One answer to a question and what it makes true or false of the business."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices", verbose_name=_("question"))
    slug = models.SlugField(_("slug"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    label = models.CharField(_("answer"), max_length=200)

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["question", "slug"], name="choice_slug_once_per_question"),
            models.CheckConstraint(
                condition=~models.Q(slug=UNSURE), name="choice_slug_not_taken", violation_error_message=TAKEN
            ),
        ]

    def __str__(self):
        return self.label or self.slug
