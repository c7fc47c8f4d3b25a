from django.urls import path

from practice.mailbox import views

app_name = "mailbox"
urlpatterns = [
    path("", views.list_mail, name="list"),
    path("clock/", views.clock, name="clock"),
    path("<slug:name>/", views.message, name="message"),
]
