from django.urls import path

from procedures.guide import views

urlpatterns = [
    path("", views.guide, name="guide"),
    path("plan/", views.plan, name="plan"),
    path("plan.json", views.plan_json, name="plan_json"),
    path("plan.ics", views.plan_calendar, name="plan_ics"),
    path("plan.txt", views.plan_text, name="plan_share"),
]
