from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from procedures.models.places import Institution


class StaffProfile(models.Model):
    """What the portal knows of one of the staff beyond the account: the unit, and the mail of what waits."""

    class Digest(models.TextChoices):
        """Whose work the daily mail tells; the values are those of the first page's address."""

        NONE = "", _("no mail")
        EVERYONE = "todo", _("everything that waits")
        MINE = "mio", _("what is mine")
        UNIT = "unidad", _("what is my unit's")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    digest = models.CharField(_("daily mail"), max_length=8, choices=Digest.choices, blank=True, default=Digest.NONE)
    digest_language = models.CharField(_("language of the mail"), max_length=8, default=settings.LANGUAGE_CODE)
    # The day whose mail was begun, and the one whose mail was done: a process that dies between the two leaves them
    # different, and what may have been sent is not sent again.
    digest_begun_on = models.DateField(_("mail begun on"), null=True, blank=True)
    digest_done_on = models.DateField(_("mail done on"), null=True, blank=True)

    class Meta:
        verbose_name = _("staff profile")
        verbose_name_plural = _("staff profiles")
        constraints = [
            models.CheckConstraint(
                condition=Q(digest__in=["", "todo", "mio", "unidad"]), name="staff_profile_digest_known"
            ),
            models.CheckConstraint(
                condition=Q(digest_done_on__isnull=True)
                | (Q(digest_begun_on__isnull=False) & Q(digest_begun_on__gte=F("digest_done_on"))),
                name="staff_profile_done_was_begun",
            ),
        ]

    def __str__(self):
        return str(self.user)


class Tally(models.Model):
    """A figure that takes long to count, as the background worker counted it last."""

    name = models.CharField(max_length=40, unique=True)
    number = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    def __str__(self):
        return f"{self.name}: {self.number}"
