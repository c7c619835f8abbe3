from django.db import models
from django.utils.translation import gettext_lazy as _


class Assurance(models.TextChoices):
    """How sure the directorate is of a record; the public page says it plainly."""

    CONFIRMED = "confirmed", _("confirmed")
    PARTLY = "partly", _("partly confirmed")
    UNVERIFIED = "unverified", _("not verified")


class Source(models.Model):
    """A page or publication that was consulted; one row however many records rest on it."""

    url = models.URLField(_("address"), max_length=500, unique=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    consulted_on = models.DateField(_("consulted on"), null=True, blank=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["id"]

    def __str__(self):
        return self.title or self.url

    @property
    def site(self):
        """The host name without `www.`: what a reader recognises of an address."""
        return self.url.split("//", 1)[-1].split("/", 1)[0].removeprefix("www.")


class Verified(models.Model):
    """Adds to a record how sure we are of it, who checked it and when it must be checked again."""

    assurance = models.CharField(_("assurance"), max_length=12, choices=Assurance.choices, default=Assurance.UNVERIFIED)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    verified_by = models.ForeignKey(
        "procedures.Institution",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("verified by (unit)"),
    )
    check_by = models.DateField(_("check again by"), null=True, blank=True)
    staff_note = models.TextField(_("staff note"), blank=True, help_text=_("Internal: never shown to the public."))
    sources = models.ManyToManyField(Source, blank=True, related_name="+", verbose_name=_("sources"))

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(assurance__in=Assurance.values), name="%(app_label)s_%(class)s_assurance_known"
            )
        ]
