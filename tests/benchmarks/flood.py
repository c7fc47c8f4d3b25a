"""Ten thousand posts by programs, and a person who asks before, meanwhile and after.

The programs come from many networks and know the pages: some post blindly, some fill in the field
that people don't see, some answer in no time, and some use one good stamp again and again for one
stranger's address. Measured is how long a person's whole request takes, how many rows and messages
the flood left, and that every person got through. Each request stands beside work that no row can
make slower (the front page and the digest of a code), so that a busy machine weighs on both.
"""

import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from datetime import time as day_time
from typing import Any

from tests.benchmarks import _measure
from tests.benchmarks._measure import Line

POSTS, PEOPLE = 10_000, 30  # people before, meanwhile and after, each so many
QUICK = 300, 3
BASE = "/consultation/"
NETWORKS = 500
MOST_MESSAGES = 10

PLACES = {"state": "NJ", "time_zone": "America/New_York", "with_partner": "no"}
WISHES = {"days": ["0"], "parts": ["morning"]}
REACH = {"name": "A", "channel": "email", "email": "", "phone": "", "safe_hours": "any"}
BRINGS = {"safety_afraid": "no", "safety_hurt": "no", "safety_watched": "no", "words": "words"}
AGREE = {
    "code": "sunflower7",
    "adult": "on",
    "agree_telehealth": "on",
    "agree_email": "on",
    "signature": "A",
}


def main(given: Sequence[str]) -> int:
    options = _measure.arguments("flood", given)
    posts, times = QUICK if options.quick else (POSTS, PEOPLE)
    with _measure.scratch_database(on_postgres=options.postgres) as vendor:
        lines = _measured(random.Random(options.seed), posts, times)
    title = f"A person among {posts:,} posts by programs"
    _measure.show(f"{title}, on {vendor} (seed {options.seed})", lines)
    _measure.keep(options.json, lines, benchmark="flood", database=vendor, seed=options.seed)
    return 0


