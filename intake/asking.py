"""From open times to a booked consultation, and from there to a case."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from clients import cases
from clients.cases import TakesPart
from clients.contact import cards, codes
from clients.contact.cards import Contact
from clients.contact.models import Consent
from clients.models import Case, Client, Concern, Part
from intake.models import ConsultationRequest
from practice import clock
from practice.audit import trail
from practice.models import Counselor, Practice, State
from scheduling import availability, booking
from scheduling.availability import Slot, Wanted
from scheduling.booking import Attending
from scheduling.followups import planning
from scheduling.followups.models import Plan
from scheduling.models import Appointment

Place = tuple[str, str]


@dataclass(frozen=True)
class AboutYou:
    """What the person told us."""

    name: str
    email: str
    phone: str
    safe_hours: tuple[time, time] | None
    code: str
    concern: Concern | None
    words: str


class AlreadyOpened(Exception):
    """A case was opened from this request before."""


def open_times(places: list[Place], *, leaving_out: UUID | None = None) -> list[Slot]:
    """When counselors licensed in every one of these places have time for a consultation.

    `leaving_out` is what the visitor holds already: it stands in their own way least of all.
    """
    practice = Practice.current()
    now = clock.now()
    wanted = Wanted(
        length=timedelta(minutes=practice.consultation_minutes),
        places=[code for code, _ in places],
        earliest=now + timedelta(hours=practice.minimum_notice_hours),
        latest=now + timedelta(days=practice.booking_horizon_days),
        leaving_out=leaving_out,
    )
    counselors = Counselor.objects.working().select_related("user")
    return availability.open_slots(counselors, wanted, now)


def hold(value: str, places: list[Place]) -> Appointment:
    """Keep the time that this form value names. Raises SlotTaken, MayNotMeet."""
    counselor_key, _, starts_at = value.partition("|")
    counselor = Counselor.objects.select_related("user").get(pk=counselor_key)
    states = State.objects.in_bulk([code for code, _ in places])
    attending = [Attending(states[code], zone) for code, zone in places]
    return booking.hold(
        counselor=counselor, starts_at=datetime.fromisoformat(starts_at), attending=attending
    )


@transaction.atomic
def ask(
    held: Appointment, about: AboutYou, places: list[Place], *, by: trail.Actor
) -> ConsultationRequest:
    """Book the held time for this person. Raises HoldEnded; then nothing of theirs is kept."""
    state, zone = places[0]
    client = cases.add_client(
        name=about.name,
        state=State.objects.get(pk=state),
        time_zone=zone,
        contact=Contact(about.email, about.phone, about.safe_hours, bool(about.phone), False),
        network=by.network,
    )
    codes.choose(client, about.code)
    appointment = booking.confirm(held, client, by)
    request = ConsultationRequest(
        client=client,
        appointment=appointment,
        with_partner=len(places) > 1,
        concern=about.concern,
        words=about.words,
        asked_at=clock.now(),
    )
    request.save(force_insert=True)
    return request


@transaction.atomic
def open_case(
    request: ConsultationRequest, given: dict[str, Any], *, by: trail.Actor, user: Any
) -> Case:
    """Open the case that follows a consultation, with the partner where one takes part.

    Raises AlreadyOpened where the form was sent twice.
    """
    if ConsultationRequest.objects.select_for_update().get(pk=request.pk).case_id:
        raise AlreadyOpened
    people = [TakesPart(request.client, Part(given["part"]))]
    if given["agreed"]:
        cards.agree(request.client, Consent.Purpose.FOLLOW_UPS)
    if given.get("partner_name"):
        people.append(TakesPart(_partner(given), Part(given["partner_part"] or Part.NEITHER)))
    case = cases.open_case(
        counselor=Counselor.objects.get(user=user),
        concern=given["concern"],
        disclosure=Case.Disclosure(given["disclosure"]),
        people=people,
        by=by,
    )
    plan: Plan | None = given["plan"]
    planning.choose_plan(case, plan)
    request.case = case
    request.save(update_fields=["case"])
    return case


def _partner(given: dict[str, Any]) -> Client:
    return cases.add_client(
        name=given["partner_name"],
        state=given["partner_state"],
        time_zone=given["partner_time_zone"],
        contact=Contact(given["partner_email"], follow_ups=given["partner_agreed"]),
    )
