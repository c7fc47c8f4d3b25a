"""The demo's staff: who they are, where they are licensed, when they work."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from practice import clock
from practice.access.roles import Role
from practice.models import Counselor, License, Practice, User
from scheduling.models import WeeklyHours

EASTERN, CENTRAL = "America/New_York", "America/Chicago"


@dataclass(frozen=True)
class DemoCounselor:
    name: str
    email: str
    states: tuple[str, ...]
    time_zone: str
    hours: tuple[tuple[int, int, int], ...]  # weekday, from hour, to hour


_EVERY_DAY = tuple((weekday, 9, 17) for weekday in range(7))
COUNSELORS = [
    DemoCounselor(
        "Dana Demo", "counselor@example.com", ("NY", "NJ", "PA", "FL"), EASTERN, _EVERY_DAY
    ),
    DemoCounselor(
        "Robin Sample",
        "robin@example.com",
        ("FL", "VA"),
        CENTRAL,
        tuple((weekday, 10, 18) for weekday in range(5)),
    ),
    DemoCounselor(
        "Jordan Example",
        "jordan@example.com",
        ("MA", "CT", "MD", "VA", "NJ"),
        EASTERN,
        tuple((weekday, 12, 20) for weekday in (0, 1, 3, 5)),
    ),
]


def make(password: str) -> Counselor:
    """The practice, its staff and their hours; returns the counselor of the demo sign-in."""
    Practice.objects.update_or_create(
        pk=1,
        defaults={
            "name": "Demo practice for couples",
            "display_name": "Oak Street Office",
            "phone": "212-555-0100",
        },
    )
    _user("owner@example.com", "Olive Owner", Role.OWNER, EASTERN, password)
    _user("desk@example.com", "Frankie Desk", Role.DESK, EASTERN, password)
    _user("lead@example.com", "Casey Lead", Role.LEAD, EASTERN, password)
    made = [_counselor(each, password) for each in COUNSELORS]
    return made[0]


def _user(email: str, name: str, role: Role, time_zone: str, password: str) -> User:
    return User.objects.create_user(email, password, name=name, role=role, time_zone=time_zone)


def _counselor(demo: DemoCounselor, password: str) -> Counselor:
    user = _user(demo.email, demo.name, Role.COUNSELOR, demo.time_zone, password)
    room = f"https://video.example.com/{demo.name.split()[0].lower()}"
    counselor = Counselor.objects.create(user=user, public_name=demo.name, video_link=room)
    today = clock.now().date()
    License.objects.bulk_create(_license(counselor, state, today) for state in demo.states)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(counselor=counselor, weekday=weekday, begins=time(begins), ends=time(ends))
        for weekday, begins, ends in demo.hours
    )
    return counselor


def _license(counselor: Counselor, state: str, today: date) -> License:
    return License(
        counselor=counselor,
        state_id=state,
        number=f"DEMO-{state}-{counselor.pk:03}",
        starts_on=today - timedelta(days=400),
        expires_on=today + timedelta(days=500),
    )
