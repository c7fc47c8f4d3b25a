"""Judging a ledger: seven promises, each a function that names what broke it.

They ask only what the ledger holds, so that they can be shown able to fail; see `tests/faults`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import pairwise

from django.utils.functional import cached_property

from scheduling.followups.drill import wall_clocks
from scheduling.followups.drill.ledger import Intent, Ledger, Person, Receipt, Row, Step, Stop

QUIET = (time(9), time(20))
NEVER_OUTSIDE = (time(8), time(21))
MOST_ATTEMPTS = 6
MOST_DOUBTS = 2
_ENDED = frozenset({"sent", "suppressed", "canceled", "expired", "dead"})
_MOVES = {
    "": frozenset({"due"}),
    "due": frozenset({"sending", "due", "dead", "suppressed", "canceled", "expired"}),
    "sending": frozenset({"sent", "due", "uncertain", "dead"}),
    "uncertain": frozenset({"sending", "due", "dead", "suppressed", "canceled", "expired"}),
}


@dataclass(frozen=True)
class Broken:
    """A promise that wasn't kept, for which message, and how."""

    promise: str
    id: str
    how: str

    def __str__(self) -> str:
        return f"{self.promise} {self.id}: {self.how}" if self.id else f"{self.promise} {self.how}"


@dataclass(frozen=True)
class Evidence:
    """A ledger, with what belongs together put together."""

    ledger: Ledger

    @cached_property
    def intents(self) -> dict[str, Intent]:
        return {each.id: each for each in self.ledger.intents}

    @cached_property
    def rows(self) -> dict[str, Row]:
        return {each.id: each for each in self.ledger.rows}

    @cached_property
    def people(self) -> dict[str, Person]:
        return {each.address: each for each in self.ledger.people}

    @cached_property
    def came(self) -> dict[str, list[Receipt]]:
        """What arrived of each message, oldest first."""
        found: dict[str, list[Receipt]] = defaultdict(list)
        for receipt in sorted(self.ledger.receipts, key=lambda each: each.begun):
            found[receipt.message_id].append(receipt)
        return found

    @cached_property
    def stops(self) -> dict[str, list[Stop]]:
        found: dict[str, list[Stop]] = defaultdict(list)
        for stop in self.ledger.stops:
            found[stop.address].append(stop)
        return found

    @cached_property
    def disturbances(self) -> Counter[str]:
        return Counter(each.id for each in self.ledger.disturbed)

    def hours(self, intent: Intent) -> wall_clocks.Hours | None:
        """In which this message may go; None for at any time."""
        named = self.people[intent.address].named
        if named is None and intent.by_their_own_act:
            return None
        begins, ends = named or QUIET
        return max(begins, NEVER_OUTSIDE[0]), min(ends, NEVER_OUTSIDE[1])

    def departures(self) -> Iterator[tuple[Intent, Row, datetime]]:
        """Each time that somebody committed to sending a message."""
        for row in self.ledger.rows:
            intent = self.intents.get(row.id)
            for step in row.steps:
                if intent and step.state == "sending":
                    yield intent, row, step.at


Promise = Callable[[Evidence], Iterable[Broken]]


def nothing_is_lost(evidence: Evidence) -> Iterator[Broken]:
    """I1: every message that was meant has arrived, or its row says for all to see why not."""
    for intent in evidence.ledger.intents:
        row = evidence.rows.get(intent.id)
        if how := _lost(evidence, intent, row):
            yield Broken("I1", intent.id, how)


def _lost(evidence: Evidence, intent: Intent, row: Row | None) -> str:
    if row is None:
        return "meant, and no row knows of it"
    if row.state == "sent":
        return "" if evidence.came[intent.id] else "called sent, and never arrived"
    if row.state == "dead":
        given_up = row.attempt >= MOST_ATTEMPTS or intent.address in evidence.ledger.refused
        return "" if given_up else "given up too early"
    if row.state in _ENDED or intent.due_at > evidence.ledger.ended_at:
        return ""
    if row.state == "uncertain" and row.next_try_at is None:
        return ""  # shown to a person, who calls
    waits = row.next_try_at is not None and row.next_try_at > evidence.ledger.ended_at
    return "" if waits else f"left lying as {row.state!r}"


def comes_once(evidence: Evidence) -> Iterator[Broken]:
    """I2: once, but after a doubt that was written down; and no doubt without a reason."""
    for row in evidence.ledger.rows:
        yield from _more_than_once(row, evidence.came[row.id])
        doubts = sum(step.state == "uncertain" for step in row.steps)
        reasons = evidence.disturbances[row.id]
        if doubts > reasons or reasons > doubts == 0:
            yield Broken("I2", row.id, f"in doubt {doubts} times, and disturbed {reasons} times")
    for message_id in evidence.came.keys() - evidence.intents.keys():
        yield Broken("I2", message_id, "arrived under an id that nobody meant")


def _more_than_once(row: Row, came: Sequence[Receipt]) -> Iterator[Broken]:
    if len(came) > MOST_DOUBTS:
        yield Broken("I2", row.id, f"came {len(came)} times")
    for earlier, later in pairwise(came):
        # What was handed over may go again only if right after it somebody noted the doubt.
        after = next((s.state for s in _after_hand_over(row, earlier)), "")
        if after != "uncertain":
            yield Broken(
                "I2", row.id, f"came again at {later.begun:%H:%M:%S} after {after or 'it'!r}"
            )


