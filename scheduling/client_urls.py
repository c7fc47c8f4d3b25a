from django.urls import path

from scheduling import client_views

urlpatterns = [
    path("", client_views.your_appointment, name="your-appointment"),
    path("place/", client_views.place, name="your-appointment-place"),
    path("calendar/", client_views.calendar, name="your-appointment-calendar"),
    path("move/", client_views.move, name="your-appointment-move"),
    path("cancel/", client_views.cancel, name="your-appointment-cancel"),
]
