"""A fresh database of the kind that this run is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import migrated


@contextmanager
def fresh_database(home: Path, *, empty: bool = False) -> Iterator[str]:
    """The address of a database: a file in `home`, or one on the run's PostgreSQL server.

    It has its tables already, as on every start but the very first; `empty`: not even those.
    """
    new = migrated.empty if empty else migrated.copied
    with new("mendwell", home) as address:
        yield address
