from django.urls import path

from clients.handouts import reading

app_name = "reading"
urlpatterns = [
    path("", reading.reading_list, name="list"),
    path("<uuid:assignment_id>/", reading.handout, name="handout"),
    path("<uuid:assignment_id>/finished/", reading.finished, name="finished"),
]
