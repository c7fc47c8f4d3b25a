"""`manage.py drill`: does this practice keep its promises about messages while things go wrong?"""

import os
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.core.management.base import BaseCommand, CommandError
from psycopg import sql

from practice import keys

ROOT = Path(__file__).resolve().parents[4]
FAULTS = ("kill", "pause", "race", "crowd", "silence", "away", "post")


class Command(BaseCommand):
    help = (
        "Live through some invented weeks in a scratch database, with senders killed and the mail "
        "server failing, and say of each promise whether it held. Touches no data of yours."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, help="the same drill again")
        parser.add_argument("--couples", type=int, default=20)
        parser.add_argument("--days", type=int, default=14)
        parser.add_argument(
            "--faults", default=",".join(FAULTS), help="which, with commas; empty for none"
        )
        parser.add_argument(
            "--postgres",
            metavar="ADDRESS",
            help="a PostgreSQL server, on which a database is made and dropped; else SQLite",
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        unknown = set(filter(None, options["faults"].split(","))) - set(FAULTS)
        if unknown:
            raise CommandError(f"No such fault: {', '.join(sorted(unknown))}.")
        home = Path(tempfile.mkdtemp(prefix="mendwell-drill-"))
        try:
            with _scratch_database(home, options["postgres"]) as address:
                if not options["json"]:
                    self.stdout.write(f"A scratch practice in {home}; yours is not touched.")
                    self.stdout.flush()
                code = _run(home, address, options)
        finally:
            shutil.rmtree(home, ignore_errors=True)
        if code:
            raise SystemExit(code)


def _run(home: Path, address: str, options: dict[str, Any]) -> int:
    """The drill runs in a process whose settings know of nothing but the scratch practice."""
    keys.make_missing(home)
    own = {
        name: value
        for name, value in os.environ.items()
        if name not in ("SECRET_KEY", "FIELD_KEYS", "SECRET_KEY_FALLBACKS", "EMAIL_URL")
    }
    own |= {
        "MENDWELL_HOME": str(home),
        "MENDWELL_DEMO": "1",
        "DATABASE_URL": address,
        # Nobody listens there: the drill's broker is away all the time.
        "REDIS_URL": f"redis+socket://{home}/none.sock",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "DJANGO_SETTINGS_MODULE": "practice.settings",
        "DEBUG": "0",
    }
    seed = options["seed"]
    program = [
        *(sys.executable, "-m", "scheduling.followups.drill", str(home)),
        *("--seed", str(random.SystemRandom().randrange(10**6) if seed is None else seed)),
        *("--couples", str(options["couples"]), "--days", str(options["days"])),
        *("--faults", options["faults"]),
        *(["--json"] if options["json"] else []),
    ]
    return subprocess.run(program, env=own, cwd=ROOT).returncode


@contextmanager
def _scratch_database(home: Path, server: str | None) -> Iterator[str]:
    """The address of an empty database that is gone afterwards."""
    if not server:
        yield f"sqlite:///{home}/drill.sqlite3"
        return
    name = f"mendwell_drill_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(drop)
