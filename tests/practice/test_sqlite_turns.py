"""Writers of SQLite are served in the order in which they came."""

import os
import threading
import time
from pathlib import Path

import pytest
from django.db import OperationalError

from practice.sqlite3.base import _locked

LOCKS = Path("/proc/locks")


def waiting_for(path: Path) -> int:
    """How many the kernel has in its queue for this file."""
    inode = f":{path.stat().st_ino} "
    return sum("->" in line and inode in line for line in LOCKS.read_text().splitlines())


def queue_up(path: Path, name: str, served: list[str]) -> threading.Thread:
    """Somebody who waits for their turn, and stands in the queue when this returns."""

    def wait() -> None:
        turn = _locked(str(path), 60)
        served.append(name)
        os.close(turn)

    before = waiting_for(path)
    thread = threading.Thread(target=wait)
    thread.start()
    while waiting_for(path) == before:
        time.sleep(0.001)
    return thread


@pytest.mark.skipif(not LOCKS.exists(), reason="only Linux says who waits for a lock")
def test_who_came_first_writes_first(tmp_path: Path) -> None:
    path = tmp_path / "turn"
    served: list[str] = []
    first = _locked(str(path), 1)
    waiting = [queue_up(path, name, served) for name in ("second", "third", "fourth")]
    os.close(first)
    for thread in waiting:
        thread.join()
    assert served == ["second", "third", "fourth"]


def test_patience_has_an_end(tmp_path: Path) -> None:
    path = str(tmp_path / "turn")
    first = _locked(path, 1)
    with pytest.raises(OperationalError, match="locked"):
        _locked(path, 0.05)
    os.close(first)
    os.close(_locked(path, 60))  # who gave up stands in nobody's way
