from django.urls import path

from intake import views

app_name = "intake"
urlpatterns = [
    path("", views.where, name="where"),
    path("time/", views.when, name="when"),
    path("about-you/", views.about_you, name="about-you"),
    path("booked/", views.booked, name="booked"),
]
