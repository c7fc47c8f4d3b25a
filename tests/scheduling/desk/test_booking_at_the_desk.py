"""Booking at the desk: from a free time or from a case; and why a time can't be had."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.contact.models import Message
from clients.models import Case
from practice.audit.models import Entry
from practice.models import License
from scheduling.models import Appointment, HoursKind, TimeOff, WeeklyHours
from tests.access import requests
from tests.cast import CENTRAL, Cast, in_days, make_consultation, make_couple
from tests.scheduling.consulting import consult
from tests.scheduling.desk.seeing import clinical, queries, text

SignIn = Callable[..., Browser]


@pytest.fixture
def desk(cast: Cast, signed_in: SignIn) -> Browser:
    return signed_in(cast.dan)


@pytest.fixture
def friday(now: datetime) -> datetime:
    """Friday, Dec 4, 11 AM in New York."""
    return in_days(now, 2)


def address(name: str = "book", **asked: Any) -> str:
    told = {key: at.isoformat() if isinstance(at, datetime) else at for key, at in asked.items()}
    return f"{reverse(f'desk:{name}')}?{urlencode(told)}"


def said(case: Case, **changes: Any) -> dict[str, Any]:
    """The form for a case: everybody where they usually are."""
    fields: dict[str, Any] = {"day": "2026-12-04", "at": "11:00", "length": "50"}
    for person in case.participants.select_related("client"):
        fields[f"state_{person.pk}"] = person.client.state_id
        fields[f"zone_{person.pk}"] = person.client.time_zone
    return {**fields, **changes}


def book(browser: Browser, case: Case, **changes: Any) -> Any:
    return browser.post(address(case=case.pk), said(case, **changes))


def sessions(case: Case) -> list[Appointment]:
    return list(Appointment.objects.filter(case=case))


# Who


def test_a_free_time_offers_the_open_cases_of_that_counselor_by_name(
    desk: Browser, cast: Cast, friday: datetime
) -> None:
    response = desk.get(address(counselor=cast.nora.pk, at=friday))
    page = text(response)
    assert "Book Friday, Dec 4, 11:00 AM Eastern (EST) with Nora" in page
    assert "Hanna Tester and Ian Tester" in page
    assert "Mia" not in page
    assert "Session Can be booked." in page
    (_, url), *others = response.context["cases"]
    assert others == []
    assert url == address(case=cast.case.pk, at=friday)


def test_without_a_counselor_all_open_cases_are_offered_with_theirs(
    desk: Browser, cast: Cast
) -> None:
    page = text(desk.get(address()))
    assert "Hanna Tester and Ian Tester with Nora" in page
    assert "Mia Tester and Max Tester with Ida" in page


def test_a_closed_case_is_not_offered(desk: Browser, cast: Cast, now: datetime) -> None:
    Case.objects.filter(pk=cast.case.pk).update(status="closed", closed_at=now)
    assert "Hanna" not in text(desk.get(address(counselor=cast.nora.pk)))
    assert desk.get(address(case=cast.case.pk)).status_code == 404


def test_a_part_of_a_name_finds_a_case_and_stands_in_no_address(desk: Browser, cast: Cast) -> None:
    response = desk.post(address(), {"name": "  hAnNa "})
    assert response.status_code == 200
    assert "Hanna Tester and Ian Tester" in text(response)
    assert "Mia" not in text(response)
    assert "Nobody by that name" in text(desk.post(address(), {"name": "Zoe"}))


def test_of_many_cases_some_are_shown_and_the_rest_is_found_by_name(
    desk: Browser, cast: Cast
) -> None:
    for number in range(31):
        make_couple(cast.nora, f"Zed{number}", f"Yan{number}", state="NJ")
    page = text(desk.get(address(counselor=cast.nora.pk)))
    assert "There are more." in page
    assert page.count("Tester and") == 30


def test_those_who_wait_for_a_consultation_stand_on_the_same_page(
    desk: Browser, cast: Cast, friday: datetime
) -> None:
    requests.waiting("NJ", "Wanda")
    page = text(desk.get(address(counselor=cast.nora.pk, at=friday)))
    assert "Who waits for such a time" in page
    assert "Wanda Visitor" in page


@pytest.mark.parametrize(
    "query",
    [
        "counselor=x&at=soon",
        "counselor=999999&at=2026-12-04",
        "counselor=1&at=9999-12-31T00:00:00%2B00:00",
        "counselor=%D9%A3",
        "at=%00",
        "counselor=" + "9" * 50,
    ],
)
@pytest.mark.parametrize("name", ["book", "why", "gap"])
def test_odd_addresses_show_a_page_all_the_same(desk: Browser, name: str, query: str) -> None:
    assert desk.get(f"{reverse(f'desk:{name}')}?{query}").status_code == 200


@pytest.mark.parametrize("case", ["x", "\x00", "00000000-0000-4000-8000-000000000000"])
def test_a_case_that_is_none_is_not_there(desk: Browser, cast: Cast, case: str) -> None:
    assert desk.get(address(case=case)).status_code == 404


# When, and where


def test_the_form_knows_the_time_and_everybodys_place_and_clock(
    desk: Browser, cast: Cast, friday: datetime
) -> None:
    cast.ian.client.time_zone = CENTRAL
    cast.ian.client.save()
    response = desk.get(address(case=cast.case.pk, at=friday))
    form = response.context["form"]
    assert (form["day"].value(), form["at"].value()) == (friday.date(), time(11))
    assert form[f"state_{cast.hanna.pk}"].value() == "NJ"
    assert form[f"zone_{cast.ian.pk}"].value() == CENTRAL
    assert response.context["refused"] is None
    assert "Where will Hanna be?" in text(response)


def test_a_session_is_booked_and_the_people_are_told(
    desk: Browser, cast: Cast, friday: datetime
) -> None:
    response = book(desk, cast.case, length="80", **{f"zone_{cast.ian.pk}": CENTRAL})
    assert response.headers["Location"] == reverse("desk:day") + "?day=2026-12-04"
    (session,) = sessions(cast.case)
    assert (session.starts_at, session.minutes, session.counselor) == (friday, 80, cast.nora)
    assert session.attendees.get(client=cast.ian.client).time_zone == CENTRAL
    assert Message.objects.filter(template="booked", subject_id=session.pk).count() == 2
    made = Entry.objects.filter(verb="create", resource_id=str(session.pk))
    assert made.get().actor_id == str(cast.dan.pk)
    assert "Booked: Friday, Dec 4" in text(desk.get(response.headers["Location"]))


def test_several_at_once_are_one_click_away(desk: Browser, cast: Cast) -> None:
    page = desk.get(address(case=cast.case.pk)).content.decode()
    way = reverse("sessions:book", args=[cast.case.pk])
    assert f'href="{way}"' in page
    assert desk.get(way).status_code == 200


def test_an_open_time_near_it_is_one_click(desk: Browser, cast: Cast, friday: datetime) -> None:
    near = desk.get(address(case=cast.case.pk, at=friday)).context["near"]
    assert friday in near
    assert book(desk, cast.case, starts_at=near[-1].isoformat()).status_code == 302
    (session,) = sessions(cast.case)
    assert session.starts_at == near[-1]


def test_a_taken_time_shows_the_nearest_and_keeps_what_was_said(
    desk: Browser, cast: Cast, friday: datetime
) -> None:
    make_consultation(cast.nora, friday)
    response = book(desk, cast.case, length="60", **{f"zone_{cast.ian.pk}": CENTRAL})
    assert response.status_code == 200
    refused = response.context["refused"]
    assert sessions(cast.case) == []
    assert not refused["time"].may_override
    assert ("length", "60") in refused["kept"]
    assert (f"zone_{cast.ian.pk}", CENTRAL) in refused["kept"]
    starts = [slot.starts_at for slot in refused["time"].nearest]
    assert starts
    again = {**dict(refused["kept"]), "starts_at": starts[0].isoformat()}
    assert desk.post(refused["url"], again).status_code == 302
    (session,) = sessions(cast.case)
    assert (session.starts_at, session.minutes) == (starts[0], 60)


def test_a_clicked_time_that_cannot_be_had_says_so_before_anything_is_typed(
    desk: Browser, cast: Cast, friday: datetime
) -> None:
    make_consultation(cast.nora, friday)
    response = desk.get(address(case=cast.case.pk, at=friday))
    assert response.context["refused"]["time"].words
    assert "isn’t open" in text(response)


def test_a_time_outside_the_hours_is_booked_with_a_reason_only(desk: Browser, cast: Cast) -> None:
    response = book(desk, cast.case, at="18:00")
    assert "Book it then all the same" in text(response)
    assert sessions(cast.case) == []
    assert book(desk, cast.case, at="18:00", override="only_time").status_code == 302
    (session,) = sessions(cast.case)
    assert session.override == "only_time"
    assert Entry.objects.filter(note="override:only_time").exists()


def test_who_is_elsewhere_then_is_not_booked(desk: Browser, cast: Cast, friday: datetime) -> None:
    License.objects.filter(counselor=cast.ida).update(state="NJ")
    consult(cast.ida, friday, cast.hanna.client)
    response = book(desk, cast.case)
    assert not response.context["refused"]["time"].may_override
    assert sessions(cast.case) == []
    nearest = response.context["refused"]["time"].nearest
    assert nearest
    assert all(
        slot.starts_at >= friday + timedelta(minutes=30) or slot.ends_at <= friday
        for slot in nearest
    )


def test_a_place_without_a_license_can_not_be_booked(desk: Browser, cast: Cast) -> None:
    response = book(desk, cast.case, **{f"state_{cast.ian.pk}": "MA"})
    page = text(response)
    assert "MA" in page
    assert "all the same" not in page
    assert sessions(cast.case) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"day": "2027-03-14", "at": "02:30"}, "there is no 2:30 AM"),
        ({"day": "2027-11-07", "at": "01:30"}, "1:30 AM comes twice"),
        ({"day": "2026-12-01"}, "That time is over."),
        ({"at": "11:03"}, "steps of five minutes"),
        ({"day": "", "at": ""}, "choose one of the times"),
        ({"length": "7"}, "Please give"),
        ({"starts_at": "soon"}, "choose one of the times"),
    ],
)
def test_what_cannot_be_is_explained_and_books_nothing(
    desk: Browser, cast: Cast, changes: dict[str, str], words: str
) -> None:
    response = book(desk, cast.case, **changes)
    assert response.status_code == 200
    assert words in text(response)
    assert sessions(cast.case) == []


def test_looking_at_who_is_to_be_booked_is_recorded(desk: Browser, cast: Cast) -> None:
    desk.get(address(case=cast.case.pk))
    rows = Entry.objects.filter(verb="read", note="booking")
    assert {row.client_id for row in rows} == {
        str(cast.hanna.client_id),
        str(cast.ian.client_id),
    }
    assert {row.case_id for row in rows} == {""}


# Why


def test_why_says_that_a_time_can_be_booked(desk: Browser, cast: Cast, friday: datetime) -> None:
    page = text(desk.get(address("why", counselor=cast.nora.pk, at=friday)))
    assert "Session Can be booked." in page
    assert "Consultation Can be booked." in page


def test_why_names_each_reason_for_each_kind(desk: Browser, cast: Cast, friday: datetime) -> None:
    WeeklyHours.objects.filter(counselor=cast.nora).update(kind=HoursKind.SESSION)
    response = desk.get(address("why", counselor=cast.nora.pk, at=friday))
    session, consultation = response.context["answers"]
    assert session.refusals == []
    assert [refusal.why for refusal in consultation.refusals] == ["outside_hours"]
    TimeOff.objects.create(
        counselor=cast.nora, starts_at=friday, ends_at=friday + timedelta(hours=1)
    )
    response = desk.get(address("why", counselor=cast.nora.pk, at=friday))
    for answer in response.context["answers"]:
        assert "away" in {refusal.why for refusal in answer.refusals}
        for refusal in answer.refusals:
            assert refusal.words in text(response)


def test_why_is_a_part_of_a_page_for_the_script_and_a_page_without(
    desk: Browser, cast: Cast, friday: datetime
) -> None:
    url = address("why", counselor=cast.nora.pk, at=friday)
    part = desk.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "Can be booked." in part
    assert "<html" in desk.get(url).content.decode()


def test_why_of_a_time_that_is_over(desk: Browser, cast: Cast, now: datetime) -> None:
    past = datetime(2026, 12, 1, 16, tzinfo=UTC)
    page = text(desk.get(address("why", counselor=cast.nora.pk, at=past)))
    assert "Can be booked" not in page


# Nothing clinical, and few queries


def test_no_query_and_no_word_of_booking_touches_clinical_matter(
    desk: Browser, cast: Cast, friday: datetime
) -> None:
    make_consultation(cast.nora, friday)
    form = said(cast.case)
    with queries() as found:
        pages = [
            desk.get(address(counselor=cast.nora.pk, at=friday)),
            desk.post(address(), {"name": "Hanna"}),
            desk.get(address(case=cast.case.pk, at=friday)),
            desk.post(address(case=cast.case.pk), form),
            desk.get(address("why", counselor=cast.nora.pk, at=friday)),
        ]
    assert {page.status_code for page in pages} == {200}
    assert clinical(found) == set()
    whole = " ".join(page.content.decode() for page in pages).lower()
    words = ["affair", "hurt", "involved", "impact", "disclos", "concern", "canary", "therap"]
    for word in words:
        assert word not in whole


def test_the_list_takes_as_many_queries_for_one_case_as_for_many(
    desk: Browser, cast: Cast, friday: datetime
) -> None:
    def count() -> int:
        with queries() as found:
            assert desk.get(address(counselor=cast.nora.pk, at=friday)).status_code == 200
        return len(found)

    count()  # the first page after signing in writes the session
    few = count()
    for number in range(5):
        make_couple(cast.nora, f"Zed{number}", f"Yan{number}", state="NJ")
    assert count() == few <= 30
