"""The database as the migrations leave it: made once for a run, and copied from then on."""

import atexit
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
_SQLITE = "sqlite:///"
_MIGRATE = """
import django
from django.core.management import call_command
django.setup()
call_command("migrate", interactive=False, verbosity=0)
call_command("createcachetable", verbosity=0)
"""


@cache
def template() -> str:
    """The address of the one that this run copies, on its PostgreSQL or else in a file.

    Raises subprocess.CalledProcessError where a migration fails.
    """
    ending = ExitStack()
    atexit.register(ending.close)
    folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="mendwell-migrated-")))
    address = ending.enter_context(empty("migrated", folder))
    told = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "practice.settings"}
    subprocess.run([sys.executable, "-c", _MIGRATE], env=told, cwd=ROOT, check=True)
    return address


@contextmanager
def copied(name: str, folder: Path) -> Iterator[str]:
    """The address of a copy: a file in this folder, or a database of its own on the server."""
    address = template()
    if address.startswith(_SQLITE):
        file = folder / f"{name}.sqlite3"
        shutil.copyfile(file_of(address), file)
        yield f"{_SQLITE}{file}"
    else:
        server = os.environ["DATABASE_URL"]
        with _on(server, name, urlsplit(address).path[1:]) as copy:
            yield copy


def file_of(address: str) -> str:
    """Where SQLite keeps it."""
    return address.removeprefix(_SQLITE)


@contextmanager
def empty(name: str, folder: Path) -> Iterator[str]:
    """The address of one without any table."""
    server = os.environ.get("DATABASE_URL", "")
    if server.startswith("postgres"):
        with _on(server, name, "template1") as address:
            yield address
    else:
        yield f"{_SQLITE}{folder}/{name}.sqlite3"


@contextmanager
def _on(server: str, name: str, like: str) -> Iterator[str]:
    name = f"{name}_{secrets.token_hex(6)}"
    new, old = sql.Identifier(name), sql.Identifier(like)
    with psycopg.connect(server, autocommit=True) as administrator:
        administrator.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(new, old))
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as administrator:
            administrator.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(new))
