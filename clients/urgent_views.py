"""The page on which a colleague's case is opened because it can't wait."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clients import urgent
from clients.forms import UrgentForm
from clients.models import UrgentLook
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.http import StaffRequest


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def open_urgently(request: StaffRequest) -> HttpResponse:
    """Whose case, who is in it, and why; sent, the case opens for an hour."""
    form = UrgentForm(request.POST or None, user=request.user)
    if form.is_valid():
        told = form.cleaned_data
        reason = UrgentLook.Reason(told["reason"])
        try:
            look = urgent.open_now(
                told["counselor"],
                told["name"],
                reason,
                user=request.user,
                by=trail.staff_actor(request),
            )
        except urgent.NoneFits:
            form.add_error("name", "No open case of theirs has somebody of this whole name.")
        else:
            messages.success(request, "Open for an hour. The owner, the lead and they see it.")
            return redirect("cases:page", look.case_id)
    return render(request, "clients/urgent.html", {"form": form})
