from django.urls import path

from brochure.ledger import views

urlpatterns = [
    path("simplificacion/", views.ledger, name="ledger"),
    path("simplificacion/<slug:slug>/", views.business, name="ledger_business"),
    path("simplificacion.csv", views.ledger_csv, name="ledger_csv"),
    path("simplificacion.json", views.ledger_json, name="ledger_json"),
]
