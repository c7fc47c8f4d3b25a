"""A mail server for tests: it keeps what it takes, and misbehaves as it is told to.

sink.answers("ann@example.com", Answer.BUSY, Answer.DROP)   # then takes everything again
"""

import asyncio
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum, auto

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from practice.serving import free_port


class Answer(Enum):
    """What the server does with the next e-mail for a person."""

    ACCEPT = auto()
    BUSY = auto()  # 451 when the recipient is named
    REFUSE = auto()  # 550 when the recipient is named
    REFUSE_AFTER_DATA = auto()  # 554 after the dot; the mail is not kept
    HANG = auto()  # no answer to the dot; the mail is kept
    DROP = auto()  # connection cut after the dot; the mail is kept
    DROP_BEFORE_DATA = auto()  # connection cut when the recipient is named


@dataclass(frozen=True)
class Attempt:
    """Somebody tried to hand over an e-mail for this person."""

    recipient: str
    answer: Answer
    at: float


@dataclass
class SmtpSink:
    """Listens on loopback between start() and stop(); the port stays the same."""

    port: int = field(default_factory=free_port)
    mails: list[EmailMessage] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    _script: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    _controller: Controller | None = None

    @property
    def address(self) -> str:
        """As EMAIL_URL names it."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller = Controller(_Handler(self), hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def answers(self, recipient: str, *answers: Answer) -> None:
        """What the next attempts to reach this person meet, in turn; after that all is taken."""
        self._script[recipient] = deque(answers)

    def to(self, recipient: str) -> list[EmailMessage]:
        """What was kept for this person, oldest first."""
        return [mail for mail in self.mails if recipient in str(mail["To"])]

    def next_answer(self, recipient: str) -> Answer:
        script = self._script[recipient]
        answer = script.popleft() if script else Answer.ACCEPT
        self.attempts.append(Attempt(recipient, answer, time.time()))
        return answer


class _Handler:
    """Called by aiosmtpd; one recipient an e-mail, as the product sends them."""

    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.sink.next_answer(address)
        if answer is Answer.BUSY:
            return "451 Busy, try again later"
        if answer is Answer.REFUSE:
            return "550 No such person"
        if answer is Answer.DROP_BEFORE_DATA:
            _cut(server)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.append(answer.name)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = Answer[envelope.rcpt_options[0]]
        if answer is Answer.REFUSE_AFTER_DATA:
            return "554 Not taken"
        self._keep(envelope)
        if answer is Answer.HANG:
            await asyncio.sleep(3600)
        if answer is Answer.DROP:
            _cut(server)
        return "250 Kept"

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.original_content or b""
        self.sink.mails.append(message_from_bytes(content, policy=policy.default))


def _cut(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()
