"""All that one needs to know right before an appointment: whose clock says what, where everybody
will be, whether it may take place, and how each person may be reached. Nothing clinical.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects

from clients.contact.models import Channel, ContactCard
from clients.models import Client
from practice import clock
from practice.eligibility import Verdict
from practice.models import Practice
from practice.wording import spoken_day, spoken_time
from scheduling import places
from scheduling.models import Appointment, Attendee

_DAY = timedelta(days=1)
_NOON = time(12)
# A change of clocks further off than this is not looked for.
_A_YEAR = 366


@dataclass(frozen=True)
class Reach:
    """How somebody may be reached; `rules` in the order in which they matter."""

    rules: tuple[str, ...]
    email: str = ""
    phone: str = ""
    # What to say when they answer; empty where nobody may call.
    greeting: str = ""
    # They want no message: a call comes first.
    call_first: bool = False
    # Nothing may go to them now.
    held_back: bool = False


@dataclass(frozen=True)
class Person:
    """Somebody who comes: their own clock, where they'll be, and how to reach them."""

    name: str
    when: str
    place: str
    # Whether they said that they'll be there, while it is still to come.
    says: str
    # They said themselves that they will be there.
    confirmed: bool
    # "It is Friday there by then", where their date isn't the counselor's.
    other_day: str
    reach: Reach | None


@dataclass(frozen=True)
class SessionCard:
    """An appointment at a glance."""

    counselor: str
    when: str
    minutes: int
    people: tuple[Person, ...]
    verdict: Verdict
    # Nothing where it may not take place like this.
    video_link: str
    warnings: tuple[str, ...]


def card(appointment: Appointment) -> SessionCard:
    """The card of this appointment, in a number of queries that its people don't change."""
    prefetch_related_objects([appointment], "attendees__client__card", "attendees__state")
    attendees = list(appointment.attendees.all())
    return card_of(appointment, attendees, Practice.current(), places.verdict(appointment))


def card_of(
    appointment: Appointment, attendees: Sequence[Attendee], practice: Practice, verdict: Verdict
) -> SessionCard:
    """The same of rows that are there already, the attendees with their clients and cards."""
    return SessionCard(
        counselor=appointment.counselor.public_name,
        when=spoken_time(appointment.starts_at, appointment.counselor.zone),
        minutes=appointment.minutes,
        people=tuple(_person(each, appointment, practice) for each in attendees),
        verdict=verdict,
        video_link=appointment.counselor.video_link if verdict else "",
        warnings=tuple(_warnings(appointment, attendees)),
    )


def _person(attendee: Attendee, appointment: Appointment, practice: Practice) -> Person:
    confirmed = attendee.place_confirmed_at is not None
    return Person(
        name=attendee.client.name if attendee.client else "One more person",
        when=spoken_time(appointment.starts_at, attendee.zone),
        place=attendee.state.name,
        says=_says(confirmed=confirmed) if appointment.is_open else "",
        confirmed=confirmed,
        other_day=_other_day(appointment.starts_at, attendee.zone, appointment.counselor.zone),
        reach=reach(attendee.client, practice) if attendee.client else None,
    )


def _says(*, confirmed: bool) -> str:
    return "They say they’ll be there" if confirmed else "They haven’t said so yet"


def _other_day(moment: datetime, theirs: ZoneInfo, counselors: ZoneInfo) -> str:
    day = moment.astimezone(theirs).date()
    if day == moment.astimezone(counselors).date():
        return ""
    return f"For them it is {spoken_day(moment, theirs)}: another date than the counselor’s."


# How to reach somebody


def reach(client: Client, practice: Practice) -> Reach:
    """What this person's contact card asks of whoever wants to reach them, in words."""
    contact: ContactCard | None = getattr(client, "card", None)
    if contact is None:
        return Reach(("We don’t know yet how to reach them",))
    if contact.suspended_at:
        return Reach(("Don’t write or call now: ask the counselor first",), held_back=True)
    phone = contact.phone
    return Reach(
        rules=tuple(_rules(contact)),
        email="" if contact.channel == Channel.PHONE else _safe_email(contact),
        phone=phone,
        greeting=greeting(client, contact, practice) if phone else "",
        call_first=contact.channel == Channel.PHONE or not _safe_email(contact),
    )


