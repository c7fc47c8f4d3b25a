from django.urls import path

from scheduling.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.day, name="day"),
    path("week/", views.week, name="week"),
    path("appointments/<uuid:appointment_id>/", views.appointment_page, name="appointment"),
    path("appointments/<uuid:appointment_id>/move/", views.move, name="move"),
    path("appointments/<uuid:appointment_id>/cancel/", views.cancel, name="cancel"),
]
