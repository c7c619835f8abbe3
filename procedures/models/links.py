from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

GONE = (404, 410)


class LinkCheckQuerySet(models.QuerySet):
    def dead(self):
        """Addresses that answer with 404 or 410, or failed at checks on two different days in a row."""
        return self.filter(is_dead=True)

    def due(self, now):
        """Not looked at for a day, the longest ago first."""
        before = now - timedelta(days=1)
        return self.filter(Q(checked_at__isnull=True) | Q(checked_at__lte=before)).order_by(
            models.F("checked_at").asc(nulls_first=True), "id"
        )


class LinkCheck(models.Model):
    """An address that a record names and what came of the last look at it."""

    class Result(models.TextChoices):
        """What happened; the address's own answer is in `status`."""

        FINE = "fine", _("answers")
        GONE = "gone", _("the page is no longer there")
        ERROR = "error", _("answers with an error")
        TIMEOUT = "timeout", _("doesn't answer in time")
        UNREACHABLE = "unreachable", _("can't be reached")
        LOOP = "loop", _("leads round in a circle")
        REFUSED = "refused", _("not looked at: no public address")

    FAILED = (Result.GONE, Result.ERROR, Result.TIMEOUT, Result.UNREACHABLE, Result.LOOP)

    url = models.URLField(_("address"), max_length=500, unique=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=12, choices=Result.choices, blank=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    final_url = models.URLField(_("leads to"), max_length=2000, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    first_failed_at = models.DateTimeField(_("failing since"), null=True, blank=True)
    is_dead = models.BooleanField(_("dead"), default=False)

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["-is_dead", "-failures", "url"]
        constraints = [
            models.CheckConstraint(
                condition=Q(failures=0, first_failed_at__isnull=True)
                | Q(failures__gt=0, first_failed_at__isnull=False),
                name="link_check_failures_have_a_beginning",
            ),
            models.CheckConstraint(condition=Q(is_dead=False) | Q(failures__gt=0), name="link_check_dead_has_failed"),
        ]

    def __str__(self):
        return self.url

    def take(self, answer, at):
        """Notes what came of a look at `at` (aware datetime); does not save.

        Args:
            answer: has `result` (a Result), `status` (int or None) and `final_url`.
        """
        self.checked_at, self.result, self.status, self.final_url = at, answer.result, answer.status, answer.final_url
        if answer.result not in self.FAILED:
            self.failures, self.first_failed_at, self.is_dead = 0, None, False
            return
        self.failures += 1
        self.first_failed_at = self.first_failed_at or at
        on_two_days = timezone.localtime(at).date() > timezone.localtime(self.first_failed_at).date()
        self.is_dead = self.is_dead or answer.result == self.Result.GONE or on_two_days
