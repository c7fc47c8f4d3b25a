from django.urls import path

from scheduling import calendars_views, hours_views, series_change_views, series_views, views

app_name = "sessions"
urlpatterns = [
    path("<uuid:appointment_id>/", views.session_page, name="page"),
    path("<uuid:appointment_id>/begin/", views.begin, name="begin"),
    path("<uuid:appointment_id>/done/", views.done, name="done"),
    path("<uuid:appointment_id>/no-show/", views.no_show, name="no-show"),
    path("<uuid:appointment_id>/change/", series_change_views.change, name="change"),
    path("<uuid:appointment_id>/cancel/", series_change_views.call_off, name="cancel"),
    path("book/<uuid:case_id>/", series_views.book, name="book"),
    path("series/<uuid:series_id>/", series_views.series_page, name="series"),
    path("calendars/", calendars_views.calendars, name="calendars"),
    path("calendars/feed/", calendars_views.make_feed, name="calendars-feed"),
    path("calendars/feed/end/", calendars_views.end_feed, name="calendars-feed-end"),
    path("calendars/file/", calendars_views.add_file, name="calendars-file"),
    path("calendars/address/", calendars_views.add_address, name="calendars-address"),
    path("calendars/<uuid:calendar_id>/read/", calendars_views.read_again, name="calendars-read"),
    path("calendars/<uuid:calendar_id>/remove/", calendars_views.remove, name="calendars-remove"),
    path("hours/", hours_views.own, name="hours"),
]
