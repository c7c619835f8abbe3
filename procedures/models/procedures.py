from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procedures.models.assurance import Assurance
from procedures.models.documents import Document
from procedures.models.law import LegalInstrument
from procedures.models.places import Institution, Level, Office
from procedures.models.situations import Conditional
from procedures.models.stages import Stage
from procedures.models.versions import OPEN_STATES, Version, VersionQuerySet, VersionState


class Channel(models.TextChoices):
    """How a person deals with the authority."""

    ONLINE = "online", _("online")
    IN_PERSON = "in_person", _("in person")
    PHONE = "phone", _("by phone")


class TimeUnit(models.TextChoices):
    """Units of response times, durations and validities."""

    HOURS = "hours", _("hours")
    BUSINESS_DAYS = "business_days", _("business days")
    DAYS = "days", _("calendar days")
    WEEKS = "weeks", _("weeks")
    MONTHS = "months", _("months")
    YEARS = "years", _("years")


def value_with_unit(value, unit, name):
    """A constraint: a number and its unit are given together or not at all, and the unit is a known one."""
    return models.CheckConstraint(
        # Without "is not null" a missing number makes the condition unknown, and a check lets the unknown pass.
        condition=Q(**{f"{value}__isnull": True, unit: ""})
        | Q(**{f"{value}__isnull": False, f"{value}__gt": 0, f"{unit}__in": TimeUnit.values}),
        name=name,
        violation_error_message=_("Give the number and its unit together, or neither."),
    )


class Procedure(models.Model):
    """The identity of a procedure: what stays when its content changes. The content is its versions'."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True, help_text=_("Part of the address: never changes."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    homoclave = models.CharField(_("homoclave"), max_length=40, blank=True)
    catalogue_url = models.URLField(_("national catalogue page"), max_length=500, blank=True)
    alert = models.TextField(_("alert"), blank=True, help_text=_("A notice on top of the page between two dates."))
    alert_from = models.DateField(_("alert from"), null=True, blank=True)
    alert_to = models.DateField(_("alert to"), null=True, blank=True)

    class Meta:
        verbose_name = _("procedure (identity)")
        verbose_name_plural = _("procedures (identities)")
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(alert_from__isnull=True) | Q(alert_to__isnull=True) | Q(alert_to__gte=F("alert_from")),
                name="procedure_alert_in_order",
                violation_error_message=_("The alert ends after it begins."),
            )
        ]

    def __str__(self):
        return self.slug

    def get_absolute_url(self):
        return reverse("procedures:procedure", args=[self.slug])

    def alert_on(self, date):
        """The alert's text if it is shown on that date, else an empty string. An open end means no limit."""
        begun = self.alert_from is None or self.alert_from <= date
        over = self.alert_to is not None and self.alert_to < date
        return self.alert if self.alert and begun and not over else ""


