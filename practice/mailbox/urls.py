from django.urls import path

from practice.mailbox import text_views, views

app_name = "mailbox"
urlpatterns = [
    path("", views.list_mail, name="list"),
    path("clock/", views.clock, name="clock"),
    path("texts/2010-04-01/Accounts/<str:account>/Messages.json", text_views.texts, name="texts"),
    path("<slug:name>/", views.message, name="message"),
]
