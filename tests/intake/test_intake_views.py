"""Asking for a consultation, by the public pages alone."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from clients.contact import codes, links, sending
from clients.contact.codes import Answer
from clients.contact.models import Consent, ContactCard, Message
from clients.models import Client
from intake.models import ConsultationRequest
from practice.audit import trail
from practice.models import State
from scheduling import booking, lifecycle
from scheduling.models import Appointment, Status
from tests.cast import CENTRAL, EASTERN, Cast, make_session
from tests.intake.walking import (
    ABOUT_YOU,
    TOGETHER,
    WHERE,
    address,
    book,
    open_slots,
    row_counts,
    send,
    take_a_time,
)

NOT_SERVED = """
AL AK AZ AR CA CO DE GA HI ID IL IN IA KS KY LA ME MI MN MS MO MT NE NV NH NM NC ND
OH OK OR RI SC SD TN TX UT VT WA WV WI WY DC --
"""
UNSERVED = NOT_SERVED.split()


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def starts_at(slot: str) -> datetime:
    return datetime.fromisoformat(slot.partition("|")[2])


def ask_error(response: Any, field: str) -> str:
    """The error of that field, which must stand beside it and in the summary."""
    assert response.status_code == 200
    errors = response.context["form"].errors[field]
    page = response.content.decode()
    assert page.count(str(errors[0]).replace("'", "&#x27;")) >= 2
    return str(errors[0])


def test_the_whole_path_ends_with_a_booked_time(client: Browser, cast: Cast) -> None:
    slot = take_a_time(client, TOGETHER)
    held = Appointment.objects.get()
    assert (held.status, held.starts_at) == (Status.HOLD, starts_at(slot))
    page = send(client, "about-you", ABOUT_YOU, follow=True)
    assert page.redirect_chain == [(address("booked"), 302)]
    assert "Your time is booked" in text(page)
    request = ConsultationRequest.objects.get()
    assert request.appointment.status == Status.BOOKED
    assert request.appointment.counselor == cast.nora
    assert (request.with_partner, request.concern_id) == (True, "affair-recovery")
    assert request.words == ABOUT_YOU["words"]
    person = request.client
    assert (person.name, person.state_id, person.time_zone) == ("Vera Visitor", "NJ", EASTERN)
    assert (person.card.email, person.card.phone) == (ABOUT_YOU["email"], ABOUT_YOU["phone"])
    assert person.card.safe_from is not None
    assert person.card.safe_from.hour == 17
    assert [each.purpose for each in Consent.objects.filter(client=person)] == ["email"]
    places = [(each.state_id, each.client) for each in request.appointment.attendees.all()]
    assert places == [("NJ", person), ("NY", None)]


def test_the_chosen_code_opens_the_link_and_nothing_else_does(client: Browser, cast: Cast) -> None:
    book(client)
    person = ConsultationRequest.objects.get().client
    token = links.make(person.pk, "appointment", ConsultationRequest.objects.get().appointment_id)
    assert codes.answer(links.find(token), "sunflower8") is Answer.NOTHING
    assert codes.answer(links.find(token), "sun flower7") is Answer.OPEN


def test_the_confirmation_says_when_with_whom_and_no_more(client: Browser, cast: Cast) -> None:
    page = text(book(client))
    assert "Thursday, Dec 3, 9:00 AM Eastern (EST) with Nora" in page
    for word in ("Vera", "affair", "CANARY", "vera@example.com"):
        assert word not in page


def test_the_message_is_a_postcard(
    client: Browser, cast: Cast, travel: Callable[[datetime], None], mailoutbox: list[Any]
) -> None:
    book(client, safe_hours="any")
    sending.tick()
    (mail,) = mailoutbox
    whole = str(mail.message()).lower()
    assert mail.to == ["vera@example.com"]
    assert mail.subject == "Your appointment"
    assert "9:00 am eastern (est)" in mail.body.lower()
    for word in ("vera visitor", "affair", "couple", "therap", "counsel", "nora", "canary"):
        assert word not in whole


def test_times_stand_on_the_visitors_clock(client: Browser, cast: Cast) -> None:
    send(client, "where", {**WHERE, "state": "FL", "time_zone": CENTRAL})
    page = text(client.get(address("when")))
    assert "Times are in Central (CST)." in page
    assert "8:00 AM" in page


@pytest.mark.parametrize("code", UNSERVED)
def test_elsewhere_is_answered_kindly_at_once_and_nothing_is_kept(
    client: Browser, cast: Cast, code: str
) -> None:
    before = row_counts()
    page = send(client, "where", {"with_partner": "no", "state": code})
    assert page.status_code == 200
    name = State.objects.get(pk=code).name if code != "--" else "another country"
    words = text(page)
    assert f"We’re not able to work with people who are in {name} right now" in words
    assert "988" in words
    assert "1-800-799-7233" in words
    assert row_counts() == before
    assert not client.cookies.get("sessionid")


def test_every_state_that_is_not_served_was_asked_about() -> None:
    assert len(set(UNSERVED)) == 44


@pytest.mark.parametrize("served", ["NY", "NJ", "PA", "CT", "MA", "MD", "VA", "FL"])
def test_where_the_practice_serves_the_visitor_goes_on(
    client: Browser, cast: Cast, served: str
) -> None:
    page = send(client, "where", {**WHERE, "state": served}, follow=True)
    assert page.redirect_chain == [(address("when"), 302)]
    if served in {"PA", "CT", "MD", "VA"}:  # nobody is licensed there
        assert "No time is open in the coming weeks" in text(page)


@pytest.mark.parametrize("alone", ["state", "partner_state"])
def test_a_partner_elsewhere_is_told_what_could_be_done(
    client: Browser, cast: Cast, alone: str
) -> None:
    before = row_counts()
    words = text(send(client, "where", {**TOGETHER, alone: "TX"}))
    assert "who are in Texas right now" in words
    assert "One of you is where we can work" in words
    assert row_counts() == before


def test_elsewhere_comes_before_the_question_for_the_clock(client: Browser, cast: Cast) -> None:
    given = {"with_partner": "yes", "state": "TX", "partner_state": "CA"}
    assert "in Texas or California right now" in text(send(client, "where", given))


def test_the_clock_is_asked_and_never_derived(client: Browser, cast: Cast) -> None:
    page = send(client, "where", {"with_partner": "no", "state": "FL"})
    assert ask_error(page, "time_zone") == "Please choose the clock you go by."
    page = send(client, "where", {**TOGETHER, "partner_time_zone": ""})
    assert ask_error(page, "partner_time_zone") == "Please choose the clock your partner goes by."


def test_who_is_coming_and_where_must_be_said(client: Browser, cast: Cast) -> None:
    page = send(client, "where", {"state": ""})
    assert ask_error(page, "with_partner") == "Please say who is coming."
    assert ask_error(page, "state") == "Please choose where you’ll be."
    page = send(client, "where", {**TOGETHER, "partner_state": ""})
    assert ask_error(page, "partner_state") == "Please choose where your partner will be."


def test_what_was_said_about_a_partner_counts_only_if_they_come(
    client: Browser, cast: Cast
) -> None:
    given = {**TOGETHER, "with_partner": "no", "partner_state": "TX"}
    assert send(client, "where", given).status_code == 302


def test_only_times_of_counselors_licensed_for_both_are_offered(
    client: Browser, cast: Cast
) -> None:
    send(client, "where", {**TOGETHER, "partner_state": "MA"})
    assert open_slots(client) == []


def test_notice_and_horizon_of_the_practice_are_kept(
    client: Browser, cast: Cast, now: datetime
) -> None:
    send(client, "where", WHERE)
    seen: list[str] = []
    for page in range(12):
        form = client.get(address("when"), {"page": page}).context["form"]
        seen += [value for _, group in form.fields["slot"].choices for value, _ in group]
    moments = [starts_at(value) for value in seen]
    assert min(moments) >= now + timedelta(hours=12)
    assert now + timedelta(days=27) < max(moments) < now + timedelta(days=28)
    assert len(seen) == len(set(seen))


def test_a_time_that_is_none_is_refused_beside_the_times(client: Browser, cast: Cast) -> None:
    send(client, "where", WHERE)
    assert ask_error(send(client, "when", {"go": "on"}), "slot") == "Please choose a time."
    for odd in ("x", "|", "1|2026-12-03T14:07:00+00:00", "\x00", f"{cast.nora.pk}|never"):
        page = send(client, "when", {"slot": odd})
        assert ask_error(page, "slot").startswith("That time has just been taken.")
    assert not Appointment.objects.exists()


def test_a_time_that_went_while_they_looked_is_refused_and_others_are_shown(
    client: Browser, cast: Cast
) -> None:
    send(client, "where", WHERE)
    slot = open_slots(client)[0]
    make_session(cast.case, starts_at(slot))
    page = send(client, "when", {"slot": slot})
    assert ask_error(page, "slot").startswith("That time has just been taken.")
    assert 'type="radio"' in page.content.decode()


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": ""}, "name", "Please fill"),
        ({"name": "  "}, "name", "Please fill"),
        ({"email": "vera"}, "email", "Please give a whole address, such as name@example.com."),
        ({"email": "a@b.example, c@d.example"}, "email", "Please give a whole address"),
        ({"phone": "12"}, "phone", "Please give ten digits, such as 212-555-0134."),
        ({"code": "abc"}, "code", "Please choose at least six letters or numbers."),
        ({"code": "a b c d"}, "code", "Please choose a code that is harder to guess."),
        ({"code": "111111"}, "code", "Please choose a code that is harder to guess."),
        ({"code": "abababab"}, "code", "Please choose a code that is harder to guess."),
        ({"adult": ""}, "adult", "We can only work with adults."),
        ({"agree": ""}, "agree", "We need this to tell you about the appointment."),
        ({"concern": "no-such"}, "concern", "Please choose one of these."),
        ({"safe_hours": "night"}, "safe_hours", "Please choose one of these."),
        ({"words": "w" * 1001}, "words", "at most 1000 characters"),
    ],
)
def test_an_error_stands_beside_its_field_and_what_was_typed_stays(
    client: Browser, cast: Cast, changed: dict[str, str], field: str, words: str
) -> None:
    take_a_time(client)
    page = send(client, "about-you", {**ABOUT_YOU, **changed})
    assert words in ask_error(page, field)
    form = page.context["form"]
    for name, value in {**ABOUT_YOU, **changed}.items():
        assert str(form[name].value() or "") == (value if value != "on" else "True")
    assert not Client.objects.exclude(card__email_index="").filter(request__isnull=False).exists()
    assert ConsultationRequest.objects.count() == 0
    assert Appointment.objects.get().status == Status.HOLD


def test_where_the_held_time_went_another_is_chosen_on_the_same_page(
    client: Browser, cast: Cast, now: datetime, travel: Callable[[datetime], None]
) -> None:
    slot = take_a_time(client)
    travel(now + timedelta(minutes=11))
    make_session(cast.case, starts_at(slot))
    before = row_counts()
    page = send(client, "about-you", ABOUT_YOU)
    assert ask_error(page, "slot") == "Please choose a time."
    assert "The time you chose is gone. Everything you typed is still here." in text(page)
    assert page.context["form"]["words"].value() == ABOUT_YOU["words"]
    assert page.context["form"]["code"].value() == ABOUT_YOU["code"]
    assert "CANARY we found messages</textarea>" in page.content.decode()
    assert row_counts() == before
    other = page.context["form"].fields["slot"].choices[0][1][0][0]
    done = send(client, "about-you", {**ABOUT_YOU, "slot": other}, follow=True)
    assert "Your time is booked" in text(done)
    assert ConsultationRequest.objects.get().appointment.starts_at == starts_at(other)


def test_a_time_that_goes_at_the_very_last_moment_is_asked_again_too(
    client: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = take_a_time(client)
    confirm = booking.confirm

    def too_late(held: Appointment, *args: Any) -> Appointment:
        Appointment.objects.filter(pk=held.pk).update(status=Status.LAPSED, hold_ends_at=None)
        make_session(cast.case, starts_at(slot))
        return confirm(held, *args)

    monkeypatch.setattr(booking, "confirm", too_late)
    page = send(client, "about-you", ABOUT_YOU)
    assert ask_error(page, "slot") == "That time has just been taken. These are still open."
    assert not ConsultationRequest.objects.exists()
    assert not ContactCard.objects.exclude(client__participations__isnull=False).exists()


def test_a_hold_that_ran_out_unnoticed_is_still_booked(
    client: Browser, cast: Cast, now: datetime, travel: Callable[[datetime], None]
) -> None:
    slot = take_a_time(client)
    travel(now + timedelta(minutes=25))
    assert "Your time is booked" in text(send(client, "about-you", ABOUT_YOU, follow=True))
    assert ConsultationRequest.objects.get().appointment.starts_at == starts_at(slot)


def test_sent_twice_it_is_booked_once_and_both_answers_say_so(client: Browser, cast: Cast) -> None:
    take_a_time(client)
    for _ in range(3):
        page = send(client, "about-you", ABOUT_YOU, follow=True)
        assert "Your time is booked" in text(page)
    assert ConsultationRequest.objects.count() == 1
    assert Message.objects.count() == 1
    assert Client.objects.filter(request__isnull=False).count() == 1


def test_sent_twice_in_the_same_instant_it_is_booked_once(client: Browser, cast: Cast) -> None:
    """The second request still sees the session as it was before the first was answered."""
    take_a_time(client)
    asking = dict(client.session["asking"])
    send(client, "about-you", ABOUT_YOU)
    session = client.session
    session["asking"] = asking
    session.save()
    page = send(client, "about-you", ABOUT_YOU, follow=True)
    assert "Your time is booked" in text(page)
    assert ConsultationRequest.objects.count() == 1


def test_going_back_and_taking_the_same_time_again_is_no_conflict_with_oneself(
    client: Browser, cast: Cast
) -> None:
    slot = take_a_time(client)
    assert slot in open_slots(client)
    assert send(client, "when", {"slot": slot}).status_code == 302
    assert Appointment.objects.live().count() == 1


def test_going_back_for_another_time_gives_the_first_one_back(client: Browser, cast: Cast) -> None:
    first = take_a_time(client)
    second = open_slots(client)[1]  # half an hour later: the two could not both be held
    assert send(client, "when", {"slot": second}).status_code == 302
    assert [each.starts_at for each in Appointment.objects.live()] == [starts_at(second)]
    stranger = Browser()
    send(stranger, "where", WHERE)
    assert first not in open_slots(stranger)  # too near to the second
    send(client, "where", WHERE)
    assert first in open_slots(stranger)


def test_where_the_second_time_is_gone_the_first_stays_theirs(
    client: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take_a_time(client)
    slots = open_slots(client)
    from intake import asking

    offered = asking.open_times([("NJ", EASTERN)])
    make_session(cast.case, starts_at(slots[4]))
    monkeypatch.setattr(asking, "open_times", lambda *_, **__: offered)
    page = send(client, "when", {"slot": slots[4]})
    assert ask_error(page, "slot").startswith("That time has just been taken.")
    held = Appointment.objects.get(status=Status.HOLD)
    assert held.starts_at == starts_at(first)


def test_after_booking_the_back_button_leads_to_the_confirmation(
    client: Browser, cast: Cast
) -> None:
    book(client)
    assert client.get(address("about-you")).headers["Location"] == address("booked")
    assert "Your time is booked" in text(client.get(address("booked")))


def test_after_booking_one_may_ask_anew(client: Browser, cast: Cast) -> None:
    book(client)
    assert "Your time is booked" in text(book(client, email="other@example.com"))
    assert ConsultationRequest.objects.count() == 2


@pytest.mark.parametrize("name", ["when", "about-you", "booked"])
def test_without_a_session_everything_begins_at_where(
    client: Browser, cast: Cast, name: str
) -> None:
    assert client.get(address(name)).headers["Location"] == address("where")
    client.cookies["sessionid"] = "no-such-session"
    assert client.get(address(name)).headers["Location"] == address("where")


@pytest.mark.parametrize("name", ["when", "about-you"])
def test_a_form_sent_after_the_session_ended_begins_again_and_stores_nothing(
    client: Browser, cast: Cast, name: str
) -> None:
    take_a_time(client)
    client.session.flush()
    before = row_counts()
    assert send(client, name, ABOUT_YOU).headers["Location"] == address("where")
    assert row_counts() == before


def test_a_session_whose_hold_is_gone_begins_again(client: Browser, cast: Cast) -> None:
    take_a_time(client)
    Appointment.objects.all().delete()
    assert client.get(address("about-you")).headers["Location"] == address("where")


def test_a_booking_the_desk_called_off_is_no_longer_called_booked_elsewhere(
    client: Browser, cast: Cast
) -> None:
    book(client)
    lifecycle.call_off(Appointment.objects.get(), trail.SYSTEM)
    assert client.get(address("booked")).status_code == 200


ODD = ["-1", "0", "1", "999", "1000", "9" * 400, "٣", "²", "a", "\x00", "' OR 1=1", "", "1e9", "🙂"]


@pytest.mark.parametrize("name", ["where", "when", "about-you", "booked"])
def test_no_odd_parameter_breaks_a_page(client: Browser, cast: Cast, name: str) -> None:
    take_a_time(client)
    for odd in ODD:
        for parameters in ({"page": odd}, {odd or "x": odd}, {"slot": odd, "state": odd}):
            assert client.get(address(name), parameters).status_code in (200, 302)
    assert client.head(address(name)).status_code in (200, 302)
    assert client.put(address(name)).status_code == 405


def test_a_page_of_days_beyond_the_last_leads_back(client: Browser, cast: Cast) -> None:
    send(client, "where", WHERE)
    page = client.get(address("when"), {"page": "999"})
    assert "Earlier days" in text(page)


def test_looking_at_the_pages_stores_nothing(client: Browser, cast: Cast) -> None:
    before = row_counts()
    for _ in range(3):
        client.get(address("where"))
        client.get(address("when"))
    assert row_counts() == before


def test_the_same_address_twice_makes_two_people_and_returns_nobody_known(
    client: Browser, cast: Cast
) -> None:
    page = book(client, email="hanna@example.com", name="Somebody")
    assert "Hanna" not in text(page)
    assert ConsultationRequest.objects.get().client != cast.hanna.client
    cast.hanna.client.refresh_from_db()
    assert cast.hanna.client.name == "Hanna Tester"
