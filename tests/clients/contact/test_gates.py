"""The last questions before a message leaves."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import transaction

from clients.contact import cards, gates, sending
from clients.contact.models import Channel, Consent, Message, State
from tests.cast import make_client, make_message


def ended_with(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.reason


def test_nothing_goes_to_somebody_whose_contact_is_suspended(hanna, sink):
    message = make_message(hanna)
    booked = make_message(hanna, is_follow_up=False)
    cards.suspend(hanna)
    later = make_message(hanna)
    assert sending.tick() == 0
    for held in (message, booked, later):
        assert ended_with(held) == (State.SUPPRESSED, "contact is suspended")
    assert sink.attempts == []


def test_suspension_holds_back_what_a_tick_has_claimed_already(hanna, now, sink):
    message = make_message(hanna)
    claims = sending.claim(now)
    cards.suspend(hanna)
    assert sending.send_claimed(claims) == 0
    assert ended_with(message) == (State.SUPPRESSED, "contact is suspended")


def test_what_was_held_back_stays_back_when_messages_may_go_again(hanna, sink):
    make_message(hanna)
    cards.suspend(hanna)
    cards.resume(hanna)
    assert sending.tick() == 0
    make_message(hanna)
    assert sending.tick() == 1


def test_a_suspended_person_s_partner_still_hears_from_us(hanna, ian, sink):
    cards.suspend(hanna)
    make_message(hanna)
    make_message(ian)
    assert sending.tick() == 1
    assert [attempt.recipient for attempt in sink.attempts] == ["ian@example.com"]


def test_after_a_stop_only_messages_about_appointments_go(hanna, sink):
    cards.stop_follow_ups(hanna)
    follow_up = make_message(hanna)
    make_message(hanna, is_follow_up=False)
    assert sending.tick() == 1
    assert ended_with(follow_up) == (State.SUPPRESSED, "the person asked us to stop")


def test_a_second_stop_keeps_the_time_of_the_first(hanna, now, travel):
    cards.stop_follow_ups(hanna)
    travel(now + timedelta(days=1))
    cards.stop_follow_ups(hanna)
    hanna.card.refresh_from_db()
    assert hanna.card.follow_ups_stopped_at == now


@pytest.mark.parametrize(
    ("purpose", "is_follow_up"),
    [(Consent.Purpose.FOLLOW_UPS, True), (Consent.Purpose.EMAIL, False)],
)
def test_each_kind_needs_its_own_consent(hanna, now, sink, purpose, is_follow_up):
    hanna.consents.filter(purpose=purpose).update(withdrawn_at=now)
    held = make_message(hanna, is_follow_up=is_follow_up)
    make_message(hanna, is_follow_up=not is_follow_up)
    assert sending.tick() == 1
    assert ended_with(held) == (State.SUPPRESSED, "no consent")


def test_who_never_agreed_to_follow_ups_gets_none(cast, sink):
    vera = make_client("Vera", follow_ups=False)
    message = make_message(vera)
    assert sending.tick() == 0
    assert ended_with(message) == (State.SUPPRESSED, "no consent")


def test_an_unsafe_or_missing_e_mail_means_a_call(hanna, ian, sink):
    hanna.card.email_is_safe = False
    hanna.card.save()
    ian.card.email = ""
    ian.card.save()
    messages = make_message(hanna), make_message(ian)
    assert sending.tick() == 0
    for message in messages:
        assert ended_with(message) == (State.SUPPRESSED, "no safe e-mail: please call")


def test_hours_that_leave_nothing_mean_a_call(cast, sink):
    owl = make_client("Owl", safe_hours=(time(5), time(7)))
    message = make_message(owl)
    assert sending.tick() == 0
    assert ended_with(message) == (State.SUPPRESSED, "no safe hours: please call")


def test_too_late_is_expired_and_not_sent(hanna, now, sink, travel):
    message = make_message(hanna, expires_at=now + timedelta(hours=1))
    travel(now + timedelta(hours=1))
    assert sending.tick() == 0
    assert ended_with(message) == (State.EXPIRED, "too late")
    assert [step.state for step in message.steps.all()] == [State.DUE, State.EXPIRED]


def test_outside_the_hours_it_waits_until_nine_where_the_person_is(cast, sink, travel):
    """Nine in the morning in Pensacola is ten in New York."""
    travel(datetime(2026, 12, 3, 4, tzinfo=UTC))
    vera = make_client("Vera", state="FL", time_zone="America/Chicago")
    message = make_message(vera)
    assert sending.tick() == 0
    assert ended_with(message) == (State.DUE, "")
    nine = datetime(2026, 12, 3, 15, tzinfo=UTC)
    assert message.next_try_at == nine
    travel(nine - timedelta(seconds=1))
    assert sending.tick() == 0
    travel(nine)
    assert sending.tick() == 1


def test_a_purpose_is_asked_right_before_it_goes(hanna, sink, monkeypatch):
    answers = iter(["not any more", ""])
    monkeypatch.setitem(gates._BY_PURPOSE, "note", lambda message: next(answers))
    first, second = make_message(hanna), make_message(hanna, purpose="other")
    assert sending.tick() == 1
    assert ended_with(first) == (State.SUPPRESSED, "not any more")
    assert ended_with(second) == (State.SENT, "")


def test_what_goes_with_a_message_happens_only_if_it_leaves(hanna, now, sink, monkeypatch):
    left: list[object] = []
    monkeypatch.setitem(gates._AT_DEPARTURE, "note", lambda message: left.append(message.pk))
    goes, expired = make_message(hanna), make_message(hanna, expires_at=now)
    make_message(hanna, due_at=now + timedelta(days=1))
    sending.tick()
    assert left == [goes.pk]
    assert ended_with(expired)[0] == State.EXPIRED


def test_a_stop_that_is_undone_stops_nothing(hanna, sink):
    make_message(hanna)
    with transaction.atomic():
        cards.stop_follow_ups(hanna)
        transaction.set_rollback(True)
    assert sending.tick() == 1


def test_who_prefers_a_call_is_called(hanna, ian, sink):
    hanna.card.channel = Channel.PHONE
    hanna.card.save()
    messages = [make_message(hanna, is_follow_up=follows) for follows in (True, False)]
    make_message(ian)
    assert sending.tick() == 1
    for message in messages:
        assert ended_with(message) == (State.SUPPRESSED, "prefers a call: please call")


def test_a_suspended_person_is_not_called_either(hanna):
    hanna.card.channel = Channel.PHONE
    hanna.card.save()
    message = make_message(hanna)
    cards.suspend(hanna)
    sending.tick()
    assert not ended_with(message)[1].endswith(gates.CALL)


def test_an_invitation_goes_to_somebody_who_agreed_to_nothing_yet(hanna, now, sink):
    hanna.consents.update(withdrawn_at=now)
    make_message(hanna, template=Message.Template.INVITED, is_follow_up=False)
    assert sending.tick() == 1


@pytest.mark.parametrize("template", ["reminder", "soon", "state_opens", "booked"])
def test_whatever_else_is_about_an_appointment_needs_their_agreement(hanna, now, sink, template):
    hanna.consents.filter(purpose=Consent.Purpose.EMAIL).update(withdrawn_at=now)
    message = make_message(hanna, template=template, is_follow_up=False, tells_time=now)
    assert sending.tick() == 0
    assert ended_with(message) == (State.SUPPRESSED, "no consent")


@pytest.mark.parametrize(
    ("field", "value"), [("email_is_safe", False), ("channel", Channel.PHONE), ("email", "")]
)
def test_an_invitation_goes_only_where_it_is_safe(hanna, sink, field, value):
    setattr(hanna.card, field, value)
    hanna.card.save()
    make_message(hanna, template=Message.Template.INVITED, is_follow_up=False)
    assert sending.tick() == 0


def test_an_invitation_keeps_the_safe_hours(cast, sink):
    vera = make_client("Vera", safe_hours=(time(17), time(20)))
    message = make_message(vera, template=Message.Template.INVITED, is_follow_up=False)
    assert sending.tick() == 0
    assert message.state == State.DUE


def all_wait_until(moment: datetime) -> gates.AskOfMany:
    return lambda messages: {each.pk: gates.Wait(moment) for each in messages}


def test_a_gate_can_ask_a_message_to_wait(hanna, now, sink, travel, monkeypatch):
    tomorrow = now + timedelta(days=1)
    wait = gates.Wait(tomorrow)
    asked = [lambda messages: {each.pk: wait for each in messages if each.purpose == "note"}]
    monkeypatch.setattr(gates, "_OF_FOLLOW_UPS", asked)
    message = make_message(hanna)
    assert sending.tick() == 0
    assert (ended_with(message), message.next_try_at) == ((State.DUE, ""), tomorrow)
    asked.clear()
    travel(tomorrow)
    assert sending.tick() == 1


def test_of_two_that_ask_to_wait_the_later_counts_within_the_safe_hours(
    hanna, now, sink, monkeypatch
):
    monkeypatch.setattr(gates, "_OF_FOLLOW_UPS", [all_wait_until(now + timedelta(hours=1))])
    at_night = now + timedelta(hours=14)
    monkeypatch.setitem(gates._BY_PURPOSE, "note", lambda _: gates.Wait(at_night))
    message = make_message(hanna)
    assert sending.tick() == 0
    message.refresh_from_db()
    assert message.next_try_at > at_night
    assert message.next_try_at == datetime(2026, 12, 3, 14, tzinfo=UTC)


def test_a_refusal_counts_more_than_a_wait(hanna, now, sink, monkeypatch):
    monkeypatch.setattr(gates, "_OF_FOLLOW_UPS", [all_wait_until(now + timedelta(hours=1))])
    monkeypatch.setitem(gates._BY_PURPOSE, "note", lambda _: "not any more")
    message = make_message(hanna)
    assert sending.tick() == 0
    assert ended_with(message) == (State.SUPPRESSED, "not any more")


def test_what_waits_longer_than_it_is_of_use_expires(hanna, now, sink, travel, monkeypatch):
    later = now + timedelta(days=1)
    monkeypatch.setitem(gates._BY_PURPOSE, "note", lambda _: gates.Wait(later))
    message = make_message(hanna, expires_at=now + timedelta(hours=3))
    sending.tick()
    travel(later)
    assert sending.tick() == 0
    assert ended_with(message) == (State.EXPIRED, "too late")
