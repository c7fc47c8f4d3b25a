"""What monitors are told."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client as Browser

from practice import room


def test_live_needs_no_database(client: Browser):
    """The test itself may not reach it."""
    answer = client.get("/healthz/live")
    assert (answer.status_code, answer.json()) == (200, {"live": True})


@pytest.mark.django_db
def test_ready_where_nothing_is_missing(client: Browser):
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer.json()) == (200, {"ready": True})


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client: Browser):
    MigrationRecorder.Migration.objects.filter(app="intake").latest("id").delete()
    answer = client.get("/healthz/ready")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "migrations": 1}


@pytest.mark.django_db
def test_not_ready_while_nothing_can_be_written(client: Browser, monkeypatch: pytest.MonkeyPatch):
    """That PostgreSQL itself says so on a full disk is shown by the outages (tests/faults)."""
    assert room.is_left()
    monkeypatch.setattr(room, "is_left", lambda: False)
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "disk": "full"})


@pytest.mark.django_db
@pytest.mark.parametrize(("free", "enough"), [(1024 * 1024, True), (1024 * 1024 - 1, False)])
def test_sqlite_needs_a_megabyte_of_its_disk(monkeypatch: pytest.MonkeyPatch, free, enough):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's disk is its own")
    usage = SimpleNamespace(free=free)
    monkeypatch.setattr("shutil.disk_usage", lambda place: usage)
    assert room.is_left() is enough


@pytest.mark.django_db
def test_not_ready_while_the_database_cannot_be_reached():
    answers = _in_a_thread_without_database("/healthz/ready", "/healthz/live")
    assert answers[0] == (503, {"ready": False, "database": "unreachable"})
    assert answers[1] == (200, {"live": True})


def _in_a_thread_without_database(*paths: str) -> list[tuple[int, Any]]:
    """A thread has a connection of its own: here it leads nowhere."""
    answers: list[tuple[int, Any]] = []

    def ask() -> None:
        nowhere = {"NAME": "/nowhere/x", "HOST": "127.0.0.1", "PORT": "1"}
        connection.settings_dict = {**connection.settings_dict, **nowhere}
        for path in paths:
            answer = Browser().get(path)
            answers.append((answer.status_code, answer.json()))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(30)
    return answers


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz/live", "/healthz/ready"])
def test_monitors_may_only_read(client: Browser, path: str):
    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 200


@pytest.mark.django_db
def test_the_models_and_the_migrations_agree():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
