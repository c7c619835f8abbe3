"""Which content is kept in both languages. Write and query `name_es` / `name_en`; read `name`."""

from modeltranslation.translator import TranslationOptions, register

from procedures import models


@register(models.Stage)
class StageTranslation(TranslationOptions):
    fields = ("name", "description")
    required_languages = {"es": ("name",)}


@register(models.Audience)
class AudienceTranslation(TranslationOptions):
    fields = ("name",)
    required_languages = {"es": ("name",)}


@register(models.NonWorkingDay)
class NonWorkingDayTranslation(TranslationOptions):
    fields = ("name",)
    required_languages = {"es": ("name",)}


@register(models.Situation)
class SituationTranslation(TranslationOptions):
    fields = ("name", "help")
    required_languages = {"es": ("name",)}


@register(models.Institution)
class InstitutionTranslation(TranslationOptions):
    fields = ("name", "role")
    required_languages = {"es": ("name",)}


@register(models.Office)
class OfficeTranslation(TranslationOptions):
    fields = ("name", "unit", "hours_note", "note")
    required_languages = {"es": ("name",)}


@register(models.Document)
class DocumentTranslation(TranslationOptions):
    fields = ("name", "how_to_get")
    required_languages = {"es": ("name",)}


@register(models.GlossaryTerm)
class GlossaryTermTranslation(TranslationOptions):
    fields = ("term", "definition", "aliases")
    required_languages = {"es": ("term", "definition")}


@register(models.LegalInstrument)
class LegalInstrumentTranslation(TranslationOptions):
    fields = ("name", "note")
    required_languages = {"es": ("name",)}


@register(models.BusinessType)
class BusinessTypeTranslation(TranslationOptions):
    fields = ("name", "synonyms")
    required_languages = {"es": ("name",)}


@register(models.Question)
class QuestionTranslation(TranslationOptions):
    fields = ("text", "help")
    required_languages = {"es": ("text",)}


@register(models.Choice)
class ChoiceTranslation(TranslationOptions):
    fields = ("label",)
    required_languages = {"es": ("label",)}


@register(models.ReferenceBusiness)
class ReferenceBusinessTranslation(TranslationOptions):
    fields = ("name",)
    required_languages = {"es": ("name",)}


@register(models.Procedure)
class ProcedureTranslation(TranslationOptions):
    fields = ("alert",)


@register(models.ProcedureVersion)
class ProcedureVersionTranslation(TranslationOptions):
    fields = (
        "name",
        "purpose",
        "who",
        "cases",
        "provider",
        "response_text",
        "validity_text",
        "result_note",
        "redress",
        "inspection",
        "good_to_know",
    )
    required_languages = {"es": ("name",)}


@register(models.Requirement)
class RequirementTranslation(TranslationOptions):
    fields = ("text", "signed_by", "note")


@register(models.Step)
class StepTranslation(TranslationOptions):
    fields = ("title", "text")
    required_languages = {"es": ("title",)}


@register(models.Fee)
class FeeTranslation(TranslationOptions):
    fields = ("concept", "note")


@register(models.LegalCitation)
class LegalCitationTranslation(TranslationOptions):
    fields = ("note",)


@register(models.ProgramVersion)
class ProgramVersionTranslation(TranslationOptions):
    fields = ("name", "benefits", "who", "amount_note", "how_to_apply", "place", "good_to_know")
    required_languages = {"es": ("name",)}


@register(models.Call)
class CallTranslation(TranslationOptions):
    fields = ("label",)


@register(models.LegalProfile)
class LegalProfileTranslation(TranslationOptions):
    fields = ("name", "note")
    required_languages = {"es": ("name",)}


@register(models.ProfileField)
class ProfileFieldTranslation(TranslationOptions):
    fields = ("note",)
