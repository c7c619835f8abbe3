"""What hangs on a version while it is no more than the staff's: the talk of its review, and its secret links."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OfOneVersion(models.Model):
    """Adds the version that a row belongs to: one of a procedure or one of a program."""

    procedure_version = models.ForeignKey(
        "procedures.ProcedureVersion", on_delete=models.CASCADE, null=True, blank=True, related_name="%(class)ss"
    )
    program_version = models.ForeignKey(
        "procedures.ProgramVersion", on_delete=models.CASCADE, null=True, blank=True, related_name="%(class)ss"
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(procedure_version__isnull=True, program_version__isnull=False)
                | Q(procedure_version__isnull=False, program_version__isnull=True),
                name="%(app_label)s_%(class)s_of_one_version",
            )
        ]

    @property
    def version(self):
        return self.procedure_version or self.program_version


class ReviewNote(OfOneVersion):
    """One turn in the conversation of author and reviewer about a version. Never changed: each round adds its own."""

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", _("submitted for review")
        RETURNED = "returned", _("returned to the author")
        APPROVED = "approved", _("approved")

    kind = models.CharField(_("what was done"), max_length=12, choices=Kind.choices)
    note = models.TextField(_("note"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    publish_at = models.DateTimeField(_("to be published at"), null=True, blank=True)

    class Meta(OfOneVersion.Meta):
        abstract = False
        verbose_name = _("review note")
        verbose_name_plural = _("review notes")
        ordering = ["at", "id"]
        constraints = [
            *OfOneVersion.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=["submitted", "returned", "approved"]), name="review_note_kind_known"
            ),
            models.CheckConstraint(condition=~Q(kind="returned") | Q(note__gt=""), name="review_note_return_says_why"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.note}"


class PreviewLinkQuerySet(models.QuerySet):
    def valid_on(self, moment):
        """Links that still open something: neither expired nor revoked."""
        return self.filter(expires_at__gt=moment, revoked_at__isnull=True)


class PreviewLink(OfOneVersion):
    """A secret address under which somebody without an account reads a version that is not public.

    The row holds no secret: the key in the address is the row's number, signed (`procedures.preview`).
    """

    label = models.CharField(_("for whom"), max_length=120, blank=True, help_text=_("For example: legal department."))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("works until"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta(OfOneVersion.Meta):
        abstract = False
        verbose_name = _("secret link")
        verbose_name_plural = _("secret links")
        ordering = ["-created_at", "-id"]

    def __str__(self):
        return self.label or str(self.pk)

    def is_valid_on(self, moment):
        return self.revoked_at is None and self.expires_at > moment
