"""The owner's list of what a case may be about. No case and no client is ever set here."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from clients.models import Concern
from practice.admin import AuditedAdmin


@admin.register(Concern)
class ConcernAdmin(AuditedAdmin):
    list_display = ["name", "about_affair", "position"]
    fields = ["key", "name", "about_affair", "position"]
    help_texts: ClassVar[Mapping[str, str]] = {
        "key": "A short name in small letters, such as “communication”. It stays as it is.",
        "name": "What people and counselors read.",
        "position": "The smallest number comes first.",
    }

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Cases depend on both: a stage and two parts can't come or go under them.
        return ("key", "about_affair") if obj is not None else ()
