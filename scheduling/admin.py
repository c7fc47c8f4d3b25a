"""The owner's settings of working hours and holidays."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from practice.admin import AuditedAdmin
from scheduling.models import DateHours, Holiday, TimeOff, WeeklyHours

_HOURS = {
    "counselor": "Whose hours they are.",
    "kind": "What may be booked then.",
    "begins": "On the counselor’s own clock.",
    "ends": "On the counselor’s own clock.",
}


@admin.register(WeeklyHours)
class WeeklyHoursAdmin(AuditedAdmin):
    list_display = ["counselor", "weekday", "begins", "ends", "kind"]
    list_filter = ["counselor", "kind"]
    help_texts: ClassVar[Mapping[str, str]] = {
        **_HOURS,
        "weekday": "Every week on this day. Several stretches on one day are several rows.",
    }
    list_select_related = ["counselor"]


@admin.register(DateHours)
class DateHoursAdmin(AuditedAdmin):
    list_display = ["counselor", "day", "begins", "ends", "kind"]
    list_filter = ["counselor"]
    help_texts: ClassVar[Mapping[str, str]] = {
        **_HOURS,
        "day": "On this day these hours stand in place of the weekly ones.",
    }
    list_select_related = ["counselor"]
    date_hierarchy = "day"


@admin.register(TimeOff)
class TimeOffAdmin(AuditedAdmin):
    list_display = ["counselor", "starts_at", "ends_at"]
    list_filter = ["counselor"]
    help_texts: ClassVar[Mapping[str, str]] = {
        "counselor": "Who is away.",
        "starts_at": "From then on no time of theirs is offered. What is booked stays booked.",
        "ends_at": "Until then.",
    }
    list_select_related = ["counselor"]


@admin.register(Holiday)
class HolidayAdmin(AuditedAdmin):
    """Holidays come from the calendar of the country and its states; the owner keeps or drops."""

    list_display = ["day", "weekday", "name", "where", "kept"]
    list_display_links = None
    list_editable = ["kept"]
    list_filter = ["kept", "place"]
    date_hierarchy = "day"
    list_per_page = 60
    fields = ["day", "name", "place", "kept"]
    readonly_fields = ["day", "name", "place"]
    help: ClassVar[str] = (
        "On the days that are ticked the practice is closed: no time is offered then. Take the "
        "tick away from a day on which you work as usual, and save. A counselor who works on a "
        "closed day, or is off on an open one, says so under Hours. What is booked stays booked."
    )

    @admin.display(description="weekday")
    def weekday(self, holiday: Holiday) -> str:
        return f"{holiday.day:%A}"

    @admin.display(description="where", ordering="place")
    def where(self, holiday: Holiday) -> str:
        return holiday.place or "The whole country"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """With what a tick means, in words, above the list."""
        context = {**(extra_context or {}), "title": "Holidays", "told_above": self.help}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
