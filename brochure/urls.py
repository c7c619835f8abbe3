from django.conf import settings
from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from brochure import outreach, views
from brochure.printed import views as printed

app_name = "brochure"


class Printed(StringConverter):
    """A paper that stands in the address of its file; that of letter size has none."""

    regex = "booklet|large"


class Language(StringConverter):
    regex = "|".join(sorted(dict(settings.LANGUAGES), key=len, reverse=True))


register_converter(Printed, "printed")
register_converter(Language, "lang")

urlpatterns = [
    path("folleto/", views.editions, name="editions"),
    path("folleto/comparar/", views.compare_editions, name="compare_editions"),
    path("folleto/<int:number>/", views.edition, name="edition"),
    path("folleto/<int:number>/<lang:language>.pdf", views.edition_file, name="edition_file"),
    path("folleto/<int:number>/<lang:language>-<printed:paper>.pdf", views.edition_file, name="edition_file"),
    path("folleto/<int:number>/<lang:language>.html", views.edition_file, {"paper": "screen"}, name="edition_screen"),
    path("folleto/cartel.pdf", outreach.poster, name="poster"),
    path("folleto/tarjeta.png", outreach.card, name="card"),
    path("tramites/<slug:slug>/tarjeta.png", outreach.procedure_card, name="procedure_card"),
    path("apoyos/<slug:slug>/tarjeta.png", outreach.program_card, name="program_card"),
    path("tramites/<slug:slug>.pdf", views.procedure_sheet, name="procedure_sheet"),
    path("apoyos/<slug:slug>.pdf", views.program_sheet, name="program_sheet"),
    path("tramites/<slug:slug>/impreso/<slug:key>/", printed.printed_procedure, name="printed_procedure"),
    path("apoyos/<slug:slug>/impreso/<slug:key>/", printed.printed_program, name="printed_program"),
    path("ruta/", include("brochure.ledger.urls")),
    path("ruta/plan.pdf", views.plan_pdf, name="plan_pdf"),
]
