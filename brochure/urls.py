from django.urls import include, path

from brochure import views

app_name = "brochure"

urlpatterns = [
    path("folleto/", views.editions, name="editions"),
    path("folleto/<int:number>/", views.edition, name="edition"),
    path("folleto/<int:number>/<slug:language>.pdf", views.edition_file, name="edition_file"),
    path("tramites/<slug:slug>.pdf", views.procedure_sheet, name="procedure_sheet"),
    path("apoyos/<slug:slug>.pdf", views.program_sheet, name="program_sheet"),
    path("ruta/", include("brochure.ledger.urls")),
    path("ruta/plan.pdf", views.plan_pdf, name="plan_pdf"),
]
