"""What is changed for one person, or for both: paused, resumed, or one thing left out.

The other partner learns nothing of it.
"""

from datetime import time

from django.db import transaction

from clients.contact import outbox
from clients.contact.models import State
from clients.models import Case, Participant
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from scheduling.followups import holding, planning
from scheduling.followups.models import CasePlan, FollowUp, PersonHour, PersonPause


@transaction.atomic
def pause(person: Participant, by: trail.Actor) -> None:
    """Nothing between sessions for this person until somebody says so."""
    PersonPause.objects.get_or_create(participant=person, defaults={"paused_at": clock.now()})
    holding.hold(person.case)
    _record(person, by, "follow-ups paused")


@transaction.atomic
def resume(person: Participant, by: trail.Actor) -> None:
    """What waited and is still of use goes on."""
    PersonPause.objects.filter(participant=person).delete()
    holding.wake(person.case)
    _record(person, by, "follow-ups resumed")


@transaction.atomic
def pause_case(case: Case, by: trail.Actor) -> None:
    """The same for everybody in the case."""
    CasePlan.objects.filter(case=case, paused_at=None).update(paused_at=clock.now())
    holding.hold(case)
    trail.record(Verb.CHANGE, case, by=by, case_id=case.pk, note="follow-ups paused")


@transaction.atomic
def resume_case(case: Case, by: trail.Actor) -> None:
    """The same for everybody in the case."""
    CasePlan.objects.filter(case=case).update(paused_at=None)
    holding.wake(case)
    trail.record(Verb.CHANGE, case, by=by, case_id=case.pk, note="follow-ups resumed")


@transaction.atomic
def set_hour(person: Participant, at: time | None, by: trail.Actor) -> None:
    """At this hour for this person, or at the plan's again; what waits for them moves along."""
    if at is None:
        PersonHour.objects.filter(participant=person).delete()
    else:
        PersonHour.objects.update_or_create(participant=person, defaults={"at": at})
    planning.replan_for(person)
    _record(person, by, "follow-up hour")


@transaction.atomic
def skip(follow_up: FollowUp, by: trail.Actor) -> bool:
    """This one thing doesn't go to this person; False where it has gone or ended."""
    stopped = outbox.stop([follow_up.message], State.CANCELED, "left out by the counselor")
    if stopped:
        _record(follow_up.participant, by, "follow-up left out")
    return bool(stopped)


def _record(person: Participant, by: trail.Actor, note: str) -> None:
    facts = {"case_id": person.case_id, "client_id": person.client_id}
    trail.record(Verb.CHANGE, person, by=by, note=note, **facts)
