from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class TranslatedText(models.Model):
    """A translation that somebody made or confirmed: this Spanish text is that text in the other language.

    Kept by text, not by record: a copied draft stays translated, a Spanish text that changes after its translation has
    no row and is out of date, and a text that was translated once can be offered wherever it stands again.
    """

    language = models.CharField(_("language"), max_length=12)
    source = models.TextField(_("Spanish"))
    text = models.TextField(_("translation"))
    source_digest = models.CharField(max_length=32, editable=False)
    text_digest = models.CharField(max_length=32, editable=False)
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
        help_text=_("Empty for texts that were loaded from the fixtures."),
    )

    class Meta:
        verbose_name = _("translated text")
        verbose_name_plural = _("translated texts")
        ordering = ["language", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source_digest", "text_digest", "language"], name="translated_text_kept_once"
            ),
            models.CheckConstraint(condition=~models.Q(source="") & ~models.Q(text=""), name="translated_text_whole"),
        ]
        indexes = [models.Index(fields=["text_digest", "language"], name="translated_text_by_text")]

    def __str__(self):
        return self.text[:80]
