"""Where everybody will be at that hour, which decides whether an appointment may take place.

What a person says is kept even where it doesn't fit: then the appointment is blocked, and a
person sees to it. It never goes ahead silently.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects

from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.eligibility import Verdict, may_meet
from practice.models import License, State, User
from scheduling import turns
from scheduling.models import Appointment, Attendee, Status

_AHEAD = timedelta(days=7)


def verdict(appointment: Appointment) -> Verdict:
    """Whether it may take place with everybody where they say they will be, or why not."""
    return verdicts([appointment])[appointment.pk]


def blocked(appointments: Iterable[Appointment]) -> dict[UUID, Verdict]:
    """Those of them that may not take place, with the reasons; three queries for any number."""
    found = verdicts(list(appointments))
    return {key: reasons for key, reasons in found.items() if not reasons}


def verdicts(appointments: Sequence[Appointment]) -> dict[UUID, Verdict]:
    """For each of these whether it may take place."""
    if not appointments:
        return {}
    counselors = {each.counselor_id for each in appointments}
    return judge(
        appointments,
        served=State.objects.served().values_list("code", flat=True),
        licenses=License.objects.filter(counselor__in=counselors),
        attendees=Attendee.objects.filter(appointment__in=appointments),
    )


def judge(
    appointments: Iterable[Appointment],
    *,
    served: Iterable[str],
    licenses: Iterable[License],
    attendees: Iterable[Attendee],
) -> dict[UUID, Verdict]:
    """The same of rows that are there already; those of others are passed over."""
    held: dict[int, list[License]] = defaultdict(list)
    for each in licenses:
        held[each.counselor_id].append(each)
    places: dict[UUID, list[str]] = defaultdict(list)
    for attendee in attendees:
        places[attendee.appointment_id].append(attendee.state_id)
    codes = frozenset(served)
    return {
        each.pk: may_meet(
            held[each.counselor_id],
            places[each.pk],
            each.starts_at.astimezone(each.counselor.zone).date(),
            codes,
        )
        for each in appointments
    }


def needing_a_person(user: User) -> list[tuple[Appointment, Verdict]]:
    """Booked appointments of the coming week that may not take place, the next one first."""
    now = clock.now()
    coming = (
        Appointment.objects.for_user(user)
        .filter(status=Status.BOOKED)
        .between(now, now + _AHEAD)
        .select_related("counselor__user")
        .order_by("starts_at")
    )
    found = list(coming)
    reasons = blocked(found)
    needing = [each for each in found if each.pk in reasons]
    prefetch_related_objects(needing, "attendees__client", "attendees__state")
    return [(each, reasons[each.pk]) for each in needing]


@transaction.atomic
def say_where(attendee: Attendee, state: State, time_zone: str, by: trail.Actor) -> Verdict:
    """The person says where they will be. It is kept in any case; the verdict says if it fits."""
    turns.take_for([attendee.appointment])
    attendee.state, attendee.time_zone = state, time_zone
    attendee.place_confirmed_at = clock.now()
    attendee.save(update_fields=["state", "time_zone", "place_confirmed_at"])
    appointment = attendee.appointment
    trail.record(
        Verb.CHANGE,
        appointment,
        by=by,
        case_id=appointment.case_id,
        client_id=attendee.client_id,
        note="place",
    )
    return verdict(appointment)
