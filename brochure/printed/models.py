from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procedures.models import ProcedureVersion, ProgramVersion


class PrintedRecordQuerySet(models.QuerySet):
    def of(self, version):
        """What was ever printed of the record that a ProcedureVersion or ProgramVersion belongs to."""
        return self.filter(**{f"{version.IDENTITY}_version__{version.IDENTITY}": version.identity})


class PrintedRecord(models.Model):
    """What was printed of a record in one language, word by word, under the key in its QR code.

    The same content printed again is the same row, whichever edition or sheet it stands in. `version` is the one that
    was printed first with it. Never changed nor deleted: paper can't be called back.
    """

    key = models.CharField(primary_key=True, max_length=10)
    language = models.CharField(_("language"), max_length=8)
    procedure_version = models.ForeignKey(
        ProcedureVersion, on_delete=models.PROTECT, null=True, related_name="printed_records"
    )
    program_version = models.ForeignKey(
        ProgramVersion, on_delete=models.PROTECT, null=True, related_name="printed_records"
    )
    sections = models.JSONField(help_text="[[heading, [line, …]], …]; see brochure.printed.snapshot")
    printed_at = models.DateTimeField(_("printed for the first time"), auto_now_add=True)

    objects = PrintedRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(key__regex=r"^[a-z2-7]{10}$"), name="printed_record_key_is_short"),
            models.CheckConstraint(
                condition=Q(procedure_version__isnull=False, program_version__isnull=True)
                | Q(procedure_version__isnull=True, program_version__isnull=False),
                name="printed_record_is_one_record",
            ),
        ]

    def __str__(self):
        return self.key

    def get_absolute_url(self):
        """Its record's page with a note of what has changed since."""
        version = self.version
        return reverse(f"brochure:printed_{version.IDENTITY}", args=[version.identity.slug, self.key])

    @property
    def version(self):
        return self.procedure_version or self.program_version


class Printing(models.Model):
    """That an edition holds a printed record."""

    edition = models.ForeignKey("brochure.Edition", on_delete=models.CASCADE, related_name="printings")
    record = models.ForeignKey(PrintedRecord, on_delete=models.PROTECT, related_name="printings")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "record"], name="printed_record_once_per_edition"),
        ]

    def __str__(self):
        return f"{self.edition_id}: {self.record_id}"
