"""`manage.py prepare`: the database's tables and the static files, up to date; safe to repeat."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Bring the database and the static files up to date; in demo mode fill an empty one."

    def handle(self, *args: Any, **options: Any) -> None:
        settings.HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        collect_static(settings.HOME / "static-made-from")
        if settings.DEMO:
            call_command("seed_demo", "--if-empty", verbosity=0)
        call_command("renew_holidays", verbosity=0)


def collect_static(stamp: Path) -> None:
    """Collect the static files unless nothing changed since the stamp was written."""
    wanted = fingerprint()
    if stamp.is_file() and stamp.read_text() == wanted and Path(settings.STATIC_ROOT).is_dir():
        return
    # Each is copied anew, whatever its time says. Those of older releases stay: their pages name
    # them, and may still be open, or be served until that release is stopped.
    for path, _ in sources():
        (Path(settings.STATIC_ROOT) / path).unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(wanted)


def fingerprint() -> str:
    """A digest of every static file's path, size and time, and of how they are stored."""
    lines = [django.get_version(), repr(settings.STORAGES["staticfiles"])]
    for path, file in sources():
        state = file.stat()
        lines.append(f"{path} {state.st_size} {state.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def sources() -> Iterator[tuple[str, Path]]:
    """Every static file: its path in the collection, and where it comes from."""
    for finder in get_finders():
        for path, storage in finder.list([]):
            yield path, Path(storage.path(path))
