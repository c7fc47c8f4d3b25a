from django.urls import path

from scheduling import client_views

urlpatterns = [path("", client_views.your_appointment, name="your-appointment")]
