from django.db import models
from django.utils.translation import gettext_lazy as _

from procedures.conditions import evaluate, undecided


class Situation(models.Model):
    """A fact about a business that is true, false or not known: it handles food, it has employees …"""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = models.CharField(
        _("fact"), max_length=160, help_text=_("Reads well after “because”: “it sells alcoholic drinks”.")
    )
    help = models.TextField(_("help"), blank=True)

    class Meta:
        verbose_name = _("situation")
        verbose_name_plural = _("situations")
        ordering = ["slug"]

    def __str__(self):
        return self.name or self.slug


class Conditional(models.Model):
    """Adds the rule that says for which businesses an item applies: all of, any of, none of."""

    all_of = models.ManyToManyField(Situation, blank=True, related_name="+", verbose_name=_("applies if all of"))
    any_of = models.ManyToManyField(Situation, blank=True, related_name="+", verbose_name=_("and at least one of"))
    none_of = models.ManyToManyField(Situation, blank=True, related_name="+", verbose_name=_("and none of"))

    CONDITION_FIELDS = ("all_of", "any_of", "none_of")

    class Meta:
        abstract = True

    @property
    def has_conditions(self):
        return any(getattr(self, field).all() for field in self.CONDITION_FIELDS)

    def applies_to(self, business):
        """True, False or None (not decided) for a business type or an answer, by its `facts`."""
        return evaluate(*self._rule, **business.facts)

    def open_facts_for(self, business):
        """The situations that would decide whether it applies; empty where the known facts already do."""
        return undecided(*self._rule, **business.facts)

    @property
    def _rule(self):
        return [list(getattr(self, field).all()) for field in self.CONDITION_FIELDS]
