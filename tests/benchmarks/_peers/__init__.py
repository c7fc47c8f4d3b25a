"""Other programs that do the same, each in a process and a database of its own.

Nothing of theirs stands in the product's settings. A peer fills its own tables, is asked the same
as we are, and times itself.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tests.benchmarks._measure import Took

# What a process needs of this one's environment; above all none of the product's settings.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH")


class Peer:
    """The other process, which answers one line with one line."""

    def __init__(self, told: IO[str], says: IO[str]) -> None:
        self._told = told
        self._says = says

    def ask(self, act: str, **given: Any) -> Any:
        """What the peer answers to this."""
        return self._do(act, given)["gave"]

    def timed(self, act: str, **given: Any) -> Took:
        """How long the peer took for it, by its own clock."""
        return Took(self._do(act, given)["milliseconds"])

    def _do(self, act: str, given: dict[str, Any]) -> Any:
        self._told.write(json.dumps([act, given]) + "\n")
        self._told.flush()
        answer = self._says.readline()
        if not answer:
            raise SystemExit("The peer ended; what it said stands above.")
        return json.loads(answer)


@contextmanager
def running(module: str, database: str = "") -> Iterator[Peer]:
    """The peer of this module here; on SQLite unless the address of a PostgreSQL is given."""
    with tempfile.TemporaryDirectory(prefix="mendwell-peer-") as folder:
        address = database or f"sqlite:///{folder}/peer.sqlite3"
        process = subprocess.Popen(
            [sys.executable, "-m", f"{__name__}.{module}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
            env=_environment() | {"PEER_DATABASE": address},
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Peer(process.stdin, process.stdout)
        finally:
            process.stdin.close()  # It ends by itself when nothing more can come.
            process.wait(30)
            process.stdout.close()


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
