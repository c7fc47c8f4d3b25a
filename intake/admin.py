"""The owner's list of reasons for which a request is declined."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from intake.models import DeclineReason
from practice.admin import AuditedAdmin


@admin.register(DeclineReason)
class DeclineReasonAdmin(AuditedAdmin):
    list_display = ["name", "position"]
    fields = ["key", "name", "words", "position"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Requests that were declined name it.
        return ("key",) if obj is not None else ()
