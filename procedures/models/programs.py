from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procedures.models.documents import Document
from procedures.models.places import Institution, Level, Office
from procedures.models.situations import Conditional
from procedures.models.stages import Audience, Stage
from procedures.models.versions import OPEN_STATES, Version, VersionQuerySet, VersionState


class Program(models.Model):
    """The identity of a support program; its content is its versions', its calls are its own."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True, help_text=_("Part of the address: never changes."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("program (identity)")
        verbose_name_plural = _("programs (identities)")
        ordering = ["position", "slug"]

    def __str__(self):
        return self.slug

    def get_absolute_url(self):
        return reverse("procedures:program", args=[self.slug])


class CallQuerySet(models.QuerySet):
    def open_on(self, date):
        """Calls certainly open on the date: both ends are known and it lies between them."""
        return self.filter(opens__lte=date, closes__gte=date)

    def upcoming_on(self, date):
        return self.filter(opens__gt=date)

    def undecided_on(self, date):
        """Calls that began, or may have begun, and whose closing date nobody stated."""
        return self.filter(Q(opens__lte=date) | Q(opens__isnull=True), closes__isnull=True)


class Call(models.Model):
    """One period in which a program takes applications."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="calls", verbose_name=_("program"))
    label = models.CharField(_("label"), max_length=250, blank=True)
    opens = models.DateField(_("opens"), null=True, blank=True)
    closes = models.DateField(_("closes"), null=True, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-opens", "-closes", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__isnull=True) | Q(closes__isnull=True) | Q(closes__gte=F("opens")),
                name="call_in_order",
                violation_error_message=_("A call closes after it opens."),
            )
        ]

    def __str__(self):
        return self.label or f"{self.program} {self.opens}–{self.closes}"

    def status_on(self, date):
        """`upcoming`, `open`, `closed`, or `undecided` where the closing (or opening) date is not known."""
        if self.closes is not None and self.closes < date:
            return "closed"
        if self.opens is not None and self.opens > date:
            return "upcoming"
        return "open" if self.opens is not None and self.closes is not None else "undecided"


class ProgramVersionQuerySet(VersionQuerySet):
    def live_on(self, date):
        """Published, and either permanent or with a call open on the date."""
        return self.published().filter(
            Q(availability=ProgramVersion.Availability.PERMANENT)
            | Q(Exists(Call.objects.open_on(date).filter(program=OuterRef("program"))))
        )

    def with_status_on(self, date):
        """Each carries `status`: permanent, open, upcoming, undecided, closed (all calls are over) or unknown."""
        calls = Call.objects.filter(program=OuterRef("program"))
        permanent = ProgramVersion.Availability.PERMANENT
        return self.annotate(
            status=Case(
                When(availability=permanent, then=Value("permanent")),
                When(Exists(calls.open_on(date)), then=Value("open")),
                When(Exists(calls.upcoming_on(date)), then=Value("upcoming")),
                When(Exists(calls.undecided_on(date)), then=Value("undecided")),
                When(Exists(calls), then=Value("closed")),
                default=Value("unknown"),
            ),
            status_order=Case(
                When(availability=permanent, then=Value(1)),
                When(Exists(calls.open_on(date)), then=Value(0)),
                When(Exists(calls.upcoming_on(date)), then=Value(2)),
                When(Exists(calls.undecided_on(date)), then=Value(3)),
                When(Exists(calls), then=Value(5)),
                default=Value(4),
            ),
        )

    def offered_by(self, institution):
        """Programs the institution answers for or operates."""
        return self.filter(Q(institution=institution) | Q(operator=institution))

    def for_cards(self, date):
        """With what a card shows, live ones first."""
        return (
            self.with_status_on(date)
            .select_related("program", "institution")
            .prefetch_related("program__calls", "audiences")
            .order_by("status_order", "program__position", "program__slug")
        )

    def for_page(self, date):
        """With everything the program's page shows, in a constant number of queries."""
        return (
            self.with_status_on(date)
            .select_related(
                "program",
                "institution",
                "institution__parent",
                "operator",
                "contact_office__institution",
                "verified_by",
            )
            .prefetch_related(
                *Conditional.CONDITION_FIELDS,
                "program__calls",
                "audiences",
                "stages",
                "partners",
                "sources",
                "contact_office__hours",
                "offices__institution",
                "offices__hours",
                Prefetch("documents", Document.objects.with_issuers()),
            )
        )

    def for_completeness(self, date):
        """With what tells how complete each is, in a number of queries that does not depend on how many there are."""
        return (
            self.with_status_on(date)
            .select_related("program", "institution", "contact_office")
            .prefetch_related("audiences", "stages", "documents", "offices", "sources")
            .order_by("program__position", "program__slug")
        )


