"""What providers tell us: answers to texts, and what became of messages. Unsigned, it counts for
nothing."""

import base64
import json

import pytest
from django.test import Client as Browser
from django.urls import reverse
from twilio.request_validator import RequestValidator

from clients.contact import calls, cards, sending
from clients.contact.models import Arrival, Channel, Message, Purpose, State
from tests.cast import make_client, make_message

pytestmark = pytest.mark.usefixtures("stub")


def post(settings, address: str, token: str = "", **fields: str):
    signature = RequestValidator(token or "a-token").compute_signature(
        f"{settings.SITE_URL}{address}", fields
    )
    return Browser().post(address, fields, headers={"X-Twilio-Signature": signature})


@pytest.fixture
def says(settings):
    """Somebody's phone answers."""

    def send(words: str, number: str = "+12125550134") -> str:
        answer = post(settings, reverse("text-answer"), From=number, Body=words)
        assert answer.status_code == 200
        return answer.content.decode()

    return send


def test_stop_by_text_is_done_at_once_and_confirmed_by_one_text(tess, says, stub):
    claimed = make_message(tess)
    reply = says("please stop texting me")
    assert "no more texts will come" in reply
    assert reply.count("<Message>") == 1
    assert "<Message>" not in says("STOP")
    assert sending.tick() == 0
    claimed.refresh_from_db()
    assert (claimed.state, claimed.reason) == (State.SUPPRESSED, cards.ASKED_TO_STOP)


def test_after_stop_what_they_booked_is_told_by_a_call(tess, says):
    message = make_message(tess, is_follow_up=False)
    says("STOP")
    later = make_message(tess, is_follow_up=False)
    sending.tick()
    waiting = Message.objects.filter(calls.needed(), client=tess)
    assert set(waiting) == {message, later}


def test_start_by_text_lets_texts_come_again(tess, says, stub):
    says("STOP")
    assert "texts may come again" in says("START")
    make_message(tess)
    assert sending.tick() == 1


def test_a_start_from_somebody_who_never_had_texts_agrees_to_nothing(cast, says):
    client = make_client("Tom", phone="(212) 555-0134", channel=Channel.TEXT)
    assert "<Message>" not in says("START")
    assert not client.consents.filter(purpose=Purpose.SMS).exists()


def test_whoever_holds_a_shared_phone_speaks_for_it(tess, says):
    other = make_client("Theo", phone="+1 212 555 0134", channel=Channel.TEXT)
    says("STOP")
    other.card.refresh_from_db()
    assert other.card.texts_stopped_at


def test_a_stop_does_not_touch_the_partner(hanna, ian, says):
    for client, number in [(hanna, "212-555-0134"), (ian, "212-555-0135")]:
        type(client.card).objects.filter(pk=client.pk).update(
            phone_index=cards.index_of_phone(number)
        )
    says("STOP")
    ian.card.refresh_from_db()
    assert ian.card.texts_stopped_at is None


def test_help_and_what_nobody_can_place_is_answered_but_not_for_ever(tess, says):
    assert "call 911 or 988" in says("Can we move to 4?")
    assert "<Message>" not in says("Hello?")
    assert "call 911 or 988" in says("HELP")


def test_an_unknown_number_learns_nothing(cast, says):
    for words in ("STOP", "START", "HELP", "hi"):
        assert "<Message>" not in says(words, "+13055550199")
    assert "<Message>" not in says("STOP", "")


def test_an_unsigned_answer_stops_nothing(tess, settings):
    answer = post(settings, reverse("text-answer"), token="wrong", From="+12125550134", Body="STOP")
    assert answer.status_code == 403
    assert Browser().post(reverse("text-answer"), {}).status_code == 403
    tess.card.refresh_from_db()
    assert tess.card.texts_stopped_at is None


def sent_text(tess) -> Message:
    message = make_message(tess)
    assert sending.tick() == 1
    return message


def note(settings, message: Message, status: str, **more: str) -> Message:
    address = reverse("text-notice", args=[message.pk])
    assert post(settings, address, MessageStatus=status, **more).status_code == 204
    message.refresh_from_db()
    return message


def test_a_text_that_arrived_says_so(tess, settings):
    message = note(settings, sent_text(tess), "delivered")
    assert message.arrival == Arrival.DELIVERED


