"""A stop is a promise from its commit on, however it falls between a sender's steps.

Some hundred true races on connections of their own, and every order of the steps of two senders
and a stop. `python -m tests.faults --stops 10000` runs as many races as one likes.
"""

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings

from clients.contact import agreements, cards, gates, marks, sending, upcoming
from clients.contact.models import ContactCard, Message, Purpose
from clients.models import Client
from practice import clock
from scheduling.followups.drill.ledger import Stop
from tests.cast import assemble
from tests.clients.contact.at_once import at_once
from tests.faults.at_the_desk import BACKEND, LINE, Desk
from tests.faults.races import race_stops


def _stop(desk: Desk, client: Client) -> None:
    cards.stop_follow_ups(client)


def _suspend(desk: Desk, client: Client) -> None:
    cards.suspend(client)


def _withdraw(desk: Desk, client: Client) -> None:
    agreements.withdraw(client, Purpose.FOLLOW_UPS)


class Sender:
    """Takes one step at a time: claims, then sends what it claimed."""

    def __init__(self) -> None:
        self._claims: list[upcoming.Claim] = []

    def claim(self) -> None:
        sending.release_lost_claims(clock.now())
        self._claims = sending.claim(clock.now())

    def send(self) -> None:
        if self._claims:
            sending.send_claimed(self._claims)


def orders() -> list[tuple[str, ...]]:
    """Every order of two senders' steps, a stop, and a lease that ends; the first sender is "a"."""
    steps = ["a", "a", "b", "b", "stop", "lease"]
    return sorted(o for o in set(itertools.permutations(steps)) if o.index("a") < o.index("b"))


def test_in_every_order_of_steps_nothing_goes_after_the_stop(desk: Desk, travel):
    clients = itertools.cycle([desk.hanna.client, desk.ian.client])
    ways = itertools.cycle([_stop, _suspend, _withdraw])
    for order in orders():
        client = next(clients)
        _as_before(desk, client)
        _walk(desk, client, order, next(ways), travel)
    assert len(desk.book.intents) == len(orders()) == 90
    assert desk.broken() == []
    assert {row.state for row in desk.ledger().rows} == {"sent", "suppressed"}


def _walk(desk: Desk, client: Client, order: tuple[str, ...], stops: Any, travel: Any) -> None:
    desk.means(client, by_their_own_act=True, expires_at=clock.now() + timedelta(days=900))
    senders = {"a": Sender(), "b": Sender()}
    acts: dict[str, Iterator[Callable[[], None]]] = {
        name: iter([sender.claim, sender.send]) for name, sender in senders.items()
    }
    acts["stop"] = iter([lambda: _commit(desk, client, stops)])
    acts["lease"] = iter([lambda: travel(clock.now() + sending.LEASE + timedelta(minutes=1))])
    for name in order:
        next(acts[name])()
        travel(clock.now() + timedelta(seconds=1))


def _commit(desk: Desk, client: Client, stops: Any) -> None:
    stops(desk, client)
    desk.book.stops.append(Stop(client.card.email, clock.now()))


def _as_before(desk: Desk, client: Client) -> None:
    """They want messages again."""
    cards.resume(client)
    ContactCard.objects.filter(pk=client.pk).update(follow_ups_stopped_at=None)
    cards.agree(client, Purpose.FOLLOW_UPS)
    email = client.card.email
    desk.book.stops = [
        each if each.until or each.address != email else _ended(each) for each in desk.book.stops
    ]


def _ended(stop: Stop) -> Stop:
    return Stop(stop.address, stop.committed_at, stop.everything, clock.now())


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_in_true_races_nothing_goes_after_the_stop():
    broken, outcomes = race_stops(120, seed=6)
    assert broken == []
    assert min(outcomes["sent"], outcomes["suppressed"]) > 0, "no race was one"
    assert outcomes.total() == 120


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("looked_at", [True, False], ids=["looked at", "overlooked"])
def test_two_senders_with_one_claim_send_once_and_twice_where_its_state_is_overlooked(
    now, looked_at, travel, tmp_path, monkeypatch
):
    """The planted bug that takes two connections to show."""
    monkeypatch.setattr(settings, "EMAIL_BACKEND", BACKEND)
    cast = assemble()
    desk = Desk(cast.hanna, cast.ian, travel, tmp_path / "none.log")
    both_ask, both_hand_over = Barrier(2), Barrier(2)

    def ask(message: Message) -> str:
        both_ask.wait(20)
        return ""

    def once_both_hand_over(talk: Any) -> None:
        if not looked_at:
            both_hand_over.wait(20)
        LINE.keep(talk.mail)

    monkeypatch.setitem(gates._BY_PURPOSE, "note", ask)
    LINE.forever[cast.hanna.client.card.email] = once_both_hand_over
    desk.means()
    claims = sending.claim(now)
    if not looked_at:
        for name in ("_GOING", "_SET_OFF"):
            overlooking = getattr(marks, name).replace("= 'claimed'", "IN ('claimed', 'sending')")
            monkeypatch.setattr(marks, name, overlooking)
    _forget_statements()
    at_once(*[lambda: sending.send_claimed(claims)] * 2)
    _forget_statements()
    assert len(LINE.kept) == (1 if looked_at else 2)
    assert ("I2" in {each.promise for each in desk.broken()}) is not looked_at


def _forget_statements() -> None:
    marks._whole.cache_clear()
    marks._set_off.cache_clear()
