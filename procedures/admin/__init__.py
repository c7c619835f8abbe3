"""The staff's side of the catalogue, one module per noun."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from procedures.admin import (
    documents,
    doubts,
    exchange,
    guide,
    law,
    link_checks,
    places,
    procedures,
    programs,
    quality,
    reference,
    trail,
    translations,
    words,
)

__all__ = [
    "documents",
    "doubts",
    "exchange",
    "guide",
    "law",
    "link_checks",
    "places",
    "procedures",
    "programs",
    "quality",
    "reference",
    "trail",
    "translations",
    "words",
]

admin.site.site_header = _("Business portal: staff")
admin.site.site_title = _("Business portal of Chihuahua")
admin.site.index_title = _("What waits for you")
admin.site.enable_nav_sidebar = False  # the width is for the two languages; the first page has all records
admin.site.empty_value_display = "–"

# Django's own words that its Spanish catalogue lacks.
gettext_noop("- Select an option -")
gettext_noop("Run")
gettext_noop("Search %(name)s")
gettext_noop("Pagination %(name)s")
gettext_noop("Pagination %(name)s entries")
gettext_noop("Filter by %(field_name)s")
# … and those that it says oddly.
gettext_noop("Breadcrumbs")
gettext_noop("Remove from sorting")
gettext_noop("Toggle sorting")
gettext_noop("Select %s to change")
gettext_noop("Select %s to view")
