from django.urls import path

from scheduling import hours_views
from scheduling.desk import appointments, bookings, days, drop, estimate_views, gaps, search

app_name = "desk"
urlpatterns = [
    path("", days.day, name="day"),
    path("day/part/", days.day_part, name="day-part"),
    path("week/", days.week, name="week"),
    path("week/part/", days.week_part, name="week-part"),
    path("events/", days.events, name="events"),
    path("appointments/<uuid:appointment_id>/drop/", drop.drop, name="drop"),
    path("search/", search.search, name="search"),
    path("appointments/<uuid:appointment_id>/", appointments.page, name="appointment"),
    path("appointments/<uuid:appointment_id>/move/", appointments.move, name="move"),
    path("appointments/<uuid:appointment_id>/cancel/", appointments.cancel, name="cancel"),
    path("appointments/<uuid:appointment_id>/no-show/", appointments.no_show, name="no-show"),
    path("undo/<uuid:change_id>/", appointments.undo, name="undo"),
    path("book/", bookings.book, name="book"),
    path("why/", bookings.why, name="why"),
    path("gaps/", gaps.page, name="gaps"),
    path("gaps/one/", gaps.one, name="gap"),
    path("estimates/<uuid:estimate_id>/given/", estimate_views.given, name="estimate-given"),
    path("hours/", hours_views.everybody, name="hours"),
    path("hours/<int:counselor_id>/", hours_views.of_one, name="hours-of"),
    path("hours/<int:counselor_id>/weekly/", hours_views.add_weekly, name="hours-weekly"),
    path("hours/<int:counselor_id>/dates/", hours_views.set_day, name="hours-date"),
    path("hours/<int:counselor_id>/away/", hours_views.add_away, name="hours-away"),
    path("hours/<int:counselor_id>/limits/", hours_views.set_limits, name="hours-limits"),
    path("hours/weekly/<int:hours_id>/", hours_views.change_weekly, name="hours-weekly-change"),
    path(
        "hours/weekly/<int:hours_id>/remove/",
        hours_views.remove_weekly,
        name="hours-weekly-remove",
    ),
    path("hours/dates/<int:hours_id>/remove/", hours_views.remove_day, name="hours-date-remove"),
    path("hours/away/<int:hours_id>/remove/", hours_views.remove_away, name="hours-away-remove"),
]