def greeting(client: Client, contact: ContactCard, practice: Practice) -> str:
    """What is said on the phone: it tells whoever answers nothing about the work."""
    caller = contact.neutral_name or practice.display_name
    return f"This is {caller} for {client.first_name}. Is this a good moment?"


def _rules(contact: ContactCard) -> Iterator[str]:
    ways = [_way(contact)]
    if contact.safe_hours:
        begins, ends = contact.safe_hours
        ways.append(f"{_hour(begins)} to {_hour(ends)} on their clock")
    if contact.phone and not contact.voicemail_is_safe:
        ways.append("no voicemail")
    yield ", ".join(ways)
    if contact.channel == Channel.EMAIL and not _safe_email(contact):
        yield "We have no safe e-mail address"
    if contact.channel == Channel.TEXT and not _safe_number(contact):
        yield "Texts can’t reach them now: please ask how else"
    if contact.device_is_shared:
        yield "Shared device: somebody else may see it"


def _way(contact: ContactCard) -> str:
    if contact.channel == Channel.TEXT:
        return "Text only" if _safe_number(contact) else "No safe way yet"
    by_mail = contact.channel == Channel.EMAIL and _safe_email(contact)
    if not contact.phone:
        return "E-mail only" if by_mail else "No safe way yet"
    return "E-mail, or call" if by_mail else "Call only"


def _safe_email(contact: ContactCard) -> str:
    return contact.email if contact.email_is_safe else ""


def _safe_number(contact: ContactCard) -> str:
    failed = contact.texts_stopped_at or contact.phone_failed_at
    return "" if failed else contact.phone


def _hour(at: time) -> str:
    """Such as "9 AM", "9:30 AM" or "noon"."""
    if at == _NOON:
        return "noon"
    minutes = f":{at:%M}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes} {at:%p}"


# When the clocks change


def _warnings(appointment: Appointment, attendees: Iterable[Attendee]) -> Iterator[str]:
    zones = [appointment.counselor.zone, *(each.zone for each in attendees)]
    since = _since(appointment)
    for day in sorted({each for zone in zones for each in _changes(since, appointment, zone)}):
        said = f"{day:%A, %b} {day.day}"
        if day < clock.today(appointment.counselor.zone):
            yield f"The clocks have changed since their last session, on {said}."
        else:
            yield f"The clocks change on {said}. The times here are as they will stand then."


def _since(appointment: Appointment) -> datetime:
    """From when on people may still have another time in mind: now, or their last session."""
    now = clock.now()
    if appointment.case_id is None:
        return now
    before = Appointment.objects.shown().filter(
        case=appointment.case_id, starts_at__lt=appointment.starts_at
    )
    last = before.order_by("-starts_at").values_list("starts_at", flat=True).first()
    return min(now, last) if last else now


def _changes(since: datetime, appointment: Appointment, zone: ZoneInfo) -> Iterator[date]:
    """The days on which this clock was or will be changed before the appointment begins."""
    moment = appointment.starts_at
    for _ in range(_A_YEAR):
        if moment <= since:
            return
        earlier = max(moment - _DAY, since)
        if _offset(moment, zone) != _offset(earlier, zone):
            yield _changed_on(earlier, moment, zone)
        moment = earlier


def _changed_on(earlier: datetime, later: datetime, zone: ZoneInfo) -> date:
    minute = timedelta(minutes=1)
    while later - earlier > minute:
        middle = earlier + (later - earlier) / 2
        same = _offset(middle, zone) == _offset(earlier, zone)
        earlier, later = (middle, later) if same else (earlier, middle)
    return later.astimezone(zone).date()


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
