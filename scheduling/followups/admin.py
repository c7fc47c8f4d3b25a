"""The owner sets who is asked to look at a flag, one after the other."""

from django.contrib import admin

from practice.admin import AuditedAdmin
from scheduling.followups.models import Rung


@admin.register(Rung)
class RungAdmin(AuditedAdmin):
    list_display = ["position", "user", "minutes"]
    list_select_related = ["user"]