def test_a_number_that_is_none_gets_no_more_texts_and_a_person_calls(tess, settings, stub):
    message = note(settings, sent_text(tess), "undelivered", ErrorCode="30005")
    assert message.arrival == Arrival.BOUNCED
    assert message in Message.objects.filter(calls.needed())
    make_message(tess)
    assert sending.tick() == 0
    assert len(stub.texts) == 1


def test_one_text_that_got_lost_stops_no_other(tess, settings):
    message = note(settings, sent_text(tess), "undelivered", ErrorCode="30003")
    assert message in Message.objects.filter(calls.needed())
    make_message(tess)
    assert sending.tick() == 1


def test_a_notice_without_signature_changes_nothing(tess, settings):
    message = sent_text(tess)
    address = reverse("text-notice", args=[message.pk])
    assert post(settings, address, token="x", MessageStatus="failed").status_code == 403
    message.refresh_from_db()
    assert message.arrival == ""


@pytest.fixture
def postmark(settings):
    """E-mail goes by a provider, whose notices come with a secret."""
    settings.MAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": "mail:secret", "POSTMARK_SERVER_TOKEN": "x"}

    def notify(secret: str = "", **facts: object) -> int:
        basic = base64.b64encode((secret or "mail:secret").encode()).decode()
        answer = Browser().post(
            reverse("mail-notice"),
            json.dumps(facts),
            content_type="application/json",
            headers={"Authorization": f"Basic {basic}"},
        )
        return answer.status_code

    return notify


def bounce(message: Message, kind: str = "HardBounce") -> dict[str, object]:
    return {
        "RecordType": "Bounce",
        "Type": kind,
        "Email": "hanna@example.com",
        "BouncedAt": "2026-12-02T15:00:00Z",
        "MessageID": "x",
        "Metadata": {"message": str(message.pk)},
    }


def sent_mail(hanna) -> Message:
    message = make_message(hanna)
    assert sending.tick() == 1
    return message


def test_a_mail_that_came_back_ends_that_address_and_asks_a_person(hanna, ian, sink, postmark):
    message = sent_mail(hanna)
    waits = make_message(hanna)
    assert postmark(**bounce(message)) == 200
    message.refresh_from_db()
    waits.refresh_from_db()
    assert (message.state, message.arrival) == (State.SENT, Arrival.BOUNCED)
    assert waits.reason == "e-mail comes back: please call"
    make_message(hanna)
    make_message(ian)
    assert sending.tick() == 1
    assert len(sink.to("hanna@example.com")) == 1
    assert len(sink.to("ian@example.com")) == 1


def test_a_mail_is_known_by_its_address_where_the_notice_names_no_message(hanna, sink, postmark):
    message = sent_mail(hanna)
    facts = bounce(message) | {"Metadata": {}}
    postmark(**facts)
    message.refresh_from_db()
    assert message.arrival == Arrival.BOUNCED


@pytest.mark.parametrize("kind", ["Transient", "AutoResponder", "DnsError"])
def test_what_is_only_late_ends_nothing(hanna, sink, postmark, kind):
    message = sent_mail(hanna)
    postmark(**bounce(message, kind))
    make_message(hanna)
    assert sending.tick() == 1


def test_a_complaint_is_a_stop(hanna, sink, postmark):
    message = sent_mail(hanna)
    facts = bounce(message, "SpamComplaint") | {"RecordType": "SpamComplaint"}
    postmark(**facts)
    hanna.card.refresh_from_db()
    assert hanna.card.follow_ups_stopped_at


def test_a_notice_without_the_secret_changes_nothing(hanna, sink, postmark):
    message = sent_mail(hanna)
    assert postmark("mail:guess", **bounce(message)) == 403
    message.refresh_from_db()
    assert message.arrival == ""


def test_garbled_notices_are_refused(postmark):
    assert postmark(Nonsense=1) in (200, 403)
    answer = Browser().post(reverse("mail-notice"), b"\xff{", content_type="application/json")
    assert answer.status_code == 403


def test_without_a_provider_there_is_no_such_address(cast, settings):
    settings.MAIL_PROVIDER, settings.TWILIO_ACCOUNT_SID = "", ""
    for name in ("mail-notice", "text-answer"):
        assert Browser().post(reverse(name)).status_code == 404


def test_a_new_address_is_tried_again(hanna, sink, postmark):
    postmark(**bounce(sent_mail(hanna)))
    cards.change(hanna, cards.Contact("hanna.new@example.com"))
    make_message(hanna)
    assert sending.tick() == 1
    assert len(sink.to("hanna.new@example.com")) == 1
