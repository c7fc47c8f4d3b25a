"""Who of those that wait could have an open time, and offering it to one of them at a time."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.contact.models import Channel, ContactCard, Message
from intake import gaps, triage
from intake.models import ConsultationRequest, Offer, Status
from practice.audit import trail
from practice.audit.models import Entry
from practice.models import State
from scheduling import lifecycle
from scheduling.models import Appointment
from scheduling.models import Status as AppointmentStatus
from tests.access import requests
from tests.cast import (
    CENTRAL,
    EASTERN,
    Cast,
    in_days,
    make_consultation,
    make_counselor,
    make_session,
)
from tests.kept import kept
from tests.scheduling.desk.seeing import clinical, queries, text
from tests.scheduling.racing import race

SignIn = Callable[..., Browser]
Travel = Callable[[datetime], None]


@pytest.fixture
def desk(cast: Cast, signed_in: SignIn) -> Browser:
    return signed_in(cast.dan)


@pytest.fixture
def friday(now: datetime) -> datetime:
    """Friday, Dec 4, 11 AM in New York."""
    return in_days(now, 2)


@kept
def wanda(cast: Cast) -> ConsultationRequest:
    """She waits; nobody looks after her request yet."""
    return requests.waiting("NJ", "Wanda")


def change(asked: ConsultationRequest, **facts: Any) -> None:
    ConsultationRequest.objects.filter(pk=asked.pk).update(**facts)


def names(cast: Cast, at: datetime) -> list[str]:
    return [row.name for row in gaps.fitting(cast.nora, at)]


def gap(cast: Cast, at: datetime) -> str:
    return f"{reverse('desk:gap')}?counselor={cast.nora.pk}&at={at.isoformat()}".replace("+", "%2B")


def offer(browser: Browser, asked: ConsultationRequest, slot: str) -> Any:
    return browser.post(reverse("requests:offer-one", args=[asked.pk]), {"slot": slot}, follow=True)


def slot(cast: Cast, at: datetime) -> str:
    return f"{cast.nora.pk}|{at.isoformat()}"


# Who fits


def test_who_has_waited_longest_comes_first(cast: Cast, friday: datetime, now: datetime) -> None:
    for number, name in enumerate(["Ada", "Bea", "Cleo"]):
        change(requests.waiting("NJ", name), asked_at=now - timedelta(days=number))
    assert names(cast, friday) == ["Cleo Visitor", "Bea Visitor", "Ada Visitor"]


@pytest.mark.parametrize(
    ("facts", "fits"),
    [
        ({}, True),
        ({"wished_days": [4]}, True),
        ({"wished_days": [0, 1]}, False),
        ({"wished_parts": ["morning"]}, True),
        ({"wished_parts": ["afternoon", "evening"]}, False),
        ({"wished_days": [4], "wished_parts": ["morning"]}, True),
        ({"status": Status.REVIEW}, False),
        ({"needs_counselor": True}, False),
    ],
)
def test_wishes_and_standing_decide(
    cast: Cast, wanda: ConsultationRequest, friday: datetime, facts: dict[str, Any], fits: bool
) -> None:
    change(wanda, **facts)
    assert names(cast, friday) == (["Wanda Visitor"] if fits else [])


def test_wishes_are_on_the_clock_of_who_wishes(cast: Cast, wanda: ConsultationRequest) -> None:
    noon = in_days(cast.case.opened_at, 2, 17)  # noon in New York, 11 AM in Chicago
    change(wanda, wished_parts=["morning"])
    assert names(cast, noon) == []
    wanda.client.time_zone = CENTRAL
    wanda.client.save()
    assert names(cast, noon) == ["Wanda Visitor"]


def test_every_place_needs_a_license_on_that_day(
    cast: Cast, wanda: ConsultationRequest, friday: datetime
) -> None:
    ma = State.objects.get(pk="MA")
    change(wanda, with_partner=True, partner_state=ma, partner_time_zone=EASTERN)
    assert names(cast, friday) == []
    change(wanda, partner_state=State.objects.get(pk="NY"))
    assert names(cast, friday) == ["Wanda Visitor"]
    cast.nora.licenses.filter(state="NY").update(expires_on=friday.date() - timedelta(days=1))
    assert names(cast, friday) == []


def test_a_state_that_is_no_longer_served_fits_nobody(
    cast: Cast, wanda: ConsultationRequest, friday: datetime
) -> None:
    State.objects.filter(pk="NJ").update(served=False)
    assert names(cast, friday) == []


def test_whoever_is_with_another_counselor_is_left_to_them(
    cast: Cast, wanda: ConsultationRequest, friday: datetime
) -> None:
    change(wanda, counselor=cast.ida)
    assert names(cast, friday) == []
    change(wanda, counselor=cast.nora)
    assert names(cast, friday) == ["Wanda Visitor"]


def test_only_so_many_are_shown(cast: Cast, friday: datetime) -> None:
    for number in range(gaps.MOST_SHOWN + 1):
        requests.waiting("NJ", f"Wan{number}")
    assert len(gaps.fitting(cast.nora, friday)) == gaps.MOST_SHOWN


# The panel


def test_the_panel_says_who_where_how_long_and_how_to_reach_them(
    desk: Browser, cast: Cast, wanda: ConsultationRequest, friday: datetime, now: datetime
) -> None:
    change(wanda, asked_at=now - timedelta(days=3))
    page = text(desk.get(gap(cast, friday)))
    assert "Wanda Visitor · One person · NJ · waits for 3 days" in page
    assert "On their clock: Friday, Dec 4, 11:00 AM Eastern (EST)" in page
    assert "E-mail only." in page
    assert "Offer this time" in page
    assert "Call first" not in page


def test_who_wants_a_call_is_called_first_in_neutral_words(
    desk: Browser, cast: Cast, wanda: ConsultationRequest, friday: datetime
) -> None:
    card = ContactCard.objects.get(pk=wanda.client_id)
    card.channel, card.phone = Channel.PHONE, "212-555-0134"
    card.safe_from, card.safe_until = time(9), time(12)
    card.save()
    page = text(desk.get(gap(cast, friday)))
    assert "Call first Call only, 9 AM to noon on their clock, no voicemail. 212-555-0134" in page
    assert "This is Oak Street Office for Wanda. Is this a good moment?" in page
    assert "Please call them." in text(offer(desk, wanda, slot(cast, friday)))


def test_who_is_held_back_is_not_offered_anything(
    desk: Browser, cast: Cast, wanda: ConsultationRequest, friday: datetime, now: datetime
) -> None:
    ContactCard.objects.filter(pk=wanda.client_id).update(suspended_at=now)
    page = text(desk.get(gap(cast, friday)))
    assert "Don’t write or call now" in page
    assert "Offer this time" not in page


def test_looking_at_who_waits_is_recorded(
    desk: Browser, cast: Cast, wanda: ConsultationRequest, friday: datetime
) -> None:
    desk.get(gap(cast, friday))
    row = Entry.objects.get(verb="read", note="open time")
    assert (row.resource_id, row.client_id) == (str(wanda.pk), str(wanda.client_id))


def test_the_panel_reads_nothing_clinical_and_as_much_for_one_as_for_many(
    desk: Browser, cast: Cast, wanda: ConsultationRequest, friday: datetime
) -> None:
    def statements() -> list[str]:
        with queries() as found:
            assert desk.get(gap(cast, friday)).status_code == 200
        return found

    statements()  # the first page after signing in writes the session
    few = statements()
    for number in range(4):
        requests.waiting("NJ", f"Wan{number}")
    many = statements()
    assert clinical(many) == set()
    assert len(many) == len(few)


# Offering


def test_one_time_is_offered_and_kept_and_they_are_told(
    desk: Browser, cast: Cast, wanda: ConsultationRequest, friday: datetime
) -> None:
    before = Message.objects.filter(client=wanda.client).count()
    page = text(offer(desk, wanda, slot(cast, friday)))
    assert "Offered. The time is kept for them for two days." in page
    wanda.refresh_from_db()
    assert (wanda.status, wanda.counselor) == (Status.OFFERED, cast.nora)
    (kept,) = Offer.objects.filter(request=wanda)
    assert kept.appointment.starts_at == friday
    assert kept.appointment.status == AppointmentStatus.HOLD
    assert Message.objects.filter(client=wanda.client).count() == before + 1


def test_while_it_is_offered_to_one_it_is_open_for_nobody_else(
    desk: Browser, cast: Cast, wanda: ConsultationRequest, friday: datetime
) -> None:
    other = requests.waiting("NJ", "Olive")
    offer(desk, wanda, slot(cast, friday))
    page = text(desk.get(gap(cast, friday)))
    assert "Olive" not in page
    assert "Held for" in page
    refused = text(offer(desk, other, slot(cast, friday)))
    assert "Nothing was offered." in refused
    other.refresh_from_db()
    assert other.status == Status.WAITING
    assert Offer.objects.count() == 1


def test_once_they_say_no_it_is_open_again(
    desk: Browser, cast: Cast, wanda: ConsultationRequest, friday: datetime
) -> None:
    requests.waiting("NJ", "Olive")
    offer(desk, wanda, slot(cast, friday))
    triage.none_fits(wanda, by=trail.SYSTEM)
    assert "Olive Visitor" in text(desk.get(gap(cast, friday)))


def test_a_gap_of_today_can_be_offered_whatever_notice_visitors_must_give(
    desk: Browser, cast: Cast, wanda: ConsultationRequest, now: datetime
) -> None:
    today = now + timedelta(hours=3)
    offer(desk, wanda, slot(cast, today))
    (kept,) = Offer.objects.filter(request=wanda)
    assert kept.appointment.hold_ends_at == today


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "|",
        "1|",
        "999999|2026-12-04T16:00:00+00:00",
        "1|2026-12-04",
        "1|9999-12-31T23:59:59+00:00",
        "\x00|1",
    ],
)
def test_what_names_no_time_offers_nothing(
    desk: Browser, cast: Cast, wanda: ConsultationRequest, value: str
) -> None:
    value = value.replace("1|", f"{cast.nora.pk}|", 1) if value.startswith("1|") else value
    assert offer(desk, wanda, value).status_code == 200
    assert Offer.objects.count() == 0


def test_a_time_outside_the_hours_or_over_is_refused_in_words(
    desk: Browser, cast: Cast, wanda: ConsultationRequest, friday: datetime, now: datetime
) -> None:
    for moment in (friday + timedelta(days=1), now - timedelta(hours=1)):
        assert "Nothing was offered." in text(offer(desk, wanda, slot(cast, moment)))
    assert Offer.objects.count() == 0


def test_a_place_without_a_license_is_refused(desk: Browser, cast: Cast, friday: datetime) -> None:
    elsewhere = requests.waiting("MA", "Mona")
    assert "Nothing was offered." in text(offer(desk, elsewhere, slot(cast, friday)))
    assert Offer.objects.count() == 0


def test_whose_answers_nobody_has_read_is_not_offered_anything(
    desk: Browser, cast: Cast, wanda: ConsultationRequest, friday: datetime
) -> None:
    change(wanda, needs_counselor=True)
    page = text(offer(desk, wanda, slot(cast, friday)))
    assert "A counselor reads what they answered first." in page
    assert Offer.objects.count() == 0


def test_counselors_and_the_owner_offer_nothing_here(
    cast: Cast, signed_in: SignIn, wanda: ConsultationRequest, friday: datetime
) -> None:
    for user in (cast.nora.user, cast.olga):
        assert offer(signed_in(user), wanda, slot(cast, friday)).status_code == 404
    assert Offer.objects.count() == 0


# A consultation that moves


def test_the_request_follows_its_consultation_to_another_counselor(
    cast: Cast, friday: datetime
) -> None:
    rosa = make_counselor("rosa", ["FL"])
    consultation = make_consultation(cast.nora, friday)
    lifecycle.move(consultation, friday, trail.SYSTEM, counselor=rosa)
    asked = ConsultationRequest.objects.get(appointment=consultation)
    assert asked.counselor == rosa


def test_a_session_has_no_request_to_follow(cast: Cast, friday: datetime) -> None:
    before = list(ConsultationRequest.objects.values_list("pk", "counselor"))
    session = make_session(cast.case, friday)
    lifecycle.move(session, friday + timedelta(hours=1), trail.SYSTEM)
    assert list(ConsultationRequest.objects.values_list("pk", "counselor")) == before


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_desks_offer_one_time_and_one_couple_is_kept_it(
    cast: Cast, friday: datetime, now: datetime
) -> None:
    couples = [requests.waiting("NJ", f"Wan{number}") for number in range(4)]
    times = [(cast.nora, friday)]
    race(*[partial(triage.offer, each, times, by=trail.SYSTEM) for each in couples])
    held = Appointment.objects.filter(status=AppointmentStatus.HOLD, starts_at=friday)
    assert held.count() == Offer.objects.count() == 1
    assert ConsultationRequest.objects.filter(status=Status.WAITING).count() == 3


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_desk_moves_a_consultation_while_another_books_anew_and_nobody_waits_for_ever(
    cast: Cast, friday: datetime, now: datetime
) -> None:
    rosa = make_counselor("rosa", ["FL"])
    consultation = make_consultation(cast.nora, friday)
    asked = ConsultationRequest.objects.get(appointment=consultation)

    def moved() -> Appointment:
        return lifecycle.move(consultation, friday, trail.SYSTEM, counselor=rosa)

    def called_off_and_offered() -> None:
        lifecycle.call_off(consultation, trail.SYSTEM)
        triage.offer(asked, [(cast.nora, friday + timedelta(hours=1))], by=trail.SYSTEM)

    results = race(moved, called_off_and_offered)
    allowed = (Appointment, lifecycle.NotOpen, triage.NotNow, type(None))
    assert all(isinstance(each, allowed) for each in results), results
