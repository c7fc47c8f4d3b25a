"""Between the sessions of one case: its plan, who is paused, what is on the way, what flags say."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.models import Case, Participant
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.http import StaffRequest
from scheduling.followups import flags, foreseeing, person, planning
from scheduling.followups.forms import HourForm, PlanForm, ResolveForm
from scheduling.followups.models import CasePlan, FollowUp, Plan, RiskFlag


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def choose_plan(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """What goes out after this couple's sessions, from the next one on."""
    case = _case(request, case_id)
    now = CasePlan.objects.filter(case=case).select_related("plan").first()
    form = PlanForm(request.POST or None, initial={"plan": now and now.plan_id}, now=now)
    if form.is_valid():
        planning.choose_plan(case, form.cleaned_data["plan"])
        actor = trail.staff_actor(request)
        trail.record(Verb.CHANGE, case, by=actor, case_id=case.pk, note="follow-up plan")
        messages.success(request, "Saved. It applies from the next session on.")
        return redirect("cases:page", case.pk)
    context = {
        "case": case,
        "form": form,
        "now": now,
        "plans": form.offered().prefetch_related("steps"),
        "people": case.participants.select_related("client", "follow_up_pause", "follow_up_hour"),
        "waiting": _waiting(case),
    }
    return render(request, "followups/plan.html", context)


def _waiting(case: Case) -> list[tuple[FollowUp, str]]:
    found = (
        FollowUp.objects.waiting()
        .filter(participant__case=case)
        .select_related(
            *("step", "message", "session", "assignment__version"),
            *("participant__client", "participant__follow_up_hour"),
        )
    )
    return [(each, planning.why(each)) for each in found]


@staff(Role.COUNSELOR)
@require_safe
def preview(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """What a plan would send to this couple, on a calendar and on a locked phone.

    The one asked for, else the case's own, else the first that is offered.
    """
    case = _case(request, case_id)
    asked = request.GET.get("plan", "")
    if asked.isdecimal():
        plan = get_object_or_404(Plan, pk=int(asked))
    else:
        own = Plan.objects.filter(case_plans__case=case)
        plan = get_object_or_404(own if own.exists() else Plan.objects.offered()[:1])
    actor = trail.staff_actor(request)
    trail.record(Verb.READ, case, by=actor, case_id=case.pk, note="follow-up preview")
    context = {"case": case, "plan": plan, "preview": foreseeing.preview(case, plan)}
    return render(request, "followups/preview.html", context)


@staff(Role.COUNSELOR)
@require_POST
def pause(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Pause everything between this couple's sessions, or let it go on."""
    case = _case(request, case_id)
    change = person.resume_case if "resume" in request.POST else person.pause_case
    change(case, trail.staff_actor(request))
    messages.success(request, "Saved.")
    return redirect("followups:plan", case.pk)


@staff(Role.COUNSELOR)
@require_POST
def pause_person(request: StaffRequest, participant_id: UUID) -> HttpResponse:
    """The same for one person; the other doesn't learn of it."""
    scope = Participant.objects.for_user(request.user).select_related("case")
    one = get_object_or_404(scope, pk=participant_id)
    change = person.resume if "resume" in request.POST else person.pause
    change(one, trail.staff_actor(request))
    messages.success(request, "Saved. Nobody is told.")
    return redirect("followups:plan", one.case_id)


@staff(Role.COUNSELOR)
@require_POST
def change_hour(request: StaffRequest, participant_id: UUID) -> HttpResponse:
    """Another hour for one person than the plan's; the other keeps theirs."""
    scope = Participant.objects.for_user(request.user).select_related("case")
    one = get_object_or_404(scope, pk=participant_id)
    form = HourForm({} if "as_planned" in request.POST else request.POST)
    if form.is_valid():
        person.set_hour(one, form.cleaned_data["at"], trail.staff_actor(request))
        messages.success(request, "Saved. What waits for them comes at that hour.")
    else:
        messages.warning(request, " ".join(map(str, form.errors["at"])))
    return redirect("followups:plan", one.case_id)


@staff(Role.COUNSELOR)
@require_POST
def skip(request: StaffRequest, follow_up_id: UUID) -> HttpResponse:
    """Leave this one thing out for this one person."""
    scope = FollowUp.objects.for_user(request.user).select_related("message", "participant")
    follow_up = get_object_or_404(scope, pk=follow_up_id)
    if person.skip(follow_up, trail.staff_actor(request)):
        messages.success(request, "It won’t go. Nobody is told.")
    else:
        messages.warning(request, "It has gone already.")
    return redirect("followups:plan", follow_up.participant.case_id)


@staff(Role.COUNSELOR, Role.OWNER)
@require_POST
def acknowledge(request: StaffRequest, flag_id: UUID) -> HttpResponse:
    """Whoever is asked says: I have it."""
    flag = _flag(request, flag_id)
    try:
        flags.acknowledge(flag, request.user, trail.staff_actor(request))
        messages.success(request, "It is with you now.")
    except flags.NotOpen:
        messages.warning(request, "Somebody has resolved it.")
    return redirect("dashboard:today")


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def resolve(request: StaffRequest, flag_id: UUID) -> HttpResponse:
    """The counselor has acted: why messages may go on."""
    theirs = RiskFlag.objects.filter(participant__case__in=Case.objects.for_user(request.user))
    flag = get_object_or_404(theirs.open().select_related("participant__client"), pk=flag_id)
    form = ResolveForm(request.POST or None)
    if form.is_valid():
        flags.resolve(
            flag, request.user, form.cleaned_data["resolution"], trail.staff_actor(request)
        )
        messages.success(request, "Resolved. Messages between sessions go on.")
        return redirect("cases:page", flag.participant.case_id)
    trail.record(
        Verb.READ,
        flag,
        by=trail.staff_actor(request),
        case_id=flag.participant.case_id,
        client_id=flag.participant.client_id,
    )
    return render(request, "followups/flag.html", {"flag": flag, "form": form})


def _flag(request: StaffRequest, flag_id: UUID) -> RiskFlag:
    return get_object_or_404(RiskFlag.objects.for_user(request.user), pk=flag_id)


def _case(request: StaffRequest, case_id: UUID) -> Case:
    scope = Case.objects.for_user(request.user).open().select_related("counselor__user")
    return get_object_or_404(scope.prefetch_related("participants__client"), pk=case_id)
