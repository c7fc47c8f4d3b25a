"""The tick: claim what is due, commit to sending it, hand it over, and say what became of it.

Exactly-once over SMTP can't be had. What is kept: one row per intent, ``sending`` is committed
before the socket opens, what was certainly not delivered is tried again, and what may have been
delivered becomes ``uncertain``, is tried once more with the same Message-ID, and then is left to
a person.

One transaction for each: that a message was sent is written down in the one that commits the next
to go, before the mail server hears of that next one. What they are asked before is read for some
at once; a message goes only if it and its person's card are still as they were then.
"""

import random
import smtplib
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

import structlog
from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, connection, transaction
from django.db.models import F, Q

from clients.contact import (
    arrivals,
    beside,
    clocks,
    gates,
    gateway,
    line,
    mail,
    marks,
    outbox,
    rates,
)
from clients.contact.models import (
    Channel,
    Heartbeat,
    Message,
    State,
)
from clients.contact.results import Result, refused, uncertain
from clients.contact.text import TextMessage
from clients.contact.upcoming import Claim, Prepared, Questions, Upcoming
from practice import clock
from practice.models import Practice

log = structlog.get_logger("mendwell.outbox")

BATCH = 100
LEASE = timedelta(minutes=2)  # what a killed sender held goes within three minutes
HANDOVER = timedelta(minutes=2)  # the longest that one hand-over may take, socket timeouts included
ONE_TICK = 60  # seconds; what is left of a batch then goes back, before the worker's own limit
ASK_AGAIN = timedelta(minutes=30)  # an uncertain one is tried once more after this
UNREACHABLE, OUT_OF_REACH = timedelta(minutes=1), "mail server unreachable"
BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 5, 20, 60, 240)]
# What is written of a message that wasn't plainly sent.
_TOLD = ["state", "reason", "next_try_at", "uncertain_count", "lease_until"]
_NO_SUCH_ADDRESS = frozenset({550, 551, 553})


@dataclass(frozen=True)
class Departing:
    """A row that is committed to go, as it was then, and what is handed over."""

    message: Message
    prepared: Prepared


@dataclass(frozen=True)
class Gone:
    """A row that was handed over, and what became of it: still to be written down."""

    message: Message
    result: Result


def tick() -> int:
    """Do once what is to be done now; returns how many were sent. Any number may run at once."""
    if (apart := clocks.apart()) > clocks.TOO_MUCH:
        log.error("the clocks disagree, nothing is sent", seconds=apart.total_seconds())
        return 0
    now = clock.now()
    Heartbeat.objects.update_or_create(name="tick", defaults={"at": now})
    beside.run(now)
    release_lost_claims(now)
    claims = claim(now)
    return send_claimed(claims) if claims else 0


def release_lost_claims(now: datetime) -> None:
    """Take back what a process that died had claimed."""
    # In this order they are found by their own index, however many have gone.
    lost = Message.objects.filter(lease_until__lt=now).order_by("lease_until")
    # One by one: holding several rows at once could cross with somebody who stops them.
    for claimed in lost.filter(state=State.CLAIMED).values_list("pk", flat=True):
        still = lost.filter(pk=claimed, state=State.CLAIMED)
        still.update(state=outbox.WAITING_AGAIN, lease_until=None)
    # Its hand-over may or may not have been completed: nobody can know.
    for message in lost.filter(state=State.SENDING):
        _finish(Gone(message, uncertain("the sender stopped")))


def claim(now: datetime, limit: int = BATCH) -> list[Claim]:
    """Take up to `limit` due rows for this tick alone."""
    with transaction.atomic():
        rows = Message.objects.to_take(now).order_by("next_try_at")
        if connection.vendor == "postgresql":
            rows = rows.select_for_update(skip_locked=True, no_key=True)
        ids = list(rows.values_list("pk", flat=True)[:limit])
        taken = Message.objects.filter(pk__in=ids, state__in=[State.DUE, State.UNCERTAIN])
        taken.update(state=State.CLAIMED, lease_until=now + LEASE, fence=F("fence") + 1)
        rows_now = Message.objects.filter(pk__in=ids, state=State.CLAIMED).order_by("due_at")
        facts = rows_now.values_list("pk", "fence", "client_id", "client__card__channel")
        return [Claim(pk, fence, client, _way(channel)) for pk, fence, client, channel in facts]


