"""Pages of the staff beside other programs' pages, and beside bare ones of as many rows.

The desk's week has twenty counselors and five hundred appointments. django-scheduler shows the
same hours as one calendar's week, in a process and a database of its own (`_peers.week`); both are
asked through a browser that is signed in, and have to show every one. The bare page has the same
frame and reads the same rows as plain tuples into the plainest of tables.

A part of this benchmark is one page: `PARTS` names them.
"""

import random
import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.benchmarks import _measure, _peers, _practice
from tests.benchmarks._measure import Line

STATE = "NJ"
HOUR = timedelta(hours=1)
WEEK = 7


@dataclass(frozen=True)
class Size:
    """How much is shown, and how often the pages are asked for."""

    counselors: int
    events: int
    rounds: int  # beside the peer
    looks: int  # beside the bare page


WHOLE = Size(counselors=20, events=500, rounds=_measure.ROUNDS, looks=100)
QUICK = Size(counselors=5, events=100, rounds=5, looks=20)


def main(given: Sequence[str]) -> int:
    options = _measure.arguments("pages", given)
    size = QUICK if options.quick else WHOLE
    measured: list[Line] = []
    with _measure.scratch_database(on_postgres=options.postgres) as vendor:
        for title, part in PARTS.items():
            lines = part(size, random.Random(options.seed), _measure.address())
            _measure.show(f"{title}, on {vendor} (seed {options.seed})", lines)
            measured += lines
    _measure.keep(options.json, measured, benchmark="pages", database=vendor, seed=options.seed)
    return 0