class ProcedureVersionQuerySet(VersionQuerySet):
    def with_cost_kind(self):
        """Each carries `cost_kind`: paid (at least one amount), free (all of its fees are) or unknown."""
        fees = Fee.objects.filter(version=OuterRef("pk"))
        return self.annotate(
            cost_kind=Case(
                When(Exists(fees.filter(kind__in=Fee.PAID)), then=Value("paid")),
                When(Exists(fees.filter(kind=Fee.Kind.UNKNOWN)), then=Value("unknown")),
                When(Exists(fees), then=Value("free")),
                default=Value("unknown"),
            )
        )

    def with_conditions(self):
        return self.prefetch_related(*Conditional.CONDITION_FIELDS)

    def in_road_order(self):
        """By stage, then in the catalogue's own order."""
        return self.order_by("stage__position", "procedure__position", "procedure__slug")

    def for_links(self):
        """With what a link to each needs, in road order."""
        return self.select_related("procedure").in_road_order()

    def opened_by(self, version):
        """Published procedures that ask for a document this version results in: what can be done with it next.

        Not what a one-stop window does itself.
        """
        return (
            self.published()
            .filter(Exists(Requirement.objects.filter(version=OuterRef("pk"), document__in=version.results.all())))
            .exclude(procedure=version.procedure_id)
            .exclude(procedure__in=version.bundles.all())
        )

    def bundled_in(self, version):
        """The published versions of the procedures that a one-stop window stands for."""
        return self.published().filter(procedure__in=version.bundles.all())

    def standing_for(self, procedure_id):
        """Published one-stop windows that do this procedure among others."""
        return self.published().filter(bundles=procedure_id)

    def for_cards(self):
        """With what a card in a list shows, in road order: stage, then the catalogue's own order."""
        return (
            self.with_cost_kind()
            .select_related("procedure", "institution", "stage")
            .prefetch_related("fees")
            .in_road_order()
        )

    def for_page(self):
        """With everything the ficha shows, in a number of queries that does not depend on how much that is."""
        documents = Document.objects.with_issuers()
        conditions = Conditional.CONDITION_FIELDS
        return (
            self.with_cost_kind()
            .select_related("procedure", "institution", "institution__parent", "stage", "verified_by")
            .prefetch_related(
                *conditions,
                "sources",
                "offices__institution",
                "offices__hours",
                Prefetch("results", documents),
                Prefetch("requirements__document", documents),
                *(f"requirements__{field}" for field in conditions),
                "steps__office__institution",
                Prefetch("fees", Fee.objects.select_related("instrument")),
                *(f"fees__{field}" for field in conditions),
                Prefetch("citations", LegalCitation.objects.select_related("instrument")),
            )
        )

    def for_completeness(self):
        """With what tells how complete each is, in a number of queries that does not depend on how many there are."""
        return (
            self.select_related("procedure", "institution")
            .prefetch_related(
                *Conditional.CONDITION_FIELDS,
                "requirements",
                "steps",
                "fees",
                "citations",
                "results",
                "sources",
                "offices__hours",
            )
            .in_road_order()
        )


