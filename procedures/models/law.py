from django.db import models
from django.utils.translation import gettext_lazy as _

from procedures.models.assurance import Verified
from procedures.models.places import Level


class LegalInstrument(models.Model):
    """A law, code, regulation, agreement or tariff that grounds a procedure or a fee."""

    class Kind(models.TextChoices):
        LAW = "law", _("law")
        CODE = "code", _("code")
        REGULATION = "regulation", _("regulation")
        AGREEMENT = "agreement", _("agreement or rule")
        TARIFF = "tariff", _("tariff")

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=300)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.LAW)
    level = models.CharField(_("level"), max_length=16, choices=Level.choices, default=Level.FEDERAL)
    url = models.URLField(_("address"), max_length=500, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    reformed_on = models.DateField(_("last reformed on"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("legal instrument")
        verbose_name_plural = _("legal instruments")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(published_on__isnull=True)
                | models.Q(reformed_on__isnull=True)
                | models.Q(reformed_on__gte=models.F("published_on")),
                name="legal_instrument_reformed_after_published",
                violation_error_message=_("The last reform can't be before the publication."),
            )
        ]

    def __str__(self):
        return self.name or self.slug


class UnitValueQuerySet(models.QuerySet):
    def in_force_on(self, date):
        """Values whose validity includes the date; at most one per unit."""
        return self.filter(valid_from__lte=date, valid_to__gte=date)


class UnitValue(Verified):
    """The value in pesos of a unit of account (UMA) over one year's validity."""

    class Unit(models.TextChoices):
        UMA = "UMA", "UMA"

    unit = models.CharField(_("unit"), max_length=8, choices=Unit.choices, default=Unit.UMA)
    year = models.PositiveSmallIntegerField(_("year"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    daily = models.DecimalField(_("daily value"), max_digits=12, decimal_places=2)
    monthly = models.DecimalField(_("monthly value"), max_digits=12, decimal_places=2)
    yearly = models.DecimalField(_("yearly value"), max_digits=12, decimal_places=2)

    objects = UnitValueQuerySet.as_manager()

    class Meta(Verified.Meta):
        verbose_name = _("unit value")
        verbose_name_plural = _("unit values")
        ordering = ["-year"]
        constraints = [
            *Verified.Meta.constraints,
            models.UniqueConstraint(fields=["unit", "year"], name="unit_value_once_per_year"),
            models.CheckConstraint(
                condition=models.Q(valid_to__gt=models.F("valid_from")), name="unit_value_validity_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(daily__gt=0, monthly__gt=0, yearly__gt=0), name="unit_value_positive"
            ),
        ]

    def __str__(self):
        return f"{self.unit} {self.year}"