def _after_hand_over(row: Row, receipt: Receipt) -> Iterator[Step]:
    """What followed the departure that this receipt belongs to."""
    departed = [n for n, step in enumerate(row.steps) if _departs_before(step, receipt)]
    return iter(row.steps[departed[-1] + 1 :] if departed else ())


def _departs_before(step: Step, receipt: Receipt) -> bool:
    return step.state == "sending" and step.at <= receipt.begun


def keeps_hours_and_stops(evidence: Evidence) -> Iterator[Broken]:
    """I3: in safe hours alone, never after a stop, too late, or after the next session began."""
    for intent, row, at in evidence.departures():
        for how in _untimely(evidence, intent, row, at):
            yield Broken("I3", intent.id, f"{how}, at {at:%Y-%m-%d %H:%M:%S}")
    for message_id, came in evidence.came.items():
        row_of = evidence.rows.get(message_id)
        for receipt in came:
            if row_of and not any(_departs_before(step, receipt) for step in row_of.steps):
                yield Broken("I3", message_id, "arrived though nobody had committed to send it")


def _untimely(evidence: Evidence, intent: Intent, row: Row, at: datetime) -> Iterator[str]:
    hours = evidence.hours(intent)
    zone, blink = evidence.people[intent.address].zone, evidence.ledger.blink
    # The question was asked a moment before its answer was written down.
    inside = hours is None or any(
        wall_clocks.is_within(moment, zone, hours) for moment in (at, at - blink)
    )
    if not inside:
        yield f"sent outside of safe hours, {wall_clocks.shows(at, zone):%H:%M} there"
    if at > (row.expires_at or intent.expires_at) + blink:
        yield "sent when it was too late"
    if at < min(intent.due_at, row.due_at or intent.due_at):
        yield "sent before its time"
    if any(_forbids(stop, intent, at) for stop in evidence.stops[intent.address]):
        yield "sent after a stop"
    if _next_session_began(evidence, intent, at):
        yield "sent after the next session began"


def _forbids(stop: Stop, intent: Intent, at: datetime) -> bool:
    concerns = stop.everything or intent.is_follow_up
    return concerns and stop.committed_at < at and (stop.until is None or at < stop.until)


def _next_session_began(evidence: Evidence, intent: Intent, at: datetime) -> bool:
    if intent.follows is None:
        return False
    asked_at = at - evidence.ledger.blink
    return any(
        session.case == intent.case
        and intent.follows < session.starts_at <= asked_at
        and session.known_from < asked_at
        and (session.known_until is None or at < session.known_until)
        for session in evidence.ledger.sessions
    )


def reaches_the_right_person(evidence: Evidence) -> Iterator[Broken]:
    """I4: envelope and letter name the person it was meant for, and nobody else."""
    for message_id, came in evidence.came.items():
        intent = evidence.intents.get(message_id)
        for receipt in came:
            if intent and {receipt.recipient, receipt.named} != {intent.address}:
                yield Broken("I4", message_id, "reached somebody whom it wasn't meant for")


def the_record_is_whole(evidence: Evidence) -> Iterator[Broken]:
    """I5: the audit chain verifies."""
    if evidence.ledger.audit_breaks_at is not None:
        yield Broken("I5", "", f"the record breaks at row {evidence.ledger.audit_breaks_at}")


def moves_are_legal(evidence: Evidence) -> Iterator[Broken]:
    """I6: states follow each other as they may, and nothing is tried for ever."""
    for row in evidence.ledger.rows:
        yield from (Broken("I6", row.id, how) for how in _illegal(row))


def _illegal(row: Row) -> Iterator[str]:
    states = ["", *(step.state for step in row.steps)]
    for before, after in pairwise(states):
        if after not in _MOVES.get(before, frozenset()):
            yield f"{after!r} came after {before!r}"
    if row.state not in (states[-1], "claimed"):
        yield f"it is {row.state!r}, and its life ends with {states[-1]!r}"
    tries = states.count("sending")
    if max(row.attempt, tries) > MOST_ATTEMPTS or states.count("uncertain") > MOST_DOUBTS:
        yield f"tried {max(row.attempt, tries)} times"
    if row.attempt < tries:
        yield f"tried {tries} times, and {row.attempt} were counted"


def nothing_is_told(evidence: Evidence) -> Iterator[Broken]:
    """I7: what is confidential stands in no log, no broker and no envelope."""
    for place in evidence.ledger.found:
        yield Broken("I7", "", f"confidential words in {place}")


ALL: dict[str, tuple[str, Promise]] = {
    "I1": ("nothing is lost", nothing_is_lost),
    "I2": ("each comes once, unless in doubt", comes_once),
    "I3": ("in safe hours, never after a stop", keeps_hours_and_stops),
    "I4": ("the right person", reaches_the_right_person),
    "I5": ("the record is whole", the_record_is_whole),
    "I6": ("legal moves, an end to trying", moves_are_legal),
    "I7": ("nothing confidential is told", nothing_is_told),
}


def check(ledger: Ledger) -> list[Broken]:
    """Everything in this ledger that breaks a promise."""
    evidence = Evidence(ledger)
    return [broken for _, promise in ALL.values() for broken in promise(evidence)]
