from django.urls import path

from practice.dashboard import views

app_name = "dashboard"
urlpatterns = [path("", views.today, name="today")]
