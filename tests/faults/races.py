"""Races between somebody's stop and the sender of their message, on connections of their own."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

from django.conf import settings

from clients import cases
from clients.contact import agreements, cards, outbox, sending
from clients.contact.cards import Contact
from clients.contact.models import Message, Purpose
from clients.models import Client
from practice import clock
from scheduling.followups.drill import promises
from scheduling.followups.drill.book import Book
from scheduling.followups.drill.ledger import Intent, Person, Stop
from scheduling.followups.drill.promises import Broken
from tests.clients.contact.at_once import own_connection
from tests.faults.at_the_desk import BACKEND, LINE

_ZONE = "America/New_York"
_AT_ONCE = 20  # messages claimed before their races
# Seconds by which the stop begins later than the sender, who first has some questions to ask.
_FROM, _TO = -0.01, 0.06


def race_stops(number: int, seed: int) -> tuple[list[Broken], Counter[str]]:
    """So many races; what broke, and how many messages were sent and how many held back."""
    chance, book = random.Random(seed), Book(blink=timedelta())
    settings.EMAIL_BACKEND, before = BACKEND, settings.EMAIL_BACKEND
    LINE.__init__()  # type: ignore[misc]
    try:
        with ThreadPoolExecutor(2) as people:
            for first in range(0, number, _AT_ONCE):
                some = [_meant(book, each) for each in range(first, min(number, first + _AT_ONCE))]
                for one in sending.claim(clock.now(), limit=_AT_ONCE):
                    client = next(each for each, message in some if message.pk == one.id)
                    _race(people, one, client, book, chance)
            people.submit(own_connection(lambda: None)).result()
    finally:
        settings.EMAIL_BACKEND = before
    ledger = book.ledger(LINE, [Path("/dev/null")], ["-"])  # type: ignore[arg-type]
    return promises.check(ledger), Counter(row.state for row in ledger.rows)


def _meant(book: Book, number: int) -> tuple[Client, Message]:
    address = f"racer{number}@example.com"
    client = cases.add_client(name="Racer", state=None, time_zone=_ZONE, contact=Contact(address))
    book.people[client.pk] = Person(address, _ZONE)
    message = outbox.queue(
        client=client,
        template=Message.Template.NEWS,
        purpose="race",
        subject_id=client.pk,
        key=f"race:{client.pk}",
        is_follow_up=True,
        by_their_own_act=True,  # at any hour, so that it doesn't matter when this runs
    )
    book.intents[str(message.pk)] = Intent(
        str(message.pk), address, message.due_at, message.expires_at, by_their_own_act=True
    )
    return client, message


def _race(
    people: ThreadPoolExecutor, one: Any, client: Client, book: Book, chance: random.Random
) -> None:
    ready, late = Barrier(2), chance.uniform(_FROM, _TO)
    stops = chance.choice(
        [
            cards.stop_follow_ups,
            cards.suspend,
            lambda each: agreements.withdraw(each, Purpose.FOLLOW_UPS),
        ]
    )

    def stop() -> None:
        ready.wait(10)
        time.sleep(max(0.0, late))
        stops(client)
        book.stops.append(Stop(client.card.email, clock.now()))

    def send() -> None:
        ready.wait(10)
        time.sleep(max(0.0, -late))
        sending.send_claimed([one])

    for act in [people.submit(own_connection(each)) for each in (stop, send)]:
        act.result(60)
