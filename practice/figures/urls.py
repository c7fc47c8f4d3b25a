from django.urls import path

from practice.figures import views

app_name = "figures"
urlpatterns = [
    path("", views.numbers, name="numbers"),
    path("figures.csv", views.numbers_file, name="file"),
]