class ProgramVersion(Version, Conditional):
    """One version of all that is said about a program of support."""

    class Kind(models.TextChoices):
        CREDIT = "credit", _("credit")
        GRANT = "grant", _("grant or prize")
        TRAINING = "training", _("training")
        MENTORING = "mentoring", _("mentoring")
        SPACE = "space", _("space")
        FAIR = "fair", _("fair")
        OTHER = "other", _("other")

    class Availability(models.TextChoices):
        PERMANENT = "permanent", _("all year round")
        CALLS = "calls", _("by calls")
        UNKNOWN = "unknown", _("unknown")

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="versions", verbose_name=_("program"))
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    level = models.CharField(_("level"), max_length=16, choices=Level.choices)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="program_versions", verbose_name=_("institution")
    )
    operator = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="operated_program_versions",
        verbose_name=_("operated by"),
    )
    partners = models.ManyToManyField(Institution, blank=True, related_name="+", verbose_name=_("together with"))
    benefits = models.TextField(_("what it gives"), blank=True, help_text=_("One per line."))
    who = models.TextField(_("who it is for"), blank=True)
    amount_minimum = models.DecimalField(_("amount from (MXN)"), max_digits=14, decimal_places=2, null=True, blank=True)
    amount_maximum = models.DecimalField(_("amount to (MXN)"), max_digits=14, decimal_places=2, null=True, blank=True)
    amount_note = models.TextField(_("note on the amount"), blank=True)
    stages = models.ManyToManyField(Stage, blank=True, related_name="program_versions", verbose_name=_("stages"))
    audiences = models.ManyToManyField(
        Audience, blank=True, related_name="program_versions", verbose_name=_("audiences")
    )
    how_to_apply = models.TextField(_("how to apply"), blank=True, help_text=_("One step per line."))
    contact_office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="program_contact_versions",
        verbose_name=_("contact office"),
    )
    contact_phones = models.TextField(_("contact phones"), blank=True, help_text=_("One per line, with extension."))
    offices = models.ManyToManyField(Office, blank=True, related_name="program_versions", verbose_name=_("places"))
    place = models.CharField(_("place"), max_length=250, blank=True)
    online_url = models.URLField(_("web address"), max_length=500, blank=True)
    availability = models.CharField(
        _("availability"), max_length=12, choices=Availability.choices, default=Availability.UNKNOWN
    )
    documents = models.ManyToManyField(
        Document, blank=True, related_name="program_versions", verbose_name=_("documents")
    )
    good_to_know = models.TextField(_("good to know"), blank=True, help_text=_("One fact per line."))

    objects = ProgramVersionQuerySet.as_manager()

    IDENTITY = "program"
    CHILDREN = ()

    class Meta(Version.Meta):
        abstract = False
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        ordering = ["program", "-number"]
        permissions = [
            ("review_programversion", "Can approve versions of programs or return them"),
            ("publish_programversion", "Can schedule, publish and retire versions of programs"),
        ]
        constraints = [
            *Version.Meta.constraints,
            models.UniqueConstraint(fields=["program", "number"], name="program_version_number_once"),
            models.UniqueConstraint(
                fields=["program"],
                condition=Q(state=VersionState.PUBLISHED),
                name="program_one_published_version",
                violation_error_message=_("Another version of this program is published."),
            ),
            models.UniqueConstraint(
                fields=["program"],
                condition=Q(state__in=OPEN_STATES),
                name="program_one_open_version",
                violation_error_message=_("This program already has a version in progress."),
            ),
            models.CheckConstraint(
                condition=(Q(amount_minimum__isnull=True) | Q(amount_minimum__gte=0))
                & (
                    Q(amount_maximum__isnull=True)
                    | Q(amount_minimum__isnull=True)
                    | Q(amount_maximum__gte=F("amount_minimum"))
                ),
                name="program_amounts_in_order",
                violation_error_message=_("Amounts are not negative, and “to” is not below “from”."),
            ),
            models.CheckConstraint(
                condition=Q(availability__in=["permanent", "calls", "unknown"]), name="program_availability_known"
            ),
        ]

    def __str__(self):
        return self.name or str(self.program)

    def get_absolute_url(self):
        if self.state == VersionState.PUBLISHED:
            return reverse("procedures:program", args=[self.program.slug])
        return reverse("procedures:program_version", args=[self.program.slug, self.number])

    @property
    def benefit_lines(self):
        return self.benefits.splitlines() if self.benefits else []

    @property
    def how_to_apply_lines(self):
        return self.how_to_apply.splitlines() if self.how_to_apply else []

    @property
    def good_to_know_lines(self):
        return self.good_to_know.splitlines() if self.good_to_know else []

    @property
    def places(self):
        """The contact office and every other place, each once. Uses prefetched rows."""
        offices = list(self.offices.all())
        if self.contact_office and self.contact_office not in offices:
            offices.insert(0, self.contact_office)
        return offices

    @property
    def contact_phone_list(self):
        return self.contact_phones.splitlines()
