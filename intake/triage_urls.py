from django.urls import path

from intake import triage_views as views

app_name = "requests"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("<uuid:request_id>/", views.page, name="page"),
    path("<uuid:request_id>/take/", views.take, name="take"),
    path("<uuid:request_id>/assign/", views.assign, name="assign"),
    path("<uuid:request_id>/times/", views.times, name="times"),
    path("<uuid:request_id>/offer/", views.offer_one, name="offer-one"),
    path("<uuid:request_id>/called/", views.called, name="called"),
    path("<uuid:request_id>/decline/", views.decline, name="decline"),
]
