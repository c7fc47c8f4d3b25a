"""The owner's settings. No clinical model is ever registered here."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from practice.access.roles import Role


class OwnerAdminSite(AdminSite):
    site_header = "Settings of the practice"
    site_title = "Settings"
    index_title = "What would you like to set?"

    def has_permission(self, request: HttpRequest) -> bool:
        return getattr(request.user, "role", None) == Role.OWNER and request.user.is_active

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take in what writes each change into the audit trail; what libraries bring stays out."""
        if getattr(admin_class, "is_audited", False):
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one place to sign in, where the second factor is asked for: not here."""
        return redirect("admin:index")
