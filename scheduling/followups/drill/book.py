"""Keeping the books of a drill: what was meant is written down at once, the rest at the end.

It asks the database and the mail server, and believes neither: that is for `promises`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from clients.contact.models import Message, MessageStep, State
from practice import clock
from practice.audit.chain import first_break
from scheduling.followups.drill.ledger import (
    Disturbance,
    Intent,
    Ledger,
    Outage,
    Person,
    Row,
    Session,
    Step,
    Stop,
)
from scheduling.followups.drill.post import IN_DOUBT
from scheduling.followups.drill.post_office import PostOffice, receipt
from scheduling.followups.models import FollowUp

_FACTS = ("pk", "client_id", "due_at", "expires_at", "is_follow_up", "by_their_own_act")


@dataclass
class Book:
    """Everything that a ledger needs and that nobody could tell afterwards."""

    people: dict[Any, Person] = field(default_factory=dict)  # by client
    intents: dict[str, Intent] = field(default_factory=dict)
    stops: list[Stop] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    hurt: set[str] = field(default_factory=set)
    besieged: set[str] = field(default_factory=set)
    disturbed: dict[tuple[str, int], Disturbance] = field(default_factory=dict)
    blink: timedelta = timedelta(seconds=2)
    _noted_at: datetime | None = None

    def note_meant(self) -> None:
        """Write down what was put into the outbox since the last time."""
        lately = Message.objects.all()
        if self._noted_at:
            lately = lately.filter(created_at__gte=self._noted_at)
        self._noted_at = clock.now()
        rows = lately.values_list(*_FACTS)
        new = [row for row in rows if str(row[0]) not in self.intents]
        follows = _what_follows(row[0] for row in new)
        for key, client, due, expires, is_follow_up, own_act in new:
            case, session = follows.get(key, ("", None))
            address = self.people[client].address
            self.intents[str(key)] = Intent(
                str(key), address, due, expires, is_follow_up, own_act, case, session
            )

    def note_stranded(self) -> None:
        """Senders have died or stand still: what they held is late, and maybe in doubt."""
        held = Message.objects.filter(state__in=[State.CLAIMED, State.SENDING])
        for key, state, attempt in held.values_list("pk", "state", "attempt"):
            self.hurt.add(str(key))
            if state == State.SENDING:
                found = Disturbance(str(key), clock.now())
                self.disturbed.setdefault((str(key), attempt), found)

    def ledger(self, office: PostOffice, logs: Iterable[Path], words: Sequence[str]) -> Ledger:
        """Close the books."""
        noted = list(office.noted())
        kept = [facts for facts in noted if facts["what"] == "kept"]
        unsure = [each for each in noted if each.get("answer") in IN_DOUBT or _is_doubt(each)]
        told = ["an e-mail" for facts in kept if facts["told"]]
        broken = first_break()
        return Ledger(
            ended_at=clock.now(),
            people=list(self.people.values()),
            intents=list(self.intents.values()),
            stops=self.stops,
            sessions=self.sessions,
            rows=rows(),
            receipts=[receipt(facts) for facts in kept],
            disturbed=[
                *self.disturbed.values(),
                *(Disturbance(each["id"], each["at"]) for each in unsure),
            ],
            refused={each["recipient"] for each in noted if each["what"] == "refused"},
            outages=self.outages,
            hurt=self.hurt,
            besieged=self.besieged,
            blink=self.blink,
            audit_breaks_at=broken.seq if broken else None,
            found=[*told, *(str(log) for log in logs if _tells(log, words))],
        )


def rows() -> list[Row]:
    """All messages with their lives."""
    lives: dict[Any, list[Step]] = {}
    steps = MessageStep.objects.order_by("pk").values_list("message_id", "at", "state")
    for key, at, state in steps:
        lives.setdefault(key, []).append(Step(at, state))
    facts = Message.objects.values_list(
        "pk", "state", "attempt", "next_try_at", "due_at", "expires_at"
    )
    return [
        Row(str(key), state, attempt, next_try, tuple(lives.get(key, ())), due, expires)
        for key, state, attempt, next_try, due, expires in facts
    ]


def _what_follows(messages: Iterable[Any]) -> dict[Any, tuple[str, datetime]]:
    """For each message that is a follow-up: its case, and when the session was that it follows."""
    found = FollowUp.objects.filter(message__in=list(messages)).values_list(
        "message_id", "session__case_id", "session__starts_at"
    )
    return {message: (str(case), starts_at) for message, case, starts_at in found}


def _is_doubt(facts: dict[str, Any]) -> bool:
    return bool(facts["what"] == "doubt")


def _tells(log: Path, words: Sequence[str]) -> bool:
    text = log.read_text(errors="replace") if log.is_file() else ""
    return any(word in text for word in words)
