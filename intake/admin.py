"""The owner's list of reasons for which a request is declined."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from intake.models import DeclineReason
from practice.admin import AuditedAdmin


@admin.register(DeclineReason)
class DeclineReasonAdmin(AuditedAdmin):
    list_display = ["name", "position"]
    fields = ["key", "name", "words", "position"]
    help_texts: ClassVar[Mapping[str, str]] = {
        "key": "A short name in small letters, such as “full”. It stays as it is.",
        "position": "The smallest number comes first.",
    }

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Requests that were declined name it.
        return ("key",) if obj is not None else ()
