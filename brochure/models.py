from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from brochure.ledger.models import LedgerEntry as LedgerEntry  # Django finds an app's models here
from brochure.printed.models import PrintedRecord as PrintedRecord
from brochure.printed.models import Printing as Printing
from procedures.models import Institution, Level, ProcedureVersion, ProgramVersion, Situation, Stage


class Paper(models.TextChoices):
    """What an edition can be printed on. The file for screens is made of every edition, without being asked for."""

    LETTER = "letter", _("letter size")
    BOOKLET = "booklet", _("half-letter booklet, ready to fold")
    LARGE = "large", _("large print, 18 points")
    SCREEN = "screen", _("for phones and screen readers")


PRINTED = (Paper.LETTER, Paper.BOOKLET, Paper.LARGE)
"""The papers that somebody chooses, in the order in which they are drawn."""


class EditionQuerySet(models.QuerySet):
    def published(self):
        """Editions whose files are complete and frozen, those withdrawn later included."""
        return self.filter(published_at__isnull=False)

    def offered(self):
        """Published and not withdrawn: what is offered as the newest, and found."""
        return self.published().filter(withdrawn_at__isnull=True)

    def drafts(self):
        """Editions that were composed and not published."""
        return self.filter(published_at__isnull=True)

    def with_files(self):
        return self.prefetch_related("files")

    def with_downloads(self):
        """With `times`, how often its files were downloaded."""
        of_edition = DownloadCount.objects.filter(file__edition=models.OuterRef("pk")).order_by()
        total = of_edition.values("file__edition").annotate(total=models.Sum("times")).values("total")
        return self.annotate(times=Coalesce(models.Subquery(total), 0))

    def for_lists(self):
        """With their files, what they are about, and `record_count`, how many versions they hold."""
        related = self.select_related("stage", "topic", "institution").with_files()
        return related.annotate(record_count=models.Count("items"))


