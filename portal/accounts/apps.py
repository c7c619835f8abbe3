from axes.apps import AppConfig as AxesConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

# Words of django-axes that staff see; it has no Spanish catalogue.
gettext_noop("access attempt")
gettext_noop("access attempts")
gettext_noop("Username")
gettext_noop("IP Address")
gettext_noop("Attempt Time")


class StaffAdminConfig(AdminConfig):
    default_site = "portal.accounts.site.StaffSite"


class SignInConfig(AxesConfig):
    verbose_name = _("Signing in")