class ProcedureVersion(Version, Conditional):
    """The *ficha* of a procedure: one version of all that is said about it."""

    class Silence(models.TextChoices):
        """What it means by law when the authority does not answer in time."""

        AFIRMATIVA = "afirmativa", _("granted (afirmativa ficta)")
        NEGATIVA = "negativa", _("refused (negativa ficta)")
        NONE = "none", _("does not apply")
        UNKNOWN = "unknown", _("unknown")

    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="versions", verbose_name=_("procedure")
    )
    name = models.CharField(_("name"), max_length=200)
    purpose = models.TextField(_("what it is for"), blank=True)
    who = models.TextField(_("who needs it"), blank=True)
    cases = models.TextField(_("cases"), blank=True)
    level = models.CharField(_("level"), max_length=16, choices=Level.choices)
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="procedure_versions",
        verbose_name=_("institution"),
    )
    provider = models.CharField(
        _("provider"), max_length=200, blank=True, help_text=_("Only if it is no institution of the catalogue.")
    )
    stage = models.ForeignKey(
        Stage, on_delete=models.PROTECT, related_name="procedure_versions", verbose_name=_("stage")
    )
    is_online = models.BooleanField(_("online"), default=False)
    is_in_person = models.BooleanField(_("in person"), default=False)
    is_by_phone = models.BooleanField(_("by phone"), default=False)
    offices = models.ManyToManyField(Office, blank=True, related_name="procedure_versions", verbose_name=_("offices"))
    online_url = models.URLField(_("where it is done online"), max_length=500, blank=True)
    response_value = models.PositiveSmallIntegerField(_("response time"), null=True, blank=True)
    response_unit = models.CharField(
        _("unit of the response time"), max_length=16, choices=TimeUnit.choices, blank=True
    )
    response_text = models.TextField(_("note on the time"), blank=True)
    silence = models.CharField(
        _("if the authority is silent"), max_length=12, choices=Silence.choices, default=Silence.UNKNOWN
    )
    validity_value = models.PositiveSmallIntegerField(_("validity"), null=True, blank=True)
    validity_unit = models.CharField(_("unit of the validity"), max_length=16, choices=TimeUnit.choices, blank=True)
    validity_text = models.TextField(_("note on the validity"), blank=True)
    results = models.ManyToManyField(
        Document,
        blank=True,
        related_name="issuing_versions",
        verbose_name=_("results in"),
        help_text=_("The documents a person receives. They decide the order: whoever asks for one comes later."),
    )
    result_note = models.TextField(_("note on the result"), blank=True)
    redress = models.TextField(_("redress"), blank=True, help_text=_("What to do against a refusal."))
    inspection = models.TextField(_("inspection"), blank=True)
    good_to_know = models.TextField(_("good to know"), blank=True, help_text=_("One fact per line."))
    bundles = models.ManyToManyField(
        Procedure,
        blank=True,
        related_name="bundling_versions",
        verbose_name=_("stands for"),
        help_text=_("For a one-stop window: the procedures it does at once."),
    )

    objects = ProcedureVersionQuerySet.as_manager()

    IDENTITY = "procedure"
    CHILDREN = ("requirements", "steps", "fees", "citations")

    class Meta(Version.Meta):
        abstract = False
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["procedure", "-number"]
        permissions = [
            ("review_procedureversion", "Can approve versions of procedures or return them"),
            ("publish_procedureversion", "Can schedule, publish and retire versions of procedures"),
        ]
        constraints = [
            *Version.Meta.constraints,
            models.UniqueConstraint(fields=["procedure", "number"], name="procedure_version_number_once"),
            models.UniqueConstraint(
                fields=["procedure"],
                condition=Q(state=VersionState.PUBLISHED),
                name="procedure_one_published_version",
                violation_error_message=_("Another version of this procedure is published."),
            ),
            models.UniqueConstraint(
                fields=["procedure"],
                condition=Q(state__in=OPEN_STATES),
                name="procedure_one_open_version",
                violation_error_message=_("This procedure already has a version in progress."),
            ),
            value_with_unit("response_value", "response_unit", "procedure_response_time_whole"),
            value_with_unit("validity_value", "validity_unit", "procedure_validity_whole"),
            models.CheckConstraint(
                condition=Q(silence__in=["afirmativa", "negativa", "none", "unknown"]),
                name="procedure_silence_known",
            ),
            models.CheckConstraint(
                condition=Q(institution__isnull=False) | Q(provider_es__isnull=False, provider_es__gt=""),
                name="procedure_has_a_provider",
                violation_error_message=_("Name the institution, or who provides it."),
            ),
        ]

    def __str__(self):
        return self.name or str(self.procedure)

    def get_absolute_url(self):
        """The page of the version in force is the procedure's own; any other has one by number."""
        if self.state == VersionState.PUBLISHED:
            return reverse("procedures:procedure", args=[self.procedure.slug])
        return reverse("procedures:procedure_version", args=[self.procedure.slug, self.number])

    @property
    def channels(self):
        given = {
            Channel.ONLINE: self.is_online,
            Channel.IN_PERSON: self.is_in_person,
            Channel.PHONE: self.is_by_phone,
        }
        return [channel for channel, is_given in given.items() if is_given]

    @property
    def asked_documents(self):
        """The requirements that are documents to bring."""
        return [requirement for requirement in self.requirements.all() if requirement.document_id]

    @property
    def asked_facts(self):
        """The requirements that are no documents but something to fulfil."""
        return [requirement for requirement in self.requirements.all() if not requirement.document_id]

    @property
    def states_copies(self):
        """Whether for any document it is known how many originals or copies are asked for."""
        return any(row.originals or row.copies or row.is_certified for row in self.asked_documents)

    @property
    def is_only_online(self):
        return self.channels == [Channel.ONLINE]

    @property
    def good_to_know_lines(self):
        return self.good_to_know.splitlines() if self.good_to_know else []


class Requirement(Conditional):
    """What a person must bring (a document) or fulfil (a text) for a procedure."""

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="requirements")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    document = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="requirements",
        verbose_name=_("document"),
    )
    text = models.TextField(_("or: what must be fulfilled"), blank=True)
    originals = models.PositiveSmallIntegerField(_("originals"), null=True, blank=True)
    copies = models.PositiveSmallIntegerField(_("copies"), null=True, blank=True)
    is_certified = models.BooleanField(_("certified copy"), default=False)
    signed_by = models.CharField(_("signed by"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(document__isnull=False) | Q(text_es__isnull=False, text_es__gt=""),
                name="requirement_document_or_text",
                violation_error_message=_("Choose a document or write what must be fulfilled."),
            )
        ]

    def __str__(self):
        return str(self.document) if self.document else self.text[:80]


