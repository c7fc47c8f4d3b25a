"""Choosing a case's follow-up plan."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from clients.models import Case
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.http import StaffRequest
from scheduling.followups import planning
from scheduling.followups.forms import PlanForm
from scheduling.followups.models import CasePlan, Plan


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def choose_plan(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """What goes out after this couple's sessions, from the next one on."""
    case = get_object_or_404(Case.objects.for_user(request.user).open(), pk=case_id)
    now = CasePlan.objects.filter(case=case).first()
    form = PlanForm(request.POST or None, initial={"plan": now and now.plan_id})
    if form.is_valid():
        planning.choose_plan(case, form.cleaned_data["plan"])
        actor = trail.staff_actor(request)
        trail.record(Verb.CHANGE, case, by=actor, case_id=case.pk, note="follow-up plan")
        messages.success(request, "Saved. It applies from the next session on.")
        return redirect("cases:page", case.pk)
    plans = Plan.objects.prefetch_related("steps")
    return render(request, "followups/plan.html", {"case": case, "form": form, "plans": plans})
