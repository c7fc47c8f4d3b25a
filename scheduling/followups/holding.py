"""Why something between sessions waits, though it is due: a flag is open, or somebody paused it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from clients.contact import gates, outbox
from clients.contact.gates import CALL, Wait
from clients.contact.models import Message
from clients.handouts import pacing
from clients.models import Case, Participant
from practice import clock
from practice.eligibility import may_meet
from practice.models import State
from scheduling.followups.models import FollowUp, RiskFlag

# How long until it is asked again; whoever ends the wait wakes what waits.
A_WHILE = timedelta(hours=6)


@gates.before_follow_ups
def _holds(messages: Sequence[Message]) -> Mapping[UUID, str | Wait]:
    """Asked right before messages between sessions go, to either partner."""
    flagged = _flagged({message.client_id for message in messages})
    served = list(State.objects.served().values_list("pk", flat=True))
    against = {each.message_id: _of_follow_up(each, served) for each in _planned(messages)}
    waits = Wait(clock.now() + A_WHILE)
    return against | {each.pk: waits for each in messages if each.client_id in flagged}


def _flagged(clients: set[UUID]) -> set[UUID]:
    """Those of them in whose open cases a flag is open, whoever's answer raised it."""
    theirs = RiskFlag.objects.open().filter(
        participant__case__in=Case.objects.open(),
        participant__case__participants__client__in=clients,
    )
    found = theirs.order_by().values_list("participant__case__participants__client", flat=True)
    return set(found)


def _planned(messages: Sequence[Message]) -> Iterable[FollowUp]:
    person = "participant__"
    found = FollowUp.objects.filter(message__in=messages).order_by()
    return found.select_related(
        f"{person}client",
        f"{person}follow_up_pause",
        f"{person}case__counselor",
        f"{person}case__follow_up_plan",
    ).prefetch_related(f"{person}case__counselor__licenses")


def _of_follow_up(follow_up: FollowUp, served: Collection[str]) -> str | Wait:
    person = follow_up.participant
    if not _licensed(person, served):
        return f"no license there today{CALL}"
    return Wait(clock.now() + A_WHILE) if is_paused(person) else ""


def is_paused(person: Participant) -> bool:
    """Whether nothing goes to this person for now, alone or with their partner."""
    plan = getattr(person.case, "follow_up_plan", None)
    alone = getattr(person, "follow_up_pause", None)
    return alone is not None or (plan is not None and plan.paused_at is not None)


def _licensed(person: Participant, served: Collection[str]) -> bool:
    counselor, place = person.case.counselor, person.client.state_id
    licenses = [each for each in counselor.licenses.all() if each.state_id == place]
    today = clock.today(counselor.zone)
    return bool(may_meet(licenses, [str(place or "")], today, served))


@pacing.asks
def _while_a_flag_is_open(person: Participant, moment: datetime) -> pacing.Wait | None:
    """Nothing new to read, either, until a counselor has looked."""
    open_flags = RiskFlag.objects.open().filter(participant__case=person.case_id)
    return pacing.Wait("A flag is open in this case.") if open_flags.exists() else None


def wake(case: Case) -> None:
    """What waited may go now, each at its time or at once."""
    now = clock.now()
    waiting = FollowUp.objects.waiting().filter(participant__case=case, message__due_at__lte=now)
    of_case = Message.objects.filter(pk__in=waiting.values("message"), state="due")
    of_case.filter(next_try_at__gt=now).update(next_try_at=now)


def hold(case: Case) -> None:
    """What a sender has taken just now for either of them is asked about again."""
    theirs = Message.objects.filter(is_follow_up=True, client__participations__case=case)
    outbox.ask_again(theirs)
