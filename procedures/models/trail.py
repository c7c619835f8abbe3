from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TrailLineQuerySet(models.QuerySet):
    def about(self, model, key):
        """All that happened to one record and to what belongs to it, whether it still exists or not.

        Args:
            model: its label in lower case, "procedures.procedureversion".
        """
        return self.filter(Q(root_model=model, root_key=str(key)) | Q(model=model, key=str(key)))

    def acts(self):
        """`{"act", "last"}` of every act among these lines, the newest first; `last` is the key of its last line."""
        return self.order_by().values("act").annotate(last=Max("pk")).order_by("-last")


class TrailLine(models.Model):
    """One change of one record: who made it, when, and what the record said before and after.

    Written by the database itself (`procedures.trail.triggers`), and frozen. Nothing in it refers to another table, so
    that it stays readable whatever becomes of the record and of the person. `changes` is
    `{field: [before, after]}`; a related record is `{"id": …, "name": …}`; the words of a move stand under "".
    """

    class Action(models.TextChoices):
        LOADED = "loaded", pgettext_lazy("record", "loaded with the portal")
        CREATED = "created", pgettext_lazy("record", "created")
        CHANGED = "changed", pgettext_lazy("record", "changed")
        DELETED = "deleted", pgettext_lazy("record", "deleted")
        SAID = "said", pgettext_lazy("record", "note")
        FORGOTTEN = "forgotten", pgettext_lazy("record", "lines removed from this log")

    at = models.DateTimeField(_("when"), db_index=True)
    act = models.CharField(max_length=40, help_text="What was done at once, one saved page for example, has one act.")
    by_id = models.BigIntegerField(null=True, blank=True, help_text="Key of the user, if it was one.")
    who = models.CharField(_("who"), max_length=150, db_index=True)
    action = models.CharField(_("action"), max_length=10, choices=Action.choices)
    model = models.CharField(_("table"), max_length=80)
    key = models.CharField(_("key"), max_length=64)
    root_model = models.CharField(_("table of the whole"), max_length=80)
    root_key = models.CharField(_("key of the whole"), max_length=64)
    label = models.CharField(_("record"), max_length=200, blank=True)
    changes = models.JSONField(_("before and after"), default=dict, encoder=DjangoJSONEncoder)

    objects = TrailLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of the change log")
        verbose_name_plural = _("change log")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["model", "key"], name="trail_line_record"),
            models.Index(fields=["root_model", "root_key", "act"], name="trail_line_root"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=["loaded", "created", "changed", "deleted", "said", "forgotten"]),
                name="trail_line_action_known",
            )
        ]

    def __str__(self):
        return f"{self.who}: {self.get_action_display()} {self.model} {self.key}"
