from django.urls import path

from scheduling.followups import client_views

urlpatterns = [path("", client_views.your_check_in, name="your-check-in")]
