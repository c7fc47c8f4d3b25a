"""From the first version's requests to now: what was told then is still told, to whom it was."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from clients.models import Client
from intake.models import ConsultationRequest, DeclineReason, Situation
from practice import encryption
from practice.models import State
from scheduling.models import Appointment, Attendee, Status
from tests.cast import CENTRAL, EASTERN, Cast, in_days, make_client

FIRST = [("intake", "0001_initial")]
WORDS = "CANARY we found messages\nand don’t know how to go on"

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def migrate(targets: list[tuple[str, str]]) -> Any:
    """The models as they stand after it."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def latest() -> Iterator[list[tuple[str, str]]]:
    """The newest state, to which the database comes back whatever happens."""
    targets = MigrationExecutor(connection).loader.graph.leaf_nodes()
    yield targets
    migrate(targets)


def booked(cast: Cast, client: Client, day: int, *zones: str) -> Appointment:
    """An appointment as it stood then; the partner's place is told, and nothing else of them."""
    starts_at = in_days(cast.case.opened_at, day)
    appointment = Appointment.objects.create(
        kind="consultation",
        status=Status.BOOKED,
        counselor=cast.nora,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=20),
        busy_until=starts_at + timedelta(minutes=30),
    )
    for number, zone in enumerate(zones):
        state = State.objects.get(pk="FL" if zone == CENTRAL else "NJ")
        person = None if number else client
        Attendee.objects.create(appointment=appointment, state=state, time_zone=zone, client=person)
    return appointment


def ask_then(
    old: Any, client: Client, appointment: Appointment, together: bool, **told: Any
) -> Any:
    """A request of the first version."""
    request = old.get_model("intake", "ConsultationRequest")(
        client_id=client.pk,
        appointment_id=appointment.pk,
        with_partner=together,
        asked_at=appointment.starts_at - timedelta(days=3),
        **told,
    )
    request.save(force_insert=True)
    return request


def test_nothing_that_was_told_is_lost(cast: Cast, latest: list[tuple[str, str]]) -> None:
    vera, solo = make_client("Vera"), make_client("Solo")
    together = booked(cast, vera, 3, EASTERN, CENTRAL)
    alone = booked(cast, solo, 4, EASTERN)
    old = migrate(FIRST)
    asked = ask_then(old, vera, together, True, concern_id="affair-recovery", words=WORDS)
    other = ask_then(old, solo, alone, False, case_id=cast.case.pk)
    migrate(latest)

    now = ConsultationRequest.objects.get(pk=asked.pk)
    assert (now.client_id, now.appointment_id, now.with_partner) == (vera.pk, together.pk, True)
    assert (now.status, now.counselor, now.needs_counselor) == ("booked", cast.nora, False)
    assert now.asked_at == asked.asked_at
    assert now.places == [("NJ", EASTERN), ("FL", CENTRAL)]
    told = Situation.objects.get(request=now)
    assert (told.client_id, told.concern_id, told.words) == (vera.pk, "affair-recovery", WORDS)

    then = ConsultationRequest.objects.get(pk=other.pk)
    assert (then.case, then.with_partner, then.partner_state_id) == (cast.case, False, None)
    silent = Situation.objects.get(request=then)
    assert (silent.concern_id, silent.words) == (None, "")
    assert DeclineReason.objects.count() == 4


def test_the_words_stand_as_ciphertext_bound_to_their_new_place(
    cast: Cast, latest: list[tuple[str, str]]
) -> None:
    vera = make_client("Vera")
    appointment = booked(cast, vera, 3, EASTERN)
    old = migrate(FIRST)
    ask_then(old, vera, appointment, False, words=WORDS)
    migrate(latest)
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM intake_situation")
        ((stored,),) = cursor.fetchall()
        columns = connection.introspection.get_table_description(
            cursor, "intake_consultationrequest"
        )
    assert "CANARY" not in stored
    place = f"intake_situation|words|{vera.pk}|{vera.pk}"
    assert encryption.decrypt(stored, place) == WORDS
    assert {"words", "concern_id"}.isdisjoint(column.name for column in columns)
