"""What it takes to run the product on one machine: one lock, one port, and the right environment.

Nothing here needs Django to be set up, so that the tests start the real processes the same way.
"""

import fcntl
import secrets
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from practice import broker
from practice.processes import Processes, read_procfile

DEMO_PEOPLE = (
    "owner@example.com",
    "counselor@example.com",
    "desk@example.com",
    "lead@example.com",
)
_WORDS = ("amber", "birch", "cedar", "clover", "fern", "heron", "maple", "meadow", "willow")


class CannotServe(Exception):
    """Why the product can't run, in one line for the person who started it."""


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the lock on this installation; the system gives it back however this process ends."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotServe(f"Mendwell is already running with the data in {home}.") from error
        yield


def require_free(port: int) -> None:
    """Raises CannotServe if the port stays taken; a killed product gives it back in a second."""
    ends = time.monotonic() + 3
    while not _is_free(port):
        if time.monotonic() > ends:
            raise CannotServe(f"Port {port} is taken. Choose another: PORT=8001 bin/start")
        time.sleep(0.2)


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(given: Mapping[str, str], home: Path, *, demo: bool) -> dict[str, str]:
    """What the processes are told: the caller's own words first, then what is missing."""
    told = {"REDIS_URL": broker.url(home), **_without_empty(given), "PYTHONUNBUFFERED": "1"}
    told["MENDWELL_HOME"] = str(home)
    if demo:
        told.setdefault("MAIL_PORT", str(free_port()))
        told.setdefault("EMAIL_URL", f"smtp://127.0.0.1:{told['MAIL_PORT']}")
        told.setdefault("MENDWELL_DEMO_PASSWORD", demo_password(home))
    return told


def commands(procfile: Path, given: Mapping[str, str], *, demo: bool) -> dict[str, str]:
    """The Procfile's lines without those that the caller's own broker or mail server replaces."""
    lines = read_procfile(procfile)
    if given.get("REDIS_URL"):
        del lines["broker"]
    if given.get("EMAIL_URL") or not demo:
        del lines["mail"]
    return lines


def demo_password(home: Path) -> str:
    """The password of the demo's people, made once for this installation."""
    path = home / "demo-password"
    if not path.is_file() or not path.read_text():
        path.touch(mode=0o600)
        words = "-".join(secrets.choice(_WORDS) for _ in range(3))
        path.write_text(f"{words}-{secrets.token_hex(3)}")
    return path.read_text()


def end_leftover_broker(home: Path) -> None:
    """Where a killed start could not take its broker along, two would write to one file."""
    once = Retry(NoBackoff(), 0)
    path = str(broker.socket_path(home))
    server = redis.Redis(unix_socket_path=path, socket_timeout=5, retry=once)
    try:
        server.shutdown()
    except redis.ConnectionError:
        return
    finally:
        server.close()


def wait_until_ready(processes: Processes, port: int, *, host: str, patience: float = 90) -> None:
    """Raises CannotServe if a process ends first, or if nothing answers in good time."""
    ends = time.monotonic() + patience
    while not is_ready(port, host):
        if names := processes.dead():
            raise CannotServe(f"The {names[0]} process ended. Its log: {processes.log(names[0])}")
        if time.monotonic() > ends:
            raise CannotServe(f"Nothing answers at port {port}. The logs: {processes.logs}")
        time.sleep(0.1)


def is_ready(port: int, host: str) -> bool:
    """Whether /healthz/ready says yes to somebody who calls it by this host name."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz/ready", headers={"Host": host})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def banner(port: int, demo_password: str) -> str:
    """Where the product is and, in the demo, how to get in."""
    address = f"http://127.0.0.1:{port}"
    if not demo_password:
        return f"Mendwell is running at {address}\nCtrl-C stops everything."
    people = "\n".join(f"    {person}" for person in DEMO_PEOPLE)
    return (
        f"Mendwell is running at {address}\n"
        f"  Sign in at {address}/staff/ as\n{people}\n"
        f"  with the password {demo_password}\n"
        f"  The mail it sends is at {address}/mailbox/\n"
        "Ctrl-C stops everything."
    )


def _without_empty(given: Mapping[str, str]) -> dict[str, str]:
    # `REDIS_URL= bin/start` means the same as not naming it.
    return {name: value for name, value in given.items() if value or not name.endswith("_URL")}


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
