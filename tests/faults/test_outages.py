"""What befalls broker, database and worker, told once each on the real processes.

Often: `python -m tests.faults --outages 20`, and with `--postgres`.
"""

import pytest

from tests.faults import outages, workshop

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def _the_database_has_the_same_clock() -> None:
    """Not here: the senders' clocks really go, and one of them is wrong on purpose."""


def test_no_outage_loses_or_doubles_anything_and_nobody_waits_for_it():
    with workshop.running() as own:
        assert outages.told(own, seed=2026) == []
        meant, came = own.ledger().intents, own.ledger().receipts
    assert len(meant) > 100
    assert {each.id for each in meant} == {each.message_id for each in came}


def test_every_outage_can_be_told_here():
    """Else it says which one can't, and why."""
    untold = [
        f"{each.name}: {why}" for each in outages.ALL if each.fits and (why := each.why_not())
    ]
    if untold:
        pytest.skip("; ".join(untold))
