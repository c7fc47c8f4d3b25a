"""Senders that die where they are told to: real processes, ended by SIGKILL.

A sender is a fork that does one tick. It ends at a statement to the database that was counted
off beforehand (so at every point between a claim and the last word about it), or at a moment of the
talk with the mail server. Nothing of the product is replaced for that.
"""

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.mail.utils import DNS_NAME
from django.db import connection, connections

from clients.contact import sending
from scheduling.followups.drill.post import Moment
from scheduling.followups.drill.post_office import PostOffice

# Of these about three in four meet a tick that has something to send.
MOST_STATEMENTS = 120


@dataclass(frozen=True)
class Doom:
    """Where a sender ends: at the nth statement, before or after it is carried out; or at the nth
    time that it comes to a moment of the talk. `only_stop`: it stands still until it may go on."""

    number: int
    moment: Moment | None = None
    after: bool = False
    only_stop: bool = False


def any_doom(chance: random.Random, statements: int = MOST_STATEMENTS) -> Doom:
    """Half of them in the talk, half at a statement."""
    if chance.random() < 0.5:
        return Doom(chance.randint(1, 4), chance.choice(list(Moment)))
    return Doom(chance.randint(1, statements), after=chance.random() < 0.5)


@dataclass
class Senders:
    """Starts senders, and waits for them."""

    office: PostOffice

    def start(self, doom: Doom | None = None, tick: Callable[[], Any] = sending.tick) -> int:
        """A process that does one tick, and no more if it is doomed; its id."""
        connections.close_all()  # a child must not share them
        ready, go = os.pipe()
        pid = os.fork()
        if pid == 0:
            _tick_and_end(ready, go, doom, tick)
        os.close(ready)
        if doom and doom.moment:
            self.office.ends(pid, doom.moment, doom.number, only_stop=doom.only_stop)
        os.close(go)  # it may begin
        return pid

    def wait_until_still(self, pid: int) -> bool:
        """Until it stands still or has ended; whether it stands still."""
        _, status = os.waitpid(pid, os.WUNTRACED)
        return os.WIFSTOPPED(status)

    def wait(self, *pids: int) -> int:
        """Until all of these have ended; how many of them were killed."""
        return sum(os.WIFSIGNALED(os.waitpid(pid, 0)[1]) for pid in pids)

    def lets_go_on(self, pid: int) -> None:
        os.kill(pid, signal.SIGCONT)


def _tick_and_end(ready: int, go: int, doom: Doom | None, tick: Callable[[], Any]) -> None:
    code = 1
    try:
        os.close(go)
        os.read(ready, 1)
        DNS_NAME._fqdn = f"sender-{os.getpid()}"
        with _doomed(doom):
            tick()
        code = 0
    finally:
        # Without what the parent would do at its end.
        os._exit(code)


@contextmanager
def _doomed(doom: Doom | None) -> Iterator[None]:
    if doom is None or doom.moment:
        yield
        return
    with connection.execute_wrapper(_Countdown(doom)):
        yield


class _Countdown:
    """Ends this process at a statement."""

    def __init__(self, doom: Doom) -> None:
        self._left, self._after = doom.number, doom.after

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self._left -= 1
        if self._left == 0 and not self._after:
            self._end()
        result = execute(sql, params, many, context)
        if self._left == 0:
            self._end()
        return result

    def _end(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)
