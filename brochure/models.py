from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from brochure.ledger.models import LedgerEntry as LedgerEntry  # Django finds an app's models here
from procedures.models import ProcedureVersion, ProgramVersion


class EditionQuerySet(models.QuerySet):
    def published(self):
        """Editions whose files are complete and frozen."""
        return self.filter(published_at__isnull=False)

    def drafts(self):
        """Editions that were composed and not published."""
        return self.filter(published_at__isnull=True)

    def with_files(self):
        return self.prefetch_related("files")

    def for_lists(self):
        """With their files and `record_count`, how many versions they hold."""
        return self.with_files().annotate(record_count=models.Count("items"))


class Edition(models.Model):
    """A numbered print run of the catalogue: the exact versions it holds and one file per language.

    Once `published_at` is set nothing of it changes any more.
    """

    class Kind(models.TextChoices):
        COMPLETE = "complete", _("complete")
        STAGE = "stage", _("by stage")
        TOPIC = "topic", _("by topic")
        ROADMAP = "roadmap", _("one business's roadmap")

    number = models.PositiveIntegerField(_("number"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.COMPLETE)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-number"]
        permissions = [("publish_edition", "Can render, publish and withdraw editions")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["complete", "stage", "topic", "roadmap"]), name="edition_kind_known"
            )
        ]

    def __str__(self):
        return f"{self.number}. {self.title}"

    def get_absolute_url(self):
        return reverse("brochure:edition", args=[self.number])


class EditionItemQuerySet(models.QuerySet):
    def for_contents(self):
        """In the edition's order, with what a list of them shows."""
        return self.select_related(
            "procedure_version__procedure", "procedure_version__stage", "program_version__program"
        )


class EditionItem(models.Model):
    """One exact version that an edition holds, in its place."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField(_("position"))
    procedure_version = models.ForeignKey(
        ProcedureVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="edition_items"
    )
    program_version = models.ForeignKey(
        ProgramVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="edition_items"
    )

    objects = EditionItemQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "position"], name="edition_item_position_once"),
            models.UniqueConstraint(fields=["edition", "procedure_version"], name="edition_holds_procedure_once"),
            models.UniqueConstraint(fields=["edition", "program_version"], name="edition_holds_program_once"),
            models.CheckConstraint(
                condition=Q(procedure_version__isnull=False, program_version__isnull=True)
                | Q(procedure_version__isnull=True, program_version__isnull=False),
                name="edition_item_is_one_record",
            ),
        ]

    def __str__(self):
        return str(self.version)

    @property
    def version(self):
        return self.procedure_version or self.program_version


class EditionFile(models.Model):
    """The PDF of an edition in one language; `path` is relative to the editions' folder."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="files")
    language = models.CharField(_("language"), max_length=8)
    path = models.CharField(max_length=200)
    pages = models.PositiveIntegerField(_("pages"))
    bytes = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        ordering = ["-language"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "language"], name="edition_file_once_per_language"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$", pages__gt=0, bytes__gt=0), name="edition_file_measured"
            ),
        ]

    def __str__(self):
        return self.path

    def get_absolute_url(self):
        return reverse("brochure:edition_file", args=[self.edition.number, self.language])
