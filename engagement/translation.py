from modeltranslation.translator import TranslationOptions, register

from engagement import models


@register(models.Commitment)
class CommitmentTranslation(TranslationOptions):
    fields = (
        "title",
        "title_note",
        "plan",
        "network",
        "other_participants",
        "ogp_values",
        "policy_area",
        "problem",
        "actions",
        "status_note",
    )
    required_languages = {"es": ("title",)}


@register(models.CommitmentEvent)
class CommitmentEventTranslation(TranslationOptions):
    fields = ("text", "note")
    required_languages = {"es": ("text",)}


@register(models.Milestone)
class MilestoneTranslation(TranslationOptions):
    fields = ("title",)
    required_languages = {"es": ("title",)}


@register(models.StatusUpdate)
class StatusUpdateTranslation(TranslationOptions):
    fields = ("progress", "obstacles")


@register(models.Evidence)
class EvidenceTranslation(TranslationOptions):
    fields = ("title",)
    required_languages = {"es": ("title",)}


@register(models.Verdict)
class VerdictTranslation(TranslationOptions):
    fields = ("reasons",)


@register(models.OfficialAnswer)
class OfficialAnswerTranslation(TranslationOptions):
    fields = ("body",)
    required_languages = {"es": ("body",)}
