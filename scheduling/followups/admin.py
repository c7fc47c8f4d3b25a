"""The owner sets who is asked to look at a flag, one after the other."""

from collections.abc import Mapping
from typing import ClassVar

from django.contrib import admin

from practice.admin import AuditedAdmin
from scheduling.followups.models import Rung


@admin.register(Rung)
class RungAdmin(AuditedAdmin):
    list_display = ["position", "user", "minutes"]
    list_select_related = ["user"]
    help_texts: ClassVar[Mapping[str, str]] = {
        "position": "0 is asked first, then 1, and so on.",
    }
