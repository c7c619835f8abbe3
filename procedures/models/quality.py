"""What a ficha has to say before it is published: the law's list and the house's own, kept as data."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procedures.models.assurance import Assurance


class Severity(models.TextChoices):
    """What a finding does to a publication."""

    BLOCKS = "blocks", _("blocks")
    WARNS = "warns", _("warns")


class LegalProfile(models.Model):
    """A list of what a ficha must tell, as a law or rule demands it; at most one is in use for each kind of record."""

    class Kind(models.TextChoices):
        PROCEDURE = "procedure", _("procedures")
        PROGRAM = "program", _("supports")

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("applies to"), max_length=12, choices=Kind.choices)
    source_title = models.CharField(_("source"), max_length=300, blank=True)
    source_url = models.URLField(_("address of the source"), max_length=500, blank=True)
    version = models.CharField(_("version"), max_length=80, help_text=_("What tells this list from a later one."))
    dated_on = models.DateField(_("date of the source"), null=True, blank=True)
    assurance = models.CharField(
        _("how sure we are that this list is in force"),
        max_length=12,
        choices=Assurance.choices,
        default=Assurance.UNVERIFIED,
    )
    note = models.TextField(_("note"), blank=True, help_text=_("Public: where the list is from, what is not sure."))
    is_active = models.BooleanField(_("in use"), default=False)

    class Meta:
        verbose_name = _("legal profile")
        verbose_name_plural = _("legal profiles")
        ordering = ["kind", "-is_active", "slug"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["procedure", "program"]), name="legal_profile_kind_known"),
            models.CheckConstraint(condition=Q(assurance__in=Assurance.values), name="legal_profile_assurance_known"),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(is_active=True),
                name="legal_profile_one_in_use",
                violation_error_message=_("Another profile is in use for these records: take it out of use first."),
            ),
        ]

    def __str__(self):
        return self.name or self.slug


class ProfileFieldQuerySet(models.QuerySet):
    def in_use_for(self, kind):
        """The rows of the profile in use for a kind of record ("procedure" or "program"), with it."""
        return self.filter(profile__kind=kind, profile__is_active=True).select_related("profile")


class ProfileField(models.Model):
    """One thing that a profile demands: a datum of the ficha that must be known, or a rule of the house."""

    profile = models.ForeignKey(LegalProfile, on_delete=models.CASCADE, related_name="fields")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    datum = models.CharField(_("what is demanded"), max_length=24)
    severity = models.CharField(_("if it is missing"), max_length=8, choices=Severity.choices, default=Severity.WARNS)
    article = models.CharField(_("article that demands it"), max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=250, blank=True)

    objects = ProfileFieldQuerySet.as_manager()

    class Meta:
        verbose_name = _("demand of a profile")
        verbose_name_plural = _("demands of a profile")
        ordering = ["profile", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "datum"], name="profile_field_once"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="profile_field_severity_known"),
        ]

    def __str__(self):
        return self.datum


class Placeholder(models.Model):
    """Words that stand for a text somebody meant to write later."""

    class Place(models.TextChoices):
        ANYWHERE = "anywhere", _("anywhere in a text")
        ALONE = "alone", _("alone on a line")

    text = models.CharField(
        _("text"),
        max_length=60,
        unique=True,
        help_text=_("Capitals and accents don't matter. One character twice stands for longer runs of it too."),
    )
    place = models.CharField(_("counts"), max_length=8, choices=Place.choices, default=Place.ANYWHERE)
    not_after = models.CharField(
        _("but not after"),
        max_length=250,
        blank=True,
        help_text=_("Words with commas between them: “siglo” keeps “siglo XX” from being one."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("placeholder")
        verbose_name_plural = _("placeholders")
        ordering = ["text"]
        constraints = [
            models.CheckConstraint(condition=Q(place__in=["anywhere", "alone"]), name="placeholder_place_known"),
            models.CheckConstraint(condition=~Q(text=""), name="placeholder_has_text"),
        ]

    def __str__(self):
        return self.text
