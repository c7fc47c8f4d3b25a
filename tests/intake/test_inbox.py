"""The inbox of requests, and a request's page: for the desk and for counselors."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.contact import cards
from clients.contact.cards import Contact
from clients.contact.models import Message
from intake import opening, triage
from intake.models import ConsultationRequest, DeclineReason
from practice.audit import trail
from practice.audit.models import Entry
from scheduling import lifecycle
from scheduling.models import Appointment, Status
from tests.access import requests
from tests.cast import Cast, in_days, make_consultation
from tests.scheduling.desk.seeing import clinical, queries

SignIn = Callable[..., Browser]
Travel = Callable[[datetime], None]


@pytest.fixture
def desk(cast: Cast, signed_in: SignIn) -> Browser:
    return signed_in(cast.dan)


@pytest.fixture
def nora(cast: Cast, signed_in: SignIn) -> Browser:
    return signed_in(cast.nora.user)


def inbox(browser: Browser, **asked: Any) -> list[dict[str, Any]]:
    """The lines that it shows."""
    rows: list[dict[str, Any]] = browser.get(reverse("requests:inbox"), asked).context["rows"]
    return rows


def names(browser: Browser, **asked: Any) -> list[str]:
    return [row["name"] for row in inbox(browser, **asked)]


def address(asked: ConsultationRequest, name: str = "page") -> str:
    return reverse(f"requests:{name}", args=[asked.pk])


def words_of(page: Any) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode())))


def close(asked: ConsultationRequest) -> None:
    reason = DeclineReason.objects.get(pk="no-time")
    triage.decline(asked, reason, tell=False, by=trail.SYSTEM)


def set_appointment(asked: ConsultationRequest, status: str) -> ConsultationRequest:
    Appointment.objects.filter(request=asked).update(status=status)
    return asked


# Its lines


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (timedelta(minutes=59), "in the last hour"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=40), "40 days ago"),
    ],
)
def test_each_line_says_how_long_ago_it_was_asked(
    cast: Cast, signed_in: SignIn, now: datetime, travel: Travel, later: timedelta, words: str
) -> None:
    requests.waiting("NJ", "Wanda")
    travel(now + later)
    (row,) = inbox(signed_in(cast.dan))
    assert row["age"] == words


def test_the_oldest_stands_first(desk: Browser, now: datetime, travel: Travel) -> None:
    for number, name in enumerate(["First", "Second", "Third"]):
        travel(now + timedelta(minutes=number))
        requests.waiting("NJ", name)
    assert names(desk) == ["First Visitor", "Second Visitor", "Third Visitor"]


def test_a_line_says_who_comes_and_where_from(desk: Browser, cast: Cast) -> None:
    requests.waiting("NJ", "Wanda")
    requests.invited(cast.ida, 4, "Vera", "Paul")
    lines = {(row["who"], row["places"], row["status"]) for row in inbox(desk)}
    assert lines == {("One person", "NJ", "Waiting for a time"), ("A couple", "MA", "Time booked")}


def step_of(asked: ConsultationRequest) -> tuple[str, bool]:
    step = triage.next_step(requests.one(asked))
    return step.words, step.waits


def test_the_next_step_of_one_who_waits(cast: Cast) -> None:
    asked = requests.waiting("NJ", "Wanda", cast.nora)
    assert step_of(asked) == ("Offer times, or decline", False)


def test_the_next_step_of_offered_times(cast: Cast, now: datetime, travel: Travel) -> None:
    asked = requests.waiting("NJ", "Wanda", cast.nora)
    triage.offer(asked, [(cast.nora, in_days(now, 7))], by=trail.SYSTEM)
    assert step_of(asked) == ("They choose one of the times offered", True)
    travel(now + timedelta(hours=48))
    assert step_of(asked) == ("No answer to the times offered: call, or offer others", False)


def test_the_next_step_of_a_booked_time(cast: Cast, now: datetime) -> None:
    to_come = make_consultation(cast.nora, in_days(now, 4)).request
    assert step_of(to_come) == ("Nothing before the day", True)
    begun = requests.begun(cast.nora, 6, "Bea")
    assert step_of(begun) == ("Say whether it took place", False)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.DONE, "Open a case, or close the request"),
        (Status.NO_SHOW, "Nobody came: call, offer other times, or close"),
        (Status.CANCELED, "Canceled: offer other times, or close"),
    ],
)
def test_the_next_step_after_it(cast: Cast, status: str, words: str) -> None:
    asked = set_appointment(requests.begun(cast.nora, 6, "Bea"), status)
    assert step_of(asked) == (words, False)


def test_the_next_step_where_a_counselor_reads_first(cast: Cast) -> None:
    asked = requests.review(cast.nora, 5, "Rita")
    assert step_of(asked) == ("A counselor reads what they answered first", False)
    close(asked)
    assert step_of(asked) == ("Closed", True)


@pytest.mark.parametrize(
    ("state", "reason", "calls"),
    [
        ("dead", "", True),
        ("suppressed", "prefers a call: please call", True),
        ("suppressed", "contact is suspended", False),
        ("uncertain", "", True),
        ("due", "", False),
    ],
)
def test_the_next_step_where_mail_does_not_reach_them(
    cast: Cast, state: str, reason: str, calls: bool
) -> None:
    asked = requests.waiting("NJ", "Wanda", cast.nora)
    sent = Message.objects.filter(client=asked.client)
    if state in ("dead", "uncertain"):
        sent.update(state="claimed")  # a message comes there by this move alone
    sent.update(state=state, reason=reason, next_try_at=None)
    assert ("please call" in step_of(asked)[0]) == calls


def test_a_case_that_was_opened_needs_nothing_more(desk: Browser, cast: Cast) -> None:
    asked = set_appointment(requests.begun(cast.nora, 6, "Bea"), Status.DONE)
    ConsultationRequest.objects.filter(pk=asked.pk).update(case=cast.case)
    assert names(desk) == []
    (row,) = inbox(desk, show="all")
    assert (row["step"], row["waits"]) == ("Case opened", True)


# Which are shown


def test_open_declined_and_all(desk: Browser, cast: Cast) -> None:
    requests.waiting("NJ", "Wanda")
    close(requests.waiting("NJ", "Dora"))
    assert names(desk) == ["Wanda Visitor"]
    assert names(desk, show="closed") == ["Dora Visitor"]
    assert sorted(names(desk, show="all")) == ["Dora Visitor", "Wanda Visitor"]


@pytest.mark.parametrize("show", ["", "other", "\x00", "' OR 1=1 --", "x" * 4000])
def test_an_odd_choice_shows_the_open_ones(desk: Browser, cast: Cast, show: str) -> None:
    requests.waiting("NJ", "Wanda")
    close(requests.waiting("NJ", "Dora"))
    assert names(desk, show=show) == ["Wanda Visitor"]


def test_twenty_five_stand_on_a_page(desk: Browser) -> None:
    everybody = {requests.waiting("NJ", f"W{number}").client.name for number in range(27)}
    first, second = names(desk), names(desk, page="2")
    assert (len(first), len(second)) == (25, 2)
    assert {*first, *second} == everybody
    for odd in ("0", "-1", "x", "999", "9" * 400):
        assert desk.get(reverse("requests:inbox"), {"page": odd}).status_code == 200


def test_it_takes_as_many_queries_with_one_as_with_many(desk: Browser, cast: Cast) -> None:
    def number_of_queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            desk.get(reverse("requests:inbox"))
        return len(captured)

    one_of_each(cast, "a", 4)
    number_of_queries()  # the first visit also reads what is kept from then on
    few = number_of_queries()
    for number in range(5):
        one_of_each(cast, f"m{number}", 6 + 2 * number)
    assert number_of_queries() == few


def one_of_each(cast: Cast, mark: str, day: int) -> None:
    requests.waiting("NJ", f"Wait{mark}")
    requests.review(cast.nora, day, f"Review{mark}")
    requests.invited(cast.nora, day, f"Vera{mark}", f"Paul{mark}")
    asked = requests.waiting("NJ", f"Offered{mark}", cast.nora)
    at = in_days(cast.case.opened_at, day, hour=18)
    triage.offer(asked, [(cast.nora, at)], by=trail.SYSTEM)


# Who sees which


def test_a_counselor_sees_their_own_and_what_nobody_has(nora: Browser, cast: Cast) -> None:
    requests.waiting("NJ", "Own", cast.nora)
    requests.waiting("MA", "Others", cast.ida)
    requests.waiting("NJ", "Nobodys")
    assert sorted(names(nora)) == ["Nobodys Visitor", "Own Visitor"]
    close(ConsultationRequest.objects.get(counselor=None))
    assert names(nora, show="all") == ["Own Visitor"]


def test_the_desk_sees_all_and_the_owner_none(desk: Browser, cast: Cast, signed_in: SignIn) -> None:
    requests.waiting("NJ", "Own", cast.nora)
    requests.waiting("MA", "Others", cast.ida)
    assert len(names(desk)) == 2
    assert signed_in(cast.olga).get(reverse("requests:inbox")).status_code == 404


def test_a_counselor_comes_to_the_clinical_page_of_their_own_alone(
    nora: Browser, cast: Cast
) -> None:
    own = requests.waiting("NJ", "Own", cast.nora)
    nobodys = requests.waiting("NJ", "Nobodys")
    found = {row["name"]: row["url"] for row in inbox(nora)}
    assert found == {
        "Own Visitor": reverse("consultations:page", args=[own.pk]),
        "Nobodys Visitor": address(nobodys),
    }
    assert nora.get(reverse("consultations:page", args=[nobodys.pk])).status_code == 404


# A request's page


def test_the_page_says_how_it_is_safe_to_reach_them(desk: Browser, cast: Cast) -> None:
    asked = requests.waiting("NJ", "Wanda")
    how = Contact(
        "wanda@example.com", "+12125550143", device_is_shared=True, neutral_name="The dentist"
    )
    cards.change(asked.client, how)
    page = words_of(desk.get(address(asked)))
    assert "leave no voicemail" in page
    assert "“The dentist is calling.”" in page
    assert "Somebody else may see their phone or computer." in page


def test_a_partner_on_another_clock_is_told_apart(desk: Browser, cast: Cast, now: datetime) -> None:
    asked = make_consultation(cast.nora, in_days(now, 4)).request
    assert "On the partner’s clock" not in words_of(desk.get(address(asked)))
    ConsultationRequest.objects.filter(pk=asked.pk).update(
        with_partner=True, partner_state="FL", partner_time_zone="America/Chicago"
    )
    page = words_of(desk.get(address(asked)))
    assert re.search(r"On the partner’s clock: .* Central \(CST\)", page)


def test_who_reads_first_need_not_be_licensed_there(desk: Browser, cast: Cast) -> None:
    asked = requests.waiting("NJ", "Wanda")
    assert "Those licensed in every place" in words_of(desk.get(address(asked)))
    ConsultationRequest.objects.filter(pk=asked.pk).update(needs_counselor=True)
    page = words_of(desk.get(address(asked)))
    assert "Those licensed in every place" not in page
    assert "Whoever can read soonest" in page


def test_reading_it_is_recorded(desk: Browser, cast: Cast) -> None:
    asked = requests.waiting("NJ", "Wanda")
    desk.get(address(asked))
    entry = Entry.objects.filter(verb="read").latest("seq")
    assert (entry.resource_id, entry.actor_id) == (str(asked.pk), str(cast.dan.pk))
    assert entry.client_id == str(asked.client_id)


def everything(cast: Cast, now: datetime) -> list[ConsultationRequest]:
    """A request at every point of its way, full of clinical matter."""
    told: dict[str, Any] = {"words": "CANARY what brings us", "part": "hurt"}
    answered = requests.answered(
        requests.invited(cast.nora, 3, "Vera", "Paul", **told),
        answers=requests.UNSAFE,
        words="CANARY what brings us",
    )
    offered = requests.waiting("NJ", "Offered", cast.nora)
    triage.offer(offered, [(cast.nora, in_days(now, 9))], by=trail.SYSTEM)
    declined = requests.waiting("NJ", "Dora", cast.nora)
    close(declined)
    done = set_appointment(requests.begun(cast.nora, 12, "Bea"), Status.DONE)
    return [
        requests.waiting("NJ", "Wanda"),
        requests.review(cast.nora, 6, "Rita"),
        requests.begun(cast.nora, 10, "Bob"),
        *(answered, offered, declined, done),
        make_consultation(cast.nora, in_days(now, 4)).request,
    ]


def test_no_page_of_the_desk_reads_or_shows_what_is_clinical(
    desk: Browser, cast: Cast, now: datetime
) -> None:
    asked = everything(cast, now)
    pages = [reverse("requests:inbox"), reverse("desk:day"), reverse("desk:week")]
    pages += [f"{reverse('requests:inbox')}?show={which}" for which in ("closed", "all")]
    pages += [f"{reverse('desk:day')}?day={in_days(now, day):%Y-%m-%d}" for day in range(-3, 14)]
    for each in asked:
        pages += [address(each), address(each, "times"), f"{address(each, 'times')}?all=1"]
        if each.appointment_id:
            args = [each.appointment_id]
            pages += [reverse(f"desk:{name}", args=args) for name in ("appointment", "cancel")]
    with queries() as found:
        shown = [words_of(desk.get(page, follow=True)) for page in pages]
    assert len(found) > 200
    assert clinical(found) == set()
    assert not any("CANARY" in page or "not safe" in page for page in shown)


@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("assign", {"counselor": "{nora}"}),
        ("times", {"act": "offer", "slots": "{slot}"}),
        ("times", {"act": "book", "slots": "{slot}"}),
        ("decline", {"reason": "no-time", "tell": "on"}),
    ],
)
def test_no_act_of_the_desk_reads_what_is_clinical(
    desk: Browser, cast: Cast, now: datetime, act: str, given: dict[str, str]
) -> None:
    asked = requests.waiting("NJ", "Wanda")
    slot = f"{cast.nora.pk}|{in_days(now, 5).isoformat()}"
    sent = {key: value.format(nora=cast.nora.pk, slot=slot) for key, value in given.items()}
    with queries() as found:
        assert desk.post(address(asked, act), sent).status_code == 302
    # A booked time has what follows sessions planned anew; a consultation has none.
    assert clinical(found) <= {"followups_"}
    assert not any(f"intake_{table}" in sql for sql in found for table in ("situ", "safe"))


def test_the_capture_would_see_what_somebody_told(cast: Cast) -> None:
    asked = requests.review(cast.nora, 6, "Rita")
    with queries() as found:
        opening.proposed(asked)
        list(asked.screens.all())
    assert clinical(found) == {"intake_situation", "intake_safetyscreen"}


# Who may be the same person


def test_the_desk_is_shown_who_may_be_the_same_by_address_or_phone(
    desk: Browser, cast: Cast
) -> None:
    asked, by_mail, by_phone, other = [
        requests.waiting("NJ", name) for name in ("Wanda", "Wendy", "Willa", "Otto")
    ]
    cards.change(asked.client, Contact("w@example.com", "(212) 555-0143"))
    cards.change(by_mail.client, Contact("W@Example.com "))
    cards.change(by_phone.client, Contact("", "+1 212 555 0143"))
    page = desk.get(address(asked))
    assert set(page.context["same"]) == {by_mail, by_phone}
    assert "Possibly the same person" in words_of(page)
    assert desk.get(address(other)).context["same"] == []


def test_a_counselor_is_shown_only_those_they_may_open(nora: Browser, cast: Cast) -> None:
    asked = requests.waiting("NJ", "Wanda")
    nobodys = requests.waiting("NJ", "Wanda")
    others = requests.waiting("MA", "Wanda", cast.ida)
    same = nora.get(address(asked)).context["same"]
    assert nobodys in same
    assert others not in same


def test_nothing_is_joined_and_the_person_is_shown_nothing_of_it(
    desk: Browser, cast: Cast, now: datetime
) -> None:
    first, second = (requests.waiting("NJ", "Wanda") for _ in range(2))
    desk.get(address(first))
    assert first.client_id != second.client_id
    browser = Browser()
    page = requests.visit(browser, first)
    for hidden in (str(second.pk), str(second.client_id), "same person"):
        assert hidden not in page


# On other pages


def test_the_desks_appointment_leads_to_its_request(
    desk: Browser, cast: Cast, now: datetime
) -> None:
    appointment = make_consultation(cast.nora, in_days(now, 4))
    page = desk.get(reverse("desk:appointment", args=[appointment.pk])).content.decode()
    assert address(appointment.request) in page


def test_the_counselors_day_shows_consultations_to_come_and_how_many_wait(
    nora: Browser, cast: Cast, now: datetime
) -> None:
    make_consultation(cast.nora, in_days(now, 4))
    requests.waiting("NJ", "Own", cast.nora)
    requests.waiting("NJ", "Nobodys")
    page = words_of(nora.get(reverse("dashboard:today")))
    assert "Vera Visitor" in page
    assert "Own Visitor" in page
    assert "Nobodys" not in page


def test_moving_it_at_the_desk_leaves_the_request_booked(cast: Cast, now: datetime) -> None:
    appointment = make_consultation(cast.nora, in_days(now, 4))
    lifecycle.move(appointment, in_days(now, 5), by=trail.SYSTEM)
    assert step_of(appointment.request) == ("Nothing before the day", True)


def test_the_desks_day_says_how_many_requests_wait_and_since_when(
    desk: Browser, cast: Cast, now: datetime
) -> None:
    assert "Requests that wait" not in desk.get(reverse("desk:day")).content.decode()
    for day in (5, 6):
        consultation = make_consultation(cast.nora, in_days(now, day))
        lifecycle.call_off(consultation, trail.SYSTEM)
    waiting = ConsultationRequest.objects.all()
    waiting.update(status="waiting", appointment=None, asked_at=now - timedelta(days=2))
    with queries() as found:
        page = desk.get(reverse("desk:day")).content.decode()
    assert "2 requests wait for a time or a counselor; the first came 2 days ago." in page
    assert not clinical(found)