def _way(channel: str | None) -> Channel:
    return Channel.TEXT if channel == Channel.TEXT else Channel.EMAIL


def send_claimed(claims: list[Claim]) -> int:
    """Hand these over: e-mails on one connection, texts one by one.

    Where the mail server can't be reached, or a provider takes no more just now, what would go
    there waits; the others go.
    """
    practice = Practice.current()
    sent = _send_texts([one for one in claims if one.channel == Channel.TEXT], practice)
    return sent + _send_mails([one for one in claims if one.channel != Channel.TEXT], practice)


def _send_mails(claims: list[Claim], practice: Practice) -> int:
    if not claims:
        return 0
    backend = line.to_the_mail_server()
    going = _Going(Channel.EMAIL, claims, practice, backend)
    ends = time.monotonic() + ONE_TICK
    for position, one in enumerate(claims):
        if not _has_turn(one.channel, ends):
            going.leave(claims[position:], timedelta(), "")
            break
        if not _reach(backend):
            going.leave(claims[position:], UNREACHABLE, OUT_OF_REACH)
            break
        going.send(one)
    going.write_down()
    _close(backend)
    return going.sent


def _send_texts(claims: list[Claim], practice: Practice) -> int:
    going = _Going(Channel.TEXT, claims, practice)
    ends = time.monotonic() + ONE_TICK
    for position, one in enumerate(claims):
        if not _has_turn(one.channel, ends):
            going.leave(claims[position:], timedelta(), "")
            break
        going.send(one)
    going.write_down()
    return going.sent


def _has_turn(channel: Channel, ends: float) -> bool:
    left = ends - time.monotonic()
    return left > 0 and rates.wait_for_turn(channel, left)


class _Going:
    """Claims that go one after the other; that one was sent is written down with the next."""

    def __init__(
        self,
        channel: Channel,
        claims: Sequence[Claim],
        practice: Practice,
        backend: BaseEmailBackend | None = None,
    ) -> None:
        self._backend = backend
        self._questions = Questions(claims, practice)
        # Who has to wait for a turn writes down what happened before the wait.
        self._at_once = rates.is_limited(channel)
        self._gone: Gone | None = None
        self.sent = 0

    def send(self, one: Claim) -> None:
        departing = self._commit(one)
        if departing is None:
            return
        line.meanwhile(self._backend, self._questions.write_ahead(after=one))
        result = _hand_over(self._backend, departing.prepared)
        self._gone = Gone(departing.message, result)
        self.sent += result.state == State.SENT
        if self._at_once or result.state != State.SENT:
            self.write_down()
        if result.address_failed:
            arrivals.address_failed(one.id)

    def _commit(self, one: Claim) -> Departing | None:
        try:
            departing = _commit_to_send(one, self._questions, self._gone)
        except OperationalError as error:  # a full disk, or a lock: it is not the message's fault
            log.error("message not prepared", message=str(one.id), error=type(error).__name__)
            self.leave([one], UNREACHABLE, "")
            return None
        except Exception as error:  # whatever is wrong with one, the others must go
            self.write_down()
            log.error("message not prepared", message=str(one.id), error=type(error).__name__)
            _set_aside(one, f"not prepared: {type(error).__name__}")
            return None
        self._gone = None
        return departing

    def write_down(self) -> None:
        """What became of the last one, where that isn't written yet."""
        gone, self._gone = self._gone, None
        if gone:
            _finish(gone)

    def leave(self, claims: list[Claim], pause: timedelta, reason: str) -> None:
        """These don't go now."""
        self.write_down()
        _put_back(claims, pause, reason)


