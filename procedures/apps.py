from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    name = "procedures"
    verbose_name = _("Catalogue")

    def ready(self):
        """A version makes no move that skips a step, and keeps what was approved: the database itself refuses."""
        from procedures import translation  # noqa: F401 - adds the languages' columns, which are sealed too
        from procedures.sealed import seal

        seal()
