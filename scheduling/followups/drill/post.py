"""A mail server for drills: in a process of its own, and as bad as it is told to be.

    python -m scheduling.followups.drill.post FOLDER PORT

It takes orders as lines of JSON and answers each with one, and writes what it kept to a file in the
folder. It delivers to nobody. A sender greets it as ``sender-PID``, so that the server can end or
stop that very process at a moment of the talk that only the server sees.
"""

import asyncio
import json
import logging
import os
import signal
import ssl
import sys
import time
from collections import defaultdict, deque
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from aiosmtpd.smtp import SMTP, Envelope, Session

ANYBODY = "*"


class Answer(StrEnum):
    """What the next e-mail for somebody meets."""

    ACCEPT = "accept"
    BUSY = "busy"  # 451 when the recipient is named
    REFUSE = "refuse"  # 550 when the recipient is named
    REFUSE_AFTER_DOT = "refuse_after_dot"  # 554 after the dot; not kept
    BUSY_AFTER_DOT = "busy_after_dot"  # 451 after the dot; not kept
    DROP_EARLY = "drop_early"  # the line is cut when the recipient is named
    DROP_BEFORE = "drop_before"  # the line is cut after the dot; not kept
    DROP = "drop"  # the line is cut after the dot; kept
    HANG = "hang"  # no answer to the dot; kept


class Moment(StrEnum):
    """When a sender is ended or stopped, where that was ordered."""

    GREETING = "greeting"
    RECIPIENT = "recipient"
    TEXT = "text"  # it is about to be sent
    DOT = "dot"  # after it, before the answer; kept


IN_DOUBT = frozenset({Answer.DROP_BEFORE, Answer.DROP, Answer.HANG})


class Post:
    """The server's state: what it was told, and where it keeps."""

    def __init__(self, folder: Path) -> None:
        self.answers: dict[str, deque[Answer]] = defaultdict(deque)
        self.ends: dict[str, tuple[str, int, int]] = {}  # of a sender: moment, passes left, signal
        self.words: list[str] = []
        # When a talk was greeted, and when the talk about its present e-mail began.
        self.greeted: WeakKeyDictionary[Session, float] = WeakKeyDictionary()
        self.began: WeakKeyDictionary[Session, float] = WeakKeyDictionary()
        self._clock = folder / "clock-offset"
        self._kept = (folder / "post.jsonl").open("a", buffering=1)

    def answer(self, recipient: str) -> Answer:
        for name in (recipient, ANYBODY):
            if self.answers[name]:
                return self.answers[name].popleft()
        return Answer.ACCEPT

    def passes(self, moment: Moment, session: Session) -> None:
        """A sender comes to this moment; ends it where that was ordered."""
        sender = str(session.host_name or "").removeprefix("sender-")
        wanted, left, number = self.ends.get(sender, ("", 0, 0))
        if wanted != moment:
            return
        self.ends[sender] = (wanted, left - 1, number)
        if left == 1:
            with suppress(ProcessLookupError):
                os.kill(int(sender), number)

    def keep(self, session: Session, envelope: Envelope, answer: Answer) -> None:
        mail, content = _letter(envelope), envelope.original_content or b""
        self.note(
            "kept",
            id=_id_of(mail),
            recipient=envelope.rcpt_tos[0] if len(envelope.rcpt_tos) == 1 else "several",
            named=str(mail["To"]),
            answer=answer,
            encrypted=session.ssl is not None,
            began_at=self.began.get(session),
            told=[word for word in self.words if word.encode() in content],
        )

    def note(self, what: str, **facts: Any) -> None:
        line = {"what": what, "at": self.now(), **facts}
        self._kept.write(json.dumps(line) + "\n")

    def now(self) -> float:
        """The practice's own clock."""
        return time.time() + self._offset()

    def _offset(self) -> float:
        try:
            return float(self._clock.read_text())
        except (FileNotFoundError, ValueError):
            return 0.0