def _reach(backend: BaseEmailBackend) -> bool:
    try:
        backend.open()
    except (OSError, SMTPException) as error:
        log.warning("mail server unreachable", error=type(error).__name__)
        return False
    return True


def _put_back(claims: list[Claim], pause: timedelta, reason: str) -> None:
    # Nothing was handed over, so this counts as no attempt.
    later = clock.now() + pause
    for one in claims:
        waiting = Message.objects.filter(pk=one.id, fence=one.fence, state=State.CLAIMED)
        waiting.update(
            state=outbox.WAITING_AGAIN, next_try_at=later, lease_until=None, reason=reason
        )


def _commit_to_send(one: Claim, questions: Questions, gone: Gone | None = None) -> Departing | None:
    """Where nothing stands in the way of this one, commit ``sending`` and return what goes.

    What became of the one before is written down in the same transaction, or else by itself.
    """
    upcoming = questions.about(one)
    if upcoming and _may_go(one, upcoming):
        return _send_off(one, upcoming, gone)
    if gone:
        _finish(gone)
    return None


def _may_go(one: Claim, upcoming: Upcoming) -> bool:
    decision = upcoming.decide()
    if isinstance(decision, gates.Go):
        if one.channel == upcoming.channel:
            return True
        decision = gates.Wait(clock.now())  # the card changed: the next tick goes by it
    _hold_back(upcoming.message, decision)
    return False


def _send_off(one: Claim, upcoming: Upcoming, gone: Gone | None) -> Departing | None:
    _ = upcoming.prepared  # what can't be written can't be marked as going
    with _what_goes_with(upcoming.message):
        if not _set_off(upcoming, gone):
            _put_back([one], timedelta(), "")  # something changed just now: it is asked again
            return None
        gates.depart(upcoming.message)
    return Departing(upcoming.message, upcoming.prepared)


def _what_goes_with(message: Message) -> AbstractContextManager[Any]:
    return transaction.atomic() if gates.acts_at_departure(message) else nullcontext()


def _set_off(upcoming: Upcoming, gone: Gone | None) -> bool:
    before, reason = (gone.message, gone.result.reason) if gone else (None, "")
    message, prepared, now = upcoming.message, upcoming.prepared, clock.now()
    written = marks.write(
        now,
        going=upcoming.marked,
        lease_until=now + HANDOVER,
        new_link=not message.token,
        gone=before,
        reason=reason,
        meanwhile=prepared.put_together if isinstance(prepared, mail.Letter) else None,
    )
    message.state, message.attempt = State.SENDING, message.attempt + 1
    message.token, message.channel = upcoming.token, upcoming.channel
    if gone:
        _tell(gone, was_ours=written.has_gone)
    return written.goes


def _tell(gone: Gone, *, was_ours: bool) -> None:
    message, result = str(gone.message.pk), gone.result
    if was_ours:
        log.info("message", message=message, state=result.state.value, reason=result.reason)
    else:
        log.warning("finished too late", message=message)


@transaction.atomic
def _hold_back(message: Message, decision: gates.Decision) -> None:
    claimed = Message.objects.filter(pk=message.pk, fence=message.fence, state=State.CLAIMED)
    if isinstance(decision, gates.Wait):
        claimed.update(state=outbox.WAITING_AGAIN, next_try_at=decision.until, lease_until=None)
    elif isinstance(decision, gates.End):
        ended = {"state": decision.state, "reason": decision.reason}
        if claimed.update(**ended, next_try_at=None, lease_until=None):
            outbox.note_step(message, decision.state, decision.reason)


def _hand_over(backend: BaseEmailBackend | None, prepared: Prepared) -> Result:
    if isinstance(prepared, TextMessage):
        return gateway.hand_over(prepared)
    assert backend is not None
    return _hand_over_mail(backend, prepared)


