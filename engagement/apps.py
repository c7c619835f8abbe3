from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from procedures import frozen


class EngagementConfig(AppConfig):
    name = "engagement"
    verbose_name = _("Dialogue and commitments")

    def ready(self):
        from engagement import models

        frozen.protect(models.StatusUpdate, name="status_update_frozen")
        frozen.protect(models.Evidence, name="evidence_frozen")
        frozen.protect(models.Verdict, name="verdict_frozen")
        frozen.protect(models.OfficialAnswer, name="official_answer_frozen")
