from django.urls import path

from scheduling import views

app_name = "sessions"
urlpatterns = [
    path("<uuid:appointment_id>/", views.session_page, name="page"),
    path("<uuid:appointment_id>/done/", views.done, name="done"),
    path("<uuid:appointment_id>/no-show/", views.no_show, name="no-show"),
    path("book/<uuid:case_id>/", views.book, name="book"),
]
