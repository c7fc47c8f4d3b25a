from django.urls import path

from scheduling.followups import client_views

urlpatterns = [
    path("yours/check-in/", client_views.your_check_in, name="your-check-in"),
    path("yours/check-in/typed/", client_views.keep_draft, name="your-check-in-draft"),
    path("yours/line/", client_views.your_line, name="your-line"),
]
