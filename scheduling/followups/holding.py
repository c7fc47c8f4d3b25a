"""Why something between sessions waits, though it is due: a flag is open, or somebody paused it."""

from datetime import datetime, timedelta

from clients.contact import gates, often
from clients.contact.gates import CALL, Wait
from clients.contact.models import Message
from clients.handouts import pacing
from clients.models import Case, Participant
from practice import clock
from practice.eligibility import may_meet
from practice.models import State
from scheduling.followups.models import FollowUp, PersonPause, RiskFlag

# How long until it is asked again; whoever ends the wait wakes what waits.
A_WHILE = timedelta(hours=6)


_OPEN_FLAGS = often.Asked(
    lambda client: (
        RiskFlag.objects.open()
        .filter(
            participant__case__in=Case.objects.open(),
            participant__case__participants__client=client,
        )
        .order_by()
        .values_list("pk")
    )
)
_FOLLOW_UPS = often.Asked(
    lambda message: FollowUp.objects.filter(message=message).order_by().values_list("pk")
)


@gates.before_follow_ups
def _holds(message: Message) -> str | Wait:
    """Asked right before any message between sessions goes, to either partner."""
    if _OPEN_FLAGS(message.client_id):
        return Wait(clock.now() + A_WHILE)
    return _of_follow_up(message) if _FOLLOW_UPS(message.pk) else ""


def _of_follow_up(message: Message) -> str | Wait:
    found = FollowUp.objects.select_related("participant__case__counselor", "participant__client")
    person = found.get(message=message).participant
    if not _licensed(person):
        return f"no license there today{CALL}"
    return Wait(clock.now() + A_WHILE) if is_paused(person) else ""


def is_paused(person: Participant) -> bool:
    """Whether nothing goes to this person for now, alone or with their partner."""
    plan = getattr(person.case, "follow_up_plan", None)
    alone = PersonPause.objects.filter(participant=person).exists()
    return alone or (plan is not None and plan.paused_at is not None)


def _licensed(person: Participant) -> bool:
    counselor = person.case.counselor
    licenses = counselor.licenses.filter(state=person.client.state_id)
    served = State.objects.served().filter(pk=person.client.state_id)
    today = clock.today(counselor.zone)
    places = [str(person.client.state_id or "")]
    return bool(may_meet(licenses, places, today, list(served.values_list("pk", flat=True))))


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
