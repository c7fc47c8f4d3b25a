"""What people sign: in which words, under which name, and until when."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection

from clients.contact import agreements, cards, sending
from clients.contact.agreements import NotTheirsToTakeBack
from clients.contact.models import Consent, ConsentDocument, ContactCard, Purpose, State
from clients.models import Client
from practice import clock
from tests.cast import make_message
from tests.clients.contact.at_once import at_once

NETWORK = "192.0.2.0/24"


def next_version(purpose: Purpose, version: int = 2) -> ConsentDocument:
    return ConsentDocument.objects.create(
        purpose=purpose,
        version=version,
        title="Other words",
        body="One.\n\nTwo.",
        agreement="I agree.",
        published_at=clock.now(),
    )


def sign(client: Client, *purposes: Purpose, signature: str = "Hanna Tester") -> list[Consent]:
    documents = agreements.current(*purposes)
    return agreements.sign(client, documents, signature=signature, network=NETWORK)


def in_force(client: Client) -> set[str]:
    return {consent.purpose for consent in agreements.signed(client)}


# Which words


def test_the_newest_version_of_each_comes_in_the_order_asked(db, now, django_assert_num_queries):
    newer = next_version(Purpose.EMAIL)
    with django_assert_num_queries(1):
        found = agreements.current(Purpose.TELEHEALTH, Purpose.EMAIL, Purpose.SECRETS)
    assert [document.purpose for document in found] == ["telehealth", "email", "secrets"]
    assert found[1] == newer
    assert [document.version for document in found] == [1, 2, 1]


def test_every_purpose_has_words_from_the_first_day(db):
    assert [document.purpose for document in agreements.current(*Purpose)] == list(Purpose)
    assert all(document.body and document.agreement for document in agreements.current(*Purpose))


# Signing


def test_a_signature_keeps_who_what_when_and_from_where(hanna, now):
    [consent] = sign(hanna, Purpose.TELEHEALTH)
    consent = Consent.objects.get(pk=consent.pk)
    assert consent.document == agreements.current(Purpose.TELEHEALTH)[0]
    assert consent.wording == "v1"
    assert (consent.signature, consent.network) == ("Hanna Tester", NETWORK)
    assert (consent.given_at, consent.withdrawn_at) == (now, None)


def test_the_name_under_it_is_not_readable_in_the_database(hanna):
    sign(hanna, Purpose.TELEHEALTH)
    with connection.cursor() as cursor:
        cursor.execute("SELECT signature FROM contact_consent WHERE purpose = 'telehealth'")
        [(stored,)] = cursor.fetchall()
    assert stored
    assert "Hanna" not in stored


def test_signing_ends_what_was_agreed_to_before_for_the_same_purpose(hanna, now):
    before = hanna.consents.get(purpose=Purpose.EMAIL)
    [signed] = sign(hanna, Purpose.EMAIL)
    before.refresh_from_db()
    assert before.withdrawn_at == now
    assert list(hanna.consents.filter(purpose="email", withdrawn_at=None)) == [signed]


def test_a_version_signed_twice_is_signed_once(hanna):
    assert sign(hanna, Purpose.SMS, signature="One") == sign(hanna, Purpose.SMS, signature="Two")
    assert hanna.consents.get(purpose=Purpose.SMS).signature == "One"


def test_a_newer_version_is_signed_beside_the_older_one(hanna):
    sign(hanna, Purpose.SMS)
    next_version(Purpose.SMS)
    sign(hanna, Purpose.SMS)
    rows = hanna.consents.filter(purpose=Purpose.SMS).order_by("document__version")
    assert [(row.wording, row.withdrawn_at is None) for row in rows] == [
        ("v1", False),
        ("v2", True),
    ]


def test_one_person_s_signature_says_nothing_of_another_s(hanna, ian):
    sign(hanna, Purpose.SECRETS)
    assert Purpose.SECRETS not in in_force(ian)


def test_either_all_is_signed_or_nothing(hanna):
    before = in_force(hanna)
    unwritten = ConsentDocument(purpose=Purpose.SMS, version=9)
    documents = [*agreements.current(Purpose.SECRETS), unwritten]
    with pytest.raises(ValueError, match="unsaved related object"):
        agreements.sign(hanna, documents, signature="Hanna", network="")
    assert in_force(hanna) == before


def test_signing_for_messages_between_sessions_ends_a_stop(hanna, sink):
    cards.stop_follow_ups(hanna)
    sign(hanna, Purpose.FOLLOW_UPS)
    make_message(hanna)
    assert sending.tick() == 1


def test_signing_anything_else_leaves_a_stop_as_it_is(hanna):
    cards.stop_follow_ups(hanna)
    sign(hanna, Purpose.SMS)
    assert ContactCard.objects.get(client=hanna).follow_ups_stopped_at


# What is missing


def test_what_was_never_agreed_to_is_missing(hanna):
    purposes = [document.purpose for document in agreements.missing(hanna)]
    assert purposes == [Purpose.SMS, Purpose.TELEHEALTH, Purpose.SECRETS]


def test_an_older_version_is_missing_its_newer_one(hanna):
    sign(hanna, *Purpose)
    assert agreements.missing(hanna) == []
    newer = next_version(Purpose.SECRETS)
    assert agreements.missing(hanna) == [newer]


# Taking back


@pytest.mark.parametrize("purpose", [Purpose.EMAIL, Purpose.SMS, Purpose.FOLLOW_UPS])
def test_what_is_theirs_to_take_back_ends_at_once(hanna, now, travel, purpose):
    sign(hanna, purpose)
    travel(now + timedelta(hours=1))
    agreements.withdraw(hanna, purpose)
    assert purpose not in in_force(hanna)
    signed = hanna.consents.exclude(document=None).get()
    assert signed.withdrawn_at == now + timedelta(hours=1)


@pytest.mark.parametrize("purpose", [Purpose.TELEHEALTH, Purpose.SECRETS])
def test_what_the_work_rests_on_is_not_ended_by_a_click(hanna, purpose):
    sign(hanna, purpose)
    with pytest.raises(NotTheirsToTakeBack):
        agreements.withdraw(hanna, purpose)
    assert purpose in in_force(hanna)


def test_taking_back_e_mail_holds_back_what_is_on_its_way(hanna, ian, sink):
    message = make_message(hanna, is_follow_up=False)
    make_message(ian, is_follow_up=False)
    agreements.withdraw(hanna, Purpose.EMAIL)
    assert sending.tick() == 1
    message.refresh_from_db()
    assert (message.state, message.reason) == (State.SUPPRESSED, "no consent")


def test_taking_back_messages_between_sessions_is_a_stop(hanna):
    waiting = make_message(hanna)
    agreements.withdraw(hanna, Purpose.FOLLOW_UPS)
    waiting.refresh_from_db()
    assert waiting.state == State.SUPPRESSED
    assert ContactCard.objects.get(client=hanna).follow_ups_stopped_at


def test_what_was_taken_back_can_be_signed_again(hanna):
    sign(hanna, Purpose.SMS)
    agreements.withdraw(hanna, Purpose.SMS)
    sign(hanna, Purpose.SMS)
    assert Purpose.SMS in in_force(hanna)
    assert hanna.consents.filter(purpose=Purpose.SMS).count() == 2


# Two connections


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_same_agreement_signed_from_two_connections_is_signed_once(hanna):
    [first], [second] = at_once(*[lambda: sign(hanna, Purpose.TELEHEALTH, Purpose.EMAIL)[:1]] * 2)
    assert first == second
    assert hanna.consents.filter(purpose=Purpose.TELEHEALTH).count() == 1
    assert hanna.consents.filter(purpose=Purpose.EMAIL, withdrawn_at=None).count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_no_other_connection_changes_what_was_signed(hanna):
    [consent] = sign(hanna, Purpose.TELEHEALTH)

    def forge() -> None:
        Consent.objects.filter(pk=consent.pk).update(given_at=clock.now() - timedelta(days=9))

    with pytest.raises(IntegrityError, match="contact_consent_is_only_withdrawn"):
        at_once(forge)
    assert Consent.objects.get(pk=consent.pk).given_at == consent.given_at
