"""The owner's settings of working hours."""

from django.contrib import admin

from practice.admin import AuditedAdmin
from scheduling.models import TimeOff, WeeklyHours


@admin.register(WeeklyHours)
class WeeklyHoursAdmin(AuditedAdmin):
    list_display = ["counselor", "weekday", "begins", "ends"]
    list_filter = ["counselor"]


@admin.register(TimeOff)
class TimeOffAdmin(AuditedAdmin):
    list_display = ["counselor", "starts_at", "ends_at"]
    list_filter = ["counselor"]
