"""The owner's settings. No clinical model is ever registered here."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from practice.access.roles import Role


class OwnerAdminSite(AdminSite):
    site_header = "Settings of the practice"
    site_title = "Settings"
    index_title = "What would you like to set?"

    def has_permission(self, request: HttpRequest) -> bool:
        return getattr(request.user, "role", None) == Role.OWNER and request.user.is_active
