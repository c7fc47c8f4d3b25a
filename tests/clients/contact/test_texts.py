"""Text messages: one fixed sentence, handed over once, to who agreed to them."""

from datetime import timedelta

import pytest

from clients.contact import cards, sending, text
from clients.contact.models import Arrival, Channel, Message, Purpose, State
from practice.models import Practice
from tests.cast import make_client, make_message
from tests.sms_stub import Reply


def again(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def test_a_text_says_who_and_where_and_nothing_else(tess, stub):
    message = make_message(tess)
    assert sending.tick() == 1
    [taken] = stub.texts
    message = again(message)
    assert (message.state, message.channel, message.provider_id) == (State.SENT, "text", "SM1")
    assert taken.to == "+12125550134"
    assert taken.body.startswith("Oak Street Office: you have a message. http")
    assert taken.body.endswith(" Reply STOP to opt out, HELP for help.")
    assert len(taken.body) <= text.LONGEST
    assert set(taken.body) <= text.GSM_7
    assert taken.notices.endswith(f"/notices/texts/{message.pk}/")


def test_texts_and_mails_of_one_tick_go_each_its_way(tess, hanna, stub, sink):
    make_message(tess)
    make_message(hanna)
    assert sending.tick() == 2
    assert len(stub.texts) == len(sink.mails) == 1


def test_texts_go_while_the_mail_server_is_away(tess, hanna, stub, sink):
    sink.stop()
    make_message(tess)
    waits = make_message(hanna)
    assert sending.tick() == 1
    assert again(waits).reason == "mail server unreachable"
    sink.start()


def test_without_agreement_to_texts_none_goes(tess, stub, now):
    tess.consents.filter(purpose=Purpose.SMS).update(withdrawn_at=now)
    message = make_message(tess, is_follow_up=False)
    assert sending.tick() == 0
    assert again(message).reason == "no consent"


def test_a_follow_up_by_text_needs_both_agreements(tess, stub, now):
    tess.consents.filter(purpose=Purpose.FOLLOW_UPS).update(withdrawn_at=now)
    make_message(tess)
    make_message(tess, is_follow_up=False)
    assert sending.tick() == 1


@pytest.mark.parametrize(
    "number",
    ["900-555-0134", "800-555-0134", "416-555-0134", "876-555-0134", "+447911123456", "12", ""],
)
def test_no_text_goes_to_a_number_that_is_dear_foreign_or_none(cast, stub, number):
    client = make_client("Tom", phone=number, channel=Channel.TEXT)
    cards.agree(client, Purpose.SMS)
    message = make_message(client)
    assert sending.tick() == 0
    assert again(message).reason == "no number for texts: please call"
    assert stub.asked == 0


def test_put_off_it_is_tried_again(tess, stub, now, travel):
    stub.answers(Reply.BUSY)
    message = make_message(tess)
    assert sending.tick() == 0
    assert (again(message).state, again(message).reason) == (State.DUE, "put off with 429")
    travel(now + timedelta(minutes=2))
    assert sending.tick() == 1


def test_a_lost_answer_is_looked_up_and_not_sent_again(tess, stub, now, travel):
    stub.answers(Reply.LOSES)
    message = make_message(tess)
    assert sending.tick() == 0
    assert again(message).state == State.UNCERTAIN
    travel(now + sending.ASK_AGAIN)
    assert sending.tick() == 1
    assert (again(message).state, again(message).reason) == (State.SENT, "found at the provider")
    assert (len(stub.texts), stub.asked, stub.looked_up) == (1, 1, 1)


def test_what_the_provider_has_not_is_sent_once_more(tess, stub, now, travel):
    stub.answers(Reply.BROKEN)
    message = make_message(tess)
    sending.tick()
    assert again(message).state == State.UNCERTAIN
    travel(now + sending.ASK_AGAIN)
    assert sending.tick() == 1
    assert (len(stub.texts), stub.looked_up) == (1, 1)


def test_where_the_provider_cannot_be_asked_a_person_is(tess, stub, now, travel):
    stub.answers(Reply.LOSES)
    message = make_message(tess)
    sending.tick()
    stub.stop()
    travel(now + sending.ASK_AGAIN)
    assert sending.tick() == 0
    message = again(message)
    assert (message.state, message.next_try_at) == (State.UNCERTAIN, None)


def test_while_the_provider_is_away_a_text_waits(tess, stub, now, travel):
    stub.stop()
    message = make_message(tess)
    assert sending.tick() == 0
    message = again(message)
    assert (message.state, message.uncertain_count) == (State.DUE, 0)


def test_a_number_that_does_not_exist_is_not_tried_again_by_anything(tess, stub):
    stub.answers(Reply.NO_SUCH_NUMBER)
    first, second = make_message(tess, key="1"), make_message(tess, key="2")
    sending.tick()
    states = {again(first).state, again(second).state}
    assert states == {State.DEAD, State.SUPPRESSED}
    assert stub.asked == 1
    later = make_message(tess)
    sending.tick()
    assert again(later).reason == "texts don’t arrive: please call"


def test_who_changes_to_mail_just_now_gets_a_mail(tess, stub, sink, now):
    make_message(tess)
    claims = sending.claim(now)
    tess.card.channel = Channel.EMAIL
    tess.card.save()
    assert sending.send_claimed(claims) == 0
    assert sending.tick() == 1
    assert (len(stub.texts), len(sink.mails)) == (0, 1)


@pytest.mark.parametrize(
    "name", ["Oak Street Office", "Ö" * 40, "Office “of” the—corner", "Łódź Büro", "☂ Umbrella", ""]
)
def test_a_text_is_one_text_whatever_the_practice_is_called(name):
    words = text.words(name, "https://office.example.com/s/" + "a" * 43)
    assert len(words) <= 160
    assert set(words) <= text.GSM_7


def test_an_address_too_long_for_one_text_is_said_to_be_so():
    with pytest.raises(text.TooLong):
        text.words("Office", "https://" + "x" * 120)


def test_the_provider_takes_so_many_a_second(tess, stub, settings, monkeypatch):
    settings.MESSAGES_PER_SECOND = {"text": 10}
    waited: list[float] = []
    monkeypatch.setattr("clients.contact.rates.time.sleep", waited.append)
    monkeypatch.setattr("clients.contact.rates.time.time", lambda: 1000.0)
    for _ in range(3):
        make_message(tess)
    assert sending.tick() == 3
    assert waited == pytest.approx([0, 0.1, 0.2])


def test_what_would_take_longer_than_a_tick_waits_for_the_next(tess, stub, settings, monkeypatch):
    settings.MESSAGES_PER_SECOND = {"text": 0.001}
    monkeypatch.setattr("clients.contact.rates.time.sleep", lambda seconds: None)
    for _ in range(2):
        make_message(tess)
    assert sending.tick() == 1
    assert Message.objects.filter(state=State.DUE, attempt=0).count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_demo_s_own_gateway_keeps_texts_beside_the_mail(tess, settings, live_server, tmp_path):
    settings.DEMO, settings.HOME = True, tmp_path
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "ACdemo", "demo"
    settings.TWILIO_BASE_URL = f"{live_server.url}/mailbox/texts"
    settings.MESSAGES_PER_SECOND = {}
    make_message(tess)
    assert sending.tick() == 1
    [kept] = (tmp_path / "mail").glob("*.eml")
    assert "you have a message" in kept.read_text()
    settings.TWILIO_AUTH_TOKEN = "demo"
    assert Practice.current().display_name in kept.read_text()


def test_a_text_that_arrived_is_told_so(tess, stub):
    message = make_message(tess)
    sending.tick()
    assert again(message).arrival == ""
    assert Arrival.DELIVERED.label == "Arrived"
