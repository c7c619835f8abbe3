from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Import(models.Model):
    """One file that somebody brought to be imported, and what became of it."""

    class State(models.TextChoices):
        MAPPING = "mapping", _("waits for its columns to be named")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked: nothing imported yet")
        APPLYING = "applying", _("being imported")
        DONE = "done", _("imported")
        FAILED = "failed", _("failed: nothing imported")
        DISCARDED = "discarded", _("discarded: nothing imported")

    WAITING = (State.MAPPING, State.CHECKED)
    AT_WORK = (State.CHECKING, State.APPLYING)

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    file_name = models.CharField(_("file"), max_length=200)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.MAPPING)
    mapping = models.JSONField(_("mapping"), null=True, blank=True, help_text=_("Empty: the file has our own columns."))
    removes_html = models.BooleanField(_("HTML in cells becomes plain text"), default=False)
    only_good = models.BooleanField(_("import the good rows and leave out the refused ones"), default=False)
    language = models.CharField(_("language"), max_length=8, default="es", help_text="In which its reasons are told.")
    created_at = models.DateTimeField(_("brought at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    created = models.PositiveIntegerField(pgettext_lazy("rows", "created"), default=0)
    changed = models.PositiveIntegerField(pgettext_lazy("rows", "changed"), default=0)
    left = models.PositiveIntegerField(pgettext_lazy("rows", "left"), default=0)
    refused = models.PositiveIntegerField(pgettext_lazy("rows", "refused"), default=0)
    fingerprint = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what the dry run showed.")
    message = models.TextField(_("message"), blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        permissions = [
            ("import_catalogue", "Can import tables into the catalogue"),
            ("export_catalogue", "Can export the catalogue's tables"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["mapping", "checking", "checked", "applying", "done", "failed", "discarded"]
                ),
                name="import_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["done", "failed", "discarded"], finished_at__isnull=False)
                | (~models.Q(state__in=["done", "failed", "discarded"]) & models.Q(finished_at__isnull=True)),
                name="import_finished_iff_dated",
            ),
        ]

    def __str__(self):
        return self.file_name

    @property
    def is_at_work(self):
        return self.state in self.AT_WORK

    @property
    def counts(self):
        """`[(outcome, its word for several, number of rows)]`, in the order in which they are shown."""
        words = {field.name: field.verbose_name for field in self._meta.fields}
        return [(outcome, words[outcome], getattr(self, outcome)) for outcome in ImportRow.Outcome]


class ImportRow(models.Model):
    """What the dry run says of one row of the file; after the import, what became of it."""

    class Outcome(models.TextChoices):
        REFUSED = "refused", pgettext_lazy("row", "refused")
        CREATED = "created", pgettext_lazy("row", "created")
        CHANGED = "changed", pgettext_lazy("row", "changed")
        LEFT = "left", pgettext_lazy("row", "left")

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    table = models.CharField(max_length=40)
    sheet = models.CharField(max_length=120, blank=True)
    number = models.PositiveIntegerField(help_text="As a spreadsheet counts: the header is row 1.")
    key = models.CharField(max_length=500, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    changes = models.JSONField(default=list, help_text="[[column, before, after], …]")
    reasons = models.JSONField(default=list, help_text="[text, …]")
    record = models.CharField(max_length=80, blank=True, help_text="model/primary key of what was made or changed.")

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        indexes = [models.Index(fields=["run", "outcome"], name="import_row_outcome")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=["refused", "created", "changed", "left"]),
                name="import_row_outcome_known",
            )
        ]

    def __str__(self):
        return f"{self.table} {self.number}"


class SavedMapping(models.Model):
    """How the columns of one foreign registry are ours, kept under a name for its next file."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    mapping = models.JSONField(_("mapping"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    saved_at = models.DateTimeField(_("saved at"), auto_now=True)

    class Meta:
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")
        ordering = ["name"]
        default_permissions = ()

    def __str__(self):
        return self.name
