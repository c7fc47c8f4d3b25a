"""Plans, questions and lines: the practice's own, each change the next version."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.http import StaffRequest
from scheduling.followups import editing
from scheduling.followups.models import Line, Plan, QuestionSet, Step
from scheduling.followups.plan_forms import (
    LineForm,
    NameForm,
    NewPlanForm,
    QuestionFormSet,
    StepForm,
)


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_list(request: StaffRequest) -> HttpResponse:
    """The plans that a case can be given, and a new one."""
    form = NewPlanForm(request.POST or None)
    if form.is_valid():
        plan = editing.make_plan(form.cleaned_data["name"], form.cleaned_data["like"])
        _record(request, Verb.CREATE, plan)
        return redirect("followups:plan-edit", plan.pk)
    context = {
        "form": form,
        "plans": Plan.objects.offered().prefetch_related("steps"),
        "question_sets": QuestionSet.objects.newest(),
        "lines": Line.objects.newest(),
    }
    return render(request, "followups/plan_list.html", context)


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_plan(request: StaffRequest, plan_id: int) -> HttpResponse:
    """The steps of a plan; adding one where a case has it makes the next version."""
    plan = get_object_or_404(Plan.objects.offered(), pk=plan_id)
    form = StepForm(request.POST or None)
    if form.is_valid():
        step = editing.add_step(plan, **form.facts())
        _record(request, Verb.CHANGE, step.plan)
        _tell_version(request, plan, step.plan)
        return redirect("followups:plan-edit", step.plan_id)
    context = {
        "plan": plan,
        "steps": plan.steps.select_related("question_set", "line"),
        "form": form,
        "in_use": editing.is_in_use(plan),
    }
    return render(request, "followups/plan_edit.html", context)


@staff(Role.COUNSELOR)
@require_POST
def remove_step(request: StaffRequest, step_id: int) -> HttpResponse:
    """Take a step out."""
    steps = Step.objects.select_related("plan").filter(plan__retired_at=None)
    step = get_object_or_404(steps, pk=step_id)
    plan = editing.remove_step(step)
    _record(request, Verb.CHANGE, plan)
    _tell_version(request, step.plan, plan)
    return redirect("followups:plan-edit", plan.pk)


@staff(Role.COUNSELOR)
@require_POST
def move_step(request: StaffRequest, step_id: int) -> HttpResponse:
    """Let a step change places with the one before it, or after it."""
    steps = Step.objects.select_related("plan").filter(plan__retired_at=None)
    step = get_object_or_404(steps, pk=step_id)
    plan = editing.move_step(step, earlier="up" in request.POST)
    _record(request, Verb.CHANGE, plan)
    _tell_version(request, step.plan, plan)
    return redirect("followups:plan-edit", plan.pk)


@staff(Role.COUNSELOR)
@require_POST
def retire_plan(request: StaffRequest, plan_id: int) -> HttpResponse:
    """Offer it no more; cases that have it keep it."""
    plan = get_object_or_404(Plan.objects.offered(), pk=plan_id)
    editing.retire(plan)
    _record(request, Verb.CHANGE, plan)
    messages.success(request, "It is offered no more. Cases that have it keep it.")
    return redirect("followups:plans")


def _tell_version(request: StaffRequest, before: Plan, plan: Plan) -> None:
    if before.pk == plan.pk:
        messages.success(request, "Saved.")
    else:
        messages.success(
            request,
            f"Saved as version {plan.version}. Cases that have the earlier one keep it until "
            "their counselor chooses this one.",
        )


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_questions(request: StaffRequest, set_id: int) -> HttpResponse:
    """Change what is asked: the next version, from the next time on."""
    newest = get_object_or_404(QuestionSet.objects.newest(), pk=set_id)
    return _questions(request, newest.name, newest.questions)


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def new_questions(request: StaffRequest) -> HttpResponse:
    """Another set of questions."""
    return _questions(request, "", [])


def _questions(request: StaffRequest, name: str, before: list[dict[str, Any]]) -> HttpResponse:
    initial = [_as_typed(question) for question in before]
    name_form = NameForm(request.POST or None, initial={"name": name})
    formset = QuestionFormSet(request.POST or None, initial=initial)
    if request.method == "POST" and formset.is_valid() and (name or name_form.is_valid()):
        taken = {question["key"] for question in before}
        asked = [each.question(taken) for each in formset]
        kept = [question for question in asked if question]
        if kept:
            made = editing.write_questions(name or name_form.cleaned_data["name"], kept)
            _record(request, Verb.CREATE, made)
            messages.success(request, "Saved. It is asked from the next time on.")
            return redirect("followups:plans")
        messages.warning(request, "Please ask at least one question.")
    context = {"formset": formset, "name": name, "name_form": name_form}
    return render(request, "followups/questions_edit.html", context)


def _as_typed(question: dict[str, Any]) -> dict[str, Any]:
    lists = {field: "\n".join(question.get(field, [])) for field in ("options", "flag_options")}
    return {**question, **lists, "flag_at": str(question.get("flag_at") or "")}


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_line(request: StaffRequest, line_id: int) -> HttpResponse:
    """Change a line: the next version, from the next time on."""
    newest = get_object_or_404(Line.objects.newest(), pk=line_id)
    return _line(request, newest.name, {"title": newest.title, "body": newest.body})


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def new_line(request: StaffRequest) -> HttpResponse:
    """Another line."""
    return _line(request, "", {})


def _line(request: StaffRequest, name: str, before: dict[str, str]) -> HttpResponse:
    name_form = NameForm(request.POST or None, initial={"name": name})
    form = LineForm(request.POST or None, initial=before)
    if form.is_valid() and (name or name_form.is_valid()):
        made = editing.write_line(name or name_form.cleaned_data["name"], **form.cleaned_data)
        _record(request, Verb.CREATE, made)
        messages.success(request, "Saved. It goes from the next time on.")
        return redirect("followups:plans")
    context = {"form": form, "name": name, "name_form": name_form}
    return render(request, "followups/line_edit.html", context)


def _record(request: StaffRequest, verb: Verb, thing: Plan | QuestionSet | Line) -> None:
    trail.record(verb, thing, by=trail.staff_actor(request))


@staff(Role.COUNSELOR)
@require_safe
def questions_before(request: StaffRequest, set_id: int) -> HttpResponse:
    """An earlier version, as it was asked."""
    version = get_object_or_404(QuestionSet, pk=set_id)
    earlier = QuestionSet.objects.filter(name=version.name).order_by("-version")
    return render(request, "followups/questions.html", {"version": version, "versions": earlier})
