from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")

    def ready(self):
        from portal.accounts import sessions
        from portal.accounts.roles import write_roles
        from portal.search.upkeep import watch

        watch()
        sessions.watch()
        # After the last app, when every permission is there.
        post_migrate.connect(write_roles, sender=[*apps.get_app_configs()][-1])
