from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class NonWorkingDay(models.Model):
    """A day on which the offices of a level of government do not work: it is no business day."""

    date = models.DateField(_("date"))
    level = models.CharField(
        _("level"),
        max_length=16,
        choices=[
            ("federal", _("whole country")),
            ("state", pgettext_lazy("level", "state")),
            ("municipal", _("municipality")),
        ],
    )
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("non-working day")
        verbose_name_plural = _("non-working days")
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["date", "level"], name="non_working_day_once_per_level")]

    def __str__(self):
        return f"{self.date:%Y-%m-%d} {self.name}"
