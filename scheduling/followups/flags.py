"""Flags: a person on the staff must look, by a time; else the next on the ladder is asked.

This watches nothing. It puts an answer before somebody, and says who has it and since when.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from clients.contact import beside
from clients.models import Case
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import User
from scheduling.followups import holding, worrying
from scheduling.followups.models import Alert, Response, RiskFlag, Rung

FIRST = timedelta(hours=4)  # where the practice has set no ladder


class NotOpen(Exception):
    """Somebody has resolved it."""


def raise_for(response: Response, questions: list[Mapping[str, Any]]) -> RiskFlag | None:
    """A flag, where these answers cross a threshold that the practice set. In their transaction."""
    why = worrying.reason(response.answers, questions)
    if why is None:
        return None
    owner, minutes = _who(0, response.participant.case)
    now = clock.now()
    flag = RiskFlag.objects.create(
        participant=response.participant,
        response=response,
        why=why,
        raised_at=now,
        owner=owner,
        due_at=now + minutes,
    )
    holding.hold(flag.participant.case)
    _alert(flag, now)
    trail.record(Verb.CREATE, flag, by=trail.SYSTEM, **_where(flag))
    return flag


@transaction.atomic
def acknowledge(flag: RiskFlag, user: User, by: trail.Actor) -> None:
    """Somebody has it. The clock stops; the messages still wait. Raises NotOpen."""
    flag = _locked(flag)
    if flag.acknowledged_at is None:
        flag.acknowledged_at, flag.acknowledged_by = clock.now(), user
        flag.save(update_fields=["acknowledged_at", "acknowledged_by"])
        trail.record(Verb.CHANGE, flag, by=by, note="acknowledged", **_where(flag))


@transaction.atomic
def resolve(flag: RiskFlag, user: User, resolution: str, by: trail.Actor) -> None:
    """A counselor has acted, for one of the listed reasons; follow-ups go on. Raises NotOpen."""
    flag = _locked(flag)
    now = clock.now()
    if flag.acknowledged_at is None:
        flag.acknowledged_at, flag.acknowledged_by = now, user
    flag.resolved_at, flag.resolved_by = now, user
    flag.resolution = RiskFlag.Resolution(resolution)
    flag.save()
    trail.record(Verb.CHANGE, flag, by=by, note=f"resolved: {resolution}", **_where(flag))
    case = flag.participant.case
    if not RiskFlag.objects.open().filter(participant__case=case).exists():
        holding.wake(case)


@beside.at_each_tick
def pass_on(now: datetime) -> None:
    """Flags that nobody has acknowledged in time go to the next on the ladder."""
    late = RiskFlag.objects.open().filter(acknowledged_at=None, due_at__lte=now)
    for flag in late.select_related("participant__case__counselor__user"):
        _pass_on(flag, now)


@transaction.atomic
def _pass_on(flag: RiskFlag, now: datetime) -> None:
    position = flag.position + 1
    if position >= max(1, Rung.objects.count()):
        return  # it stays with the last, and is shown as overdue
    owner, minutes = _who(position, flag.participant.case)
    same = RiskFlag.objects.filter(pk=flag.pk, position=flag.position, acknowledged_at=None)
    if same.update(owner=owner, position=position, due_at=now + minutes):
        flag.owner, flag.position = owner, position
        _alert(flag, now)
        trail.record(Verb.CHANGE, flag, by=trail.SYSTEM, note="passed on", **_where(flag))


def hand_over(case: Case) -> None:
    """The case has another counselor: what the former one had before them is theirs now."""
    open_flags = RiskFlag.objects.open().filter(participant__case=case, acknowledged_at=None)
    open_flags.filter(position=0).update(owner=case.counselor.user)


def _who(position: int, case: Case) -> tuple[User, timedelta]:
    rungs = list(Rung.objects.select_related("user"))
    if position >= len(rungs):
        return case.counselor.user, FIRST
    rung = rungs[position]
    return rung.user or case.counselor.user, timedelta(minutes=rung.minutes)


def _alert(flag: RiskFlag, now: datetime) -> None:
    Alert.objects.get_or_create(
        flag=flag, position=flag.position, defaults={"user": flag.owner, "next_try_at": now}
    )


def _locked(flag: RiskFlag) -> RiskFlag:
    found = RiskFlag.objects.select_for_update(of=("self",)).select_related("participant__case")
    locked = found.get(pk=flag.pk)
    if locked.resolved_at:
        raise NotOpen
    return locked


def _where(flag: RiskFlag) -> dict[str, Any]:
    person = flag.participant
    return {"case_id": person.case_id, "client_id": person.client_id}


def shown_to(user: User) -> QuerySet[RiskFlag]:
    """Open flags of this person's own cases, and those that have come to them."""
    theirs = Q(participant__case__counselor__user=user) | Q(owner=user)
    found = RiskFlag.objects.open().filter(theirs)
    return found.select_related(
        "participant__client", "participant__case__counselor", "owner", "acknowledged_by"
    )
