"""How the practice changes plans, questions and lines: by the next version, never under a case."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max

from practice import clock
from scheduling.followups.models import CasePlan, FollowUp, Line, Plan, QuestionSet, Step


def is_in_use(plan: Plan) -> bool:
    """Whether a case has it, or something went by it: then its steps stay as they are."""
    has_case = CasePlan.objects.filter(plan=plan).exists()
    return has_case or FollowUp.objects.filter(step__plan=plan).exists()


@transaction.atomic
def make_plan(name: str, like: Plan | None = None) -> Plan:
    """A new plan, with the steps of another where one is named."""
    plan = Plan.objects.create(name=name, version=_next(Plan, name))
    if like is not None:
        _copy_steps(like, plan)
    return plan


@transaction.atomic
def editable(plan: Plan) -> Plan:
    """The plan itself where no case has it; else its next version, which is offered instead."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if not is_in_use(plan):
        return plan
    following = Plan.objects.create(name=plan.name, version=_next(Plan, plan.name))
    _copy_steps(plan, following)
    Plan.objects.filter(name=plan.name, retired_at=None).exclude(pk=following.pk).update(
        retired_at=clock.now()
    )
    return following


def retire(plan: Plan) -> None:
    """It is offered no more; cases that have it keep it."""
    Plan.objects.filter(pk=plan.pk, retired_at=None).update(retired_at=clock.now())


@transaction.atomic
def add_step(plan: Plan, **facts: Any) -> Step:
    """One more step, in the plan or in its next version."""
    plan = editable(plan)
    last = plan.steps.aggregate(last=Max("position"))["last"]
    return Step.objects.create(plan=plan, position=0 if last is None else last + 1, **facts)


@transaction.atomic
def remove_step(step: Step) -> Plan:
    """Without this step, in the plan or in its next version; returns the plan without it."""
    plan = editable(step.plan)
    plan.steps.filter(position=step.position).delete()
    return plan


@transaction.atomic
def move_step(step: Step, *, earlier: bool) -> Plan:
    """This step and the one before it (or after it) change places; returns the plan it is so in.

    The order says which of two steps takes the next handout. At either end nothing changes.
    """
    order = [each.position for each in step.plan.steps.all()]
    here = order.index(step.position)
    there = here - 1 if earlier else here + 1
    if not 0 <= there < len(order):
        return step.plan
    plan = editable(step.plan)
    _change_places(plan, order[here], order[there], free=order[-1] + 1)
    return plan


def _change_places(plan: Plan, one: int, other: int, free: int) -> None:
    # No two steps may stand at one position, not even for a moment.
    for before, after in ((one, free), (other, one), (free, other)):
        plan.steps.filter(position=before).update(position=after)


@transaction.atomic
def write_questions(name: str, questions: Sequence[dict[str, Any]]) -> QuestionSet:
    """The next version of these questions: whoever is asked from now on is asked these."""
    return QuestionSet.objects.create(
        name=name, version=_next(QuestionSet, name), questions=list(questions)
    )


@transaction.atomic
def write_line(name: str, title: str, body: str) -> Line:
    """The next version of this line."""
    return Line.objects.create(name=name, version=_next(Line, name), title=title, body=body)


def _next(model: type[Plan] | type[QuestionSet] | type[Line], name: str) -> int:
    last = model._default_manager.filter(name=name).aggregate(last=Max("version"))["last"]
    return (last or 0) + 1


def _copy_steps(source: Plan, target: Plan) -> None:
    steps = list(source.steps.all())
    for step in steps:
        step.pk, step.plan = None, target
    Step.objects.bulk_create(steps)
