"""Senders in one process, on a clock that stands still: what happens in a hand-over is scripted.

A sender that is killed is an exception that nobody catches; one that stands still is a hand-over
during which others work. So each race is the same every time, and takes milliseconds.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend

from clients.contact import outbox, sending
from clients.contact.models import Message
from clients.models import Client, Participant
from practice import clock
from scheduling.followups.drill import promises
from scheduling.followups.drill.book import Book
from scheduling.followups.drill.ledger import Disturbance, Intent, Ledger, Person
from scheduling.followups.drill.promises import Broken

BACKEND = f"{__name__}.ScriptedLine"
SECRET = "CANARY-WORDS"


class Killed(BaseException):
    """The sender is gone, at this very point."""


@dataclass
class Line:
    """The mail server's side: what it kept, and what is to happen in the hand-overs to come."""

    kept: list[dict[str, Any]] = field(default_factory=list)
    script: dict[str, deque[Callable[[Any], None]]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    forever: dict[str, Callable[[Any], None]] = field(default_factory=dict)

    def noted(self) -> Iterator[dict[str, Any]]:
        return iter(self.kept)

    def keep(self, mail: Any) -> None:
        """It has arrived."""
        headers = mail.extra_headers
        text = f"{headers}{mail.subject}{mail.body}"
        self.kept.append(
            {
                "what": "kept",
                "id": headers["Message-ID"].strip("<>").partition("@")[0],
                "recipient": ",".join(mail.to),
                "named": ",".join(mail.to),
                "at": clock.now(),
                "told": [SECRET] if SECRET in text else [],
            }
        )


LINE = Line()


class ScriptedLine(BaseEmailBackend):
    """What the settings name as the way to the mail server."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.connection = SimpleNamespace(text_begun=False)

    def send_messages(self, messages: Sequence[Any]) -> int:
        [mail] = messages
        self.connection.text_begun = True
        address = mail.to[0]
        if LINE.script[address]:
            LINE.script[address].popleft()(SimpleNamespace(mail=mail, line=self))
        elif address in LINE.forever:
            LINE.forever[address](SimpleNamespace(mail=mail, line=self))
        else:
            LINE.keep(mail)
        return 1


@dataclass
class Desk:
    """A couple, messages to them, and a ledger of what came of it."""

    hanna: Participant
    ian: Participant
    travel: Callable[[datetime], None]
    log: Path
    book: Book = field(default_factory=Book)
    _number: int = 0

    def __post_init__(self) -> None:
        self.book.blink *= 0
        LINE.__init__()  # type: ignore[misc]
        for person in (self.hanna, self.ian):
            card = person.client.card
            self.book.people[person.client_id] = Person(
                card.email, person.client.time_zone, card.safe_hours
            )

    def means(self, client: Client | None = None, **facts: Any) -> Message:
        """Somebody wants this sent; written down whatever becomes of the row."""
        client = client or self.hanna.client
        self._number += 1
        told = {
            "template": Message.Template.NEWS,
            "purpose": "note",
            "subject_id": client.pk,
            "key": f"desk:{self._number}",
            "is_follow_up": True,
            **facts,
        }
        message = outbox.queue(client=client, **told)
        address = self.book.people[client.pk].address
        self.book.intents[str(message.pk)] = Intent(
            str(message.pk),
            address,
            message.due_at,
            message.expires_at,
            message.is_follow_up,
            message.by_their_own_act,
        )
        return message

    def in_hand_over(self, *acts: Callable[[Any], None], client: Client | None = None) -> None:
        """What happens in the next hand-overs to this person, in turn."""
        LINE.script[(client or self.hanna.client).card.email].extend(acts)

    def tick(self) -> None:
        """One tick, by a sender that may be killed in it."""
        try:
            sending.tick()
        except Killed:
            self.book.note_stranded()

    def pass_time(self, *pauses: Any) -> None:
        """Time passes, and after each while there is a tick."""
        for pause in pauses:
            self.travel(clock.now() + pause)
            self.tick()

    def disturb(self, mail: Any) -> None:
        """Nobody can know what became of this hand-over."""
        key = mail.extra_headers["Message-ID"].strip("<>").partition("@")[0]
        self.book.disturbed[(key, len(self.book.disturbed))] = Disturbance(key, clock.now())

    def ledger(self) -> Ledger:
        return self.book.ledger(LINE, [self.log], [SECRET])  # type: ignore[arg-type]

    def broken(self) -> list[Broken]:
        """What the checker finds."""
        return promises.check(self.ledger())
