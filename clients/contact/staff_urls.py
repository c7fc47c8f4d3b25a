from django.urls import path

from clients.contact import staff_views

app_name = "messages"
urlpatterns = [
    path("", staff_views.message_list, name="list"),
    path("<uuid:message_id>/", staff_views.message_life, name="life"),
    path("<uuid:message_id>/again/", staff_views.send_again, name="again"),
    path("<uuid:message_id>/stop/", staff_views.take_back, name="take-back"),
    path("<uuid:message_id>/spoken/", staff_views.spoken, name="spoken"),
    path("people/<uuid:participant_id>/stop/", staff_views.stop_for, name="stop-for"),
]
