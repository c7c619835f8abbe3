from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path

from portal import views
from portal.home import home
from portal.milestones import milestone_pdf
from portal.sitemaps import SITEMAPS

handler403 = "portal.accounts.refusals.forbidden"
handler404 = "portal.views.not_found"

pages = [
    path("", home, name="home"),
    path("buscar/", views.search, name="search"),
    path("acerca/", views.about, name="about"),
    path("privacidad/", views.privacy, name="privacy"),
    path("accesibilidad/", views.accessibility, name="accessibility"),
    path("datos/", views.data, name="data"),
    path("compromisos/<slug:code>/hitos/<int:number>.pdf", milestone_pdf, name="milestone_pdf"),
]

urlpatterns = [
    # What machines ask for is the same in every language.
    path("salud/", views.health, name="health"),
    path("salud/lista/", views.ready, name="ready"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    *i18n_patterns(
        path("admin/", admin.site.urls),
        path("", include((pages, "portal"))),
        path("", include("procedures.urls")),
        path("", include("brochure.urls")),
        path("", include("engagement.urls")),
        prefix_default_language=False,
    ),
]
