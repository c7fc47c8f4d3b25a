"""The peer's side: a Django of its own, and acts that are timed where they happen."""

import gc
import json
import logging
import os
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


class _MadeAtOnce(dict[str, None]):
    """Every app's tables as its models say: the peers' migrations aren't what is measured."""

    def __contains__(self, app: object) -> bool:
        return True

    def __missing__(self, app: str) -> None:
        return None


def set_up(apps: Sequence[str], **more: Any) -> None:
    """Django with these apps beside its own, and an empty database with their tables."""
    import environ
    from django.conf import settings

    database = environ.Env.db_url_config(os.environ["PEER_DATABASE"])
    on_sqlite = database["ENGINE"].endswith("sqlite3")
    settings.configure(
        SECRET_KEY="of the benchmark",
        ALLOWED_HOSTS=["127.0.0.1"],
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            *apps,
        ],
        DATABASES={
            "default": {
                **database,
                "OPTIONS": _SQLITE if on_sqlite else {},
                "TEST": {"NAME": database["NAME"] if on_sqlite else "peer"},
            }
        },
        MIGRATION_MODULES=_MadeAtOnce(),
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        TIME_ZONE="America/New_York",
        **more,
    )
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    import django

    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, serialize=False)


def model(app: str, name: str) -> Any:
    """A model of the peer's; nothing is known of its types."""
    from django.apps import apps

    return apps.get_model(app, name)


def analyze() -> None:
    """The planner knows the rows, as ours does."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def serve(acts: Mapping[str, Callable[..., Any]]) -> None:
    """Do what is asked, a line each, until nothing more comes."""
    answers = os.fdopen(os.dup(1), "w")
    sys.stdout = sys.stderr  # What the peer prints is no answer.
    for line in sys.stdin:
        name, given = json.loads(line)
        gc.collect()
        began = time.perf_counter()
        gave = acts[name](**given)
        took = (time.perf_counter() - began) * 1000
        answers.write(json.dumps({"milliseconds": took, "gave": gave}) + "\n")
        answers.flush()
