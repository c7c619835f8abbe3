"""What makes a published ficha doubtful again: a reform of the law it rests on, a new UMA, a fee that ran out."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procedures.models.assurance import Assurance
from procedures.models.law import LegalInstrument, UnitValue
from procedures.models.procedures import ProcedureVersion
from procedures.models.versions import VersionState


class Reform(models.Model):
    """A law, or some of its articles, was changed; said once by one of the staff and never altered."""

    instrument = models.ForeignKey(
        LegalInstrument, on_delete=models.PROTECT, related_name="reforms", verbose_name=_("legal instrument")
    )
    articles = models.CharField(
        _("articles"), max_length=200, blank=True, help_text=_("As in “arts. 14 y 160 a 165”. Empty: all of it.")
    )
    reformed_on = models.DateField(_("reformed on"))
    url = models.URLField(_("address of the reform"), max_length=500, blank=True)
    note = models.TextField(_("note"), blank=True, help_text=_("Internal: never shown to the public."))
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("marked by")
    )
    marked_at = models.DateTimeField(_("marked at"), default=timezone.now)

    class Meta:
        verbose_name = _("reform")
        verbose_name_plural = _("reforms")
        ordering = ["-reformed_on", "-id"]

    def __str__(self):
        return f"{self.instrument}, {self.articles}" if self.articles else str(self.instrument)

    @property
    def marked_on(self):
        """The date in Chihuahua on which it was marked: who verified a ficha since then knew of it."""
        return timezone.localtime(self.marked_at).date()


class ReverificationQuerySet(models.QuerySet):
    def open(self):
        """Doubts that nobody has settled yet."""
        return self.filter(settled_at__isnull=True)

    def waiting(self):
        """Open doubts about what the public sees now: what is to be verified."""
        return self.open().filter(version__state=VersionState.PUBLISHED)

    def for_page(self):
        return self.select_related("reform__instrument", "unit_value")


class Reverification(models.Model):
    """A published ficha has to be checked again, since when and why; settled by a check or by a new version."""

    class Cause(models.TextChoices):
        REFORM = "reform", _("the law was reformed")
        UNIT_VALUE = "unit_value", _("the UMA has a new value")
        FEE = "fee", _("the validity of an amount is over")

    class Outcome(models.TextChoices):
        UNCHANGED = "unchanged", _("verified, nothing changes")
        NEW_VERSION = "new_version", _("replaced by a new version")

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="reverifications")
    cause = models.CharField(_("cause"), max_length=12, choices=Cause.choices)
    reform = models.ForeignKey(
        Reform,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reverifications",
        verbose_name=_("reform"),
    )
    unit_value = models.ForeignKey(
        UnitValue, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit value")
    )
    assurance_before = models.CharField(_("assurance before"), max_length=12, choices=Assurance.choices)
    opened_at = models.DateTimeField(_("to be verified since"), default=timezone.now)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("marked by")
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_note = models.TextField(_("what was checked"), blank=True)

    objects = ReverificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reverification")
        verbose_name_plural = _("to be verified")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cause="reform", reform__isnull=False, unit_value__isnull=True)
                | Q(cause="unit_value", reform__isnull=True, unit_value__isnull=False)
                | Q(cause="fee", reform__isnull=True, unit_value__isnull=True),
                name="reverification_names_its_cause",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, outcome="")
                | Q(settled_at__isnull=False, settled_by__isnull=False, outcome__in=["unchanged", "new_version"]),
                name="reverification_settled_as_a_whole",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="unchanged") | Q(settled_note__gt=""), name="reverification_says_what_was_checked"
            ),
            models.CheckConstraint(
                condition=Q(assurance_before__in=Assurance.values), name="reverification_assurance_known"
            ),
            models.UniqueConstraint(fields=["version", "reform"], name="reverification_once_per_reform"),
            models.UniqueConstraint(fields=["version", "unit_value"], name="reverification_once_per_unit_value"),
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(cause="fee", settled_at__isnull=True),
                name="reverification_one_for_fees",
            ),
        ]

    def __str__(self):
        return f"{self.version}: {self.get_cause_display()}"