class Handler:
    """Called by aiosmtpd; one recipient an e-mail, as the product sends them."""

    def __init__(self, post: Post) -> None:
        self.post = post

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, says: list[str]
    ) -> list[str]:
        session.host_name = hostname
        # The greeting belongs to the first e-mail of the talk.
        self.post.greeted[session] = self.post.now()
        self.post.passes(Moment.GREETING, session)
        return says

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.post.began[session] = self.post.greeted.pop(session, 0.0) or self.post.now()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.post.passes(Moment.RECIPIENT, session)
        answer = self.post.answer(address)
        if answer is Answer.BUSY:
            return "451 Busy, try again later"
        if answer is Answer.REFUSE:
            self.post.note("refused", recipient=address)
            return "550 No such person"
        if answer is Answer.DROP_EARLY:
            _cut(server)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.append(answer.value)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = Answer(envelope.rcpt_options[0])
        if answer is Answer.REFUSE_AFTER_DOT:
            self.post.note("refused", recipient=envelope.rcpt_tos[0])
            return "554 Not taken"
        if answer is Answer.BUSY_AFTER_DOT:
            return "451 Busy, try again later"
        if answer is Answer.DROP_BEFORE:
            self.post.note("doubt", id=_id_of(_letter(envelope)))
            _cut(server)
            return "451 Gone"
        self.post.keep(session, envelope, answer)
        self.post.passes(Moment.DOT, session)
        if answer is Answer.HANG:
            await asyncio.sleep(3600)
        if answer is Answer.DROP:
            _cut(server)
        return "250 Kept"


def _letter(envelope: Envelope) -> EmailMessage:
    return message_from_bytes(envelope.original_content or b"", policy=policy.default)


def _id_of(mail: EmailMessage) -> str:
    return str(mail["Message-ID"]).strip("<>").partition("@")[0]


def _cut(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()


class Server(SMTP):
    """Knows when a text is about to come, which a handler is told of only after it has."""

    async def smtp_DATA(self, arg: str) -> None:
        self.event_handler.post.passes(Moment.TEXT, self.session)
        await super().smtp_DATA(arg)


class Office:
    """Opens and closes the door, and takes orders."""

    def __init__(self, folder: Path, port: int) -> None:
        self.post, self._port = Post(folder), port
        self._door: asyncio.Server | None = None
        self._tls: ssl.SSLContext | None = None

    async def work(self) -> None:
        await self._up()
        loop = asyncio.get_running_loop()
        orders = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
        _say({"well": True})
        while line := await orders.readline():
            await self._do(**json.loads(line))
            _say({"well": True})

    async def _do(self, order: str, **facts: Any) -> None:
        if order == "up":
            await self._up()
        elif order == "down":
            await self._down()
        elif order == "answer":
            self.post.answers[facts["recipient"]].extend(map(Answer, facts["answers"]))
        elif order == "end":
            self.post.ends[str(facts["sender"])] = (
                facts["moment"],
                facts["passes"],
                signal.SIGSTOP if facts["only_stop"] else signal.SIGKILL,
            )
        elif order == "forget":
            self.post.answers.clear()
            self.post.ends.clear()
        elif order == "watch":
            self.post.words = facts["words"]
        elif order == "encrypt":
            self._tls = _context(**facts)

    async def _up(self) -> None:
        if self._door is None:
            loop = asyncio.get_running_loop()
            self._door = await loop.create_server(self._welcome, "127.0.0.1", self._port)

    async def _down(self) -> None:
        if self._door is not None:
            self._door.close()
            self._door = None

    def _welcome(self) -> Server:
        # Who doesn't ask for encryption gets none: a sender that must ask shows itself.
        return Server(
            Handler(self.post), hostname="localhost", ident="Drill", tls_context=self._tls
        )


def _context(certificate: str, key: str) -> ssl.SSLContext | None:
    if not certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # A sender that turns away from a bad certificate is no news here.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    asyncio.run(Office(Path(sys.argv[1]), int(sys.argv[2])).work())
