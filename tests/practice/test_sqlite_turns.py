"""Writers of SQLite are served in the order in which they came."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from practice.sqlite3.base import DatabaseWrapper, _locked, _Waiting

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
        turn.close()

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
    first.close()
    for thread in waiting:
        thread.join()
    assert served == ["second", "third", "fourth"]


def test_patience_has_an_end(tmp_path: Path) -> None:
    path = str(tmp_path / "turn")
    first = _locked(path, 1)
    with pytest.raises(OperationalError, match="locked"):
        _locked(path, 0.05)
    first.close()
    _locked(path, 60).close()  # who gave up stands in nobody's way


class TimeIsOver(BaseException):
    """As a task is told whose time is over, or a worker that has to stop."""


@pytest.mark.parametrize("has_come", [False, True])
def test_who_is_ended_while_they_wait_stands_in_nobody_s_way(
    tmp_path: Path, has_come: bool
) -> None:
    path = str(tmp_path / "turn")
    first = _locked(path, 1)

    class Ended(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            if has_come:
                first.close()
                assert super().wait(60)
            raise TimeIsOver

    waiting = _Waiting(FileIO(path, "ab"))
    waiting._has_come = Ended()
    with pytest.raises(TimeIsOver):
        waiting.wait(60)
    first.close()
    _locked(path, 60).close()


def test_a_process_that_dies_in_its_turn_stands_in_nobody_s_way(tmp_path: Path) -> None:
    path = str(tmp_path / "turn")
    script = "import sys; from practice.sqlite3.base import _locked; turn = _locked(sys.argv[1], 1)"
    script += "; print('mine', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == b"mine\n"
        with pytest.raises(OperationalError):
            _locked(path, 0.01)
        other.kill()
    _locked(path, 60).close()


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[DatabaseWrapper]:
    """A connection to a database in a file, whatever else the tests run on."""
    path = tmp_path / "some.sqlite3"
    options = {"transaction_mode": "IMMEDIATE", "timeout": 0.05}
    given = {"ENGINE": "practice.sqlite3", "NAME": str(path), "OPTIONS": options}
    connection: Any = ConnectionHandler({"default": given})["default"]
    write(connection, "CREATE TABLE noted (what TEXT)")
    yield connection
    connection.close()


def write(connection: DatabaseWrapper, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def turn_of(connection: DatabaseWrapper) -> str:
    return f"{connection.settings_dict['NAME']}-turn"


@pytest.mark.django_db
def test_who_writes_waits_for_their_turn_in_a_transaction_or_out_of_it(
    on_disk: DatabaseWrapper,
) -> None:
    first = _locked(turn_of(on_disk), 1)
    write(on_disk, "SELECT * FROM noted")  # who only reads waits for nobody
    with pytest.raises(OperationalError, match="locked"):
        write(on_disk, "INSERT INTO noted VALUES ('alone')")
    with pytest.raises(OperationalError, match="locked"):
        on_disk.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    first.close()
    write(on_disk, "INSERT INTO noted VALUES ('alone')")
    _locked(turn_of(on_disk), 0.01).close()


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_a_turn_lasts_as_long_as_the_transaction(on_disk: DatabaseWrapper, end: str) -> None:
    on_disk.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    write(on_disk, "INSERT INTO noted VALUES ('in it')")
    with pytest.raises(OperationalError):
        _locked(turn_of(on_disk), 0.01)
    getattr(on_disk, end)()
    if end != "close":
        on_disk.set_autocommit(True)
    _locked(turn_of(on_disk), 0.01).close()


@pytest.mark.django_db
def test_who_begins_and_ends_transactions_by_hand_keeps_nobody_waiting(
    on_disk: DatabaseWrapper,
) -> None:
    on_disk.set_autocommit(False)
    first = _locked(turn_of(on_disk), 1)
    write(on_disk, "INSERT INTO noted VALUES ('by hand')")
    on_disk.commit()
    first.close()
