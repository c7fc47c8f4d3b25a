"""The staff's day."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.dashboard import registry
from practice.dashboard.looking import Look
from practice.http import StaffRequest


@staff(Role.COUNSELOR, Role.OWNER, Role.LEAD)
@require_safe
def today(request: StaffRequest) -> HttpResponse:
    """What needs me now, who comes next, what changed."""
    context = {
        "panels": registry.today.looked_at(request, Look(request.user)),
        "now": clock.now(),
    }
    return render(request, "dashboard/today.html", context)


@staff(*Role)
@require_safe
def home(request: StaffRequest) -> HttpResponse:
    """The first page of each role."""
    return redirect(Role(request.user.role).home)
