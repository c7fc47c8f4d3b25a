from django.urls import path

from scheduling import feed_views

urlpatterns = [path("<str:token>.ics", feed_views.feed, name="feed")]
