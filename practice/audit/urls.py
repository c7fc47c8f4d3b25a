from django.urls import path

from practice.audit import views

app_name = "audit"
urlpatterns = [path("", views.who_saw_what, name="who-saw-what")]
