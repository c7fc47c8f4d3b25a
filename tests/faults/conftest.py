"""What the tests at the desk share."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from clients.models import Client
from tests.cast import Cast
from tests.faults.at_the_desk import BACKEND, SECRET, Desk


@pytest.fixture
def desk(
    cast: Cast, travel: Callable[[datetime], None], settings: Any, tmp_path: Path
) -> Iterator[Desk]:
    """Hanna and Ian, and senders whose hand-overs are scripted."""
    settings.EMAIL_BACKEND = BACKEND
    for person in (cast.hanna, cast.ian):
        person.client.name = SECRET
        person.client.save()
        assert Client.objects.get(pk=person.client_id).name == SECRET
    log = logging.FileHandler(tmp_path / "senders.log")
    logging.getLogger("mendwell").addHandler(log)
    yield Desk(cast.hanna, cast.ian, travel, tmp_path / "senders.log")
    logging.getLogger("mendwell").removeHandler(log)
    log.close()
