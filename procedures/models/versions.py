from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procedures.models.assurance import Verified


class VersionState(models.TextChoices):
    """The life of a version; the public sees the last two."""

    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    APPROVED = "approved", _("approved")
    PUBLISHED = "published", _("published")
    RETIRED = "retired", _("retired")


OPEN_STATES = [VersionState.DRAFT, VersionState.IN_REVIEW, VersionState.APPROVED]
PUBLIC_STATES = [VersionState.PUBLISHED, VersionState.RETIRED]


def named_by(model):
    """Names of the foreign keys by which a row names other records of the catalogue."""
    return [field.name for field in model._meta.concrete_fields if field.is_relation and field.name != "version"]


class VersionQuerySet(models.QuerySet):
    def published(self):
        """The versions in force: at most one per identity."""
        return self.filter(state=VersionState.PUBLISHED)

    def public(self):
        """What anyone may read: in force, or retired and kept at its own address."""
        return self.filter(state__in=PUBLIC_STATES)

    def in_force_first(self):
        """The version in force before retired ones, the newest of these before older ones."""
        return self.order_by(models.F("retired_at").desc(nulls_first=True), "-number")

    def whole(self):
        """With all that a version says, lists and sets included, in a constant number of queries."""
        parts = {name: self.model._meta.get_field(name).related_model for name in self.model.CHILDREN}
        sets = [field.name for field in self.model._meta.many_to_many]
        sets += [f"{name}__{field.name}" for name, part in parts.items() for field in part._meta.many_to_many]
        # A procedure is known by the name of its versions.
        names = ["bundles__versions"] if "bundles" in sets else []
        rows = [
            models.Prefetch(name, part._base_manager.select_related(*named_by(part))) for name, part in parts.items()
        ]
        return self.select_related(*named_by(self.model)).prefetch_related(*rows, *sets, *names)

    def open(self):
        """Work of the staff that is not published yet: at most one per identity."""
        return self.filter(state__in=OPEN_STATES)


class Version(Verified):
    """One numbered version of a record's content and where it stands between draft and retirement."""

    State = VersionState

    number = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=12, choices=VersionState.choices, default=VersionState.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
        help_text=_("Empty for a record that was loaded from the fixtures."),
    )
    writers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="+",
        verbose_name=_("written by"),
        help_text=_("All who changed the draft: none of them may approve it."),
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewer"),
    )
    change_note = models.TextField(_("what changes"), blank=True, help_text=_("Internal: for the reviewer."))
    review_note = models.TextField(_("what the reviewer says"), blank=True, help_text=_("Internal: for the author."))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    publish_at = models.DateTimeField(_("to be published at"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    class Meta(Verified.Meta):
        abstract = True
        constraints = [
            *Verified.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state__in=VersionState.values), name="%(app_label)s_%(class)s_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=VersionState.IN_REVIEW) | Q(submitted_at__isnull=False),
                name="%(app_label)s_%(class)s_in_review_was_submitted",
            ),
            models.CheckConstraint(
                condition=~Q(state=VersionState.APPROVED) | Q(approved_at__isnull=False),
                name="%(app_label)s_%(class)s_approved_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLIC_STATES) | Q(published_at__isnull=False),
                name="%(app_label)s_%(class)s_public_has_date",
            ),
            models.CheckConstraint(
                condition=Q(state=VersionState.RETIRED, retired_at__isnull=False)
                | (~Q(state=VersionState.RETIRED) & Q(retired_at__isnull=True)),
                name="%(app_label)s_%(class)s_retired_iff_dated",
            ),
            models.CheckConstraint(
                condition=Q(author__isnull=True) | Q(reviewer__isnull=True) | ~Q(author=models.F("reviewer")),
                name="%(app_label)s_%(class)s_reviewer_not_author",
                violation_error_message=_("The reviewer can't be the author."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[VersionState.APPROVED, VersionState.PUBLISHED])
                | Q(author__isnull=True)
                | Q(reviewer__isnull=False),
                name="%(app_label)s_%(class)s_four_eyes",
                violation_error_message=_("Another person has to review it first."),
            ),
        ]

    @property
    def identity(self):
        """The procedure or program that this is a version of."""
        return getattr(self, self.IDENTITY)

    @property
    def is_editable(self):
        """Content changes only while it is a draft; later changes take a new version."""
        return self.state == VersionState.DRAFT

    @property
    def is_public(self):
        return self.state in PUBLIC_STATES