def _hand_over_mail(backend: BaseEmailBackend, prepared: EmailMultiAlternatives) -> Result:
    try:
        delivered = backend.send_messages([prepared])
    except smtplib.SMTPRecipientsRefused as error:
        return _unknown_recipient(min(code for code, _ in error.recipients.values()))
    except smtplib.SMTPResponseException as error:
        _close(backend)
        return refused(error.smtp_code)
    except AnymailError as error:
        return _refused_by_provider(error)
    except Exception as error:  # the line broke somewhere between greeting and answer
        begun = line.text_begun(backend)
        _close(backend)
        if not begun:
            return Result(State.DUE, f"not handed over: {type(error).__name__}"[:40])
        return uncertain(type(error).__name__)
    return Result(State.SENT) if delivered else uncertain("not confirmed")


def _unknown_recipient(code: int) -> Result:
    result = refused(code)
    return replace(result, address_failed=code in _NO_SUCH_ADDRESS)


def _refused_by_provider(error: AnymailError) -> Result:
    """A provider that is asked over HTTP says no in other numbers than a mail server."""
    if isinstance(error, AnymailRecipientsRefused):
        return Result(State.DEAD, "refused by the provider", address_failed=True)
    status = error.status_code or 0
    if status >= 500 or not status:
        return uncertain(f"answered with {status}")
    # Keys or too many at once are ours to mend; what else is wrong stays wrong.
    kind = State.DUE if status in (401, 403, 404, 429) else State.DEAD
    return Result(kind, f"refused with {status}")


def _set_aside(one: Claim, reason: str) -> None:
    """It could not even be prepared: that counts as an attempt, and nothing was handed over."""
    taken = Message.objects.filter(pk=one.id, fence=one.fence, state=State.CLAIMED)
    taken.update(attempt=F("attempt") + 1)
    if message := taken.first():
        _finish(Gone(message, Result(State.DUE, reason[:40])))


def _finish(gone: Gone) -> None:
    """Write down what became of it, unless somebody took the row over meanwhile."""
    now = clock.now()
    if gone.result.state == State.SENT:
        written = marks.write(now, gone=gone.message, reason=gone.result.reason)
        _tell(gone, was_ours=written.has_gone)
        return
    message = copy(gone.message)
    _apply(message, gone.result, now)
    _tell(replace(gone, result=_as_applied(message)), was_ours=_write_down(gone, message))


def _as_applied(message: Message) -> Result:
    return Result(State(message.state), message.reason)


def _write_down(gone: Gone, message: Message) -> bool:
    told = {name: getattr(message, name) for name in _TOLD}
    if message.state == State.DEAD:
        told["token"] = ""
    as_left = Message.objects.filter(pk=message.pk, state=gone.message.state, fence=message.fence)
    with transaction.atomic():
        if not as_left.update(**told):
            return False
        outbox.note_step(message, State(message.state), message.reason)
    return True


def _apply(message: Message, result: Result, now: datetime) -> None:
    message.state, message.reason = result.state, result.reason
    message.next_try_at = message.lease_until = None
    if result.state == State.UNCERTAIN:
        message.uncertain_count += 1
        if message.uncertain_count == 1:
            message.next_try_at = now + ASK_AGAIN
    elif result.state == State.DUE:
        _try_later_or_give_up(message, now)


def _try_later_or_give_up(message: Message, now: datetime) -> None:
    if message.attempt > len(BACKOFF):
        message.state = State.DEAD
        return
    pause = BACKOFF[message.attempt - 1]
    # A little apart from each other, so that all don't come back in the same second.
    message.next_try_at = now + pause * random.uniform(1, 1.2)  # noqa: S311


def _close(backend: BaseEmailBackend) -> None:
    try:
        backend.close()
    except (OSError, SMTPException):
        log.warning("mail connection did not close")


def waiting_too_long(now: datetime) -> Q:
    """Rows that should have gone five minutes ago, for health checks and the dashboard."""
    late = now - timedelta(minutes=5)
    return Q(state__in=[State.DUE, State.CLAIMED], due_at__lt=late, next_try_at__lt=late)
