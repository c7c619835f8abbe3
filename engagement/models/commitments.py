import datetime
import secrets
from pathlib import PurePath

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procedures.models import Institution, ProcedureVersion, Verified


class CommitmentQuerySet(models.QuerySet):
    def for_page(self):
        """With its institutions, history and milestones, each milestone with all its updates and evidence."""
        return self.prefetch_related(
            "institutions", "sources", "events", Prefetch("milestones", Milestone.objects.for_page())
        )

    def with_milestones(self):
        """With its milestones and their updates, from which the current status is read."""
        return self.prefetch_related("milestones__updates")


class Commitment(Verified):
    """A promise made in an open-government action plan."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=300)
    title_note = models.CharField(_("note on the title"), max_length=250, blank=True)
    plan = models.CharField(_("action plan"), max_length=250, blank=True)
    network = models.CharField(_("network"), max_length=200, blank=True)
    url = models.URLField(_("official record"), max_length=500, blank=True)
    starts_month = models.DateField(_("starts (month)"), null=True, blank=True)
    ends_month = models.DateField(_("ends (month)"), null=True, blank=True)
    institutions = models.ManyToManyField(
        Institution, blank=True, related_name="commitments", verbose_name=_("institutions")
    )
    other_participants = models.TextField(_("other participants"), blank=True, help_text=_("One per line."))
    ogp_values = models.TextField(_("open-government values"), blank=True, help_text=_("One per line."))
    policy_area = models.CharField(_("policy area"), max_length=200, blank=True)
    problem = models.TextField(_("problem it answers"), blank=True)
    actions = models.TextField(_("actions"), blank=True, help_text=_("One per line."))
    status_note = models.TextField(_("note on the status"), blank=True)

    objects = CommitmentQuerySet.as_manager()

    class Meta(Verified.Meta):
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["code"]
        constraints = [
            *Verified.Meta.constraints,
            models.CheckConstraint(
                condition=Q(starts_month__isnull=True)
                | Q(ends_month__isnull=True)
                | Q(ends_month__gte=F("starts_month")),
                name="commitment_in_order",
                violation_error_message=_("It ends after it starts."),
            ),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        return reverse("engagement:commitment", args=[self.code])


class CommitmentEvent(models.Model):
    """A dated fact of a commitment's history, with its source."""

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="events")
    date = models.DateField(_("date"), null=True, blank=True, help_text=_("Empty if the source shows none."))
    text = models.TextField(_("text"))
    source_url = models.URLField(_("source"), max_length=500, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = [F("date").asc(nulls_last=True), "id"]

    def __str__(self):
        return self.text[:80]


class MilestoneQuerySet(models.QuerySet):
    def for_page(self):
        """With responsible institutions, updates (newest first, with their evidence) and verdicts."""
        return self.prefetch_related(
            "responsible",
            Prefetch("updates", StatusUpdate.objects.prefetch_related(Prefetch("evidence", Evidence.objects.linked()))),
            Prefetch("verdicts", Verdict.objects.select_related("institution")),
        )

    def without_update(self):
        """Milestones of which no status was ever recorded."""
        return self.filter(updates__isnull=True)

    def with_update(self):
        return self.filter(updates__isnull=False).distinct()

    def unreported_since(self, date):
        """Milestones of which nothing was recorded since the date, unless the last word is that it is finished."""
        of_it = StatusUpdate.objects.filter(milestone=OuterRef("pk"))
        day = timezone.make_aware(datetime.datetime.combine(date, datetime.time.min))
        last_status = of_it.order_by("-created_at", "-id").values("status")[:1]
        return self.annotate(last_status=Subquery(last_status)).filter(
            Q(last_status__isnull=True) | ~Q(last_status=StatusUpdate.Status.FINISHED),
            ~Q(Exists(of_it.filter(created_at__gte=day))),
        )


class Milestone(models.Model):
    """One verifiable step of a commitment, with its own dates and status."""

    commitment = models.ForeignKey(
        Commitment, on_delete=models.PROTECT, related_name="milestones", verbose_name=_("commitment")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=300)
    starts_month = models.DateField(_("starts (month)"), null=True, blank=True)
    ends_month = models.DateField(_("ends (month)"), null=True, blank=True)
    responsible = models.ManyToManyField(
        Institution, blank=True, related_name="milestones", verbose_name=_("responsible institutions")
    )

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["commitment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["commitment", "number"], name="milestone_number_once"),
            models.CheckConstraint(
                condition=Q(starts_month__isnull=True)
                | Q(ends_month__isnull=True)
                | Q(ends_month__gte=F("starts_month")),
                name="milestone_in_order",
                violation_error_message=_("It ends after it starts."),
            ),
        ]

    def __str__(self):
        return f"{self.commitment_id and self.commitment.code} – {self.number}"

    def get_absolute_url(self):
        return reverse("engagement:milestone", args=[self.commitment.code, self.number])

    @property
    def current_update(self):
        """The newest status update, or None while no status was ever recorded. Uses prefetched updates."""
        return next(iter(self.updates.all()), None)

    @property
    def current_verdict(self):
        return next(iter(self.verdicts.all()), None)


class StatusUpdate(models.Model):
    """What the directorate reported of a milestone for a period. Append-only: a mistake takes a new update."""

    class Status(models.TextChoices):
        """The five options of the commitment's own record."""

        NOT_STARTED = "not_started", _("not started")
        IN_PROGRESS = "in_progress", _("in progress")
        STUCK = "stuck", _("stuck")
        FINISHED = "finished", _("finished")
        INCOMPLETE = "incomplete", _("incomplete")

    milestone = models.ForeignKey(
        Milestone, on_delete=models.PROTECT, related_name="updates", verbose_name=_("milestone")
    )
    status = models.CharField(_("status"), max_length=12, choices=Status.choices)
    period_from = models.DateField(_("period from"))
    period_to = models.DateField(_("period to"))
    progress = models.TextField(_("progress"), blank=True)
    obstacles = models.TextField(_("obstacles"), blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("author")
    )
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("status update")
        verbose_name_plural = _("status updates")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["not_started", "in_progress", "stuck", "finished", "incomplete"]),
                name="status_update_one_of_five",
            ),
            models.CheckConstraint(
                condition=Q(period_to__gte=F("period_from")),
                name="status_update_period_in_order",
                violation_error_message=_("The period ends after it begins."),
            ),
        ]

    def __str__(self):
        return f"{self.milestone}: {self.get_status_display()}"


