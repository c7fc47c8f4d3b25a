"""The people in the tests' stories.

Nora and Ida counsel: Nora in NY, NJ and FL, Ida in MA only. Olga owns the practice, Dan is at the
front desk. Hanna was hurt, Ian was involved: they are Nora's couple, both in New Jersey. Mia and
Max are Ida's couple; nothing of theirs may be seen by Nora. Every client's private code is CODE.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client as Browser

from clients import cases
from clients.cases import TakesPart
from clients.contact import codes, links, outbox
from clients.contact.cards import Contact
from clients.contact.models import Message
from clients.handouts import library
from clients.handouts.models import Audience, Handout, Version
from clients.models import Case, Client, Concern, Part, Participant, Stage
from practice.access.roles import Role
from practice.audit import trail
from practice.models import Counselor, License, Practice, State, User
from scheduling import booking
from scheduling.booking import Attending
from scheduling.followups import planning
from scheduling.followups import starter as starter_plan
from scheduling.followups.models import Plan
from scheduling.models import Appointment, WeeklyHours

CODE = "meadow42"
EASTERN, CENTRAL = "America/New_York", "America/Chicago"


@dataclass
class Cast:
    """Everybody, by name."""

    nora: Counselor
    ida: Counselor
    olga: User
    dan: User
    hanna: Participant
    ian: Participant
    mia: Participant
    max: Participant
    plan: Plan

    @property
    def case(self) -> Case:
        """Nora's affair-recovery case with Hanna and Ian."""
        return self.hanna.case

    @property
    def other_case(self) -> Case:
        """Ida's case with Mia and Max."""
        return self.mia.case


def assemble() -> Cast:
    """The practice with its people, their couples and a plan."""
    Practice.objects.create(pk=1, name="Test practice", display_name="Oak Street Office")
    nora = make_counselor("nora", ["NY", "NJ", "FL"])
    ida = make_counselor("ida", ["MA"])
    plan = starter_plan.make()
    hanna, ian = make_couple(nora, "Hanna", "Ian", state="NJ", plan=plan)
    mia, max_ = make_couple(ida, "Mia", "Max", state="MA", plan=plan)
    return Cast(
        nora=nora,
        ida=ida,
        olga=make_user("olga", Role.OWNER),
        dan=make_user("dan", Role.DESK),
        hanna=hanna,
        ian=ian,
        mia=mia,
        max=max_,
        plan=plan,
    )


def make_user(name: str, role: Role, **overrides: Any) -> User:
    """Somebody on the staff."""
    facts = {"name": name.title(), "role": role, **overrides}
    return User.objects.create_user(f"{name}@example.com", "a-long-password", **facts)


def make_counselor(name: str, states: list[str], **overrides: Any) -> Counselor:
    """A counselor licensed in these states all of 2026 and 2027, at work 9 to 17 on weekdays."""
    user = make_user(name, Role.COUNSELOR, **overrides)
    counselor = Counselor.objects.create(user=user, public_name=user.name)
    for state in states:
        License.objects.create(
            counselor=counselor,
            state_id=state,
            number=f"T-{state}",
            starts_on=date(2026, 1, 1),
            expires_on=date(2027, 12, 31),
        )
    for weekday in range(5):
        WeeklyHours.objects.create(
            counselor=counselor, weekday=weekday, begins=time(9), ends=time(17)
        )
    return counselor


def make_client(
    name: str, *, state: str = "NJ", time_zone: str = EASTERN, **contact: Any
) -> Client:
    """A client with a card, both consents and a private code."""
    email = contact.pop("email", f"{name.lower()}@example.com")
    client = cases.add_client(
        name=f"{name} Tester",
        state=State.objects.get(pk=state),
        time_zone=time_zone,
        contact=Contact(email, **contact),
    )
    codes.choose(client, CODE)
    return client


def make_couple(
    counselor: Counselor, hurt: str, involved: str, *, state: str, plan: Plan | None = None
) -> tuple[Participant, Participant]:
    """An affair-recovery case, disclosed, of two people in that state."""
    case = cases.open_case(
        counselor=counselor,
        concern=Concern.objects.get(key="affair-recovery"),
        disclosure=Case.Disclosure.YES,
        people=[
            TakesPart(make_client(hurt, state=state), Part.HURT),
            TakesPart(make_client(involved, state=state), Part.INVOLVED),
        ],
        by=trail.SYSTEM,
    )
    planning.choose_plan(case, plan)
    first, second = case.participants.select_related("client__card", "case__concern")
    return first, second


def make_version(audience: Audience = Audience.BOTH, **overrides: Any) -> Version:
    """A published handout."""
    about_affair = overrides.pop("about_affair", True)
    stages = overrides.pop("stages", [Stage.IMPACT.value])
    handout = Handout.objects.create(audience=audience, about_affair=about_affair, stages=stages)
    facts = {"title": f"For {audience.value}", "body": "## One\n\nTwo.", "source": "", **overrides}
    return library.add_version(handout, **facts)


def make_session(case: Case, starts_at: datetime) -> Appointment:
    """A booked session of everybody in the case, each where they usually are."""
    attending = [
        Attending(person.client.state, person.client.time_zone, person.client)  # type: ignore[arg-type]
        for person in case.participants.select_related("client__state")
    ]
    return booking.book_session(
        case=case, starts_at=starts_at, attending=attending, by=trail.SYSTEM
    )


def make_consultation(counselor: Counselor, starts_at: datetime, name: str = "Vera") -> Appointment:
    """A consultation that somebody booked, as the public pages do."""
    from intake.asking import About, book

    state = counselor.licenses.first().state  # type: ignore[union-attr]
    held = booking.hold(
        counselor=counselor, starts_at=starts_at, attending=[Attending(state, EASTERN)] * 2
    )
    about = About(
        name=f"{name} Visitor",
        contact=Contact(f"{name.lower()}@example.com"),
        code=CODE,
        concern=Concern.objects.get(key="affair-recovery"),
        words="CANARY what brings us",
    )
    places = [(state.pk, EASTERN), (state.pk, EASTERN)]
    appointment = book(held, about, places, by=trail.SYSTEM)[0].appointment
    assert appointment is not None
    return appointment


def sign_in(user: User) -> Browser:
    """A browser in which this person of the staff has signed in."""
    browser = Browser()
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def open_link(browser: Any, client: Client, purpose: str, subject_id: Any) -> Any:
    """Come by a new private link and give the code; returns the page it leads to."""
    token = links.make(client.pk, purpose, subject_id)
    return browser.post(f"/s/{token}", {"code": CODE}, follow=True)


def in_days(moment: datetime, days: int, hour: int = 16) -> datetime:
    """That many days later at that hour UTC (16 is 11 in the morning in New York in winter)."""
    later = moment + timedelta(days=days)
    return later.replace(hour=hour, minute=0, second=0, microsecond=0)


def make_message(client: Client, **facts: Any) -> Message:
    """A message between sessions, due now, about nothing in particular."""
    told = {
        "template": Message.Template.NEWS,
        "purpose": "note",
        "subject_id": client.pk,
        "key": f"test:{uuid4()}",
        "is_follow_up": True,
        **facts,
    }
    return outbox.queue(client=client, **told)
