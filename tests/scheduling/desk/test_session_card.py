"""The card of an appointment: everybody's clock, place and contact rule, and whether it may be."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from clients.contact.models import Channel, ContactCard
from clients.models import Client
from practice.models import Practice
from scheduling import places, session_card
from scheduling.models import Appointment, Status
from scheduling.session_card import SessionCard
from tests.cast import CENTRAL, Cast, in_days, make_client, make_session
from tests.kept import kept
from tests.scheduling.consulting import consult

Travel = Callable[[datetime], None]


@kept
def session(cast: Cast, now: datetime) -> Appointment:
    return make_session(cast.case, in_days(now, 1))


def card_of(appointment: Appointment) -> SessionCard:
    return session_card.card(Appointment.objects.get(pk=appointment.pk))


def contact(client: Client, **facts: Any) -> None:
    ContactCard.objects.filter(pk=client.pk).update(**facts)


def goes_by(appointment: Appointment, client: Client, **facts: Any) -> None:
    appointment.attendees.filter(client=client).update(**facts)


def page(card: SessionCard) -> str:
    return render_to_string("scheduling/_session_card.html", {"card": card})


# Clocks


def test_each_has_a_clock_of_their_own_with_its_date_and_zone(
    cast: Cast, session: Appointment
) -> None:
    goes_by(session, cast.ian.client, time_zone=CENTRAL)
    card = card_of(session)
    assert (card.counselor, card.when) == ("Nora", "Thursday, Dec 3, 11:00 AM Eastern (EST)")
    assert [(each.name, each.when) for each in card.people] == [
        ("Hanna Tester", "Thursday, Dec 3, 11:00 AM Eastern (EST)"),
        ("Ian Tester", "Thursday, Dec 3, 10:00 AM Central (CST)"),
    ]
    assert card.minutes == 50


def test_where_midnight_lies_between_them_the_other_date_is_said(
    cast: Cast, session: Appointment
) -> None:
    goes_by(session, cast.ian.client, time_zone=CENTRAL)
    late = datetime(2026, 12, 4, 5, 30, tzinfo=UTC)  # half past midnight in New York
    Appointment.objects.filter(pk=session.pk).update(
        starts_at=late, ends_at=late + timedelta(minutes=50), busy_until=late + timedelta(hours=1)
    )
    card = card_of(session)
    hanna, ian = card.people
    assert card.when == "Friday, Dec 4, 12:30 AM Eastern (EST)"
    assert ian.when == "Thursday, Dec 3, 11:30 PM Central (CST)"
    assert ian.other_day == ("For them it is Thursday, Dec 3: another date than the counselor’s.")
    assert hanna.other_day == ""
    assert ian.other_day in page(card)


@pytest.mark.parametrize(
    ("sunday", "before", "after", "words"),
    [
        (date(2027, 3, 14), "EST", "EDT", "Sunday, Mar 14"),
        (date(2027, 11, 7), "EDT", "EST", "Sunday, Nov 7"),
    ],
)
def test_a_change_of_clocks_before_it_is_said(
    cast: Cast, travel: Travel, sunday: date, before: str, after: str, words: str
) -> None:
    saturday = datetime.combine(sunday - timedelta(days=1), time(20), tzinfo=UTC)
    travel(saturday - timedelta(days=2))
    eve, monday = (
        consult(cast.nora, moment, cast.hanna.client)
        for moment in (saturday, saturday + timedelta(days=2))
    )
    assert before in card_of(eve).when
    assert card_of(eve).warnings == ()
    card = card_of(monday)
    assert after in card.when
    assert card.warnings == (
        f"The clocks change on {words}. The times here are as they will stand then.",
    )
    assert card.warnings[0] in page(card)


def test_on_the_very_day_the_card_says_the_time_after_the_change(
    cast: Cast, travel: Travel
) -> None:
    travel(datetime(2027, 3, 13, 12, tzinfo=UTC))
    three = consult(cast.nora, datetime(2027, 3, 14, 7, 0, tzinfo=UTC), cast.hanna.client)
    card = card_of(three)
    assert card.when == "Sunday, Mar 14, 3:00 AM Eastern (EDT)"
    assert "Sunday, Mar 14" in card.warnings[0]


def test_of_the_hour_that_comes_twice_the_zone_tells_which(cast: Cast, travel: Travel) -> None:
    travel(datetime(2027, 11, 5, 12, tzinfo=UTC))
    first = consult(cast.nora, datetime(2027, 11, 7, 5, 0, tzinfo=UTC), cast.hanna.client)
    second = consult(cast.nora, datetime(2027, 11, 7, 6, 0, tzinfo=UTC), cast.hanna.client)
    assert card_of(first).when == "Sunday, Nov 7, 1:00 AM Eastern (EDT)"
    assert card_of(second).when == "Sunday, Nov 7, 1:00 AM Eastern (EST)"


def test_a_change_since_the_last_session_is_said_too(cast: Cast, travel: Travel) -> None:
    travel(datetime(2027, 3, 8, 12, tzinfo=UTC))
    make_session(cast.case, datetime(2027, 3, 11, 15, 0, tzinfo=UTC))
    following = make_session(cast.case, datetime(2027, 3, 18, 14, 0, tzinfo=UTC))
    travel(datetime(2027, 3, 16, 12, tzinfo=UTC))
    assert card_of(following).warnings == (
        "The clocks have changed since their last session, on Sunday, Mar 14.",
    )


# Places


def test_what_they_said_themselves_is_told_from_what_we_assume(
    cast: Cast, session: Appointment, now: datetime
) -> None:
    goes_by(session, cast.hanna.client, place_confirmed_at=now)
    hanna, ian = card_of(session).people
    assert (hanna.place, hanna.says) == ("New Jersey", "They say they’ll be there")
    assert (ian.place, ian.says) == ("New Jersey", "They haven’t said so yet")


def test_of_what_is_over_nobody_is_said_to_owe_a_word(cast: Cast, session: Appointment) -> None:
    Appointment.objects.filter(pk=session.pk).update(status=Status.DONE)
    assert {person.says for person in card_of(session).people} == {""}
    words = page(card_of(session))
    assert "Where they were to be" in words
    assert "haven’t said" not in words


def test_the_room_is_shown_only_where_it_may_take_place(cast: Cast, session: Appointment) -> None:
    cast.nora.video_link = "https://video.example.com/nora"
    cast.nora.save()
    card = card_of(session)
    assert card.video_link in page(card)
    assert card.verdict
    goes_by(session, cast.ian.client, state="TX")
    card = card_of(session)
    assert not card.verdict
    assert card.video_link == ""
    assert "video.example.com" not in page(card)
    assert "We&#x27;re not able to work with people who are in TX." in page(card)


def test_a_license_that_ends_before_the_day_is_a_no(cast: Cast, session: Appointment) -> None:
    cast.nora.licenses.filter(state="NJ").update(expires_on=date(2026, 12, 2))
    assert not card_of(session).verdict
    assert card_of(session).verdict == places.verdict(session)


# Contact rules


@pytest.mark.parametrize(
    ("facts", "rules"),
    [
        ({}, ("E-mail only",)),
        (
            {"channel": Channel.PHONE, "safe_from": time(9), "safe_until": time(12)},
            ("Call only, 9 AM to noon on their clock, no voicemail",),
        ),
        ({"channel": Channel.PHONE, "voicemail_is_safe": True}, ("Call only",)),
        (
            {"safe_from": time(13, 30), "safe_until": time(17), "voicemail_is_safe": True},
            ("E-mail, or call, 1:30 PM to 5 PM on their clock",),
        ),
        (
            {"device_is_shared": True, "phone": ""},
            ("E-mail only", "Shared device: somebody else may see it"),
        ),
        (
            {"channel": Channel.TEXT, "safe_from": time(9), "safe_until": time(12)},
            ("Text only, 9 AM to noon on their clock, no voicemail",),
        ),
        (
            {"channel": Channel.TEXT, "phone": ""},
            ("No safe way yet", "Texts can’t reach them now: please ask how else"),
        ),
        (
            {"email_is_safe": False},
            ("Call only, no voicemail", "We have no safe e-mail address"),
        ),
        (
            {"email_is_safe": False, "phone": ""},
            ("No safe way yet", "We have no safe e-mail address"),
        ),
    ],
)
def test_the_contact_rule_in_words(
    cast: Cast, facts: dict[str, Any], rules: tuple[str, ...]
) -> None:
    phone = "212-555-0134" if facts and "phone" not in facts else ""
    client = make_client("Pia", phone=phone)
    contact(client, **{key: value for key, value in facts.items() if key != "phone"})
    found = session_card.reach(Client.objects.get(pk=client.pk), Practice.current())
    assert found.rules == rules


def test_the_phone_wording_names_the_office_neutrally_or_as_they_wish(cast: Cast) -> None:
    client = make_client("Vera", phone="212-555-0134")
    practice = Practice.current()
    said = session_card.reach(client, practice).greeting
    assert said == "This is Oak Street Office for Vera. Is this a good moment?"
    client.card.neutral_name = "the library"
    said = session_card.reach(client, practice).greeting
    assert said == "This is the library for Vera. Is this a good moment?"


def test_nobody_is_told_what_to_say_where_there_is_no_phone(cast: Cast) -> None:
    assert session_card.reach(cast.hanna.client, Practice.current()).greeting == ""


def test_who_wants_calls_only_has_no_address_on_the_card(cast: Cast) -> None:
    client = make_client("Pia", phone="212-555-0134", channel=Channel.PHONE)
    found = session_card.reach(client, Practice.current())
    assert (found.email, found.call_first) == ("", True)


def test_who_is_held_back_has_no_way_on_the_card(
    cast: Cast, session: Appointment, now: datetime
) -> None:
    contact(cast.hanna.client, suspended_at=now)
    whole = page(card_of(session))
    assert "Don’t write or call now: ask the counselor first" in whole
    assert "hanna@example.com" not in whole
    assert "ian@example.com" in whole


def test_a_partner_of_whom_only_the_place_is_known_has_a_clock_and_no_rule(
    cast: Cast, session: Appointment
) -> None:
    session.attendees.filter(client=cast.ian.client).update(client=None)
    _, other = card_of(session).people
    assert (other.name, other.reach) == ("One more person", None)
    assert "One more person" in page(card_of(session))


# Reading


def test_the_card_takes_as_many_queries_for_one_as_for_two_and_nothing_clinical(
    cast: Cast, session: Appointment
) -> None:
    def statements() -> list[str]:
        appointment = Appointment.objects.select_related("counselor__user").get(pk=session.pk)
        with CaptureQueriesContext(connection) as captured:
            session_card.card(appointment)
        return [query["sql"] for query in captured]

    both = statements()
    session.attendees.filter(client=cast.ian.client).delete()
    assert len(statements()) == len(both) <= 9
    clinical = ["clients_case", "clients_participant", "intake_", "handouts_", "followups_"]
    assert not any(word in query for query in both for word in clinical)