def evidence_path(evidence, filename):
    """Where a file is kept: a name that nobody can guess or choose, with the ending alone of the one it came with."""
    return f"evidence/{secrets.token_hex(16)}{PurePath(filename).suffix.lower()}"


class EvidenceQuerySet(models.QuerySet):
    def linked(self):
        """With the published record that each may point to."""
        return self.select_related("procedure_version__procedure")


class Evidence(models.Model):
    """What shows the progress that an update reports: a file, a link or a published record."""

    update = models.ForeignKey(
        StatusUpdate, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("status update")
    )
    title = models.CharField(_("title"), max_length=200)
    file = models.FileField(_("file"), upload_to=evidence_path, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    procedure_version = models.ForeignKey(
        ProcedureVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published record"),
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=(~Q(file="") & Q(url="", procedure_version__isnull=True))
                | (Q(file="", procedure_version__isnull=True) & ~Q(url=""))
                | Q(file="", url="", procedure_version__isnull=False),
                name="evidence_is_one_thing",
                violation_error_message=_("Give a file, an address or a published record: exactly one."),
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        """Where a reader finds it: our download, the address itself or the record's page."""
        if self.file:
            return reverse("engagement:evidence", args=[self.pk])
        return self.url or self.procedure_version.get_absolute_url()


class Verdict(models.Model):
    """The reviewing body's own judgement of a milestone, beside the directorate's status. Append-only."""

    class Scale(models.TextChoices):
        NO_EVIDENCE = "no_evidence", _("no evidence")
        NOT_STARTED = "not_started", _("not started")
        LIMITED = "limited", _("limited")
        SUBSTANTIAL = "substantial", _("substantial")
        COMPLETE = "complete", _("complete")

    milestone = models.ForeignKey(
        Milestone, on_delete=models.PROTECT, related_name="verdicts", verbose_name=_("milestone")
    )
    verdict = models.CharField(_("verdict"), max_length=12, choices=Scale.choices)
    reasons = models.TextField(_("reasons"), blank=True)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("reviewing body")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("author")
    )
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["no_evidence", "not_started", "limited", "substantial", "complete"]),
                name="verdict_on_the_scale",
            )
        ]

    def __str__(self):
        return f"{self.milestone}: {self.get_verdict_display()}"
