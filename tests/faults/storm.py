"""A storm: thousands of messages, and hundreds of senders killed while they send them.

Three parts follow each other. In the calm nothing is hurt. Then now and then one sender is killed,
and time enough passes for its work to be taken over. Then the storm: in each round several senders
work at once, each killed somewhere, while the mail server fails and people say stop.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any

from django.db import transaction

from clients import cases
from clients.contact import cards, outbox, sending
from clients.contact.cards import Contact
from clients.contact.models import Message, State
from clients.models import Client
from practice import clock
from scheduling.followups.drill.book import Book
from scheduling.followups.drill.ledger import Ledger, Person, Stop
from scheduling.followups.drill.post import Answer
from scheduling.followups.drill.post_office import PostOffice
from scheduling.followups.drill.senders import Senders, any_doom
from scheduling.followups.drill.stretch import TICK, turn_to

SECRET = "CANARY-WORDS"
ZONES = ["America/New_York", "America/Chicago"]
NAMED = [None, None, (clock_time(10), clock_time(18)), (clock_time(8), clock_time(20, 30))]
LIFE = timedelta(days=30)
AT_ONCE = 3  # senders in a round of the storm
CALM, SINGLE = 0.1, 0.2  # parts of all messages: the calm, and with it the single faults
BAD = [
    Answer.BUSY,
    Answer.BUSY_AFTER_DOT,
    Answer.DROP_EARLY,
    Answer.DROP_BEFORE,
    Answer.DROP,
    Answer.HANG,
    Answer.REFUSE,
]


@dataclass
class Storm:
    """`run` until so many messages were meant and so many senders killed."""

    office: PostOffice
    intents: int
    kills: int
    seed: int
    tell: Callable[[str], Any] = lambda _: None
    book: Book = field(default_factory=Book)
    happened: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.senders = Senders(self.office)
        self._meant = 0

    def run(self) -> None:
        turn_to(_next_morning())
        self.office.watches_for([SECRET])
        self._people = list(self._add_people(max(4, self.intents // 50)))
        self._in_the_calm(int(self.intents * CALM))
        self._one_by_one(int(self.intents * SINGLE))
        self._in_the_storm()
        self._wait_for_the_rest()

    def ledger(self, logs: list[Path]) -> Ledger:
        return self.book.ledger(self.office, logs, [SECRET, "@example.com"])

    # What is meant

    def _add_people(self, number: int) -> Iterator[Client]:
        for each in range(number):
            address, zone = f"storm{each}@example.com", self.chance.choice(ZONES)
            named = self.chance.choice(NAMED)
            client = cases.add_client(
                name=f"{SECRET} {each}",
                state=None,
                time_zone=zone,
                contact=Contact(address, safe_hours=named),
            )
            self.book.people[client.pk] = Person(address, zone, named)
            yield client

    def _mean(self, number: int) -> list[str]:
        """So many new messages, due within the next half minute."""
        number = min(number, self.intents - self._meant)
        with transaction.atomic():
            for _ in range(number):
                self._queue(self.chance.choice(self._people))
        before = set(self.book.intents)
        self.book.note_meant()
        return [key for key in self.book.intents if key not in before]

    def _queue(self, client: Client) -> None:
        self._meant += 1
        due = clock.now() + TICK * self.chance.random()
        outbox.queue(
            client=client,
            template=Message.Template.NEWS,
            purpose="storm",
            subject_id=client.pk,
            key=f"storm:{self._meant}",
            due_at=due,
            expires_at=due + LIFE,
            is_follow_up=self.chance.random() < 0.8,
        )

    # The three parts

    def _in_the_calm(self, until: int) -> None:
        while self._meant < until:
            self._mean(25)
            turn_to(clock.now() + TICK)
            sending.tick()

    def _one_by_one(self, until: int) -> None:
        """A kill, and ten minutes in which nothing else goes wrong."""
        while self._meant < until:
            self._mean(5)
            turn_to(clock.now() + TICK)
            self._kill(self.senders.start(any_doom(self.chance, 60)))
            for _ in range(20):
                self._mean(2)
                turn_to(clock.now() + TICK)
                sending.tick()
            turn_to(_in_the_day(clock.now()))

    def _in_the_storm(self) -> None:
        # What still waits for its hours comes into the storm too.
        waiting = Message.objects.unsent().values_list("pk", flat=True)
        self.book.besieged |= {str(key) for key in waiting}
        left = self.intents - self._meant
        rounds = max(1, (self.kills - self.happened["killed"]) // AT_ONCE)
        while self.happened["killed"] < self.kills:
            self.book.besieged |= set(self._mean(max(1, left // rounds)))
            turn_to(_in_the_day(max(clock.now() + TICK, _work_is_due() or clock.now())))
            self._something_else_goes_wrong()
            self._round()
        self.book.besieged |= set(self._mean(self.intents))
        self.office.forgets()

    def _round(self) -> None:
        """Several at once; most are killed, one of them by a hand that looks at no work."""
        started = [self.senders.start(any_doom(self.chance)) for _ in range(AT_ONCE)]
        if self.chance.random() < 0.5:
            time.sleep(self.chance.uniform(0, 0.05))
            os.kill(started[0], signal.SIGKILL)
        self._kill(*started)
        if self.happened["rounds"] % 50 == 0:
            self.tell(f"{self.happened['killed']} killed, {self._meant} meant")

    def _kill(self, *started: int) -> None:
        self.happened["killed"] += self.senders.wait(*started)
        self.happened["rounds"] += 1
        self.book.note_stranded()

    def _something_else_goes_wrong(self) -> None:
        if self.chance.random() < 0.3:
            self.office.answers(self.chance.choice(BAD))
            self.happened["bad answers"] += 1
        if self.chance.random() < 0.02:
            client = self.chance.choice(self._people)
            stops, everything = self.chance.choice(
                [(cards.stop_follow_ups, False), (cards.suspend, True)]
            )
            stops(client)
            address = self.book.people[client.pk].address
            self.book.stops.append(Stop(address, clock.now(), everything))
            self.happened["stops"] += 1

    def _wait_for_the_rest(self) -> None:
        """No fault any more: what is on its way comes to its end."""
        while work := _work_is_due():
            turn_to(max(work, clock.now()) + TICK)
            sending.tick()


def _work_is_due() -> datetime | None:
    live = [State.DUE, State.UNCERTAIN, State.CLAIMED, State.SENDING]
    rows = Message.objects.filter(state__in=live).values_list("next_try_at", "lease_until")
    moments = [moment for tried, lease in rows if (moment := lease or tried)]
    return min(moments, default=None)


def _next_morning() -> datetime:
    """Ten o'clock in New York, eleven in summer, of the next day."""
    day = clock.now() + timedelta(days=1)
    return day.replace(hour=15, minute=0, second=0, microsecond=0)


def _in_the_day(moment: datetime) -> datetime:
    """That moment, or the next morning where people mostly sleep."""
    if 15 <= moment.hour < 23:
        return moment
    day = moment if moment.hour < 15 else moment + timedelta(days=1)
    return day.replace(hour=15, minute=0)
