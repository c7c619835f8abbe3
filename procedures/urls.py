from django.urls import include, path, re_path

from procedures import views
from procedures.completeness import completeness_csv, completeness_json

app_name = "procedures"

urlpatterns = [
    path("tramites/", views.procedure_list, name="list"),
    path("tramites/<slug:slug>/", views.procedure, name="procedure"),
    path("tramites/<slug:slug>/version/<int:number>/", views.procedure_version, name="procedure_version"),
    path("tramites/<slug:slug>/version/<int:number>/planes/", views.procedure_effect, name="procedure_effect"),
    path("apoyos/", views.program_list, name="programs"),
    path("apoyos/<slug:slug>/", views.program, name="program"),
    path("apoyos/<slug:slug>/version/<int:number>/", views.program_version, name="program_version"),
    path("apoyos/<slug:slug>/version/<int:number>/planes/", views.program_effect, name="program_effect"),
    re_path(r"^datos/completitud/(?P<records>tramites|apoyos)\.csv$", completeness_csv, name="completeness_csv"),
    re_path(r"^datos/completitud/(?P<records>tramites|apoyos)\.json$", completeness_json, name="completeness_json"),
    path("instituciones/", views.institution_list, name="institutions"),
    path("instituciones/<slug:slug>/", views.institution, name="institution"),
    path("ruta/", include("procedures.guide.urls")),
    path("glosario/", views.glossary, name="glossary"),
]
