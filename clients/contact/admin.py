"""The owner writes the next version of what people agree to; an earlier one never changes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Max
from django.http import HttpRequest

from clients.contact.models import ConsentDocument
from practice import clock
from practice.admin import AuditedAdmin


@admin.register(ConsentDocument)
class ConsentDocumentAdmin(AuditedAdmin):
    """Adding one is publishing it: whoever signs from now on signs these words."""

    list_display = ["title", "purpose", "version", "published_at"]
    list_filter = ["purpose"]
    fields = ["purpose", "title", "body", "agreement"]
    help_texts: ClassVar[Mapping[str, str]] = {
        "purpose": "What it is about. The newest of each is what people are asked to sign.",
        "title": "The heading above the text.",
        "agreement": "The sentence beside the box that people tick.",
    }

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> ConsentDocument:
        """The next version of its purpose, from now on."""
        document: ConsentDocument = super().save_form(request, form, change)
        document.version = _versions(document.purpose) + 1
        document.published_at = clock.now()
        return document

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _versions(purpose: str) -> int:
    same = ConsentDocument.objects.filter(purpose=purpose)
    return same.aggregate(last=Max("version"))["last"] or 0
