"""The plan of a case on its own page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from clients import goals
from clients.forms import ActionForm, GoalForm, ReviewForm
from clients.models import AgreedAction, Case, Goal
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.http import StaffRequest


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """The goals with what each partner agreed to; sent, one more goal."""
    own = Case.objects.run_by(request.user).select_related("concern")
    case = get_object_or_404(own.prefetch_related("participants__client"), pk=case_id)
    form = GoalForm(request.POST or None)
    if form.is_valid():
        goals.set_goal(case, form.cleaned_data["words"], trail.staff_actor(request))
        return redirect("cases:plan", case.pk)
    trail.record(Verb.READ, case, by=trail.staff_actor(request), case_id=case.pk, note="plan")
    people = list(case.participants.all())
    rows = [
        {"goal": goal, "people": [(each, _of(goal, each.pk)) for each in people]}
        for goal in goals.of(case)
    ]
    context = {"case": case, "rows": rows, "form": form}
    return render(request, "clients/plan.html", context)


def _of(goal: Goal, participant_id: UUID) -> list[AgreedAction]:
    return [each for each in goal.actions.all() if each.participant_id == participant_id]


@staff(Role.COUNSELOR)
@require_POST
def agree(request: StaffRequest, goal_id: UUID) -> HttpResponse:
    """What one partner said they would do."""
    goal = _goal(request, goal_id)
    form = ActionForm(request.POST, case=goal.case)
    if form.is_valid():
        person, words = form.participant, form.cleaned_data["words"]
        goals.agree(goal, person, words, trail.staff_actor(request))
    else:
        messages.error(request, "Please write what they agreed to, and who.")
    return redirect("cases:plan", goal.case_id)


@staff(Role.COUNSELOR)
@require_POST
def done(request: StaffRequest, action_id: UUID) -> HttpResponse:
    """They did it, or not after all."""
    own = Case.objects.run_by(request.user)
    found = AgreedAction.objects.filter(goal__case__in=own).select_related("goal")
    action = get_object_or_404(found, pk=action_id)
    goals.mark_done(action, trail.staff_actor(request))
    return redirect("cases:plan", action.goal.case_id)


@staff(Role.COUNSELOR)
@require_POST
def review(request: StaffRequest, goal_id: UUID) -> HttpResponse:
    """Looked at in the session: go on, reached, or set aside."""
    goal = _goal(request, goal_id)
    form = ReviewForm(request.POST)
    if form.is_valid():
        status = Goal.Status(form.cleaned_data["status"])
        goals.review(goal, status, trail.staff_actor(request))
    return redirect("cases:plan", goal.case_id)


def _goal(request: StaffRequest, goal_id: UUID) -> Goal:
    own = Case.objects.run_by(request.user)
    return get_object_or_404(Goal.objects.filter(case__in=own).select_related("case"), pk=goal_id)