def _desk_week(size: Size, chance: random.Random, database: str) -> list[Line]:
    from tests.benchmarks import _addresses, _copies

    week = Week(chance, size)
    week.fill(size.events // 5)
    _copies.settled()
    week.look()  # templates are read once
    few = _measure.queries_of(week.look)
    week.fill(size.events - size.events // 5)
    _copies.settled()
    many = _measure.queries_of(week.look)
    _addresses.ROWS = week.rows
    with _peers.running("week", database) as peer:
        lines = _beside_the_peer(week, peer, size)
    return [
        *lines,
        *_beside_a_bare_table(week, size),
        Line(f"queries, {size.events // 5} appointments", few, ""),
        Line(f"queries, {size.events} appointments", many, "", f"<= {few}"),
        Line("bytes", len(week.look().content), ""),
    ]


def _beside_the_peer(week: "Week", peer: _peers.Peer, size: Size) -> list[Line]:
    monday = week.monday.isoformat()
    titles = week.titles()
    peer.ask("fill", events=week.events())
    theirs = peer.ask("shown", monday=monday)
    _measure.must_agree("the week's appointments", sorted(titles), week.shown(), theirs)
    found = _measure.in_turns(
        {"ours": week.look, "theirs": lambda: peer.timed("page", monday=monday)},
        rounds=size.rounds,
    )
    return [
        Line("the desk's week", found["ours"], "ms"),
        Line("django-scheduler's week", found["theirs"], "ms"),
        Line("as many times quicker", found["theirs"] / found["ours"], "x", ">= 40"),
        Line("its queries", peer.ask("queries", monday=monday), ""),
    ]


def _beside_a_bare_table(week: "Week", size: Size) -> list[Line]:
    bare = week.look("/bare-table/").content.decode()
    if bare.count("<tr>") != size.events:
        raise SystemExit("The bare page doesn't show as many rows.")
    times = _measure.each_time(
        {"ours": week.look, "bare": lambda: week.look("/bare-table/")}, rounds=size.looks
    )
    slow = {name: _measure.highest_but_5_percent(each) for name, each in times.items()}
    middle = {name: statistics.median(each) for name, each in times.items()}
    return [
        Line("a bare table of as many rows", middle["bare"], "ms"),
        Line("the desk's week against it", middle["ours"] / middle["bare"], "x"),
        Line("95 in 100 of the desk's week within", slow["ours"], "ms"),
        Line("95 in 100 of the bare table within", slow["bare"], "ms"),
        Line("the one against the other", slow["ours"] / slow["bare"], "x", "<= 1.5"),
    ]


PARTS: dict[str, Callable[[Size, random.Random, str], list[Line]]] = {
    "The desk's week": _desk_week,
}


class Week:
    """A week of a practice, and somebody at its desk who looks at it."""

    def __init__(self, chance: random.Random, size: Size) -> None:
        from django.conf import settings
        from django.test import Client

        from practice.models import User

        settings.ROOT_URLCONF = "tests.benchmarks._addresses"
        _practice.open_up()
        today = _practice.day_of(_practice.stand_still())
        self.monday: date = today + timedelta(days=2 * WEEK - today.weekday())
        people = _practice.hire(size.counselors, [STATE])
        self._cases = {each.pk: _practice.couples(each, 10, STATE) for each in people}
        self._names = {each.pk: each.user.name for each in people}
        self._places = self._shuffled(chance)
        self._chance = chance
        self._browser = Client(headers={"host": "127.0.0.1"})
        desk = User.objects.create_user("desk@example.com", None, name="Dan", role="desk")
        self._browser.force_login(desk, "allauth.account.auth_backends.AuthenticationBackend")

    def _shuffled(self, chance: random.Random) -> list[Any]:
        hours = list(_practice.times(self.monday, WEEK, HOUR))
        places = [(key, start) for key in self._cases for start in hours]
        chance.shuffle(places)
        return places

    def fill(self, number: int) -> None:
        """So many more sessions of couples in this week."""
        from scheduling.models import Appointment, Attendee

        chosen, self._places = self._places[:number], self._places[number:]
        made = Appointment.objects.bulk_create(self._session(*place) for place in chosen)
        Attendee.objects.bulk_create(
            Attendee(
                appointment=session,
                client=person.client,
                state=person.state,
                time_zone=person.time_zone,
            )
            for session in made
            for person in _practice.attending(session.case)
        )

    def _session(self, counselor: int, start: Any) -> Any:
        from scheduling.models import Appointment

        return Appointment(
            kind="session",
            status="booked",
            counselor_id=counselor,
            case=self._chance.choice(self._cases[counselor]),
            starts_at=start,
            ends_at=start + timedelta(minutes=50),
            busy_until=start + HOUR,
        )

    def look(self, path: str = "") -> Any:
        """The page of the week, or another."""
        from django.urls import reverse

        path = path or f"{reverse('desk:week')}?day={self.monday}"
        answer = self._browser.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer

    def titles(self) -> dict[str, Any]:
        """Each appointment by the words that the peer calls it by."""
        from scheduling.models import Appointment

        return {
            f"{self._names[each.counselor_id]} {each.pk}": each
            for each in Appointment.objects.all()
        }

    def events(self) -> list[list[str]]:
        """The appointments as the peer is given them."""
        return [
            [title, each.starts_at.isoformat(), each.ends_at.isoformat()]
            for title, each in self.titles().items()
        ]

    def shown(self) -> list[str]:
        """The appointments to whose pages the week leads."""
        found = set(re.findall(r"/appointments/([0-9a-f-]{36})/", self.look().content.decode()))
        return sorted(title for title, each in self.titles().items() if str(each.pk) in found)

    def rows(self) -> list[Any]:
        """What the week shows of each appointment, read as plainly as can be."""
        from clients.models import Client
        from scheduling.models import Appointment, Attendee

        facts = Appointment.objects.order_by("starts_at").values_list(
            "pk", "starts_at", "ends_at", "counselor__public_name", "kind", "status"
        )
        names = {each.pk: each.name for each in Client.objects.only("name")}
        coming: dict[Any, list[str]] = defaultdict(list)
        for key, client, state in Attendee.objects.values_list("appointment", "client", "state"):
            coming[key] += [names[client], state]
        return [
            (f"{begins:%H:%M}", f"{ends:%H:%M}", *rest, ", ".join(coming[key]))
            for key, begins, ends, *rest in facts
        ]
