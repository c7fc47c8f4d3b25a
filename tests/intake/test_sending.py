"""The last step: what is agreed on, and off it goes once, whatever a browser does twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.contact import calls, codes, links, sending
from clients.contact.codes import Answer
from clients.contact.models import Consent, ConsentDocument, ContactCard, Message
from clients.models import Client
from intake import asking
from intake.models import ConsultationRequest, Offer
from intake.views import sending as views
from practice.audit import trail
from scheduling import booking, lifecycle
from scheduling.models import Appointment, Status
from tests.cast import Cast, make_counselor, make_session
from tests.clients.contact.at_once import at_once
from tests.intake.walking import (
    AGREE,
    BRINGS,
    NOT_SAFE,
    PARTNER,
    REACH,
    TOGETHER,
    WHERE,
    address,
    again,
    another_tab,
    book,
    error_beside,
    open_slots,
    row_counts,
    send,
    stamped,
    starts_at,
    stored,
    take_a_time,
    tell,
    text,
)

GONE = "That time has just been taken. These are still open."


def asked() -> ConsultationRequest:
    return ConsultationRequest.objects.select_related("client__card", "appointment").get()


def ready(browser: Browser, where: dict[str, str] = WHERE, **reach: str) -> str:
    """All but the last step; returns the time that is kept."""
    slot = take_a_time(browser, where)
    told(browser, **reach)
    return slot


def told(browser: Browser, **reach: str) -> None:
    send(browser, "about-you", {**REACH, **reach})
    send(browser, "what-brings-you", BRINGS)


def test_the_whole_path_ends_with_a_booked_time(client: Browser, cast: Cast) -> None:
    slot = take_a_time(client, TOGETHER)
    page = tell(client)
    assert page.redirect_chain == [(address("booked"), 302)]
    assert "Your time is booked" in text(page)
    request = asked()
    assert (request.status, request.counselor) == ("booked", cast.nora)
    time = request.appointment
    assert time is not None
    assert (time.status, time.counselor, time.starts_at) == (
        Status.BOOKED,
        cast.nora,
        starts_at(slot),
    )
    person = request.client
    assert (person.name, person.state_id) == ("Vera Visitor", "NJ")
    places = [(each.state_id, each.client) for each in time.attendees.all()]
    assert places == [("NJ", person), ("NY", None)]


def test_the_confirmation_says_when_with_whom_and_no_more(client: Browser, cast: Cast) -> None:
    page = text(book(client))
    assert "Thursday, Dec 3, 9:00 AM Eastern (EST) with Nora" in page
    for word in ("Vera", "affair", "CANARY", "vera@example.com"):
        assert word not in page


def test_the_message_is_a_postcard(client: Browser, cast: Cast, mailoutbox: list[Any]) -> None:
    book(client, safe_hours="any")
    sending.tick()
    (mail,) = mailoutbox
    whole = str(mail.message()).lower()
    assert mail.to == ["vera@example.com"]
    assert mail.subject == "Your appointment"
    assert "9:00 am eastern (est)" in mail.body.lower()
    for word in ("vera visitor", "affair", "couple", "therap", "counsel", "nora", "canary"):
        assert word not in whole


def test_the_chosen_code_opens_the_link_and_nothing_else_does(client: Browser, cast: Cast) -> None:
    book(client)
    token = links.make(asked().client.pk, "appointment", asked().appointment_id)
    assert codes.answer(links.find(token), "sunflower8") is Answer.NOTHING
    assert codes.answer(links.find(token), "sun flower7") is Answer.OPEN


# What we agree on


def test_each_agreement_is_kept_with_its_version_signature_time_and_network(
    client: Browser, cast: Cast, now: datetime
) -> None:
    book(client, TOGETHER, agree_sms="on", signature="Vera V. Visitor")
    signed = Consent.objects.filter(client=asked().client).select_related("document")
    assert {each.purpose for each in signed} == {"telehealth", "email", "secrets", "sms"}
    for each in signed:
        assert each.document is not None
        assert (each.document.purpose, each.document.version) == (each.purpose, 1)
        assert (each.signature, each.given_at, each.network) == (
            "Vera V. Visitor",
            now,
            "127.0.0.0/24",
        )
    assert "Vera V." not in stored("contact_consent")


def test_the_newest_version_is_the_one_that_is_signed(
    client: Browser, cast: Cast, now: datetime
) -> None:
    ConsentDocument.objects.create(
        purpose="telehealth",
        version=2,
        title="Meeting by video, newly told",
        agreement="I agree to that.",
        body="Other words.",
        published_at=now,
    )
    ready(client)
    page = client.get(address("agree"))
    assert "Meeting by video, newly told" in text(page)
    assert "Version 2" in text(page)
    send(client, "agree", AGREE)
    assert Consent.objects.get(client=asked().client, purpose="telehealth").wording == "v2"


def test_what_isn_t_ticked_isn_t_agreed_to(client: Browser, cast: Cast) -> None:
    book(client)
    assert set(Consent.objects.values_list("purpose", flat=True).filter(client=asked().client)) == {
        "telehealth",
        "email",
    }


@pytest.mark.parametrize(
    ("where", "needed"),
    [(WHERE, {"telehealth", "email"}), (TOGETHER, {"telehealth", "email", "secrets"})],
    ids=["alone", "couple"],
)
def test_without_what_is_needed_nothing_is_sent(
    client: Browser, cast: Cast, where: dict[str, str], needed: set[str]
) -> None:
    ready(client, where)
    page = send(client, "agree", {"code": AGREE["code"], "adult": "on", "signature": "V V"})
    assert {name for name in page.context["form"].errors if name != "__all__"} == {
        f"agree_{purpose}" for purpose in needed
    }
    for purpose in needed:
        assert "We can’t begin without" in error_beside(page, f"agree_{purpose}")
    assert not ConsultationRequest.objects.exists()


def test_who_gave_no_number_isn_t_asked_about_texts(client: Browser, cast: Cast) -> None:
    ready(client, phone="")
    assert "agree_sms" not in client.get(address("agree")).context["form"].fields


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"code": ""}, "code", "Please fill in “Choose a private code”."),
        ({"code": "abc"}, "code", "Please choose at least six letters or numbers."),
        ({"code": "a b c d"}, "code", "Please choose a code that is harder to guess."),
        ({"code": "111111"}, "code", "Please choose a code that is harder to guess."),
        ({"code": "abababab"}, "code", "Please choose a code that is harder to guess."),
        ({"code": "c" * 101}, "code", "at most 100 characters"),
        ({"adult": ""}, "adult", "We can only work with adults."),
        ({"signature": ""}, "signature", "Please type your full name to sign."),
        ({"signature": " "}, "signature", "Please type your full name to sign."),
        ({"signature": "s" * 101}, "signature", "at most 100 characters"),
        ({"agree_telehealth": ""}, "agree_telehealth", "We can’t begin without"),
    ],
)
def test_an_error_stands_beside_its_field_and_what_was_typed_stays(
    client: Browser, cast: Cast, changed: dict[str, str], field: str, words: str
) -> None:
    ready(client)
    given = {**AGREE, **changed}
    page = send(client, "agree", given)
    assert words in error_beside(page, field)
    for name in ("code", "signature"):
        assert page.context["form"][name].value() == given[name]
    assert not ConsultationRequest.objects.exists()
    assert "Your time is booked" in text(send(client, "agree", AGREE, follow=True))


# The time went meanwhile


def run_out(slot: str, cast: Cast) -> None:
    """The hold ran out, and somebody else has the time."""
    Appointment.objects.filter(status=Status.HOLD).update(status=Status.LAPSED, hold_ends_at=None)
    make_session(cast.case, starts_at(slot))


def test_a_time_that_went_is_asked_again_with_the_nearest_and_nothing_typed_lost(
    client: Browser, cast: Cast
) -> None:
    slot = ready(client)
    run_out(slot, cast)
    page = send(client, "agree", AGREE)
    assert error_beside(page, "slot") == "Please choose a time."
    assert "Everything you typed is still here." in text(page)
    assert page.context["form"]["code"].value() == AGREE["code"]
    assert not ContactCard.objects.filter(client__request__isnull=False).exists()
    offered = [
        value for _, group in page.context["form"].fields["slot"].choices for value, _ in group
    ]
    assert offered
    assert slot not in offered
    page = send(client, "agree", {**AGREE, "slot": offered[0]}, follow=True)
    assert "Your time is booked" in text(page)
    assert asked().appointment.starts_at == starts_at(offered[0])  # type: ignore[union-attr]
    assert asked().client.card.email == REACH["email"]


def test_the_next_time_may_be_gone_too(client: Browser, cast: Cast) -> None:
    run_out(ready(client), cast)
    page = client.get(address("agree"))
    offered = [
        value for _, group in page.context["form"].fields["slot"].choices for value, _ in group
    ]
    make_session(cast.case, starts_at(offered[3]))
    page = send(client, "agree", {**AGREE, "slot": offered[3]})
    assert error_beside(page, "slot") == GONE
    assert offered[3] not in page.content.decode()
    assert not ConsultationRequest.objects.exists()


@pytest.mark.parametrize("slot", ["x", "|", "\x00", "1|never", "9" * 5000 + "|"])
def test_a_forged_time_at_the_last_step_is_refused(client: Browser, cast: Cast, slot: str) -> None:
    run_out(ready(client), cast)
    page = send(client, "agree", {**AGREE, "slot": slot})
    assert error_beside(page, "slot") == GONE
    assert not ConsultationRequest.objects.exists()


def test_a_time_sent_along_while_one_is_kept_is_left_alone(client: Browser, cast: Cast) -> None:
    slot = ready(client)
    other = open_slots(client)[5]
    send(client, "agree", {**AGREE, "slot": other})
    assert asked().appointment.starts_at == starts_at(slot)  # type: ignore[union-attr]


def test_a_time_that_goes_at_the_very_last_moment_is_asked_again_too(
    client: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = ready(client)
    confirm = booking.confirm

    def too_late(held: Appointment, *args: Any) -> Appointment:
        run_out(slot, cast)
        return confirm(held, *args)

    monkeypatch.setattr(booking, "confirm", too_late)
    page = send(client, "agree", AGREE)
    assert error_beside(page, "slot") == GONE
    assert not ConsultationRequest.objects.exists()
    assert not Client.objects.filter(participations=None).exists()


def test_where_no_time_is_left_they_may_wait(client: Browser, cast: Cast) -> None:
    slot = ready(client)
    Appointment.objects.filter(status=Status.HOLD).update(status=Status.LAPSED, hold_ends_at=None)
    make_session(cast.case, starts_at(slot))
    cast.nora.licenses.all().delete()
    assert client.get(address("agree")).status_code == 200
    send(client, "waitlist", {"days": ["0"], "parts": ["morning"]})
    assert "We look for a time" in text(send(client, "agree", AGREE, follow=True))


# Sent twice, back, stale


@pytest.mark.parametrize("way", ["booked", "waiting", "review"])
def test_sent_twice_it_is_one_request_and_both_answers_say_so(
    client: Browser, cast: Cast, way: str
) -> None:
    made_ready(client, way)
    for _ in range(3):
        page = send(client, "agree", AGREE, follow=True)
        assert page.context["became"] == way
    assert ConsultationRequest.objects.count() == 1
    assert Message.objects.filter(by_their_own_act=True).count() == 1


def made_ready(browser: Browser, way: str) -> None:
    if way == "waiting":
        send(browser, "where", WHERE)
        send(browser, "waitlist", {"days": ["0"], "parts": ["morning"]})
        return told(browser)
    take_a_time(browser, TOGETHER)
    send(browser, "about-you", {**REACH, **PARTNER})
    if way == "booked":
        send(browser, "what-brings-you", BRINGS)
        return None
    send(browser, "what-brings-you", {**BRINGS, **NOT_SAFE})
    send(browser, "alone", {"how": "counselor"})
    return None


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("way", ["booked", "waiting", "review"])
def test_sent_twice_in_the_same_instant_it_is_one_request(cast: Cast, way: str) -> None:
    browser = Browser()
    made_ready(browser, way)
    given = {**AGREE, "opened": stamped(browser.get(address("agree")))}
    twice = [another_tab(browser), another_tab(browser)]
    answers = at_once(*[lambda b=b: b.post(address("agree"), given) for b in twice])
    assert [answer.headers.get("Location") for answer in answers] == [address("booked")] * 2
    request = ConsultationRequest.objects.get()
    assert request.status == way
    page = browser.get(address("booked"))
    assert page.context["became"] == way
    # Whichever answer their browser shows: the partner's number is there.
    assert bool(page.context["number"]) == (way == "booked")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_with_a_new_time_sent_twice_in_the_same_instant_it_is_one_request(cast: Cast) -> None:
    browser = Browser()
    slot = ready(browser)
    other = open_slots(browser)[6]
    run_out(slot, cast)
    given = {**AGREE, "slot": other, "opened": stamped(browser.get(address("agree")))}
    twice = [another_tab(browser), another_tab(browser)]
    answers = at_once(*[lambda b=b: b.post(address("agree"), given) for b in twice])
    assert [answer.headers.get("Location") for answer in answers] == [address("booked")] * 2
    assert ConsultationRequest.objects.get().appointment.starts_at == starts_at(other)  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_who_leaves_in_the_instant_of_sending_leaves_no_session_behind(cast: Cast) -> None:
    """It was sent before or it wasn't; nothing of it stays in the browser."""
    browser = Browser()
    ready(browser)
    given = {**AGREE, "opened": stamped(browser.get(address("agree")))}
    leaving = another_tab(browser)
    answers = at_once(
        lambda: browser.post(address("agree"), given),
        lambda: leaving.get(reverse("quick-exit")),
    )
    assert [answer.status_code for answer in answers] == [302, 302]
    assert not stored("django_session")


