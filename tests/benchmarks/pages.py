"""Pages of the staff beside other programs' pages, and beside bare ones of as many rows.

The desk's week has twenty counselors and five hundred appointments. django-scheduler shows the
same hours as one calendar's week, in a process and a database of its own (`_peers.week`); both are
asked through a browser that is signed in, and have to show every one. The bare page has the same
frame and reads the same rows as plain tuples into the plainest of tables.

A counselor's Today and a case of years stand beside a list of Django's admin with as many rows of
the same database, which also reads the messages: with the filters and the dates of somebody who
works with it, and, for comparison, without.

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

from tests.benchmarks import _caseload, _measure, _peers, _practice
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
    couples: int  # forty to a counselor
    messages: int
    largest: int  # the couples of one counselor alone, beside those of forty


WHOLE = Size(20, 500, _measure.ROUNDS, looks=100, couples=2000, messages=200_000, largest=4000)
QUICK = Size(5, 100, rounds=5, looks=20, couples=80, messages=2000, largest=200)


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


def _work(size: Size, chance: random.Random, database: str) -> list[Line]:
    from tests.benchmarks import _copies

    work = Work(size)
    _copies.settled()
    return [*_today(work, size), *_case(work, size)]


def _today(work: "Work", size: Size) -> list[Line]:
    rows = work.shown.rows
    many, few = work.of_many.look, work.of_few.look
    if few().content.decode().count('class="item-row"') < work.shown.sessions:
        raise SystemExit("Today doesn't show its sessions.")
    many()  # what was made for one look serves the next
    queries = {name: _measure.queries_of(act) for name, act in (("few", few), ("many", many))}
    times = _beside(work, {"ours": few, "many": many}, work.rows_of_today, rows, size)
    return [
        *_lines("Today", times, rows),
        Line("40 couples of a counselor", times["middle ours"], "ms"),
        Line(f"{size.largest} couples of a counselor", times["middle many"], "ms"),
        Line(
            "the one against the other", times["middle many"] / times["middle ours"], "x", "<= 1.15"
        ),
        Line("queries, 40 couples", queries["few"], "", "<= 12"),
        Line(f"queries, {size.largest} couples", queries["many"], "", f"<= {queries['few']}"),
    ]


def _case(work: "Work", size: Size) -> list[Line]:
    long, short = work.page_of(work.long), work.page_of(work.short)
    short()
    rows = long().content.decode().count('scope="row"')
    if rows != 60:
        raise SystemExit("The case doesn't show its time line.")
    shown = len(work.rows_of_case())
    times = _beside(work, {"ours": long}, work.rows_of_case, shown, size)
    return [
        *_lines("A case of years", times, shown),
        Line("queries, a new case", _measure.queries_of(short), "", "<= 12"),
        Line("queries, a case of years", _measure.queries_of(long), "", "<= 12"),
    ]


def _beside(
    work: "Work", ours: dict[str, Any], rows: Callable[[], list[Any]], number: int, size: Size
) -> dict[str, float]:
    """The median of each, and the 95th percentile of ours and of the bare page."""
    from tests.benchmarks import _addresses

    _addresses.ROWS = rows
    bare = work.of_few.page("/bare-table/")
    if bare().content.decode().count("<tr>") != number:
        raise SystemExit("The bare page doesn't show as many rows.")
    found = _measure.in_turns({**ours, **work.lists_of_the_admin(number)}, rounds=size.rounds)
    times = _measure.each_time({**ours, "bare": bare}, rounds=size.looks)
    slow = {f"slow {name}": _measure.highest_but_5_percent(times[name]) for name in times}
    middle = {f"middle {name}": statistics.median(each) for name, each in times.items()}
    return found | slow | middle


def _lines(title: str, times: dict[str, float], rows: int) -> list[Line]:
    return [
        Line(title, times["ours"], "ms"),
        Line(f"Django's admin, a list of {rows} with filters and dates", times["admin"], "ms"),
        Line(f"{title}: as many times quicker", times["admin"] / times["ours"], "x", ">= 4"),
        Line(f"Django's admin, a plain list of {rows}", times["plain"], "ms"),
        Line(f"{title}: as many times quicker than that", times["plain"] / times["ours"], "x"),
        Line(f"a bare table of {rows} rows", times["middle bare"], "ms"),
        Line(f"{title} against it", times["middle ours"] / times["middle bare"], "x"),
        Line(f"95 in 100 of {title} within", times["slow ours"], "ms"),
        Line("95 in 100 of the bare table within", times["slow bare"], "ms"),
        Line(
            f"{title}: the one against the other",
            times["slow ours"] / times["slow bare"],
            "x",
            "<= 1.5",
        ),
    ]


PARTS: dict[str, Callable[[Size, random.Random, str], list[Line]]] = {
    "The desk's week": _desk_week,
    "A counselor's day and a case": _work,
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
        from scheduling.models import Appointment

        chosen, self._places = self._places[:number], self._places[number:]
        made = Appointment.objects.bulk_create(self._session(*place) for place in chosen)
        _practice.everybody_comes(made)

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


class Person:
    """Somebody on the staff at a browser."""

    def __init__(self, user: Any) -> None:
        from django.test import Client

        self.user = user
        self._browser = Client(headers={"host": "127.0.0.1"})
        self._browser.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")

    def look(self, path: str = "/dashboard/") -> Any:
        answer = self._browser.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer

    def page(self, path: str) -> Callable[[], Any]:
        return lambda: self.look(path)


class Work:
    """A practice after some years; two counselors of it, one with a hundred times the couples."""

    def __init__(self, size: Size) -> None:
        from django.conf import settings

        from clients.contact.models import Heartbeat
        from practice.models import Practice

        settings.ROOT_URLCONF = "tests.benchmarks._addresses"
        if not Practice.objects.exists():
            _practice.open_up()
        self.now = _practice.stand_still()
        Heartbeat.objects.update_or_create(name="tick", defaults={"at": self.now})
        self.shown, steps = _caseload.Shown(), _caseload.plan()
        people = _practice.hire(size.couples // 40, [STATE], called="d")
        loads = [_caseload.couples(each, 40, STATE, self.now) for each in people]
        (busy,) = _practice.hire(1, [STATE], called="e")
        many = _caseload.couples(busy, size.largest, STATE, self.now)
        _caseload.messages([case for load in loads for case in load], size.messages, self.now)
        for cases in (loads[0], many):
            _caseload.a_day(cases, steps, self.shown, self.now)
        self.long, self.short = loads[0][-1], loads[0][-2]
        _caseload.long_case(self.long, steps, 300, 2000, self.now)
        self.of_few, self.of_many = Person(people[0].user), Person(busy.user)

    def page_of(self, case: Any) -> Callable[[], Any]:
        """A case, as its counselor opens it."""
        return self.of_few.page(f"/dashboard/cases/{case.pk}/")

    def lists_of_the_admin(self, rows: int) -> dict[str, Callable[[], Any]]:
        """Messages, so many on a page, as the owner would see them in Django's admin.

        With what one finds a message by: its state, its kind, its channel, and the months and days.
        And the plain list.
        """
        from django.contrib import admin

        from clients.contact.models import Message
        from practice.admin import AuditedAdmin
        from practice.models import User

        class MessageAdmin(AuditedAdmin):
            list_display = ("client", "template", "purpose", "state", "due_at", "sent_at")
            list_select_related = ("client",)
            list_per_page = rows

        if admin.site.is_registered(Message):
            admin.site.unregister(Message)
        admin.site.register(Message, MessageAdmin)
        _forget_addresses()
        owner, _ = User.objects.get_or_create(
            email="owner@bench.example.com", defaults={"name": "Olga", "role": "owner"}
        )
        page = Person(owner).page("/admin/contact/message/")
        model_admin: Any = admin.site._registry[Message]

        def listed(filters: Sequence[str], dates: str | None) -> Any:
            model_admin.list_filter, model_admin.date_hierarchy = filters, dates
            return page()

        lists = {
            "admin": lambda: listed(("state", "template", "channel"), "due_at"),
            "plain": lambda: listed((), None),
        }
        for each in lists.values():
            if each().content.decode().count('class="action-select"') != rows:
                raise SystemExit("The admin's list doesn't show as many rows.")
        return lists

    def rows_of_today(self) -> list[Any]:
        """What Today shows, read as plainly as can be."""
        from clients.contact.models import Message
        from clients.models import Client
        from clients.notes.models import JointNote
        from scheduling.followups.models import Response
        from scheduling.models import Appointment

        mine = {"case__counselor__user": self.of_few.user}
        theirs = Client.objects.filter(participations__case__counselor__user=self.of_few.user)
        names = _names(theirs)
        sessions = Appointment.objects.filter(
            **mine, status="booked", starts_at__gte=self.now
        ).order_by("starts_at")
        answers = Response.objects.filter(participant__case__counselor__user=self.of_few.user)
        lately = answers.filter(answered_at__gte=self.now - timedelta(days=14))
        latest = lately.order_by("-answered_at")[: self.shown.answers]
        failed = Message.objects.filter(state="dead", client__in=list(names))
        notes = JointNote.objects.filter(**mine, signed_at=None)
        return [
            *sessions.values_list("starts_at", "status", "case")[: self.shown.sessions],
            *[(each.answered_at, each.answers_text) for each in latest],
            *notes.values_list("begun_at", "case"),
            *[(names[key], at) for key, at in failed.values_list("client", "due_at")],
        ]

    def rows_of_case(self) -> list[Any]:
        """What the page of a case shows, read as plainly as can be."""
        from scheduling.followups.models import FollowUp
        from scheduling.models import Appointment

        sessions = Appointment.objects.filter(case=self.long).order_by("-starts_at")
        told = FollowUp.objects.filter(participant__case=self.long).order_by("-message__due_at")
        columns = ("message__due_at", "message__state", "step__kind", "participant")
        answered = told.filter(response__isnull=False).select_related("response")[:20]
        return [
            *told.values_list(*columns)[:48],
            *sessions.values_list("starts_at", "status")[:20],
            *told.values_list(*columns, "session__starts_at")[:40],
            *[(each.response.answered_at, each.response.answers_text) for each in answered],
        ]


def _names(people: Any) -> dict[Any, str]:
    return {each.pk: each.name for each in people.only("name")}


def _forget_addresses() -> None:
    """The settings' addresses are made from what is registered."""
    import importlib
    import sys

    from django.urls import clear_url_caches

    for name in ("practice.urls", "tests.benchmarks._addresses"):
        rows = getattr(sys.modules.get(name), "ROWS", None)
        if name in sys.modules:
            module: Any = importlib.reload(sys.modules[name])
            if rows is not None:
                module.ROWS = rows
    clear_url_caches()
