"""The plan of a case: goals, and what each partner said they would do."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from clients.looking import CaseLook
from clients.models import AgreedAction, Case, Goal, Participant
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb


def of(case: Case) -> Sequence[Goal]:
    """The open goals with their actions, then those that were reached or set aside."""
    found = Goal.objects.filter(case=case).prefetch_related("actions__participant__client")
    return sorted(found, key=lambda goal: (goal.status != Goal.Status.OPEN, goal.made_at))


def open_ones(look: CaseLook) -> QuerySet[Goal]:
    """What the case works toward."""
    return Goal.objects.open().filter(case=look.case)


def waiting_actions(look: CaseLook) -> QuerySet[AgreedAction]:
    """What its people still want to do toward that."""
    return AgreedAction.objects.filter(
        goal__case=look.case, goal__status=Goal.Status.OPEN, done_at=None
    )


def at_work(look: CaseLook) -> list[tuple[Goal, list[tuple[Participant, AgreedAction]]]]:
    """Each open goal with who still wants to do what toward it."""
    waiting = look.rows(waiting_actions)
    return [
        (goal, [_whose(each, look) for each in waiting if each.goal_id == goal.pk])
        for goal in look.rows(open_ones)
    ]


def _whose(action: AgreedAction, look: CaseLook) -> tuple[Participant, AgreedAction]:
    return look.person(action.participant_id), action


def open_actions(participant: Participant) -> Sequence[AgreedAction]:
    """What this partner still wants to do: a hint for whoever suggests what to send them."""
    waiting = AgreedAction.objects.filter(participant=participant, done_at=None)
    return list(waiting.filter(goal__status=Goal.Status.OPEN).select_related("goal"))


@transaction.atomic
def set_goal(case: Case, words: str, by: trail.Actor) -> Goal:
    """A goal they work toward from now on."""
    goal = Goal.objects.create(case=case, words=words, made_at=clock.now())
    trail.record(Verb.CREATE, goal, by=by, case_id=case.pk)
    return goal


@transaction.atomic
def agree(goal: Goal, participant: Participant, words: str, by: trail.Actor) -> AgreedAction:
    """What this partner said they would do toward it."""
    action = AgreedAction.objects.create(
        goal=goal, participant=participant, words=words, agreed_at=clock.now()
    )
    client_id = participant.client_id
    trail.record(Verb.CREATE, action, by=by, case_id=goal.case_id, client_id=client_id)
    return action


@transaction.atomic
def mark_done(action: AgreedAction, by: trail.Actor) -> AgreedAction:
    """They did it; said again, it isn't done after all."""
    action.done_at = None if action.done_at else clock.now()
    action.save(update_fields=["done_at"])
    trail.record(Verb.CHANGE, action, by=by, case_id=action.goal.case_id, note="done")
    return action


@transaction.atomic
def review(goal: Goal, status: Goal.Status, by: trail.Actor) -> Goal:
    """Looked at in a session: they go on, reached it, or set it aside."""
    goal.status, goal.reviewed_at = status, clock.now()
    goal.save(update_fields=["status", "reviewed_at"])
    trail.record(Verb.CHANGE, goal, by=by, case_id=goal.case_id, note=f"reviewed: {status}")
    return goal