def test_who_left_before_it_was_sent_has_sent_nothing(
    client: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(client)
    may_ask, leaving = views._may_ask, another_tab(client)

    def leaves_meanwhile(*arguments: Any) -> bool:
        leaving.get(reverse("quick-exit"))
        return may_ask(*arguments)

    monkeypatch.setattr(views, "_may_ask", leaves_meanwhile)
    page = send(client, "agree", AGREE, follow=True)
    assert page.redirect_chain == [(again("where"), 302)]
    assert not ConsultationRequest.objects.exists()
    assert not stored("django_session")


@pytest.mark.parametrize("name", ["when", "waitlist", "about-you", "what-brings-you", "agree"])
def test_after_booking_the_back_button_leads_to_the_confirmation(
    client: Browser, cast: Cast, name: str
) -> None:
    book(client)
    assert client.get(address(name)).headers["Location"] == address("booked")
    assert client.post(address(name), AGREE).headers["Location"] == address("booked")
    assert "Your time is booked" in text(client.get(address("booked")))


def test_after_booking_one_may_ask_anew(client: Browser, cast: Cast) -> None:
    book(client)
    assert "Your time is booked" in text(book(client, email="other@example.com"))
    assert ConsultationRequest.objects.count() == 2


def test_a_booking_the_desk_called_off_is_not_called_booked_any_more(
    client: Browser, cast: Cast
) -> None:
    book(client)
    lifecycle.call_off(Appointment.objects.get(), trail.SYSTEM)
    page = client.get(address("booked"))
    assert page.status_code == 200
    assert "Your time is booked" not in text(page)


@pytest.mark.parametrize("name", ["agree", "booked"])
def test_without_a_session_everything_begins_at_where(
    client: Browser, cast: Cast, name: str
) -> None:
    assert client.get(address(name)).headers["Location"] == address("where")


def test_a_page_left_open_overnight_is_sent_again(
    client: Browser, cast: Cast, travel: Callable[[datetime], None], now: datetime
) -> None:
    """The session has ended by then; nothing of what was typed is there for anybody."""
    ready(client)
    stamp = stamped(client.get(address("agree")))
    before = row_counts()
    travel(now + timedelta(hours=12, minutes=1))
    page = client.post(address("agree"), {**AGREE, "opened": stamp})
    assert page.headers["Location"] == again("where")
    assert row_counts() == before


# Programs


def test_a_filled_trap_keeps_what_was_typed_and_sends_nothing(client: Browser, cast: Cast) -> None:
    ready(client)
    page = send(client, "agree", {**AGREE, "website": "https://spam.example"})
    assert "That was very quick." in text(page)
    form = page.context["form"]
    assert (form["code"].value(), form["signature"].value()) == (
        AGREE["code"],
        AGREE["signature"],
    )
    assert "spam.example" not in page.content.decode()
    assert not ConsultationRequest.objects.exists()
    assert "Your time is booked" in text(send(client, "agree", AGREE, follow=True))


def test_faster_than_one_reads_is_asked_again_and_then_goes(
    client: Browser,
    cast: Cast,
    settings: Any,
    travel: Callable[[datetime], None],
    now: datetime,
) -> None:
    settings.HUMAN_SECONDS = 2
    ready(client)
    page = send(client, "agree", AGREE)
    assert "That was very quick." in text(page)
    assert page.context["form"]["signature"].value() == AGREE["signature"]
    assert not ConsultationRequest.objects.exists()
    travel(now + timedelta(seconds=3))
    again = {**AGREE, "opened": stamped(page)}
    assert "Your time is booked" in text(client.post(address("agree"), again, follow=True))


def test_without_a_stamp_nothing_is_sent(client: Browser, cast: Cast) -> None:
    ready(client)
    assert "That was very quick." in text(client.post(address("agree"), AGREE))
    assert not ConsultationRequest.objects.exists()


# What each step costs


def test_no_step_costs_more_queries_where_there_is_more(client: Browser, cast: Cast) -> None:
    ready(client, TOGETHER)
    few = costs(client)
    for number in range(8):
        make_counselor(f"more{number}", ["NJ", "NY"])
    for number in range(20):
        make_session(cast.case, datetime(2026, 12, 7 + number % 5, 15 + number // 5, tzinfo=UTC))
    assert costs(client) == few
    assert max(few.values()) <= 16, few


def costs(browser: Browser) -> dict[str, int]:
    names = ["where", "when", "waitlist", "about-you", "what-brings-you", "alone", "agree"]
    found = {}
    for name in names:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address(name)).status_code == 200
        found[name] = len(captured)
    return found


def test_nothing_of_a_request_is_offered_or_written_before_it_is_sent(
    client: Browser, cast: Cast
) -> None:
    ready(client, TOGETHER, **PARTNER)
    assert not ConsultationRequest.objects.exists()
    assert not Offer.objects.exists()
    assert not Message.objects.exists()
    assert asking.counselors_for([("NJ", "America/New_York")]) == [cast.nora]


def test_everybody_without_an_address_asks_for_a_call_also_on_the_same_day(cast: Cast) -> None:
    """An empty address is nobody's: the second such person isn't taken for the first."""
    for number in (1, 2):
        book(Browser(), channel="phone", email="", phone=f"212-555-017{number}")
    sending.tick()
    assert Message.objects.filter(calls.needed(), template="booked").count() == 2


def test_who_wants_to_be_called_reads_that_we_call_and_nothing_of_links(cast: Cast) -> None:
    page = book(Browser(), channel="phone", email="", phone="212-555-0171").content.decode()
    assert "We call you in the hours you said are safe" in page
    assert "private link" not in page
