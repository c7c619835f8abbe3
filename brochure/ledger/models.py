from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from brochure.ledger.comparison import Figure, Measure
from procedures.guide.reference import plan_address
from procedures.models import ReferenceBusiness


class LedgerEntryQuerySet(models.QuerySet):
    def for_series(self):
        """Business by business in their order, oldest edition first, with both."""
        related = self.select_related("edition", "business")
        return related.order_by("business__position", "business__slug", "edition__number")


class LedgerEntry(models.Model):
    """What opening one reference business took when an edition was published. It never changes.

    `name`, `kind` (the slug of its business type), `answers` and `facts` (what the guide made of them) are what the
    business was at that time, whatever becomes of it. Counts are those of its plan (`roadmap.totals`); what is
    `unstated` or unknown is not in the figure beside it.
    """

    edition = models.ForeignKey(
        "brochure.Edition", on_delete=models.CASCADE, related_name="ledger", verbose_name=_("edition")
    )
    business = models.ForeignKey(
        ReferenceBusiness, on_delete=models.PROTECT, related_name="ledger", verbose_name=_("reference business")
    )
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("business type"), max_length=80)
    answers = models.JSONField(_("answers"), default=dict)
    facts = models.JSONField(_("facts"), default=dict)

    procedures_sure = models.PositiveIntegerField(_("procedures that are sure"))
    procedures_open = models.PositiveIntegerField(_("procedures that depend on an answer"))
    documents = models.PositiveIntegerField(_("documents to bring"))
    originals = models.PositiveIntegerField(_("originals"))
    copies = models.PositiveIntegerField(_("copies"))
    unstated = models.PositiveIntegerField(_("uses without a number of copies"))
    visits = models.PositiveIntegerField(_("visits"))
    days_from = models.PositiveIntegerField(_("business days, from"), null=True)
    days_to = models.PositiveIntegerField(_("business days, to"), null=True)
    times_unknown = models.PositiveIntegerField(_("procedures whose time is not known"))
    pesos_from = models.DecimalField(_("pesos, from"), max_digits=12, decimal_places=2)
    pesos_to = models.DecimalField(_("pesos, to"), max_digits=12, decimal_places=2)
    costs_unknown = models.PositiveIntegerField(_("procedures whose cost is not known"))

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        app_label = "brochure"
        verbose_name = _("ledger entry")
        verbose_name_plural = _("simplification ledger")
        ordering = ["-edition__number", "business__position", "business__slug"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "business"], name="ledger_entry_once_per_edition"),
            models.CheckConstraint(
                condition=Q(days_from__isnull=True, days_to__isnull=True)
                | Q(days_from__isnull=False, days_to__isnull=False, days_from__lte=F("days_to")),
                name="ledger_entry_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(pesos_from__gte=0, pesos_from__lte=F("pesos_to")), name="ledger_entry_pesos_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.name} ({self.edition.number})"

    def get_absolute_url(self):
        return reverse("brochure:ledger_business", args=[self.business.slug])

    @property
    def definition(self):
        """What must be the same for two entries to be compared; a new name alone makes no other business."""
        return self.kind, self.answers, self.facts

    @property
    def plan_address(self):
        """The plan of the business as it was defined, by what is in force today."""
        return plan_address(self.kind, self.answers)

    @property
    def figures(self):
        """Measure → Figure; nothing counted while something is missing is not known, not nothing."""
        return {
            Measure.PROCEDURES: Figure(self.procedures_sure, self.procedures_sure + self.procedures_open),
            Measure.DOCUMENTS: Figure(self.documents, self.documents),
            Measure.ORIGINALS: figure(self.originals, self.originals, self.unstated),
            Measure.COPIES: figure(self.copies, self.copies, self.unstated),
            Measure.VISITS: Figure(self.visits, self.visits),
            Measure.DAYS: figure(self.days_from, self.days_to, self.times_unknown),
            Measure.PESOS: figure(self.pesos_from, self.pesos_to, self.costs_unknown),
        }


def figure(low, high, missing):
    return Figure(low, high, missing) if high or not missing else Figure(None, None, missing)
