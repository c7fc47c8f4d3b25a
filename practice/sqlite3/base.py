"""SQLite, with writers served in the order in which they came.

SQLite has one writer at a time. Who waits asks again after a while, and then after longer and
longer whiles, so that somebody new is served before somebody who has waited for seconds; under
load some wait until they fail. Here writers queue up for a lock on a file beside the database,
which the kernel gives to the one who has waited longest, in whatever thread or process. Only the
order hangs on it: SQLite's own lock stays what keeps writers apart.
"""

import fcntl
import os
import threading
import time
from collections.abc import Callable
from io import FileIO
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

_MOMENTS = (0.0001, 0.0002, 0)  # seconds
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for the turn that a writer waits for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn: FileIO | None = None
        self.execute_wrappers.append(self._write_in_turn)

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._end_turn()
            raise

    def set_autocommit(self, autocommit: bool, *args: Any, **kwargs: Any) -> None:
        if autocommit:  # The transaction is over; what is done on its commit needs no turn.
            self._end_turn()
        super().set_autocommit(autocommit, *args, **kwargs)

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _write_in_turn(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        """A statement that writes outside of a transaction waits for its turn too."""
        if not self.autocommit or not sql.startswith(_WRITES):
            return execute(sql, params, many, context)
        self._take_turn()
        try:
            return execute(sql, params, many, context)
        finally:
            self._end_turn()

    def _take_turn(self) -> None:
        if self._turn is None and not self.is_in_memory_db():
            patience = self.settings_dict["OPTIONS"].get("timeout", 5.0)
            self._turn = _locked(f"{self.settings_dict['NAME']}-turn", patience)

    def _end_turn(self) -> None:
        if self._turn is not None:
            self._turn.close()  # which unlocks it
            self._turn = None


def _locked(path: str, patience: float) -> FileIO:
    """An open file that is ours alone once those before are done; closed, it is the next one's.

    Raises OperationalError, as SQLite does, where that takes more than so many seconds. It isn't a
    bare number: what is lost when a task is ended just then, Python closes.
    """
    file = FileIO(path, "ab", opener=_for_us_alone)
    if not _is_ours_soon(file):
        _Waiting(file).wait(patience)
    return file


def _is_ours_soon(file: FileIO) -> bool:
    """Most writers are done in less time than it takes to stand in line."""
    for pause in _MOMENTS:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(pause)
        else:
            return True
    return False


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class _Waiting:
    """Stands in the kernel's queue, which knows no end of patience: so a thread does it."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._deciding = threading.Lock()
        self._has_come = threading.Event()
        self._gave_up = False

    def wait(self, patience: float) -> None:
        threading.Thread(target=self._stand, daemon=True).start()
        try:
            self._has_come.wait(patience)
        except BaseException:  # a task whose time is over, a worker that is told to stop
            if not self._give_up():
                self._file.close()
            raise
        if not self._has_come.is_set() and self._give_up():
            raise OperationalError("database is locked")

    def _give_up(self) -> bool:
        """Whether the turn hadn't come by now."""
        with self._deciding:
            self._gave_up = not self._has_come.is_set()
            return self._gave_up

    def _stand(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        with self._deciding:
            if self._gave_up:
                self._file.close()
            self._has_come.set()
