"""What the staff pages show of cases: those that were opened because it could not wait."""

from datetime import timedelta

from django.db.models import QuerySet

from clients.looking import TITLES
from clients.models import UrgentLook
from practice.access.roles import Role
from practice.dashboard import registry
from practice.dashboard.looking import Look
from practice.dashboard.registry import Context
from practice.http import StaffRequest

_SHOWN, _MOST = timedelta(days=7), 20


def opened_urgently(look: Look) -> QuerySet[UrgentLook]:
    """Those of the last week: a counselor's own cases, and for who oversees them all."""
    lately = UrgentLook.objects.filter(opened_at__gt=look.now - _SHOWN)
    if look.user.role == Role.COUNSELOR:
        lately = lately.filter(case__counselor__user=look.user)
    return lately.select_related("case__counselor", "user")[:_MOST]


@registry.today.panel(
    "urgent",
    title="Opened because it couldn’t wait",
    template="clients/panel_urgent.html",
    order=4,
    roles=(Role.COUNSELOR, Role.OWNER, Role.LEAD),
    needs=(opened_urgently,),
)
def urgent(request: StaffRequest, look: Look) -> Context | None:
    """Who, why and until when. The owner reads no name of a client here."""
    found = look.rows(opened_urgently)
    if not found:
        return None
    may_read = look.user.role != Role.OWNER
    if may_read:
        look.complete((each.case for each in found), TITLES)
    return {"looks": found, "may_read": may_read, "needs_person": True}