class Step(models.Model):
    """One thing that somebody does on the way from request to result."""

    class Actor(models.TextChoices):
        APPLICANT = "applicant", _("you")
        AUTHORITY = "authority", _("the authority")
        THIRD_PARTY = "third_party", _("a third party")

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    title = models.CharField(_("title"), max_length=250)
    text = models.TextField(_("text"), blank=True)
    actor = models.CharField(_("who acts"), max_length=12, choices=Actor.choices, default=Actor.APPLICANT)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel.choices, blank=True)
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("office")
    )
    duration_value = models.PositiveSmallIntegerField(_("duration"), null=True, blank=True)
    duration_unit = models.CharField(_("unit of the duration"), max_length=16, choices=TimeUnit.choices, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["position", "id"]
        constraints = [value_with_unit("duration_value", "duration_unit", "step_duration_whole")]

    def __str__(self):
        return self.title


class Fee(Conditional):
    """One amount that may be due, or the plain statement that it is free or that the amount is not known."""

    class Kind(models.TextChoices):
        FREE = "free", _("free")
        FIXED = "fixed", _("fixed amount")
        RANGE = "range", _("from … to …")
        FORMULA = "formula", _("by a rule")
        UNKNOWN = "unknown", _("amount unknown")

    PAID = (Kind.FIXED, Kind.RANGE, Kind.FORMULA)

    class Unit(models.TextChoices):
        MXN = "MXN", _("pesos")
        UMA = "UMA", "UMA"
        PERCENT = "percent", _("percent")

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="fees")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    concept = models.CharField(_("concept"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    minimum = models.DecimalField(_("amount, or from"), max_digits=14, decimal_places=4, null=True, blank=True)
    maximum = models.DecimalField(_("to"), max_digits=14, decimal_places=4, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=8, choices=Unit.choices, default=Unit.MXN)
    is_alternative = models.BooleanField(
        _("one of several"),
        default=False,
        help_text=_("Only one of the fees so marked is due, depending on the case; the others are added up."),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    instrument = models.ForeignKey(
        LegalInstrument,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="fees",
        verbose_name=_("legal basis"),
    )
    article = models.CharField(_("article"), max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)
    assurance = models.CharField(
        _("assurance of the amount"), max_length=12, choices=Assurance.choices, default=Assurance.UNVERIFIED
    )

    class Meta:
        verbose_name = _("fee")
        verbose_name_plural = _("fees")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["free", "unknown"], minimum__isnull=True, maximum__isnull=True)
                | Q(kind="fixed", minimum__isnull=False, maximum__isnull=True)
                | (Q(kind="range") & (Q(minimum__isnull=False) | Q(maximum__isnull=False)))
                | Q(kind="formula"),
                name="fee_amounts_fit_kind",
                violation_error_message=_(
                    "Free and unknown take no amount, a fixed fee takes one, a range at least one end."
                ),
            ),
            models.CheckConstraint(
                condition=(Q(minimum__isnull=True) | Q(minimum__gte=0))
                & (Q(maximum__isnull=True) | Q(minimum__isnull=True) | Q(maximum__gte=F("minimum"))),
                name="fee_amounts_in_order",
                violation_error_message=_("Amounts are not negative, and “to” is not below “from”."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="fee_validity_in_order",
                violation_error_message=_("The validity ends after it begins."),
            ),
            models.CheckConstraint(condition=Q(unit__in=["MXN", "UMA", "percent"]), name="fee_unit_known"),
            models.CheckConstraint(condition=Q(assurance__in=Assurance.values), name="fee_assurance_known"),
        ]

    def __str__(self):
        return self.concept or self.get_kind_display()


class LegalCitation(models.Model):
    """The article of an instrument that a ficha rests on, and what it grounds."""

    class Grounds(models.TextChoices):
        PROCEDURE = "procedure", _("the procedure")
        REQUIREMENT = "requirement", _("a requirement")
        FEE = "fee", _("a fee")
        TIME = "time", _("a time limit")
        VALIDITY = "validity", _("the validity")
        SANCTION = "sanction", _("a sanction")

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="citations")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    instrument = models.ForeignKey(
        LegalInstrument, on_delete=models.PROTECT, related_name="citations", verbose_name=_("instrument")
    )
    article = models.CharField(_("article"), max_length=200, blank=True)
    grounds = models.CharField(_("grounds"), max_length=12, choices=Grounds.choices, default=Grounds.PROCEDURE)
    note = models.CharField(_("note"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("legal citation")
        verbose_name_plural = _("legal citations")
        ordering = ["position", "id"]

    def __str__(self):
        return f"{self.instrument}, {self.article}" if self.article else str(self.instrument)