def _measured(chance: random.Random, posts: int, times: int) -> list[Line]:
    _fill()
    people = People()
    people.ask()  # templates are read once
    before = [people.ask() for _ in range(times)]
    counts = _rows()
    flood, during = Flood(chance), []
    while flood.posts < posts:
        flood.go_on(posts // times)
        during.append(people.ask())
    counts = _rows() - counts
    after = [people.ask() for _ in range(times)]
    first, meanwhile, last = (statistics.median(each) for each in (before, during, after))
    return [
        Line("a person's request", statistics.median(people.milliseconds), "ms"),
        Line("against fixed work, before", first, "times"),
        Line("against fixed work, meanwhile", meanwhile, "times"),
        Line("against fixed work, after", last, "times"),
        Line("meanwhile against before", meanwhile / first, "times", "<= 1.2"),
        Line("after against before", last / first, "times", "<= 1.2"),
        Line("posts by programs", flood.posts, ""),
        Line("people who got through", people.through, "", f"{people.asked}"),
        Line("requests by programs", counts["intake_consultationrequest"] - len(during), ""),
        Line("messages caused by programs", _messages(), "", f"<= {MOST_MESSAGES}"),
        Line("sessions left by programs", counts["django_session"] - len(during), ""),
    ]


def _rows() -> Counter[str]:
    from django.apps import apps

    models = apps.get_models(include_auto_created=True)
    return Counter({each._meta.db_table: each._base_manager.count() for each in models})


def _messages() -> int:
    """Those about requests without a time; people have theirs about appointments."""
    from clients.contact.models import Message

    return Message.objects.filter(purpose="request").count()


def _fill() -> None:
    """A practice with counselors whose open times people choose from."""
    from django.conf import settings

    from practice.models import Counselor, License, Practice, User
    from scheduling.models import WeeklyHours

    settings.HUMAN_SECONDS = 1.0
    settings.ROOT_URLCONF = "practice.urls"
    Practice.objects.create(pk=1, name="Bench", display_name="The office")
    for number in range(5):
        user = User.objects.create_user(
            f"c{number}@example.com", None, name=f"C{number}", role="counselor"
        )
        one = Counselor.objects.create(user=user, public_name=user.name)
        License.objects.create(
            counselor=one,
            state_id="NJ",
            number="1",
            starts_on=date(2020, 1, 1),
            expires_on=date(2099, 1, 1),
        )
        for weekday in range(7):
            WeeklyHours.objects.create(
                counselor=one, weekday=weekday, begins=day_time(8), ends=day_time(20)
            )


class Walk:
    """One browser on its way through the public pages."""

    def __init__(self, network: str) -> None:
        from django.test import Client

        self.browser = Client(headers={"host": "127.0.0.1"}, REMOTE_ADDR=network)
        self.posts = 0

    def get(self, step: str) -> Any:
        return self.browser.get(f"{BASE}{step}")

    def post(self, step: str, told: dict[str, Any]) -> Any:
        self.posts += 1
        return self.browser.post(f"{BASE}{step}", told)

    def tell(self, email: str) -> None:
        self.post("about-you/", {**REACH, "email": email})
        self.post("what-brings-you/", BRINGS)

    def wait(self, email: str) -> None:
        """All but the last step, without a time."""
        self.post("", PLACES)
        self.post("waitlist/", WISHES)
        self.tell(email)

    def stamp(self) -> str:
        found = re.search(r'name="opened" value="([^"]+)"', self.get("agree/").content.decode())
        return found[1] if found else ""


class People:
    """People who take a real time, one after the other, each from a network of their own."""

    def __init__(self) -> None:
        self.asked = self.through = 0
        self.milliseconds: list[float] = []

    def ask(self) -> float:
        """One whole request; how long it took, as a multiple of the fixed work beside it."""
        self.asked += 1
        walk = Walk(f"172.16.{self.asked}.7")
        fixed = _milliseconds(lambda: self._fixed_work(walk))
        self.milliseconds.append(_milliseconds(lambda: self._whole_request(walk)))
        return self.milliseconds[-1] / fixed

    def _whole_request(self, walk: Walk) -> None:
        from django.conf import settings

        walk.post("", PLACES)
        slots = re.findall(r'value="(\d+\|[^"]+)"', walk.get("time/").content.decode())
        walk.post("time/", {"slot": slots[0]})
        walk.tell(f"person{self.asked}@example.com")
        stamp = walk.stamp()
        quickest, settings.HUMAN_SECONDS = settings.HUMAN_SECONDS, 0.0  # they read; we don't wait
        page = walk.post("agree/", {**AGREE, "opened": stamp})
        settings.HUMAN_SECONDS = quickest
        self.through += page.headers.get("Location", "") == f"{BASE}booked/"

    def _fixed_work(self, walk: Walk) -> None:
        from django.contrib.auth.hashers import make_password

        make_password("sunflower7")
        for _ in range(10):
            walk.browser.get("/")


def _milliseconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


class Flood:
    """Programs of every kind, from many networks."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.posts, self.number = chance, 0, 0
        self.stamp = self._good_stamp()
        self.kinds: list[Callable[[Walk], Any]] = [
            self._blind,
            self._greedy,
            self._hasty,
            self._without_a_stamp,
            self._patient,
        ]

    def go_on(self, posts: int) -> None:
        until = self.posts + posts
        while self.posts < until:
            self.number += 1
            number = self.chance.randrange(NETWORKS)
            walk = Walk(f"10.{number // 250}.{number % 250}.7")
            self.chance.choice(self.kinds)(walk)
            self.posts += walk.posts

    def _good_stamp(self) -> str:
        walk = Walk("10.200.0.7")
        walk.wait("victim@example.com")
        stamp = walk.stamp()
        time.sleep(1.1)  # as long as one has to read
        return stamp

    def _blind(self, walk: Walk) -> None:
        for step in ("", "time/", "about-you/", "what-brings-you/", "agree/", "tell-me/"):
            walk.post(step, {**REACH, **AGREE, "website": "https://spam.example"})

    def _greedy(self, walk: Walk) -> None:
        walk.wait(self._address())
        stamp = {"opened": self.stamp, "website": "https://spam.example"}
        walk.post("agree/", {**AGREE, **stamp})

    def _hasty(self, walk: Walk) -> None:
        walk.wait(self._address())
        walk.post("agree/", {**AGREE, "opened": walk.stamp()})

    def _without_a_stamp(self, walk: Walk) -> None:
        walk.wait(self._address())
        walk.post("agree/", AGREE)

    def _patient(self, walk: Walk) -> None:
        walk.wait("victim@example.com")
        walk.post("agree/", {**AGREE, "opened": self.stamp})

    def _address(self) -> str:
        return f"bot{self.number}@example.com"
