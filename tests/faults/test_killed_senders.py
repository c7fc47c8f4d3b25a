"""Senders that are real processes, killed at every point of their work.

A sender ends itself by SIGKILL at a statement that was counted off; or the mail server ends it
at a moment of their talk. Everything is taken over by others, and judged at the end.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from clients.contact import sending
from clients.contact.models import Message
from practice import clock
from scheduling.followups.drill import figures, promises
from scheduling.followups.drill.post import Answer, Moment
from scheduling.followups.drill.post_office import PostOffice
from scheduling.followups.drill.senders import Doom, Senders
from scheduling.followups.drill.stretch import TICK, turn_to
from tests.faults.calm import mail_server
from tests.faults.storm import Storm

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with mail_server() as running:
        yield running


def storm_of(office: PostOffice, intents: int = 0, kills: int = 0) -> Storm:
    storm = Storm(office, intents, kills, seed=2026)
    turn_to(clock.now().replace(hour=15, minute=0) + timedelta(days=1))
    storm._people = list(storm._add_people(4))
    return storm


def judged(storm: Storm) -> list[promises.Broken]:
    return promises.check(storm.ledger([Path(settings.HOME) / "none.log"]))


def test_killed_at_each_statement_of_a_tick_a_message_is_neither_lost_nor_doubled(office):
    """Before the claim, after it, after "sending", before "sent": wherever a statement stands."""
    storm = storm_of(office, intents=10_000)
    senders, number, died = Senders(office), 0, True
    while died:
        number += 1
        [key] = storm._mean(1)
        turn_to(clock.now() + TICK)
        died = bool(senders.wait(senders.start(Doom(number, after=number % 2 == 0))))
        storm.book.note_stranded()
        # What it held is taken over only after its lease; so the next sender begins anew.
        turn_to(clock.now() + max(sending.LEASE, sending.HANDOVER) + TICK)
        sending.tick()
    storm._wait_for_the_rest()
    assert number > 15, "a tick has more statements than that"
    assert judged(storm) == []
    assert {row.state for row in storm.ledger([]).rows} == {"sent"}
    assert key in storm.book.intents


@pytest.mark.parametrize("moment", Moment)
def test_killed_in_its_talk_with_the_mail_server_only_that_message_is_in_doubt(office, moment):
    storm, senders = storm_of(office, intents=3), Senders(office)
    storm._mean(3)
    turn_to(clock.now() + TICK)
    assert senders.wait(senders.start(Doom(1, moment))) == 1
    storm.book.note_stranded()
    states = sorted(Message.objects.values_list("state", flat=True))
    assert states == ["claimed", "claimed", "sending"]
    storm._wait_for_the_rest()
    assert judged(storm) == []
    [*came] = (facts for facts in office.noted() if facts["what"] == "kept")
    assert len(came) == (4 if moment == Moment.DOT else 3)


def test_a_sender_that_stood_still_writes_nothing_over_what_others_wrote(office):
    """Stopped after its dot until a second one has tried and died, then let go on."""
    storm, senders = storm_of(office, intents=1), Senders(office)
    [key] = storm._mean(1)
    turn_to(clock.now() + TICK)
    paused = senders.start(Doom(1, Moment.DOT, only_stop=True))
    assert senders.wait_until_still(paused)
    storm.book.note_stranded()
    for pause in (sending.HANDOVER, sending.ASK_AGAIN):
        turn_to(clock.now() + pause + TICK)
        sending.tick()
    assert Message.objects.get().state == "sent"
    senders.lets_go_on(paused)
    senders.wait(paused)
    assert [step.state for step in Message.objects.get(pk=key).steps.all()] == [
        *("due", "sending", "uncertain", "sending", "sent")
    ]
    assert judged(storm) == []


def test_a_mail_server_that_fails_in_every_way_loses_and_doubles_nothing(office):
    storm = storm_of(office, intents=2 * len(Answer))
    for answer in Answer:
        office.answers(answer)
        storm._mean(2)
        turn_to(clock.now() + TICK)
        sending.tick()
    storm._wait_for_the_rest()
    assert judged(storm) == []


def test_a_short_storm_breaks_no_promise(office):
    """The long one: `python -m tests.faults --intents 10000 --kills 1000`."""
    storm = Storm(office, intents=60, kills=12, seed=31)
    storm.run()
    ledger = storm.ledger([Path(settings.HOME) / "none.log"])
    broken = promises.check(ledger)
    found = figures.of(ledger, broken)
    assert broken == []
    assert storm.happened["killed"] >= 12
    assert found.intents == 60
    assert found.late_calm_p99 <= figures.CALM
