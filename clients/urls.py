from django.urls import path

from clients import views

app_name = "cases"
urlpatterns = [
    path("", views.case_list, name="list"),
    path("<uuid:case_id>/", views.case_page, name="page"),
    path("<uuid:case_id>/course/", views.course, name="course"),
    path("people/<uuid:participant_id>/code/", views.enroll, name="enroll"),
    path("people/<uuid:participant_id>/suspend/", views.suspend, name="suspend"),
]
