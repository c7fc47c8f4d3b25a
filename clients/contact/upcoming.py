"""The messages of a batch, until each has its turn: asked about, written, and judged.

What they are asked before is read for some at once, and never long ago. While the mail server
answers about one, the next is written; whether it may go is judged at its turn, by the clock of
then. Nothing here changes a message.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils.functional import cached_property

from clients.contact import gates, links, mail, marks, text
from clients.contact.models import Channel, Message, State
from practice import clock
from practice.models import Practice

# So many are asked about at once; after so many seconds the rest of them is asked about again.
ASKED_TOGETHER, FRESH = 100, 2.0

# An outbox row as it is handed over.
Prepared = mail.Letter | text.TextMessage


@dataclass(frozen=True)
class Claim:
    """A row that this tick may work on until its lease ends."""

    id: UUID
    fence: int
    client_id: UUID
    channel: Channel = Channel.EMAIL  # as the card says now; asked again when it goes


class Upcoming:
    """A message with its person's card, as they were when they were asked about.

    What is found out of it is kept, so that its turn needn't find it out again.
    """

    def __init__(self, message: Message, practice: Practice, known: gates.Known) -> None:
        self.message, self._practice, self._known = message, practice, known

    @cached_property
    def channel(self) -> Channel:
        """The way it is to go."""
        return gates.channel_for(self.message.client.card)

    @cached_property
    def token(self) -> str:
        """Of its private link: the one that it has, or a new one."""
        return self.message.token or links.new_token()

    @cached_property
    def prepared(self) -> Prepared:
        """What is handed over."""
        card, practice = self.message.client.card, self._practice
        if self.channel == Channel.TEXT:
            return text.compose(self.message, card.phone, self.token, practice)
        return mail.compose(self.message, card.email, self.token, practice)

    def decide(self) -> gates.Decision:
        """What the gates say to it now."""
        card = self.message.client.card
        return gates.decide(self.message, card, clock.now(), self._practice, self._known)

    @cached_property
    def marked(self) -> marks.Values:
        """What is to be written of it when it goes."""
        return marks.of_going(self.message, self.token, self.channel)

    def write_ahead(self) -> Iterator[None]:
        """Do what can be done before its turn, in steps."""
        prepared = self.prepared
        yield
        _ = self.marked
        yield
        # Else it is put together while PostgreSQL marks it, which takes longer.
        if connection.vendor == "sqlite" and isinstance(prepared, mail.Letter):
            prepared.put_together()


class Questions:
    """What is asked about the messages of a batch."""

    def __init__(self, claims: Sequence[Claim], practice: Practice) -> None:
        self._claims = list(claims)
        self._place = {claim.id: at for at, claim in enumerate(claims)}
        self._found: dict[UUID, Upcoming] = {}
        self._practice, self._asked_at = practice, 0.0

    def about(self, one: Claim) -> Upcoming | None:
        """None where it was stopped or taken over."""
        if one.id not in self._found or time.monotonic() - self._asked_at > FRESH:
            self._ask(one)
        found = self._found.get(one.id)
        return found if found and found.message.fence == one.fence else None

    def write_ahead(self, after: Claim) -> Iterator[None]:
        """The next one, in steps. What goes wrong does so again at its turn, and is told then."""
        at = self._place[after.id] + 1
        with suppress(Exception):
            for upcoming in filter(None, map(self.about, self._claims[at : at + 1])):
                yield from upcoming.write_ahead()

    def _ask(self, one: Claim) -> None:
        at = self._place[one.id]
        keys = [claim.id for claim in self._claims[at : at + ASKED_TOGETHER]]
        try:
            self._ask_about(keys)
        except Exception:  # whatever is wrong with one, it is that one's alone
            self._ask_about([one.id])

    def _ask_about(self, keys: list[UUID]) -> None:
        claimed = Message.objects.filter(pk__in=keys, state=State.CLAIMED).order_by()
        messages = list(claimed.select_related("client__card"))
        known = gates.ask_of_many(messages)
        self._found = {each.pk: Upcoming(each, self._practice, known) for each in messages}
        self._asked_at = time.monotonic()
