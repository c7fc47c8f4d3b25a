from django.urls import path

from clients.handouts import reading

app_name = "reading"
urlpatterns = [
    path("", reading.reading_list, name="list"),
    path("<uuid:assignment_id>/", reading.handout, name="handout"),
    path("<uuid:assignment_id>/pdf/", reading.handout_pdf, name="pdf"),
    path("<uuid:assignment_id>/answers/", reading.save_answers, name="answers"),
    path("<uuid:assignment_id>/reached/", reading.reached, name="reached"),
    path("<uuid:assignment_id>/finished/", reading.finished, name="finished"),
]
