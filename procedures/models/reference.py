from django.db import models
from django.utils.translation import gettext_lazy as _

from procedures.models.guide import BusinessType


class ReferenceBusinessQuerySet(models.QuerySet):
    def active(self):
        """Those that are measured at the next edition, with their business type."""
        return self.filter(is_active=True).select_related("business_type")


class ReferenceBusiness(models.Model):
    """One business that stands for many: what it takes to open it is recorded at every edition of the brochure.

    `answers` are the guide's own parameters, question → choice by slug, beside the business type.
    """

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    business_type = models.ForeignKey(
        BusinessType, on_delete=models.PROTECT, related_name="+", verbose_name=_("business type")
    )
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Measured at the next edition. What was recorded stays in any case.")
    )

    objects = ReferenceBusinessQuerySet.as_manager()

    class Meta:
        verbose_name = _("reference business")
        verbose_name_plural = _("reference businesses")
        ordering = ["position", "slug"]

    def __str__(self):
        return self.name or self.slug
