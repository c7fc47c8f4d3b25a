"""The demo's couples, at different points of the path. All of them are invented."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from clients import cases
from clients.cases import TakesPart
from clients.contact import agreements, codes
from clients.contact.cards import Contact
from clients.contact.models import Purpose
from clients.handouts import assign, propose
from clients.models import Case, Client, Concern, Part
from intake import safety
from intake.asking import About, Filter, Place, Wishes, book, hold, open_days, wait
from intake.demo.people import CENTRAL, EASTERN
from intake.models import ConsultationRequest, DayPart, SafetyScreen
from intake.times import value_of
from practice import clock
from practice.audit import trail
from practice.models import Counselor, State
from scheduling import booking, lifecycle
from scheduling.booking import Attending
from scheduling.followups import checkins, planning
from scheduling.followups.models import FollowUp, Plan
from scheduling.models import Appointment

CODE = "246810"  # every demo client's private code

_PAIRS = [
    ("Avery Invented", "Blake Invented", "NJ", EASTERN),
    ("Charlie Madeup", "Devon Madeup", "FL", CENTRAL),
    ("Emery Fictional", "Finley Fictional", "NY", EASTERN),
    ("Gale Pretend", "Harper Pretend", "PA", EASTERN),
]


@dataclass(frozen=True)
class Couple:
    first: Client
    second: Client
    state: str
    time_zone: str


def make(counselor: Counselor, plan: Plan, number: int) -> None:
    """This many couples, the points of the path taken in turn."""
    points: list[Callable[[Counselor, Plan, int], None]] = [
        _in_the_middle,
        _asks_for_consultation,
        _has_its_first_session,
        _consultation_was_held,
        _waits_for_a_time,
    ]
    for turn in range(number):
        points[turn % len(points)](counselor, plan, turn)


def _asks_for_consultation(counselor: Counselor, plan: Plan, turn: int) -> None:
    _consultation(turn)


def _consultation_was_held(counselor: Counselor, plan: Plan, turn: int) -> None:
    appointment = _consultation(turn).appointment
    assert appointment is not None
    back = timedelta(days=1 + (appointment.ends_at - clock.now()) // timedelta(days=1))
    while not _put_back(appointment, back):
        back += timedelta(days=1)
    lifecycle.mark_done(appointment, trail.SYSTEM)


def _put_back(appointment: Appointment, back: timedelta) -> bool:
    """Nobody can book a time that is over, so the demo moves it there; False where it is taken."""
    try:
        with booking.refusing_overlap(appointment.starts_at):
            Appointment.objects.filter(pk=appointment.pk).update(
                starts_at=appointment.starts_at - back,
                ends_at=appointment.ends_at - back,
                busy_until=appointment.busy_until - back,
            )
    except (booking.SlotTaken, booking.ClientBusy):
        return False
    return True


def _consultation(turn: int) -> ConsultationRequest:
    name, _, state, zone = _PAIRS[turn % len(_PAIRS)]
    places: list[Place] = [(state, zone), (state, zone)]
    slots = open_days(places, days=2, chosen=Filter()).slots
    held = hold(value_of(slots[2]), places)
    return book(held, _about(name, turn), places, by=trail.SYSTEM)[0]


def _about(name: str, turn: int) -> About:
    return About(
        name=_numbered(name, turn),
        contact=Contact(f"visitor{turn}@example.com", phone=f"212-555-01{turn % 100:02}"),
        code=CODE,
        concern=Concern.objects.get(key="affair-recovery"),
        part=Part.HURT,
        words="We found out about messages two weeks ago. We don't know how to talk about it.",
        answers=dict.fromkeys(safety.QUESTIONS, SafetyScreen.Answer.NO),
        documents=agreements.current(Purpose.TELEHEALTH, Purpose.EMAIL, Purpose.SECRETS),
        signature=_numbered(name, turn),
    )


def _waits_for_a_time(counselor: Counselor, plan: Plan, turn: int) -> None:
    name, _, state, zone = _PAIRS[(turn + 1) % len(_PAIRS)]
    wishes = Wishes(days=[1, 3], parts=[DayPart.EVENING])
    wait(wishes, _about(name, turn), [(state, zone)], by=trail.SYSTEM)


def _in_the_middle(counselor: Counselor, plan: Plan, turn: int) -> None:
    """A session took place, one partner has answered, the next session is near."""
    couple = _couple(turn)
    case = _case(counselor, plan, couple)
    give_first_handouts(case, counselor)
    first = _session(case, couple, _near(counselor, turn, days=-5))
    _session(case, couple, _near(counselor, turn, days=2))
    lifecycle.mark_done(first, trail.SYSTEM)
    asked = FollowUp.objects.check_ins().filter(session=first, participant__client=couple.first)
    for follow_up in asked:
        given = {"safe": "3", "close": "2", "hard": "", "bring": "How we talk in the evenings."}
        checkins.answer(follow_up, given, {"bring": True}, by=trail.SYSTEM)


def _has_its_first_session(counselor: Counselor, plan: Plan, turn: int) -> None:
    couple = _couple(turn)
    case = _case(counselor, plan, couple)
    _session(case, couple, _near(counselor, turn, days=1))


def _couple(turn: int) -> Couple:
    first, second, state, zone = _PAIRS[turn % len(_PAIRS)]
    return Couple(
        _client(_numbered(first, turn), f"partner{turn}a@example.com", state, zone),
        _client(_numbered(second, turn), f"partner{turn}b@example.com", state, zone),
        state,
        zone,
    )


def _client(name: str, email: str, state: str, zone: str) -> Client:
    client = cases.add_client(
        name=name, state=State.objects.get(pk=state), time_zone=zone, contact=Contact(email)
    )
    codes.choose(client, CODE)
    return client


def _case(counselor: Counselor, plan: Plan, couple: Couple) -> Case:
    case = cases.open_case(
        counselor=counselor,
        concern=Concern.objects.get(key="affair-recovery"),
        disclosure=Case.Disclosure.YES,
        people=[TakesPart(couple.first, Part.HURT), TakesPart(couple.second, Part.INVOLVED)],
        by=trail.SYSTEM,
    )
    planning.choose_plan(case, plan)
    return case


def give_first_handouts(case: Case, counselor: Counselor) -> None:
    """The first that fits each partner, to go with the next follow-up."""
    for participant in case.participants.select_related("client", "case__concern"):
        fitting = propose.fitting(participant)[:1]
        versions = [proposal.version for proposal in fitting]
        assign.give(participant, versions, now=False, user=counselor.user, by=trail.SYSTEM)


def _session(case: Case, couple: Couple, starts_at: datetime) -> Appointment:
    state = State.objects.get(pk=couple.state)
    people = [
        Attending(state, couple.time_zone, client) for client in (couple.first, couple.second)
    ]
    while True:  # another demo couple may have that hour
        try:
            return booking.book_session(
                case=case, starts_at=starts_at, attending=people, by=trail.SYSTEM
            )
        except (booking.SlotTaken, booking.ClientBusy):
            starts_at += timedelta(hours=1)


def _near(counselor: Counselor, turn: int, *, days: int) -> datetime:
    local = clock.now().astimezone(counselor.zone) + timedelta(days=days)
    return local.replace(hour=10 + turn % 6, minute=0, second=0, microsecond=0)


def _numbered(name: str, turn: int) -> str:
    again = turn // len(_PAIRS)
    return f"{name} {again + 1}" if again else name
