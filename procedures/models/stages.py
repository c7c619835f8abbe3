from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.Model):
    """A stretch of the road: plan, formalise, premises, permits, hire, operate."""

    slug = models.SlugField(_("slug"), max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["position"]

    def __str__(self):
        return self.name or self.slug


class Audience(models.Model):
    """A group of people a program is meant for."""

    slug = models.SlugField(_("slug"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
        ordering = ["slug"]

    def __str__(self):
        return self.name or self.slug
