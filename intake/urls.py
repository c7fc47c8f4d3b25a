from django.urls import path

from intake import views

app_name = "intake"
urlpatterns = [
    path("", views.where, name="where"),
    path("tell-me/", views.tell_me, name="tell-me"),
    path("time/", views.when, name="when"),
    path("waitlist/", views.waitlist, name="waitlist"),
    path("about-you/", views.about_you, name="about-you"),
    path("what-brings-you/", views.what_brings_you, name="what-brings-you"),
    path("alone/", views.alone, name="alone"),
    path("agree/", views.agree, name="agree"),
    path("booked/", views.booked, name="booked"),
]
