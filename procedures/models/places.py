from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from procedures.models.assurance import Verified
from procedures.models.versions import VersionState

PUBLISHED_PROCEDURE = models.Q(procedure_versions__state=VersionState.PUBLISHED)
PUBLISHED_PROGRAM = models.Q(program_versions__state=VersionState.PUBLISHED)


class Level(models.TextChoices):
    """Who an institution belongs to."""

    MUNICIPAL = "municipal", _("municipal")
    STATE = "state", pgettext_lazy("level", "state")
    FEDERAL = "federal", _("federal")
    CIVIL_SOCIETY = "civil_society", _("civil society")
    PRIVATE = "private", _("private")
    MIXED = "mixed", _("mixed")


class Contactable(models.Model):
    """Adds phones, e-mail and a web address."""

    phones = models.TextField(_("phones"), blank=True, help_text=_("One per line, with extension."))
    email = models.EmailField(_("e-mail"), blank=True)
    url = models.URLField(_("web address"), max_length=500, blank=True)

    class Meta:
        abstract = True

    @property
    def phone_list(self):
        return self.phones.splitlines()


class InstitutionQuerySet(models.QuerySet):
    def with_counts(self):
        """Each carries `procedure_count` and `program_count`, of what is published."""
        return self.annotate(
            procedure_count=models.Count("procedure_versions", filter=PUBLISHED_PROCEDURE, distinct=True),
            program_count=models.Count("program_versions", filter=PUBLISHED_PROGRAM, distinct=True),
        )

    def for_page(self):
        """With all that its page shows beside procedures and programs."""
        return self.select_related("parent", "verified_by").prefetch_related(
            "sources",
            "units",
            models.Prefetch("offices", Office.objects.select_related("institution").prefetch_related("hours")),
        )


class Institution(Verified, Contactable):
    """A body that provides procedures or programs, or takes part in a commitment."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    acronym = models.CharField(_("acronym"), max_length=20, blank=True)
    level = models.CharField(_("level"), max_length=16, choices=Level.choices)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="units", verbose_name=_("part of")
    )
    role = models.TextField(_("role"), blank=True)

    objects = InstitutionQuerySet.as_manager()

    class Meta(Verified.Meta):
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering = ["slug"]
        constraints = [
            *Verified.Meta.constraints,
            models.CheckConstraint(condition=models.Q(level__in=Level.values), name="institution_level_known"),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
                name="institution_not_its_own_parent",
                violation_error_message=_("An institution can't be part of itself."),
            ),
        ]

    def __str__(self):
        return self.name or self.slug

    def get_absolute_url(self):
        return reverse("procedures:institution", args=[self.slug])

    @property
    def short_name(self):
        return self.acronym or self.name


class Office(Verified, Contactable):
    """A place, or a line, where people are attended."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="offices", verbose_name=_("institution")
    )
    name = models.CharField(_("name"), max_length=200)
    unit = models.CharField(_("department"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    neighborhood = models.CharField(_("neighbourhood"), max_length=120, blank=True)
    hours_note = models.CharField(_("note on opening hours"), max_length=250, blank=True)
    note = models.TextField(_("note"), blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta(Verified.Meta):
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ["slug"]
        constraints = [
            *Verified.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="office_coordinates_whole_and_on_earth",
                violation_error_message=_("Give both coordinates, in degrees, or neither."),
            ),
        ]

    def __str__(self):
        return self.name or self.slug

    def get_absolute_url(self):
        return f"{self.institution.get_absolute_url()}#{self.slug}"


class OpeningHours(models.Model):
    """One stretch of one weekday on which an office is open."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="hours", verbose_name=_("office"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["office", "weekday", "opens"], name="opening_hours_once"),
            models.CheckConstraint(condition=models.Q(weekday__range=(0, 6)), name="opening_hours_weekday"),
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens")),
                name="opening_hours_in_order",
                violation_error_message=_("An office closes after it opens."),
            ),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"
