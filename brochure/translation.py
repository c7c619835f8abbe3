from modeltranslation.translator import TranslationOptions, register

from brochure import models


@register(models.Edition)
class EditionTranslation(TranslationOptions):
    fields = ("title", "foreword", "withdrawal_reason")
    required_languages = {"es": ("title",)}


@register(models.LedgerEntry)
class LedgerEntryTranslation(TranslationOptions):
    fields = ("name",)
    required_languages = {"es": ("name",)}
