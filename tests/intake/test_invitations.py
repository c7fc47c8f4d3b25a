"""The partner: written to once, answers alone, and neither learns what the other said."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse

from clients.contact import sending
from clients.contact.models import Consent, Message
from clients.models import Client
from intake import erasure, invitations, triage
from intake.models import ConsultationRequest, SafetyScreen, Situation
from practice.audit import trail
from practice.audit.models import Entry
from scheduling import booking, lifecycle, places
from tests.access import requests
from tests.cast import EASTERN, Cast, in_days
from tests.intake.walking import PARTNER, SAFE, TOGETHER, book
from tests.kept import kept
from tests.scheduling.racing import of_kind, race

Travel = Callable[[datetime], None]

ANSWERS = {
    "state": "NJ",
    "time_zone": EASTERN,
    "channel": "email",
    "email": "paul@example.com",
    "safe_hours": "any",
    "words": "CANARY what Paul wrote",
    "adult": "on",
    "agree_telehealth": "on",
    "agree_email": "on",
    "agree_secrets": "on",
    "signature": "Paul Partner",
    **SAFE,
}
NOT_SAFE = {**ANSWERS, "safety_hurt": "yes"}


@kept
def asked(cast: Cast) -> ConsultationRequest:
    """Vera asked for a time and had us write to Paul."""
    return requests.invited(cast.nora, 5, "Vera", "Paul")


@pytest.fixture
def paul(asked: ConsultationRequest) -> Client:
    assert asked.partner is not None
    return asked.partner


def letters_to(address: str) -> list[str]:
    return [each.message().as_string() for each in mail.outbox if each.to == [address]]


def link_in(letter: str) -> str:
    found = re.search(r"http://testserver(/s/[\w-]{43})", letter)
    assert found
    return found[1]


def answer(asked: ConsultationRequest, client: Client, given: dict[str, str]) -> Any:
    browser = Browser()
    requests.visit(browser, asked, client)
    return browser.post(reverse("your-request"), given, follow=True)


def templates_for(client: Client) -> set[str]:
    return set(Message.objects.filter(client=client).values_list("template", flat=True))


def test_from_the_number_passed_on_to_their_own_code_and_the_time(cast: Cast) -> None:
    page = book(Browser(), TOGETHER, **PARTNER)
    number = page.context["number"]
    assert re.fullmatch(r"\d{4} \d{4}", number)
    sending.tick()
    (letter,) = letters_to("paul@example.com")
    browser = Browser()
    link = link_in(letter)
    enrolled = browser.post(link, {"code": number})
    assert enrolled.headers["Location"] == reverse("choose-code")
    page = browser.post(reverse("choose-code"), {"code": "only-paul-9"}, follow=True)
    assert "A few questions for you alone" in page.content.decode()
    page = browser.post(reverse("your-request"), ANSWERS, follow=True)
    assert "Thank you. We have your answers" in page.content.decode()
    sending.tick()
    booked = letters_to("paul@example.com")[-1]
    assert "Your appointment" in booked
    assert Browser().post(link, {"code": number}).status_code == 200  # it opens nothing again
    seen = Browser().post(link_in(booked), {"code": "only-paul-9"}, follow=True)
    assert "Your appointment" in seen.content.decode()


def test_without_the_number_the_link_opens_nothing(cast: Cast) -> None:
    book(Browser(), TOGETHER, **PARTNER)
    sending.tick()
    link = link_in(letters_to("paul@example.com")[0])
    for code in ("", "0000 0000", "sunflower7"):
        page = Browser().post(link, {"code": code}, follow=True)
        assert "A few questions" not in page.content.decode()


def test_the_invitation_names_nobody_and_nothing(cast: Cast, asked: ConsultationRequest) -> None:
    sending.tick()
    (letter,) = letters_to("paul@example.com")
    for word in ("vera", "paul v", "counsel", "consult", "therap", "couple", "affair", "partner"):
        assert word not in letter.lower()


def test_until_they_answered_they_are_told_no_time(
    asked: ConsultationRequest, paul: Client
) -> None:
    assert templates_for(paul) == {"invited"}
    assert asked.appointment is not None
    assert asked.appointment.attendees.filter(client=None).count() == 1
    lifecycle.move(asked.appointment, in_days(asked.asked_at, 6), by=trail.SYSTEM)
    assert templates_for(paul) == {"invited"}


def test_what_they_answer_is_kept_as_their_own(asked: ConsultationRequest, paul: Client) -> None:
    answer(asked, paul, {**ANSWERS, "email": "paul.alone@example.com"})
    assert Situation.objects.get(client=paul).words == "CANARY what Paul wrote"
    assert not SafetyScreen.objects.get(client=paul).raised
    assert requests.one(asked).partner_answered_at is not None
    card = Client.objects.get(pk=paul.pk).card
    assert card.email == "paul.alone@example.com"
    signed = Consent.objects.filter(client=paul, withdrawn_at=None)
    assert {each.purpose for each in signed} == {"telehealth", "email", "secrets"}
    assert {each.signature for each in signed} == {"Paul Partner"}
    assert Entry.objects.filter(note="partner answered", client_id=str(paul.pk)).exists()


def test_from_then_on_the_appointment_is_theirs_too(
    asked: ConsultationRequest, paul: Client
) -> None:
    answer(asked, paul, ANSWERS)
    assert asked.appointment is not None
    own = asked.appointment.attendees.get(client=paul)
    assert (own.state_id, own.time_zone) == ("NJ", EASTERN)
    assert own.place_confirmed_at is not None
    assert templates_for(paul) == {"invited", "booked", "reminder", "soon"}


def test_where_they_will_be_is_what_they_say_and_a_place_not_served_is_not_let_through(
    asked: ConsultationRequest, paul: Client
) -> None:
    answer(asked, paul, {**ANSWERS, "state": "TX"})
    after = requests.one(asked)
    assert after.appointment is not None
    assert after.partner_state_id == "TX"
    assert not places.verdict(after.appointment)


def test_a_second_answer_changes_nothing(asked: ConsultationRequest, paul: Client) -> None:
    answer(asked, paul, ANSWERS)
    page = answer(asked, paul, {**NOT_SAFE, "words": "CANARY the second"})
    assert "Thank you. We have your answers" in page.content.decode()
    assert Situation.objects.get(client=paul).words == "CANARY what Paul wrote"
    assert not requests.one(asked).needs_counselor


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_sent_many_times_in_the_same_instant_one_answer_is_kept(
    asked: ConsultationRequest, paul: Client
) -> None:
    results = race(*[partial(requests.answered, asked)] * 4)
    assert len(of_kind(results, invitations.AlreadyAnswered)) == 3
    assert len(of_kind(results, ConsultationRequest)) == 1
    assert Situation.objects.filter(client=paul).count() == 1


@pytest.mark.parametrize(
    "missing",
    [
        *("state", "time_zone", "channel", "email", "adult", "signature", "safety_afraid"),
        *("agree_telehealth", "agree_email", "agree_secrets"),
    ],
)
def test_what_is_missing_is_asked_for_and_what_was_typed_stays(
    asked: ConsultationRequest, paul: Client, missing: str
) -> None:
    page = answer(asked, paul, {**ANSWERS, missing: ""})
    assert page.context["form"].errors
    assert "CANARY what Paul wrote" in page.content.decode()
    assert requests.one(asked).partner_answered_at is None
    assert not Situation.objects.filter(client=paul).exists()


# Not safe


def test_who_is_not_safe_is_put_down_for_nothing_and_a_counselor_is_told(
    asked: ConsultationRequest, paul: Client
) -> None:
    page = answer(asked, paul, NOT_SAFE).content.decode()
    assert "gets in touch with you alone" in page
    assert "about the time" not in page
    after = requests.one(asked)
    assert after.needs_counselor
    assert after.appointment is not None
    assert not after.appointment.attendees.filter(client=paul).exists()
    assert templates_for(paul) == {"invited"}


def test_and_the_one_who_asked_sees_no_sign_of_it(asked: ConsultationRequest, paul: Client) -> None:
    before = requests.visit(Browser(), asked)
    answer(asked, paul, NOT_SAFE)
    assert masked(requests.visit(Browser(), asked)) == masked(before)


def test_not_even_once_the_time_is_canceled(asked: ConsultationRequest, paul: Client) -> None:
    assert asked.appointment is not None
    lifecycle.call_off(asked.appointment, by=trail.SYSTEM)
    before = requests.visit(Browser(), asked)
    answer(asked, paul, NOT_SAFE)
    assert masked(requests.visit(Browser(), asked)) == masked(before)


def masked(page: str) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1CSRF", page)


def test_the_counselor_reads_each_alone_side_by_side(
    cast: Cast,
    signed_in: Callable[..., Browser],
    asked: ConsultationRequest,
    paul: Client,
) -> None:
    answer(asked, paul, NOT_SAFE)
    address = reverse("consultations:page", args=[asked.pk])
    page = signed_in(cast.nora.user).get(address).content.decode()
    assert "CANARY what Paul wrote" in page
    assert "Please read the safety answers first." in page
    read = Entry.objects.filter(verb="read", resource_id=str(asked.pk), role="counselor")
    assert set(read.values_list("client_id", flat=True)) == {str(asked.client_id), str(paul.pk)}


# Alone after all


def test_booked_for_the_other_alone_an_answer_that_comes_later_tells_them_nothing(
    cast: Cast, asked: ConsultationRequest, paul: Client, now: datetime
) -> None:
    assert asked.appointment is not None
    lifecycle.call_off(asked.appointment, by=trail.SYSTEM)
    alone = triage.accept(asked, cast.nora, in_days(now, 8), alone=True, by=trail.SYSTEM)
    answer(asked, paul, ANSWERS)
    assert list(alone.attendees.values_list("client", flat=True)) == [asked.client_id]
    assert templates_for(paul) == {"invited"}


# No messages


def test_who_wants_no_messages_gets_none_and_nobody_is_told(
    asked: ConsultationRequest, paul: Client
) -> None:
    before = requests.visit(Browser(), asked)
    browser = Browser()
    requests.visit(browser, asked, paul)
    page = browser.post(reverse("your-request-no-messages"))
    assert page.status_code == 200
    assert browser.get(reverse("your-request")).status_code == 403  # the visit is over
    assert Client.objects.get(pk=paul.pk).card.suspended_at is not None
    mail.outbox.clear()
    sending.tick()
    assert letters_to("paul@example.com") == []
    assert masked(requests.visit(Browser(), asked)) == masked(before)


def test_the_one_who_asked_cannot_silence_their_partner(
    asked: ConsultationRequest, paul: Client
) -> None:
    browser = Browser()
    requests.visit(browser, asked)
    assert browser.post(reverse("your-request-no-messages")).status_code == 404
    assert Client.objects.get(pk=paul.pk).card.suspended_at is None


def test_the_partner_cannot_choose_or_refuse_times_for_the_one_who_asked(
    cast: Cast, asked: ConsultationRequest, paul: Client, now: datetime
) -> None:
    assert asked.appointment is not None
    lifecycle.call_off(asked.appointment, by=trail.SYSTEM)
    triage.offer(asked, [(cast.nora, in_days(now, 8))], by=trail.SYSTEM)
    browser = Browser()
    requests.visit(browser, asked, paul)
    assert browser.post(reverse("your-request-none-fits")).status_code == 404
    browser.post(reverse("your-request"), {"slot": requests.first_offer(asked)})
    assert requests.one(asked).status == "offered"


# One invitation


def test_an_address_is_invited_once_in_a_week_whoever_names_it(
    cast: Cast, asked: ConsultationRequest, now: datetime, travel: Travel
) -> None:
    def invitations_sent() -> int:
        return Message.objects.filter(template="invited").count()

    requests.invited(cast.nora, 6, "Mallory", "PAUL")
    assert invitations_sent() == 1
    requests.invited(cast.nora, 7, "Vincent", "Peter")
    assert invitations_sent() == 2
    travel(now + timedelta(days=7, seconds=1))
    requests.invited(cast.nora, 8, "Marga", "Paul")
    assert invitations_sent() == 3


def test_who_wants_no_messages_is_never_invited_again(
    cast: Cast, asked: ConsultationRequest, now: datetime, travel: Travel
) -> None:
    invitations.refuse(asked, by=trail.SYSTEM)
    travel(now + timedelta(days=30))
    again = requests.invited(cast.nora, 40, "Marga", "Paul")
    assert not Message.objects.filter(client=again.partner).exists()


def test_taking_everything_back_does_not_open_the_way_to_another_invitation(
    cast: Cast, asked: ConsultationRequest
) -> None:
    erasure.withdraw(asked.client, by=trail.SYSTEM)
    again = requests.invited(cast.nora, 8, "Marga", "Paul")
    assert not Message.objects.filter(client=again.partner).exists()


def test_an_offer_does_not_stop_the_invitation_on_its_way(cast: Cast, now: datetime) -> None:
    asked = requests.invited(cast.nora, 6, "Mona", "Piet")
    assert asked.appointment is not None
    lifecycle.call_off(asked.appointment, by=trail.SYSTEM)
    triage.offer(asked, [(cast.nora, in_days(now, 9))], by=trail.SYSTEM)
    assert Message.objects.get(client=asked.partner, template="invited").state == "due"


def test_a_partner_who_answers_while_times_are_offered_comes_to_the_one_that_is_chosen(
    cast: Cast, now: datetime
) -> None:
    asked = requests.invited(cast.nora, 6, "Mona", "Piet")
    assert asked.appointment is not None
    lifecycle.call_off(asked.appointment, by=trail.SYSTEM)
    (offer,) = triage.offer(asked, [(cast.nora, in_days(now, 9))], by=trail.SYSTEM)
    requests.answered(asked)
    chosen = triage.choose(offer, by=trail.SYSTEM)
    assert chosen.attendees.filter(client=asked.partner).exists()
    assert Message.objects.filter(client=asked.partner, template="booked").count() == 1


def test_a_partner_elsewhere_is_booked_for_no_time_that_was_offered(
    cast: Cast, now: datetime
) -> None:
    asked = requests.invited(cast.nora, 6, "Mona", "Piet")
    assert asked.appointment is not None
    lifecycle.call_off(asked.appointment, by=trail.SYSTEM)
    (offer,) = triage.offer(asked, [(cast.nora, in_days(now, 9))], by=trail.SYSTEM)
    requests.answered(asked, place=("TX", EASTERN))
    with pytest.raises(booking.HoldEnded):
        triage.choose(offer, by=trail.SYSTEM)
