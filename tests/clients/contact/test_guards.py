"""What the database itself keeps about messages and consents, whoever writes to it."""

import pytest
from django.db import IntegrityError, connection, transaction

from clients.contact import agreements
from clients.contact.models import Consent, Message, MessageStep, Purpose, State
from tests.cast import make_message

ENDED = [State.SENT, State.SUPPRESSED, State.CANCELED, State.EXPIRED, State.DEAD]
_WAYS = {
    State.SENDING: [State.CLAIMED, State.SENDING],
    State.SENT: [State.CLAIMED, State.SENDING, State.SENT],
    State.DEAD: [State.CLAIMED, State.DEAD],
    State.UNCERTAIN: [State.CLAIMED, State.UNCERTAIN],
}


def update(message: Message, change: str) -> None:
    """By hand, past every rule of the code."""
    with transaction.atomic(), connection.cursor() as cursor:
        row = message.pk.hex if connection.vendor == "sqlite" else str(message.pk)
        cursor.execute(f"UPDATE contact_message SET {change} WHERE id = %s", [row])
        assert cursor.rowcount == 1


def bring_to(message: Message, state: State) -> None:
    for step in _WAYS.get(state, [state]):
        update(message, f"state = '{step.value}'")


@pytest.mark.parametrize("ended", ENDED)
@pytest.mark.parametrize("then", [State.DUE, State.CLAIMED, State.SENDING, State.UNCERTAIN])
def test_no_sql_takes_an_ended_message_back_on_its_way(hanna, ended, then):
    message = make_message(hanna)
    bring_to(message, ended)
    with pytest.raises(IntegrityError, match="contact_message_"):
        update(message, f"state = '{then.value}'")
    message.refresh_from_db()
    assert message.state == ended


@pytest.mark.parametrize("before", [State.DUE, State.CLAIMED, State.UNCERTAIN])
def test_nothing_is_called_sent_that_was_not_being_sent(hanna, before):
    message = make_message(hanna)
    bring_to(message, before)
    with pytest.raises(IntegrityError, match="moves_are_legal"):
        update(message, "state = 'sent'")


@pytest.mark.parametrize("before", [State.DUE, State.UNCERTAIN])
def test_nothing_is_sent_that_was_not_claimed(hanna, before):
    message = make_message(hanna)
    bring_to(message, before)
    with pytest.raises(IntegrityError, match="moves_are_legal"):
        update(message, "state = 'sending'")


@pytest.mark.parametrize("before", State)
def test_every_move_that_the_rules_do_not_name_is_refused_by_the_database(hanna, before):
    message = make_message(hanna)
    if before != State.DUE:
        bring_to(message, before)
    for then in set(State) - before.moves - {before}:
        with pytest.raises(IntegrityError, match="contact_message_"):
            update(message, f"state = '{then.value}'")


@pytest.mark.parametrize("change", ["key = 'other'", "purpose = 'x'", "template = 'booked'"])
def test_what_was_meant_and_for_whom_stays(hanna, change):
    message = make_message(hanna)
    with pytest.raises(IntegrityError, match="intent_is_kept"):
        update(message, change)


def test_there_is_no_second_sent_for_one_intent(hanna, now):
    message = make_message(hanna)
    facts = {"message": message, "state": State.SENT, "at": now}
    MessageStep.objects.create(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageStep.objects.create(**facts)
    with pytest.raises(IntegrityError, match="step_is_frozen"), transaction.atomic():
        message.steps.update(state=State.DUE)


def test_the_fence_never_goes_back(hanna):
    message = make_message(hanna)
    update(message, "fence = 5")
    with pytest.raises(IntegrityError, match="moves_are_legal"):
        update(message, "fence = 4")


def test_a_sent_message_may_still_be_written_to(hanna):
    message = make_message(hanna)
    bring_to(message, State.SENT)
    update(message, "reason = 'seen by a person'")


def test_two_messages_can_t_have_one_key(hanna):
    first, second = make_message(hanna), make_message(hanna)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=second.pk).update(key=first.key)


# What was agreed to


@pytest.fixture
def consent(hanna) -> Consent:
    [document] = agreements.current(Purpose.SMS)
    [signed] = agreements.sign(hanna, [document], signature="Hanna", network="192.0.2.0/24")
    return signed


def update_consent(consent: Consent, change: str) -> None:
    """By hand, past every rule of the code."""
    with transaction.atomic(), connection.cursor() as cursor:
        row = consent.pk.hex if connection.vendor == "sqlite" else str(consent.pk)
        cursor.execute(f"UPDATE contact_consent SET {change} WHERE id = %s", [row])
        assert cursor.rowcount == 1


@pytest.mark.parametrize(
    "change",
    [
        "purpose = 'secrets'",
        "wording = 'v9'",
        "document_id = NULL",
        "document_id = document_id + 1",
        "signature = 'x'",
        "given_at = '2020-01-01 00:00:00+00:00'",
        "network = ''",
        "client_id = (SELECT client_id FROM contact_consent WHERE client_id <> "
        "(SELECT client_id FROM contact_consent WHERE purpose = 'sms') LIMIT 1)",
    ],
)
def test_no_sql_changes_what_was_signed(consent, change):
    with pytest.raises(IntegrityError, match="contact_consent_is_only_withdrawn"):
        update_consent(consent, change)


def test_what_was_taken_back_stays_so_and_from_when_it_was(consent):
    update_consent(consent, "withdrawn_at = '2026-12-03 00:00:00+00:00'")
    for change in ("NULL", "'2026-12-01 00:00:00+00:00'"):
        with pytest.raises(IntegrityError, match="contact_consent_is_only_withdrawn"):
            update_consent(consent, f"withdrawn_at = {change}")


@pytest.mark.parametrize(
    "change",
    [
        "body = 'x'",
        "title = 'x'",
        "agreement = 'x'",
        "version = 7",
        "purpose = 'sms2'",
        "published_at = '2020-01-01 00:00:00+00:00'",
        "id = id + 100",
    ],
)
def test_no_sql_changes_the_words_that_people_sign(consent, change):
    with pytest.raises(IntegrityError, match="consentdocument_is_frozen"):
        run(f"UPDATE contact_consentdocument SET {change}")


def test_no_sql_takes_away_the_words_that_people_sign(db):
    with pytest.raises(IntegrityError, match="is_never_deleted"):
        run("DELETE FROM contact_consentdocument WHERE purpose = 'secrets'")


def test_writing_the_same_words_again_changes_nothing_and_is_allowed(db):
    run("UPDATE contact_consentdocument SET body = body, version = version")


def run(statement: str) -> None:
    """By hand, past every rule of the code."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
