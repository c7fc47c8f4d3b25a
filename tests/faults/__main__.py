"""The long run: `python -m tests.faults [--intents N] [--kills N] [--stops N] [--outages N]`.

In a database of its own, which is thrown away; with `--postgres` on a PostgreSQL. Prints what it
came to, and exits with 1 where a promise broke. `docs/operations.md` says what stands in the table.
"""

import argparse
import logging
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks._measure import scratch_database


def main(given: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--intents", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--stops", type=int, default=0, help="races between a stop and a sender")
    parser.add_argument("--outages", type=int, default=0, help="tell each outage so many times")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own")
    options = parser.parse_args(given)
    with scratch_database(on_postgres=options.postgres) as vendor:
        print(f"On {vendor}, seed {options.seed}", flush=True)
        codes = [_storm(options)] if options.kills else []
        if options.stops:
            codes.append(_stops(options))
        if options.outages:
            codes.append(_outages(options))
    return max(codes, default=0)


def _storm(options: argparse.Namespace) -> int:
    from django.conf import settings

    from scheduling.followups.drill import figures, promises
    from tests.faults.calm import mail_server
    from tests.faults.storm import Storm

    began = time.monotonic()
    log = Path(settings.HOME) / "senders.log"
    _log_to(log)
    with mail_server() as office:
        storm = Storm(office, options.intents, options.kills, options.seed, tell=_say)
        storm.run()
        ledger = storm.ledger([log])
    broken = promises.check(ledger)
    found = figures.of(ledger, broken)
    took = time.monotonic() - began
    print(
        f"{storm.happened['killed']} senders killed in {storm.happened['rounds']} rounds, ", end=""
    )
    print(f"{storm.happened['bad answers']} bad answers, {storm.happened['stops']} stops, ", end="")
    print(f"{took:.0f} s\n")
    print("\n".join([*figures.table(found, broken), *map(str, broken[:20])]))
    late = found.late_calm_p99 > figures.CALM or found.late_hurt_p99 > figures.RECOVERED
    if late:
        print("  LATE: 99 in 100 take longer than they may")
    return 1 if broken or late else 0


def _stops(options: argparse.Namespace) -> int:
    from tests.faults.races import race_stops

    began = time.monotonic()
    broken, outcomes = race_stops(options.stops, options.seed)
    print(f"\n{options.stops} races of a stop with a sender, {time.monotonic() - began:.0f} s")
    print(f"  sent first {outcomes['sent']}, stopped first {outcomes['suppressed']}")
    print(f"  sent after the stop's commit {len(broken)}")
    return 1 if broken else 0


def _outages(options: argparse.Namespace) -> int:
    from tests.faults import outages, workshop

    with workshop.running() as own:
        broken = [
            each
            for number in range(options.outages)
            for each in outages.told(own, options.seed + number, _say)
        ]
        meant = len(own.book.intents)
    print(f"\n{options.outages} times each outage, {meant} messages, {len(broken)} broken")
    print("\n".join(broken[:20]))
    return 1 if broken else 0


def _say(words: str) -> None:
    print(f"  … {words}", flush=True)


def _log_to(file: Path) -> None:
    logging.disable(logging.NOTSET)
    kept = file.open("a")
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(kept)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
