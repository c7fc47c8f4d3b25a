"""What keeps floods from people: budgets, one acknowledgement a day, and traps for programs."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.test import Client as Browser

from clients.contact.models import Message
from intake.models import ConsultationRequest
from intake.views.sending import _ALL_REQUESTS
from practice.models import Practice
from scheduling.models import Appointment, Status
from tests.cast import Cast
from tests.intake.walking import (
    AGREE,
    PARTNER,
    REACH,
    TOGETHER,
    WHERE,
    address,
    book,
    open_slots,
    row_counts,
    send,
    stamped,
    stay,
    take_a_time,
    tell,
    text,
)

Travel = Callable[[datetime], None]
WAIT = "Please wait a while, or call us."


def from_network(number: int) -> Browser:
    return Browser(REMOTE_ADDR=f"10.{number // 250}.{number % 250}.7")


def acknowledgements() -> int:
    return Message.objects.filter(by_their_own_act=True).count()


def wait_listed(browser: Browser, **changed: str) -> Any:
    """Ask without a time; returns the last page."""
    send(browser, "where", WHERE)
    send(browser, "waitlist", {"days": ["0"], "parts": ["morning"]})
    return tell(browser, **changed)


# Budgets


def test_a_network_can_t_hold_all_open_times(cast: Cast) -> None:
    for number in range(30):
        take_a_time(Browser(), number=0)
        assert Appointment.objects.filter(status=Status.HOLD).count() == number + 1
    late = Browser()
    send(late, "where", WHERE)
    answer = send(late, "when", {"slot": open_slots(late)[0]})
    assert WAIT in text(answer)
    assert Appointment.objects.filter(status=Status.HOLD).count() == 30
    take_a_time(from_network(1))


def test_a_network_asks_ten_times_a_day_and_nothing_typed_is_lost(
    cast: Cast, travel: Travel, now: datetime
) -> None:
    for number in range(10):
        book(Browser(), email=f"somebody{number}@example.com")
    late = Browser()
    take_a_time(late)
    answer = tell(late, email="late@example.com")
    assert WAIT in text(answer)
    assert answer.context["form"]["signature"].value() == AGREE["signature"]
    form = late.get(address("about-you")).context["form"]
    assert form["email"].value() == "late@example.com"
    assert ConsultationRequest.objects.count() == 10
    travel(now + timedelta(days=1, minutes=1))
    assert "Your time is booked" in text(book(Browser(), email="late@example.com"))


def test_an_address_is_asked_from_five_times_a_day_wherever_from(cast: Cast) -> None:
    for number in range(5):
        wait_listed(from_network(number))
    answer = wait_listed(from_network(5), email=REACH["email"].upper())
    assert WAIT in text(answer)
    assert ConsultationRequest.objects.count() == 5
    assert "We look for a time" in text(wait_listed(from_network(5), email="v2@example.com"))


def test_people_without_an_address_have_no_budget_in_common(cast: Cast) -> None:
    for number in range(7):
        answer = wait_listed(from_network(number), channel="phone", email="")
        assert "We look for a time" in text(answer)


def test_all_together_ask_no_more_than_anybody_could_answer(
    client: Browser, cast: Cast, rf: Any, travel: Travel, now: datetime
) -> None:
    while _ALL_REQUESTS.spend(rf.get("/")):
        pass
    answer = wait_listed(client)
    assert WAIT in text(answer)
    assert not ConsultationRequest.objects.exists()
    travel(now + timedelta(hours=1, minutes=1))
    assert "We look for a time" in text(wait_listed(client))


def test_who_is_refused_learns_nothing_of_who_asked_before(cast: Cast) -> None:
    for number in range(5):
        wait_listed(from_network(number))
    of_the_address = text(wait_listed(from_network(9)))
    for number in range(10):
        wait_listed(Browser(), email=f"n{number}@example.com")
    of_the_network = text(wait_listed(Browser(), email="new@example.com"))
    assert WAIT in of_the_address
    assert WAIT in of_the_network


# Mails


def test_an_address_gets_one_acknowledgement_a_day(
    cast: Cast, travel: Travel, now: datetime
) -> None:
    for _ in range(3):
        assert "Your time is booked" in text(book(Browser()))
    assert acknowledgements() == 1
    travel(now + timedelta(days=1, minutes=1))
    book(Browser())
    assert acknowledgements() == 2


def test_booked_and_waiting_together_are_acknowledged_once(cast: Cast) -> None:
    book(Browser())
    wait_listed(Browser(), email=REACH["email"].upper())
    assert ConsultationRequest.objects.count() == 2
    assert acknowledgements() == 1


def test_a_stranger_named_as_partner_again_and_again_is_written_to_once_a_week(
    cast: Cast, travel: Travel, now: datetime
) -> None:
    for number in range(4):
        book(from_network(number), TOGETHER, **{**PARTNER, "email": f"v{number}@example.com"})
    invited = Message.objects.filter(template=Message.Template.INVITED)
    assert invited.count() == 1
    travel(now + timedelta(days=7, minutes=1))
    book(from_network(9), TOGETHER, **{**PARTNER, "email": "v9@example.com"})
    assert invited.count() == 2


def test_a_time_that_is_over_is_not_booked(client: Browser, cast: Cast, travel: Travel) -> None:
    Practice.objects.update(minimum_notice_hours=1)
    take_a_time(client)
    held = Appointment.objects.get(status=Status.HOLD)
    stay(client, travel, held.starts_at + timedelta(minutes=1))
    answer = tell(client)
    assert "Please choose a time." in text(answer)
    assert not ConsultationRequest.objects.exists()


# Programs


def blind(number: int) -> None:
    """Posts what it saw somewhere to every address, without having come by the pages."""
    bot = from_network(number % 40)
    for step in ("when", "about-you", "what-brings-you", "agree"):
        bot.post(address(step), {**REACH, **AGREE, "website": "x"})


def greedy(number: int) -> None:
    """Goes all the way and fills in every field there is."""
    bot = from_network(number % 40)
    send(bot, "where", WHERE)
    send(bot, "waitlist", {"days": ["0"], "parts": ["morning"]})
    tell(bot, email=f"bot{number}@example.com", website="https://spam.example")


def hasty(number: int) -> None:
    """Goes all the way in no time."""
    bot = from_network(number % 40)
    send(bot, "where", WHERE)
    send(bot, "waitlist", {"days": ["0"], "parts": ["morning"]})
    tell(bot, email=f"bot{number}@example.com")


def patient(stamp: str, number: int) -> None:
    """Uses a page that was open for a while again and again, always for one victim."""
    bot = from_network(0)
    send(bot, "where", WHERE)
    send(bot, "waitlist", {"days": ["0"], "parts": ["morning"]})
    tell(bot, email="victim@example.com", opened=stamp)
    bot.post(address("agree"), {**AGREE, "opened": stamp})


def test_after_a_flood_mails_and_rows_are_few_and_a_person_gets_through(
    cast: Cast, settings: Any, travel: Travel, now: datetime
) -> None:
    settings.HUMAN_SECONDS = 2
    person = from_network(77)
    take_a_time(person)
    stamp = stamp_of_a_page()
    travel(now + timedelta(seconds=5))
    before = row_counts()
    for number in range(40):
        blind(number)  # 4 posts
        hasty(number) if number % 2 else greedy(number)  # 5 posts
        if number % 4 == 0:
            patient(stamp, number)
    assert ConsultationRequest.objects.count() == 5  # the victim's address has had its share
    grown = {table: rows - before[table] for table, rows in row_counts().items()}
    assert {table for table, rows in grown.items() if rows > 25} == {"django_session"}
    assert acknowledgements() == 1
    assert Message.objects.count() <= 5
    answer = tell(person, opened=stamp)
    assert "Your time is booked" in text(answer)


def stamp_of_a_page() -> str:
    browser = Browser()
    wait_listed(browser, adult="")
    return stamped(browser.get(address("agree")))
