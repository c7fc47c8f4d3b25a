"""Bugs to plant: each is a small change of the product that a harness must catch.

A harness that stays green with one of these planted says nothing. Each names the promise that it
breaks, and the story in which that shows.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from kombu.connection import Connection

from clients.contact import cards, gates, mail, outbox, sending, window
from clients.contact.models import ContactCard, Message, State
from clients.contact.results import Result
from clients.contact.sending import Gone
from clients.contact.upcoming import Claim
from clients.models import Participant
from practice import clock, guards
from practice.audit.models import Entry
from scheduling.followups import planning
from tests.faults import scenarios
from tests.faults.at_the_desk import Desk

Story = Callable[[Desk], None]


@dataclass(frozen=True)
class Bug:
    """What is planted, where it shows, and which promise it breaks."""

    name: str
    story: Story
    promise: str
    plant: Callable[[], Any]


ALL: list[Bug] = []


def bug(name: str, story: Story, promise: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Decorator: this generator plants a bug until it is continued."""

    def add(plant: Callable[[], Any]) -> Callable[[], Any]:
        ALL.append(Bug(name, story, promise, contextmanager(plant)))
        return plant

    return add


@bug("the lease is not looked at", scenarios.another_tick_in_a_hand_over, "I2")
def _no_lease() -> Iterator[None]:
    release = sending.release_lost_claims
    with patch.object(sending, "release_lost_claims", lambda now: release(now + timedelta(days=1))):
        yield


@bug("no fence", scenarios.goes_on_after_others_took_over, "I2")
def _no_fence() -> Iterator[None]:
    finish = sending._finish

    def as_if_it_were_ours(gone: Gone) -> None:
        gone.message.fence = Message.objects.get(pk=gone.message.pk).fence
        finish(gone)

    with patch.object(sending, "_finish", as_if_it_were_ours):
        yield


@bug("called sent before it is handed over", scenarios.line_breaks_before_the_text, "I1")
def _sent_first() -> Iterator[None]:
    commit = sending._commit_to_send

    def and_call_it_sent(one: Claim, *rest: Any) -> Any:
        departing = commit(one, *rest)
        if departing is not None:
            sending._finish(Gone(departing.message, Result(State.SENT)))
        return departing

    with patch.object(sending, "_commit_to_send", and_call_it_sent):
        yield


@bug("a task with an ETA instead of a row", scenarios.one_goes, "I1")
def _in_the_broker() -> Iterator[None]:
    def only_published(*, client: Any, key: str, **facts: Any) -> Message:
        now = clock.now()
        message = Message(client=client, key=key, due_at=now, expires_at=now + timedelta(days=1))
        message.is_follow_up = facts["is_follow_up"]
        with Connection("memory://") as broker, broker.SimpleQueue("later") as queue:
            queue.put({"message": str(message.pk), "eta": now.isoformat()})
            queue.clear()  # the broker was restarted
        return message

    with patch.object(outbox, "queue", only_published):
        yield


@bug("the other partner's address", scenarios.to_both_partners, "I4")
def _wrong_partner() -> Iterator[None]:
    compose = mail.compose

    def to_the_partner(message: Message, address: str, *rest: Any) -> Any:
        participant = Participant.objects.get(client=message.client_id)
        partner = participant.case.participants.exclude(pk=participant.pk).get()
        return compose(message, partner.client.card.email, *rest)

    with patch.object(mail, "compose", to_the_partner):
        yield


@bug("quiet hours begin a moment late", scenarios.as_the_evening_comes, "I3")
def _off_by_a_moment() -> Iterator[None]:
    def inside(moment: datetime, zone: Any, hours: window.Hours) -> bool:
        return hours.begins <= moment.astimezone(zone).time() <= hours.ends

    with patch.object(window, "_is_inside", inside):
        yield


@bug("quiet hours begin an hour late", scenarios.as_the_evening_comes, "I3")
def _off_by_an_hour() -> Iterator[None]:
    right = window.safe_hours

    def an_hour_more(begins: Any, ends: Any, named: Any = None) -> Any:
        hours = right(begins, ends, named)
        return hours and hours._replace(ends=hours.ends.replace(hour=hours.ends.hour + 1))

    with patch.object(window, "safe_hours", an_hour_more):
        yield


def _asks_nobody() -> ExitStack:
    planted = ExitStack()
    planted.enter_context(patch.object(gates, "_refusal", lambda *_: ""))
    planted.enter_context(patch.object(cards, "_stop", lambda *_: None))
    return planted


@bug("a stop is not looked for again", scenarios.stop_after_a_claim, "I3")
def _no_second_look() -> Iterator[None]:
    with _asks_nobody():
        yield


@bug("a suspension is not looked for again", scenarios.suspended_after_a_claim, "I3")
def _no_second_look_at_all() -> Iterator[None]:
    with _asks_nobody():
        yield


@bug("the next session is ignored", scenarios.next_session_comes_soon, "I3")
def _no_next_session() -> Iterator[None]:
    with patch.object(planning, "_next_session", lambda *_: None):
        yield


@bug("what is in doubt is tried for ever", scenarios.never_answers, "I2")
def _without_limit() -> Iterator[None]:
    apply = sending._apply

    def and_again(message: Message, result: Result, now: datetime) -> None:
        apply(message, result, now)
        if result.state == State.UNCERTAIN:
            message.next_try_at = now + sending.ASK_AGAIN

    with patch.object(sending, "_apply", and_again):
        yield


@bug("a new Message-ID for each try", scenarios.killed_right_after_the_dot, "I2")
def _new_ids() -> Iterator[None]:
    compose = mail.compose

    def anew(*arguments: Any) -> Any:
        made = compose(*arguments)
        made.extra_headers["Message-ID"] = f"<{uuid4()}@example.com>"
        return made

    with patch.object(mail, "compose", anew):
        yield


@bug("a name in the log", scenarios.one_goes, "I7")
def _tells_the_log() -> Iterator[None]:
    depart = gates.depart

    def aloud(message: Message) -> None:
        logging.getLogger("mendwell").warning("goes to %s", message.client.name)
        depart(message)

    with patch.object(gates, "depart", aloud):
        yield


@bug("a name in the e-mail", scenarios.one_goes, "I7")
def _tells_the_postcard() -> Iterator[None]:
    compose = mail.compose

    def warmly(message: Message, *rest: Any) -> Any:
        made = compose(message, *rest)
        made.subject = f"{message.client.name}, your check-in"
        return made

    with patch.object(mail, "compose", warmly):
        yield


@bug("tried for ever while the mail server is busy", scenarios.always_busy, "I6")
def _tries_for_ever() -> Iterator[None]:
    with patch.object(sending, "BACKOFF", [timedelta(hours=1)] * 100):
        yield


@bug("what comes too late goes all the same", scenarios.overdue, "I3")
def _never_too_late() -> Iterator[None]:
    decide = gates.decide

    def in_time(message: Message, card: ContactCard, now: datetime, *rest: Any) -> Any:
        return decide(message, card, min(now, message.expires_at - timedelta(hours=1)), *rest)

    with patch.object(gates, "decide", in_time):
        yield


@bug("the record is written over", scenarios.one_goes, "I5")
def _written_over() -> Iterator[None]:
    from django.db import connection

    with guards.lifted(connection):
        Entry.objects.filter(seq=1).update(note="nothing to see")
    yield