class Edition(models.Model):
    """A numbered print run of the catalogue: the exact versions it holds and one file per language and paper.

    A draft is composed, then rendered: its files are there and only staff see them. Once `published_at` is set nothing
    of it changes any more, but that it can be withdrawn, once and with a reason.
    """

    class Kind(models.TextChoices):
        COMPLETE = "complete", _("complete, with every record")
        STAGE = "stage", _("by stage")
        TOPIC = "topic", _("by topic")
        LEVEL = "level", _("by level of government")
        INSTITUTION = "institution", _("by institution")
        PICKED = "picked", _("hand-picked")

    CHOICES = {Kind.STAGE: "stage", Kind.TOPIC: "topic", Kind.LEVEL: "level", Kind.INSTITUTION: "institution"}
    """Kind → the field that says which one; the other kinds have none."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    foreword = models.TextField(_("foreword"), blank=True, max_length=4000)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.COMPLETE)
    stage = models.ForeignKey(
        Stage, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("stage")
    )
    topic = models.ForeignKey(
        Situation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("topic"),
        help_text=_("What a business is or does: the records that apply because of it."),
    )
    level = models.CharField(_("level"), max_length=16, choices=Level.choices, blank=True)
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("institution"),
        help_text=_("With the units that are part of it."),
    )
    languages = models.CharField(_("languages"), max_length=60, default="es en")
    papers = models.CharField(_("paper"), max_length=30, default=Paper.LETTER)
    revision = models.PositiveIntegerField(default=1, editable=False)  # of the draft: files are of one revision only
    printed_on = models.DateField(_("printed on"), null=True, blank=True, editable=False)
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
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("withdrawn by"),
    )
    withdrawal_reason = models.TextField(_("reason for withdrawing it"), blank=True, max_length=1000)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-number"]
        permissions = [("publish_edition", "Can render, publish and withdraw editions")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["complete", "picked"], stage=None, topic=None, level="", institution=None)
                | Q(kind="stage", stage__isnull=False, topic=None, level="", institution=None)
                | Q(kind="topic", stage=None, topic__isnull=False, level="", institution=None)
                | Q(kind="level", stage=None, topic=None, level__in=Level.values, institution=None)
                | Q(kind="institution", stage=None, topic=None, level="", institution__isnull=False),
                name="edition_choice_fits_kind",
            ),
            models.CheckConstraint(
                condition=Q(languages__regex=r"^[a-z]{2,3}(-[a-z]+)?( [a-z]{2,3}(-[a-z]+)?)*$"),
                name="edition_languages_are_codes",
            ),
            models.CheckConstraint(
                condition=Q(papers__regex="^(letter|booklet|large)( (letter|booklet|large))*$"),
                name="edition_papers_known",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(printed_on__isnull=False), name="edition_published_was_printed"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                & (Q(withdrawal_reason_es=None) | Q(withdrawal_reason_es=""))
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, published_at__isnull=False)
                    & Q(withdrawal_reason_es__isnull=False)
                    & ~Q(withdrawal_reason_es="")
                ),
                name="edition_withdrawn_with_reason",
            ),
        ]

    def __str__(self):
        return f"{self.number}. {self.title}"

    def get_absolute_url(self):
        return reverse("brochure:edition", args=[self.number])

    @property
    def subject(self):
        """The stage, topic, level or institution it is about, by name; empty for a complete or hand-picked one."""
        if self.kind == self.Kind.LEVEL:
            return self.get_level_display()
        field = self.CHOICES.get(self.kind)
        return str(getattr(self, field)) if field else ""

    @property
    def about(self):
        """What two editions have in common of which one continues the other."""
        return self.kind, self.stage_id, self.topic_id, self.level, self.institution_id

    @property
    def wanted_files(self):
        """(language, paper) of every file it is to have, in the order in which they are drawn."""
        papers = [paper for paper in PRINTED if paper in self.papers.split()]
        return [(language, paper) for paper in (*papers, Paper.SCREEN) for language in self.languages.split()]

    @property
    def is_rendered(self):
        """Whether every file is there; reads `files`, which may be prefetched."""
        return {(file.language, file.paper) for file in self.files.all()} == set(self.wanted_files)


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


class EditionFileQuerySet(models.QuerySet):
    def with_downloads(self):
        """With `times`, how often each was downloaded."""
        return self.annotate(times=models.Sum("downloads__times", default=0)).order_by(*self.model._meta.ordering)


class EditionFile(models.Model):
    """An edition in one language on one paper, or for screens; `path` is relative to the editions' folder.

    `pages` are those of the file; what is for screens has none. The row is made when the file is whole.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="files")
    language = models.CharField(_("language"), max_length=8)
    paper = models.CharField(_("paper"), max_length=8, choices=Paper.choices, default=Paper.LETTER)
    path = models.CharField(max_length=200)
    pages = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    bytes = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)

    objects = EditionFileQuerySet.as_manager()

    class Meta:
        ordering = [
            models.Case(*(models.When(paper=paper, then=place) for place, paper in enumerate(Paper.values))),
            "-language",
        ]
        constraints = [
            models.UniqueConstraint(fields=["edition", "language", "paper"], name="edition_file_once"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$", bytes__gt=0)
                & (
                    Q(paper__in=["letter", "booklet", "large"], pages__isnull=False, pages__gt=0)
                    | Q(paper="screen", pages=None)
                ),
                name="edition_file_measured",
            ),
        ]

    def __str__(self):
        return self.path

    def get_absolute_url(self):
        """The letter-size PDF has the shortest address: it is the one that is printed and passed on."""
        number = self.edition.number
        if self.paper == Paper.SCREEN:
            return reverse("brochure:edition_screen", args=[number, self.language])
        if self.paper == Paper.LETTER:
            return reverse("brochure:edition_file", args=[number, self.language])
        return reverse("brochure:edition_file", args=[number, self.language, self.paper])

    @property
    def language_name(self):
        """Its own name, as "English"."""
        return dict(settings.LANGUAGES).get(self.language, self.language)

    @property
    def format(self):
        return "HTML" if self.paper == Paper.SCREEN else "PDF"


class Rendering(models.Model):
    """What the background worker is at while it draws a draft: one row, gone when it is done.

    `drawing` are the files it draws right now: `[{"language", "paper", "page"}]`.
    """

    edition = models.OneToOneField(Edition, on_delete=models.CASCADE, related_name="rendering", primary_key=True)
    files = models.PositiveSmallIntegerField()
    files_done = models.PositiveSmallIntegerField(default=0)
    pages_done = models.PositiveIntegerField(default=0)  # of files that are whole
    drawing = models.JSONField(default=list)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(files__gt=0, files_done__lte=models.F("files")), name="rendering_files_in_order"
            )
        ]

    def __str__(self):
        return f"{self.edition}: {self.files_done}/{self.files}"

    @property
    def drawing_files(self):
        """`drawing` as unsaved EditionFiles."""
        return [
            EditionFile(language=file["language"], paper=file["paper"], pages=file["page"]) for file in self.drawing
        ]

    @property
    def pages(self):
        """Pages drawn so far."""
        return self.pages_done + sum(file["page"] for file in self.drawing)


class DownloadCount(models.Model):
    """How often a file was downloaded on one day; nothing of who did."""

    file = models.ForeignKey(EditionFile, on_delete=models.CASCADE, related_name="downloads")
    day = models.DateField(_("day"))
    times = models.PositiveIntegerField(_("downloads"), default=0)

    class Meta:
        verbose_name = _("downloads of a day")
        verbose_name_plural = _("downloads per day")
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["file", "day"], name="download_count_once_a_day")]

    def __str__(self):
        return f"{self.file}, {self.day}: {self.times}"
