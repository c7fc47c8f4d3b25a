"""A disk of some megabytes under PostgreSQL's tables, which can be full.

It is a tmpfs that holds a tablespace, and the tests' database is moved there and back. So every
table and index, and what queries put aside, have no room, while the server's log has: it refuses
what needs room, and lives. Mounting needs root, and the server must run on this machine.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.db import connection
from psycopg import sql

_SPACE = "mendwell_small_disk"
_TO_GROW = 32 * 1024 * 1024
# It takes the disk away again however its holder ends: then its input ends too.
_HOLD = 'mount -t tmpfs -o "$1" mendwell "$2" && echo held && cat >/dev/null; umount -l "$2"'


@dataclass(frozen=True)
class SmallDisk:
    """Where PostgreSQL's tables are."""

    folder: Path

    def fills(self) -> None:
        """Not a byte is left."""
        with (self.folder / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while filler.write(bytes(1024 * 1024)):
                pass

    def frees(self) -> None:
        (self.folder / "filler").unlink(missing_ok=True)


def why_not() -> str:
    """Why there can be none here, or nothing."""
    if os.geteuid() != 0:
        return "a small disk for PostgreSQL can only be mounted by root"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), rolsuper FROM pg_roles WHERE rolname = user")
        pid, may = cursor.fetchone()
    here = Path(f"/proc/{pid}/comm")
    if not here.exists() or "postgres" not in here.read_text():
        return "the PostgreSQL server runs on another machine"
    return "" if may else "only a superuser of PostgreSQL can make a tablespace"


@contextmanager
def under(
    address: str, *, standing_still: Callable[[], AbstractContextManager[None]]
) -> Iterator[SmallDisk]:
    """The database of this address lies on it until the block ends.

    It moves while nobody is connected: `standing_still` is entered for that long, and whoever still
    is gets thrown out.
    """
    server, _, name = address.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as boss, _mounted(boss, name) as it:
        boss.execute(_sql("CREATE TABLESPACE {} LOCATION {}", _SPACE, sql.Literal(str(it.folder))))
        try:
            with standing_still():
                _move(boss, name, _SPACE)
            yield it
        finally:
            it.frees()
            with standing_still():
                _move(boss, name, "pg_default")
            boss.execute(_sql("DROP TABLESPACE {}", _SPACE))


@contextmanager
def _mounted(boss: psycopg.Connection, name: str) -> Iterator[SmallDisk]:
    query = "SELECT pg_database_size(%s), current_setting('data_directory')"
    [size, data] = boss.execute(query, [name]).fetchone() or (0, "")
    owner = Path(data).stat()
    options = f"size={size + _TO_GROW},mode=0700,uid={owner.st_uid},gid={owner.st_gid}"
    folder = tempfile.mkdtemp(prefix="mendwell-small-disk-")
    program = ["sh", "-c", _HOLD, "sh", options, folder]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stdout.readline(), "the small disk could not be mounted"
        try:
            yield SmallDisk(Path(folder))
        finally:
            holder.stdin.close()
            holder.wait()
            Path(folder).rmdir()


def _move(boss: psycopg.Connection, name: str, space: str) -> None:
    others = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
    boss.execute(others, [name])
    boss.execute(_sql("ALTER DATABASE {} SET TABLESPACE {}", name, space))


def _sql(words: str, *names: str | sql.Composable) -> sql.Composed:
    parts = [each if isinstance(each, sql.Composable) else sql.Identifier(each) for each in names]
    return sql.SQL(words).format(*parts)
