"""The judge of ledgers, with ledgers made by hand: for each promise, what breaks it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from scheduling.followups.drill import figures, promises
from scheduling.followups.drill.ledger import (
    Disturbance,
    Intent,
    Ledger,
    Outage,
    Person,
    Receipt,
    Row,
    Session,
    Step,
    Stop,
)

NOON = datetime(2026, 12, 2, 17, tzinfo=UTC)  # in New York
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ANN, BEN = "ann@example.com", "ben@example.com"
PEOPLE = [Person(ANN, "America/New_York"), Person(BEN, "America/Chicago", (time(12), time(13)))]


def life(*states: str, begins: datetime = NOON) -> tuple[Step, ...]:
    """These states, a minute apart."""
    return tuple(Step(begins + number * MINUTE, state) for number, state in enumerate(states))


def came(at: datetime, id: str = "m", to: str = ANN, named: str = "") -> Receipt:
    return Receipt(id, to, named or to, at)


def told(*states: str, came_at: list[datetime] | None = None, **facts: object) -> Ledger:
    """The ledger of one message to Ann, whose row lived through these states."""
    steps = life(*states)
    departed = [step.at for step in steps if step.state == "sending"]
    attempt = int(facts.pop("attempt", len(departed)))  # type: ignore[call-overload]
    intent = Intent("m", ANN, NOON, NOON + 3 * 24 * HOUR)
    moments = departed if came_at is None else came_at
    receipts = [came(moment + MINUTE / 2) for moment in moments]
    ledger = Ledger(
        NOON + 30 * 24 * HOUR,
        PEOPLE,
        [intent],
        rows=[Row("m", states[-1], attempt, None, steps)],
        receipts=receipts,
    )
    return replace(ledger, **facts)  # type: ignore[arg-type]


def names(ledger: Ledger) -> set[str]:
    return {each.promise for each in promises.check(ledger)}


SENT = ("due", "sending", "sent")
DOUBT = ("due", "sending", "uncertain", "sending", "sent")
ONCE, TWICE = [NOON + MINUTE], [NOON + MINUTE, NOON + 3 * MINUTE]
DISTURBED = [Disturbance("m", NOON + MINUTE)]
SUPPRESSED = ("due", "suppressed")


@pytest.mark.parametrize(
    "ledger",
    [
        told(*SENT),
        told(*DOUBT, disturbed=DISTURBED),
        told(*DOUBT, disturbed=DISTURBED, came_at=[NOON + 3 * MINUTE]),
        told(*SUPPRESSED),
        told("due", "expired"),
        told("due", "sending", "dead", came_at=[], refused={ANN}),
        told("due", "sending", "due", "sending", "sent", came_at=[NOON + 3 * MINUTE]),
        told(*SENT, stops=[Stop(ANN, NOON + 2 * HOUR, everything=True)]),
        told(*SENT, stops=[Stop(ANN, NOON - HOUR, until=NOON - MINUTE)]),
        told(*SENT, stops=[Stop(BEN, NOON - HOUR)]),
    ],
)
def test_a_good_ledger_breaks_no_promise(ledger: Ledger):
    assert promises.check(ledger) == []


@pytest.mark.parametrize(
    "ledger",
    [
        told(*SENT, rows=[]),
        told(*SENT, came_at=[]),
        told("due"),
        told("due", rows=[Row("m", "claimed", 0, None, life("due"))]),
        told("due", "sending", "dead", came_at=[]),
    ],
    ids=["no row", "never arrived", "left lying", "claimed for ever", "given up too early"],
)
def test_what_is_lost_is_found(ledger: Ledger):
    assert "I1" in names(ledger)


@pytest.mark.parametrize(
    "ledger",
    [
        told(*SENT, receipts=[came(NOON + MINUTE), came(NOON + 2 * MINUTE)]),
        told("due", "sending", "due", "sending", "sent"),
        told(*DOUBT),
        told(*SENT, disturbed=DISTURBED),
        told(*SENT, receipts=[came(NOON + MINUTE), came(NOON + MINUTE, id="other")]),
        told(*DOUBT, disturbed=DISTURBED, came_at=[*TWICE, NOON + 4 * MINUTE]),
    ],
    ids=[
        "twice without a doubt",
        "again after it was put off",
        "a doubt without a reason",
        "a reason without a doubt",
        "an unknown id",
        "three times",
    ],
)
def test_what_comes_twice_is_found(ledger: Ledger):
    assert "I2" in names(ledger)


_LATE = Intent("m", ANN, NOON, NOON)
_NIGHT = Row("m", "sent", 1, None, life(*SENT, begins=NOON + 8 * HOUR))
_AFTER = Intent("m", ANN, NOON, NOON + 72 * HOUR, case="c", follows=NOON - 24 * HOUR)
_TO_BEN = Intent("m", BEN, NOON, NOON + 72 * HOUR)


@pytest.mark.parametrize(
    "ledger",
    [
        told(*SENT, rows=[_NIGHT]),
        told(*SENT, intents=[_TO_BEN], receipts=[came(NOON + MINUTE, to=BEN)]),
        told(*SENT, intents=[_LATE]),
        told(*SENT, intents=[Intent("m", ANN, NOON + HOUR, NOON + 2 * HOUR)]),
        told(*SENT, stops=[Stop(ANN, NOON)]),
        told(*SENT, stops=[Stop(ANN, NOON, everything=True)]),
        told(*SENT, intents=[_AFTER], sessions=[Session("c", NOON - HOUR, NOON - 24 * HOUR)]),
        told(*SENT, receipts=[came(NOON - HOUR)]),
    ],
    ids=[
        "at night",
        "outside of the hours they named",
        "too late",
        "too early",
        "after a stop",
        "suspended",
        "after the next session",
        "before anybody committed to it",
    ],
)
def test_what_is_untimely_is_found(ledger: Ledger):
    assert "I3" in names(ledger)


def test_a_session_that_was_called_off_in_time_ends_nothing():
    gone = Session("c", NOON - HOUR, NOON - 24 * HOUR, known_until=NOON - 2 * HOUR)
    assert names(told(*SENT, intents=[_AFTER], sessions=[gone])) == set()


@pytest.mark.parametrize(
    "receipt", [came(NOON + MINUTE, to=BEN), came(NOON + MINUTE, named=BEN)], ids=["to", "named"]
)
def test_the_wrong_person_is_found(receipt: Receipt):
    assert names(told(*SENT, receipts=[receipt])) == {"I4"}


def test_a_broken_record_is_found():
    assert names(told(*SENT, audit_breaks_at=7)) == {"I5"}


@pytest.mark.parametrize(
    "ledger",
    [
        told("due", "sent", came_at=ONCE),
        told(*SENT, "sending", "sent", came_at=ONCE),
        told("sending", "sent"),
        told(*SENT, rows=[Row("m", "due", 1, NOON + 90 * 24 * HOUR, life(*SENT))]),
        told("due", *["sending", "due"] * 7, "dead", came_at=[]),
        told(*SENT, attempt=0),
    ],
    ids=["not committed", "after its end", "no beginning", "rewritten", "for ever", "uncounted"],
)
def test_an_illegal_move_is_found(ledger: Ledger):
    assert "I6" in names(ledger)


def test_confidential_words_are_found():
    assert names(told(*SENT, found=["senders.log"])) == {"I7"}


def test_every_promise_has_words_for_the_table():
    table = figures.table(figures.of(told(*SENT), []), [])
    assert sum(line.endswith(" held") for line in table) == len(promises.ALL) == 7


def test_lateness_counts_from_the_first_moment_at_which_it_might_have_gone():
    found = figures.of(told(*SENT), [])
    assert (found.late_calm_p50, found.late_calm_p99) == (60, 60)
    away = told(*SENT, outages=[Outage(NOON - HOUR, NOON + MINUTE / 2)])
    assert figures.of(away, []).late_calm_p99 == 30
    assert figures.of(told(*SENT, hurt={"m"}), []).late_hurt_p99 == 60
    assert figures.of(told(*SENT, besieged={"m"}), []).late_calm_p99 == 0
