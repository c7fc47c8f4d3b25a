"""How to reach them and what brings them: each on a page of its own, errors beside fields."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import pytest
from django.test import Client as Browser

from clients.contact import sending
from clients.contact.models import Channel, Message
from clients.models import Client
from intake.models import ConsultationRequest, Situation
from practice.models import Practice
from tests.cast import Cast
from tests.intake.walking import (
    BRINGS,
    PARTNER,
    REACH,
    SAFE,
    TOGETHER,
    address,
    again,
    book,
    error_beside,
    row_counts,
    send,
    stored,
    take_a_time,
    tell,
    text,
)

BY_PHONE = {**REACH, "channel": "phone", "email": ""}


def asked() -> ConsultationRequest:
    return ConsultationRequest.objects.select_related("client__card", "partner__card").get()


# How to reach them


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": ""}, "name", "Please fill in “Your name”."),
        ({"name": "  "}, "name", "Please fill in “Your name”."),
        ({"channel": ""}, "channel", "Please choose how we may reach you."),
        ({"channel": "sms"}, "channel", "Please choose one of these."),
        ({"email": ""}, "email", "Please give an address, or choose a phone call."),
        ({"email": "vera"}, "email", "Please give a whole address, such as name@example.com."),
        ({"email": "a@b.example, c@d.example"}, "email", "Please give a whole address"),
        ({"phone": "12"}, "phone", "Please give ten digits, such as 212-555-0134."),
        ({"phone": "900 555 0134 99"}, "phone", "Please give ten digits"),
        ({"channel": "phone", "phone": ""}, "phone", "Please give a number, or choose e-mail."),
        ({"safe_hours": "night"}, "safe_hours", "Please choose one of these."),
        ({"safe_hours": ""}, "safe_hours", "Please choose when we may reach you."),
        ({"neutral_name": "n" * 41}, "neutral_name", "at most 40 characters"),
        ({"tell_partner": "maybe"}, "tell_partner", "Please choose one of these."),
        ({**PARTNER, "partner_name": ""}, "partner_name", "Please give your partner’s name."),
        (
            {**PARTNER, "partner_email": ""},
            "partner_email",
            "Please give an address, or tell them yourself.",
        ),
        ({**PARTNER, "partner_email": "paul"}, "partner_email", "Please give a whole address"),
        (
            {**PARTNER, "partner_email": " VERA@example.com "},
            "partner_email",
            "Each needs an address that the other doesn’t read.",
        ),
    ],
)
def test_an_error_stands_beside_its_field_and_what_was_typed_stays(
    couple: Browser, changed: dict[str, str], field: str, words: str
) -> None:
    given = {**REACH, **changed}
    page = send(couple, "about-you", given)
    assert words in error_beside(page, field)
    form = page.context["form"]
    for name, value in given.items():
        assert form[name].value() == value
    assert 'aria-invalid="true"' in page.content.decode() or field in {
        "channel",
        "safe_hours",
        "tell_partner",
    }


def test_nothing_but_the_session_is_stored_before_it_is_sent(couple: Browser) -> None:
    before = row_counts()
    send(couple, "about-you", {**REACH, **PARTNER})
    send(couple, "what-brings-you", BRINGS)
    couple.get(address("agree"))
    assert row_counts() == before


def test_what_is_safe_is_kept_on_their_card(client: Browser, cast: Cast) -> None:
    book(
        client,
        neutral_name="The dentist",
        safe_hours="evening",
        voicemail_is_safe="on",
        device_is_shared="on",
    )
    card = asked().client.card
    assert (card.email, card.phone) == (REACH["email"], REACH["phone"])
    assert (card.channel, card.neutral_name) == (Channel.EMAIL, "The dentist")
    assert card.safe_hours == (time(17), time(20))
    assert (card.voicemail_is_safe, card.device_is_shared) == (True, True)


def test_nothing_is_safe_that_wasn_t_said(client: Browser, cast: Cast) -> None:
    book(client)
    card = asked().client.card
    assert (card.voicemail_is_safe, card.device_is_shared) == (False, False)


def test_without_a_name_of_their_own_we_say_the_practice_s_neutral_one(
    client: Browser, cast: Cast
) -> None:
    take_a_time(client)
    assert "we say “Oak Street Office”" in text(client.get(address("about-you")))


def test_who_wants_a_call_gets_no_mail_and_a_call_is_asked_for(
    client: Browser, cast: Cast, mailoutbox: list[Any]
) -> None:
    take_a_time(client)
    assert "Your time is booked" in text(tell(client, channel="phone", email="", agree_email=""))
    assert not asked().client.card.email
    sending.tick()
    assert not mailoutbox
    message = Message.objects.exclude(state="due").get()
    assert (message.state, message.reason) == ("suppressed", "prefers a call: please call")


def test_who_wants_a_call_isn_t_written_to_though_they_gave_an_address(
    client: Browser, cast: Cast, mailoutbox: list[Any]
) -> None:
    book(client, channel="phone")
    sending.tick()
    assert not mailoutbox


def test_who_wants_a_call_needn_t_agree_to_mail(client: Browser, cast: Cast) -> None:
    take_a_time(client)
    send(client, "about-you", BY_PHONE)
    send(client, "what-brings-you", BRINGS)
    assert "agree_email" not in client.get(address("agree")).context["form"].fields


# The partner


def test_the_partner_is_written_to_only_where_that_was_asked_for(
    client: Browser, cast: Cast, mailoutbox: list[Any]
) -> None:
    book(client, TOGETHER, **{**PARTNER, "tell_partner": "no"})
    sending.tick()
    assert asked().partner is None
    assert "paul" not in stored().lower()
    assert all(mail.to != ["paul@example.com"] for mail in mailoutbox)


def test_a_partner_who_is_written_to_gets_an_own_message_and_an_own_number(
    client: Browser,
    cast: Cast,
    travel: Callable[[datetime], None],
    now: datetime,
    mailoutbox: list[Any],
) -> None:
    page = book(client, TOGETHER, **PARTNER)
    number = page.context["number"]
    assert len(number) >= 6
    assert number in text(page)
    assert number in text(client.get(address("booked")))  # a reload
    assert number not in stored()
    partner = asked().partner
    assert partner is not None
    assert (partner.name, partner.card.email) == ("Paul Partner", "paul@example.com")
    sending.tick()
    (mail,) = [mail for mail in mailoutbox if mail.to == ["paul@example.com"]]
    assert mail.subject == "A message from Oak Street Office"
    whole = str(mail.message()).lower()
    for word in ("vera", "paul p", "affair", "couple", "therap", "counsel", "appointment", number):
        assert word not in whole


def test_the_partner_of_who_waits_for_a_time_is_written_to_as_well(
    client: Browser, cast: Cast
) -> None:
    send(client, "where", TOGETHER)
    send(client, "waitlist", {"days": ["0"], "parts": ["morning"]})
    page = tell(client, **PARTNER)
    assert "We look for a time" in text(page)
    partner = asked().partner
    assert partner is not None
    assert page.context["number"]
    assert Message.objects.filter(client=partner, template=Message.Template.INVITED).exists()


def test_the_partner_s_place_is_where_they_will_be(client: Browser, cast: Cast) -> None:
    book(client, TOGETHER, **PARTNER)
    partner = asked().partner
    assert partner is not None
    assert (partner.state_id, asked().partner_state_id) == ("NY", "NY")


# What brings them


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"concern": "no-such"}, "concern", "Please choose one of these."),
        ({"concern": "\x00"}, "concern", "Null characters are not allowed."),
        ({"part": "neither"}, "part", "Please choose one of these."),
        ({"partner_knows": "perhaps"}, "partner_knows", "Please choose one of these."),
        ({"words": "w" * 1001}, "words", "at most 1000 characters"),
        (
            {"safety_afraid": ""},
            "safety_afraid",
            "Please choose one. “I’d rather not say” is fine. This is the first of three.",
        ),
        ({"safety_watched": "?"}, "safety_watched", "Please choose one of these."),
    ],
)
def test_an_error_in_what_brings_them_stands_beside_its_field(
    couple: Browser, changed: dict[str, str], field: str, words: str
) -> None:
    send(couple, "about-you", REACH)
    given = {**BRINGS, **changed}
    page = send(couple, "what-brings-you", given)
    assert words in error_beside(page, field)
    for name, value in given.items():
        assert page.context["form"][name].value() == value


def test_what_brings_them_stands_apart_from_the_request(client: Browser, cast: Cast) -> None:
    book(client)
    told = Situation.objects.get()
    assert (told.client, told.request) == (asked().client, asked())
    assert (told.concern_id, told.part, told.partner_knows) == ("affair-recovery", "hurt", "yes")
    assert told.words == BRINGS["words"]


def test_only_being_safe_must_be_answered(client: Browser, cast: Cast) -> None:
    take_a_time(client)
    page = tell(client, concern="", part="", partner_knows="", words="")
    assert "Your time is booked" in text(page)
    told = Situation.objects.get()
    assert (told.concern, told.part, told.partner_knows, told.words) == (None, "", "", "")


def test_the_concerns_are_the_practice_s_list(couple: Browser) -> None:
    from clients.models import Concern

    Concern.objects.create(key="money", name="Money between us", position=9)
    send(couple, "about-you", REACH)
    assert "Money between us" in text(couple.get(address("what-brings-you")))


# Who may come to a step


@pytest.mark.parametrize("name", ["when", "waitlist", "about-you", "what-brings-you", "alone"])
def test_without_a_session_everything_begins_at_where(
    client: Browser, cast: Cast, name: str
) -> None:
    assert client.get(address(name)).headers["Location"] == address("where")
    client.cookies["sessionid"] = "no-such-session"
    assert client.get(address(name)).headers["Location"] == address("where")
    assert client.post(address(name), REACH).headers["Location"] == again("where")


def test_nobody_skips_a_step(couple: Browser) -> None:
    assert couple.get(address("agree")).headers["Location"] == address("about-you")
    assert couple.post(address("agree"), {}).headers["Location"] == again("about-you")
    send(couple, "about-you", REACH)
    assert couple.get(address("agree")).headers["Location"] == address("what-brings-you")


def test_an_answer_with_an_error_leads_back_to_its_step(couple: Browser) -> None:
    send(couple, "about-you", {**REACH, "email": "vera"})
    send(couple, "what-brings-you", BRINGS)
    assert couple.get(address("agree")).headers["Location"] == address("about-you")
    send(couple, "about-you", REACH)
    send(couple, "what-brings-you", {**BRINGS, "safety_hurt": ""})
    assert couple.get(address("agree")).headers["Location"] == address("what-brings-you")


@pytest.mark.parametrize("name", ["about-you", "what-brings-you", "agree", "alone", "when"])
def test_a_form_sent_after_the_session_ended_begins_again_and_stores_nothing(
    couple: Browser, name: str
) -> None:
    couple.session.flush()
    before = row_counts()
    page = send(couple, name, {**REACH, **BRINGS}, follow=True)
    assert page.redirect_chain == [(again("where"), 302)]
    assert "Nothing was sent yet. What you told us before isn’t kept here any more" in text(page)
    assert row_counts() == before


@pytest.mark.parametrize("name", ["when", "about-you", "what-brings-you", "agree"])
def test_who_only_looks_at_a_later_step_is_not_told_that_nothing_was_sent(
    client: Browser, cast: Cast, name: str
) -> None:
    assert "Nothing was sent" not in text(client.get(address(name), follow=True))


def test_what_must_be_answered_first_says_that_nothing_was_sent(couple: Browser) -> None:
    page = send(couple, "agree", {}, follow=True)
    assert page.request["PATH_INFO"] == address("about-you")
    assert "Nothing was sent yet. Please answer this first." in text(page)


ODD = ["-1", "0", "9" * 400, "٣", "a", "\x00", "' OR 1=1", "", "1e9", "🙂"]


@pytest.mark.parametrize(
    "name", ["where", "when", "waitlist", "about-you", "what-brings-you", "alone", "agree"]
)
def test_no_odd_parameter_breaks_a_page(couple: Browser, name: str) -> None:
    send(couple, "about-you", REACH)
    send(couple, "what-brings-you", BRINGS)
    for odd in ODD:
        for given in ({"page": odd}, {odd or "x": odd}, {"slot": odd, "state": odd, "how": odd}):
            assert couple.get(address(name), given).status_code in (200, 302)
    assert couple.head(address(name)).status_code in (200, 302)
    assert couple.put(address(name)).status_code == 405


def test_the_same_address_twice_makes_two_people_and_returns_nobody_known(
    client: Browser, cast: Cast
) -> None:
    page = book(client, email="hanna@example.com", name="Somebody")
    assert "Hanna" not in text(page)
    assert asked().client != cast.hanna.client
    assert Client.objects.get(pk=cast.hanna.client.pk).name == "Hanna Tester"


def test_the_questions_about_being_safe_come_with_a_way_out(couple: Browser) -> None:
    send(couple, "about-you", REACH)
    page = couple.get(address("what-brings-you"))
    assert "You can leave at any moment" in text(page)
    assert "quick-exit" in page.content.decode()
    assert "I’d rather not say" in text(page)
    assert set(SAFE) <= set(page.context["form"].fields)


def test_the_practice_s_neutral_name_is_the_sender(
    client: Browser, cast: Cast, mailoutbox: list[Any]
) -> None:
    Practice.objects.update(display_name="Elm Street Office")
    book(client, safe_hours="any")
    sending.tick()
    assert mailoutbox[0].from_email.startswith("Elm Street Office <")
