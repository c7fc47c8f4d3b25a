"""`python -m scheduling.followups.drill FOLDER …`: the drill itself, in a practice of its own.

`manage.py drill` starts it with an environment that names a scratch database. It refuses to work
where anybody is known.
"""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import django


def main(given: Sequence[str]) -> int:
    django.setup()
    from scheduling.followups.drill.running import drilled
    from scheduling.followups.drill.stretch import Wish

    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--couples", type=int, required=True)
    parser.add_argument("--days", type=int, required=True)
    parser.add_argument("--faults", required=True)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(given)
    faults = [name for name in options.faults.split(",") if name]
    outcome = drilled(options.home, Wish(options.seed, options.couples, options.days, faults))
    say = sys.stdout.write
    say(json.dumps(outcome.as_dict()) + "\n" if options.json else outcome.as_text() + "\n")
    logging.shutdown()
    return 1 if outcome.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
