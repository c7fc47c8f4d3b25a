"""`manage.py serve`: the whole product on one machine, as `bin/start` runs it."""

import os
import signal
import sys
import time
from collections import deque
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from practice import serving
from practice.processes import Processes

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked this process to stop."""


class Command(BaseCommand):
    help = "Run web, worker, beat, and what else this installation needs, until told to stop."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for number in _SIGNALS:
            signal.signal(number, _raise_stopped)
        try:
            self.serve(int(os.environ.get("PORT", "8000")))
        except serving.CannotServe as error:
            sys.exit(str(error))
        except Stopped:
            say("Stopped.")

    def serve(self, port: int) -> None:
        with serving.only_one(settings.HOME):
            serving.require_free(port)
            serving.end_leftover_broker(settings.HOME)
            given = dict(os.environ, PORT=str(port))
            environment = serving.environment(given, settings.HOME, demo=settings.DEMO)
            password = environment.get("MENDWELL_DEMO_PASSWORD", "")
            os.environ["MENDWELL_DEMO_PASSWORD"] = password
            call_command("prepare")
            procfile = settings.BASE_DIR / "Procfile"
            commands = serving.commands(procfile, given, demo=settings.DEMO)
            logs = settings.HOME / "logs"
            processes = Processes(commands, environment, settings.BASE_DIR, logs)
            try:
                processes.start_all()
                serving.wait_until_ready(processes, port, host=own_host())
                say(serving.banner(port, password if settings.DEMO else ""))
                keep_running(processes)
            finally:
                _ignore_signals()
                processes.stop_all()


def keep_running(processes: Processes) -> None:
    """Start again what ends by itself; give up on one that ends three times in a minute.

    Raises CannotServe.
    """
    ends: dict[str, deque[float]] = {}
    while True:
        time.sleep(0.5)
        for name in processes.dead():
            recent = ends.setdefault(name, deque(maxlen=3))
            recent.append(time.monotonic())
            if len(recent) == 3 and recent[-1] - recent[0] < 60:
                raise serving.CannotServe(f"{name} keeps ending. Its log: {processes.log(name)}")
            say(f"The {name} process ended and is started again. Its log: {processes.log(name)}")
            processes.restart(name)


def own_host() -> str:
    """A host name that this installation answers to."""
    hosts = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"]
    return hosts[0] if hosts else "127.0.0.1"


def say(text: str) -> None:
    """Tell the person at the terminal; one that is gone must not keep anything from stopping."""
    try:
        print(text, flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115


def _raise_stopped(number: int, frame: object) -> None:
    _ignore_signals()
    raise Stopped


def _ignore_signals() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
