"""What keeps floods from people: budgets of a network, one acknowledgement a day."""

from datetime import datetime, timedelta

from django.test import Client as Browser

from clients.contact.models import Message
from intake.models import ConsultationRequest
from practice.models import Practice
from scheduling.models import Appointment, Status
from tests.cast import Cast
from tests.intake.walking import ABOUT_YOU, book, open_slots, send, take_a_time


def test_a_network_can_t_hold_all_open_times(cast: Cast) -> None:
    for number in range(30):
        take_a_time(Browser(), number=0)
        assert Appointment.objects.filter(status=Status.HOLD).count() == number + 1
    late = Browser()
    send(late, "where", {"with_partner": "no", "state": "NJ", "time_zone": "America/New_York"})
    answer = send(late, "when", {"slot": open_slots(late)[0]})
    assert "Please wait a while, or call us." in answer.content.decode()
    assert Appointment.objects.filter(status=Status.HOLD).count() == 30
    elsewhere = Browser(REMOTE_ADDR="198.51.100.7")
    take_a_time(elsewhere)


def test_a_network_asks_ten_times_a_day_and_nothing_typed_is_lost(cast: Cast) -> None:
    for number in range(10):
        book(Browser(), email=f"somebody{number}@example.com")
    late = Browser()
    take_a_time(late)
    answer = send(late, "about-you", {**ABOUT_YOU, "email": "late@example.com"})
    assert "Please wait a while, or call us." in answer.content.decode()
    assert "late@example.com" in answer.content.decode()
    assert ConsultationRequest.objects.count() == 10


def test_an_address_gets_one_acknowledgement_a_day(cast: Cast, travel, now: datetime) -> None:
    for _ in range(3):
        page = book(Browser())
        assert "Your time is booked" in page.content.decode()
    assert Message.objects.filter(by_their_own_act=True).count() == 1
    travel(now + timedelta(days=1, minutes=1))
    book(Browser())
    assert Message.objects.filter(by_their_own_act=True).count() == 2


def test_a_time_that_is_over_is_not_booked(client: Browser, cast: Cast, travel) -> None:
    Practice.objects.update(minimum_notice_hours=1)
    take_a_time(client)
    held = Appointment.objects.get(status=Status.HOLD)
    travel(held.starts_at + timedelta(minutes=1))
    answer = send(client, "about-you", ABOUT_YOU)
    assert "Please choose a time." in answer.content.decode()
    assert not ConsultationRequest.objects.exists()
