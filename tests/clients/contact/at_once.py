"""Several people at the same moment, each with a database connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection, connections


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each of these returned, all begun at the same moment; the first error is raised."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        ready.wait(10)
        return act()

    with ThreadPoolExecutor(len(acts)) as people:
        working = [people.submit(own_connection(run), act) for act in acts]
        return [work.result(60) for work in working]


def own_connection(act: Callable[..., Any]) -> Callable[..., Any]:
    """The act, for a thread of its own: its connection is closed at the end."""

    def run(*arguments: Any) -> Any:
        try:
            connection.ensure_connection()
            return act(*arguments)
        finally:
            connections.close_all()

    return run
