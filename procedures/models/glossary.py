from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class GlossaryTerm(models.Model):
    """A word of officialdom explained in everyday words."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    term = models.CharField(_("term"), max_length=120)
    definition = models.TextField(_("definition"))
    aliases = models.TextField(
        _("other forms"), blank=True, help_text=_("One per line: plurals and variants as they stand in texts.")
    )

    class Meta:
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary terms")
        ordering = ["slug"]

    def __str__(self):
        return self.term or self.slug

    def get_absolute_url(self):
        return f"{reverse('procedures:glossary')}#{self.slug}"
