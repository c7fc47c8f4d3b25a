"""What benchmarks share: a scratch database of their own, sides measured in turns, and the table.

Absolute times drift while a machine works, so only ratios count: each round measures every side
once, one after the other, and a side's time is the median of its rounds.
"""

import argparse
import gc
import json
import logging
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import postgres

ROUNDS = 7
Act = Callable[[], Any]


@dataclass(frozen=True)
class Line:
    """One line of the table: what was measured, how it compares, and what it should reach."""

    name: str
    value: float
    unit: str
    target: str = ""

    @property
    def falls_short(self) -> bool:
        """Whether there is a bound, such as "<= 1.5", that it doesn't keep."""
        comparison, _, bound = self.target.partition(" ")
        if comparison == "<=":
            return self.value > float(bound)
        return comparison == ">=" and self.value < float(bound)


@dataclass(frozen=True)
class Took:
    """What an act returns that was timed where it happened: in another process, or without the
    making ready."""

    milliseconds: float


def arguments(name: str, given: Sequence[str]) -> argparse.Namespace:
    """The options that every benchmark has."""
    parser = argparse.ArgumentParser(prog=f"bin/bench {name}")
    parser.add_argument("--json", type=Path, help="write the numbers to this file too")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own")
    parser.add_argument("--seed", type=int, default=None, help="the same data again")
    parser.add_argument("--quick", action="store_true", help="small data: to see that it runs")
    options = parser.parse_args(given)
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(10**6)
    return options


@contextmanager
def scratch_database(*, on_postgres: bool) -> Iterator[str]:
    """An empty database of the product that is thrown away; yields its vendor."""
    with ExitStack() as ending:
        home = Path(tempfile.mkdtemp(prefix="mendwell-bench-"))
        ending.callback(shutil.rmtree, home, ignore_errors=True)
        address = ending.enter_context(postgres.running()) if on_postgres else ""
        _set_up_django(home, address)
        from django.db import connection

        connection.settings_dict["TEST"]["NAME"] = "bench" if address else str(home / "bench.db")
        before = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, serialize=False)
        ending.callback(connection.creation.destroy_test_db, before, verbosity=0)
        yield connection.vendor


def address() -> str:
    """The PostgreSQL that the scratch database is on; nothing where it is on SQLite."""
    return os.environ["DATABASE_URL"]


def _set_up_django(home: Path, address: str) -> None:
    from practice import keys

    keys.make_missing(home)
    os.environ |= {"MENDWELL_HOME": str(home), "MENDWELL_DEMO": "1", "DATABASE_URL": address}
    for name in ("SECRET_KEY", "FIELD_KEYS", "DEBUG", "HTTPS", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "practice.settings"
    import django
    from django.conf import settings

    django.setup()
    # Static files are served by their plain names; nobody collected them here.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    logging.disable(logging.WARNING)


def in_turns(sides: Mapping[str, Act], *, rounds: int = ROUNDS) -> dict[str, float]:
    """The median time of each side in milliseconds; each has one round before that counts."""
    times = each_time(sides, rounds=rounds)
    return {name: statistics.median(measured) for name, measured in times.items()}


def each_time(sides: Mapping[str, Act], *, rounds: int = ROUNDS) -> dict[str, list[float]]:
    """As `in_turns`, with all the times of each side."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds + 1):
        for name, act in sides.items():
            times[name].append(milliseconds(act))
    return {name: measured[1:] for name, measured in times.items()}


def milliseconds(act: Act) -> float:
    """How long it takes, or says that it took."""
    gc.collect()
    began = time.perf_counter()
    result = act()
    ended = time.perf_counter()
    return result.milliseconds if isinstance(result, Took) else (ended - began) * 1000


def queries_of(act: Act) -> int:
    """How many statements it sends to the database, those that begin and end included."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def highest_but_5_percent(times: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(times, n=20)[-1]


def must_agree(what: str, *answers: Any) -> None:
    """Ends the benchmark where the sides don't give the same answer."""
    if any(answer != answers[0] for answer in answers[1:]):
        raise SystemExit(f"The sides don't agree: {what}.")


def show(title: str, lines: Sequence[Line]) -> None:
    """Print the table."""
    width = max(len(line.name) for line in lines)
    print(f"\n{title}")
    for line in lines:
        target = f"   (to reach: {line.target})" if line.target else ""
        target += "   MISSED" if line.falls_short else ""
        number = f"{line.value:,.0f}" if line.value == int(line.value) else f"{line.value:,.2f}"
        print(f"  {line.name:<{width}}  {number:>9} {line.unit:<8}{target}")


def keep(path: Path | None, lines: Sequence[Line], **facts: Any) -> None:
    """Write the numbers as JSON where a file was named."""
    if path:
        measured = {
            line.name: {"value": line.value, "unit": line.unit, "to_reach": line.target}
            for line in lines
        }
        path.write_text(json.dumps({**facts, "measured": measured}, indent=2) + "\n")
