"""A second database that begins as a copy of the scratch one, so that only one thing differs.

Both hold the same rows when they part; what is done to one of them is what is measured.
"""

import shutil

from django.db import connection

from tests.benchmarks import _measure
from tests.benchmarks._measure import Act, Took


def current() -> str:
    """The name of the database that is used now."""
    return str(connection.settings_dict["NAME"])


def copy(name: str) -> str:
    """The name of a new database that holds what the one that is used now holds."""
    settled()
    before = current()
    if connection.vendor == "sqlite":
        made = f"{before}-{name}"
        shutil.copyfile(before, made)
        return made
    made = f"{before}_{name}"
    connection.close()
    # PostgreSQL copies a database that nobody is connected to.
    turn_to("postgres")
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{made}" TEMPLATE "{before}"')
    turn_to(before)
    return made


def turn_to(name: str) -> None:
    """Use this database from now on: in this thread, and in those that begin later."""
    connection.close()
    connection.settings_dict["NAME"] = name
    connection.ensure_connection()


def settled() -> None:
    """What was written is where it stays, and the planner knows of it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")


def within(name: str, act: Act) -> Act:
    """The act in that database; only the second of two goes counts, with the connection warm."""

    def turned() -> Took:
        turn_to(name)
        act()
        return Took(_measure.milliseconds(act))

    return turned
