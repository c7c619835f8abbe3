from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from procedures.models import Level


class SearchEntry(models.Model):
    """What search knows of one public record in one language: a copy that can be made again at any time.

    The database's own index over it is made in the first migration: an FTS5 table kept by triggers on SQLite,
    generated `tsvector` columns on PostgreSQL. A later migration that alters this table on SQLite has to make the
    triggers again: Django remakes the table, and they go with the old one.
    """

    class Kind(models.TextChoices):
        """What is found. The value stands in the address of a search."""

        PROCEDURE = "tramite", _("Procedure")
        PROGRAM = "apoyo", _("Support")
        BUSINESS_TYPE = "giro", _("Business type")
        INSTITUTION = "institucion", _("Institution")
        OFFICE = "oficina", _("Office")
        DOCUMENT = "documento", _("Document")
        TERM = "termino", _("Glossary term")
        COMMITMENT = "compromiso", _("Commitment")
        MILESTONE = "hito", _("Milestone")
        THREAD = "dialogo", _("Conversation")
        EDITION = "folleto", _("Brochure")

        @property
        def plural(self):
            return PLURALS[self]

    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=40, help_text="Primary key of the record, or of its identity.")
    language = models.CharField(max_length=8)
    text_language = models.CharField(max_length=8, help_text="Of the title: Spanish where there is no translation.")
    path = models.CharField(max_length=300, help_text="Address without the language's prefix.")
    title = models.TextField()
    summary = models.TextField(blank=True)
    passages = models.TextField(blank=True, help_text="All else that the page says, a line each.")
    level = models.CharField(max_length=16, choices=Level.choices, blank=True)
    institution = models.CharField(max_length=200, blank=True)

    # What the engines read: folded and stemmed words, and folded whole words for the beginning of a word.
    title_stems = models.TextField()
    keyword_stems = models.TextField(blank=True)
    body_stems = models.TextField(blank=True)
    name_words = models.TextField()
    body_words = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "language"], name="search_entry_once")]

    def __str__(self):
        return f"{self.language} {self.path}"

    @property
    def url(self):
        return self.path if self.language == settings.LANGUAGE_CODE else f"/{self.language}{self.path}"


PLURALS = {
    SearchEntry.Kind.PROCEDURE: _("Procedures"),
    SearchEntry.Kind.PROGRAM: _("Supports"),
    SearchEntry.Kind.BUSINESS_TYPE: _("Business types"),
    SearchEntry.Kind.INSTITUTION: _("Institutions"),
    SearchEntry.Kind.OFFICE: _("Offices"),
    SearchEntry.Kind.DOCUMENT: _("Documents"),
    SearchEntry.Kind.TERM: _("Glossary"),
    SearchEntry.Kind.COMMITMENT: _("Commitments"),
    SearchEntry.Kind.MILESTONE: _("Milestones"),
    SearchEntry.Kind.THREAD: _("Dialogue"),
    SearchEntry.Kind.EDITION: _("Brochures"),
}


class SearchWord(models.Model):
    """A word that occurs in the index, to propose instead of one that doesn't."""

    language = models.CharField(max_length=8)
    word = models.CharField(max_length=40)
    stem = models.CharField(max_length=40)
    shown = models.CharField(max_length=80, help_text="As people write it, with its accents.")
    count = models.PositiveIntegerField(default=1, help_text="How often, when the index was last rebuilt.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["language", "word"], name="search_word_once")]
        indexes = [models.Index(fields=["language", "stem"], name="search_word_stem")]

    def __str__(self):
        return self.shown


class EmptySearch(models.Model):
    """What readers looked for and did not find, folded, with how often: never who looked."""

    LONGEST = 80  # characters; what is longer is no search

    language = models.CharField(_("language"), max_length=8)
    text = models.CharField(_("what was looked for"), max_length=LONGEST)
    times = models.PositiveIntegerField(_("times"), default=1)
    first_at = models.DateTimeField(_("first time"))
    last_at = models.DateTimeField(_("last time"))
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )

    class Meta:
        verbose_name = _("search without results")
        verbose_name_plural = _("searches without results")
        ordering = ["-times", "-last_at", "id"]
        indexes = [models.Index(fields=["last_at"], name="empty_search_last")]
        constraints = [
            models.UniqueConstraint(fields=["language", "text"], name="empty_search_once"),
            models.CheckConstraint(condition=Q(times__gt=0), name="empty_search_occurred"),
            models.CheckConstraint(condition=Q(last_at__gte=F("first_at")), name="empty_search_in_order"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="empty_search_settled_by_somebody",
            ),
        ]

    def __str__(self):
        return self.text
