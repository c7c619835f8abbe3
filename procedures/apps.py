from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    name = "procedures"
    verbose_name = _("Catalogue")

    def ready(self):
        """A version makes no move that skips a step, and keeps what was approved: the database itself refuses.

        It also writes the change log, and lets nobody change that.
        """
        from procedures import frozen, translation  # noqa: F401 - adds the languages' columns, which are sealed too
        from procedures.models import TrailLine
        from procedures.sealed import seal
        from procedures.trail.acting import tell_database
        from procedures.trail.triggers import follow_migrations

        seal()
        frozen.protect(TrailLine, name="change_log_frozen")
        tell_database()
        follow_migrations(self)
