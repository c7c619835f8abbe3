from django.urls import path

from engagement.views import commitments, dialogue

app_name = "engagement"

urlpatterns = [
    path("dialogo/", dialogue.threads, name="threads"),
    path("dialogo/nuevo/", dialogue.new_thread, name="new_thread"),
    path("dialogo/nuevo/gracias/", dialogue.thanks, name="thanks"),
    path("dialogo/<int:pk>/", dialogue.thread, name="thread"),
    path("compromisos/", commitments.commitments, name="commitments"),
    path("compromisos/evidencia/<int:pk>/", commitments.evidence, name="evidence"),
    path("compromisos/<slug:code>/", commitments.commitment, name="commitment"),
    path("compromisos/<slug:code>/hitos/<int:number>/", commitments.milestone, name="milestone"),
    path("compromisos/<slug:code>/hitos/<int:number>.csv", commitments.milestone_csv, name="milestone_csv"),
    path("compromisos/<slug:code>/hitos/<int:number>.json", commitments.milestone_json, name="milestone_json"),
]
