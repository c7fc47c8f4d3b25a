"""What people are asked about reaching them, and what they sign."""

from datetime import time
from typing import Any

import pytest
from django.template.loader import render_to_string

from clients.contact import agreements
from clients.contact.cards import Contact
from clients.contact.forms import AgreementsForm, SafeContactForm
from clients.contact.models import Channel, Purpose
from tests.cast import make_client

GIVEN = {"channel": "email", "email": "vera@example.com", "safe_hours": "any"}


def safe_contact(**given: Any) -> SafeContactForm:
    return SafeContactForm({**GIVEN, **given})


def told(form: Any) -> dict[str, list[str]]:
    return {name: list(errors) for name, errors in form.errors.items()}


# Safe contact


def test_an_address_alone_is_enough(cast):
    form = safe_contact()
    assert form.is_valid()
    assert form.contact() == Contact("vera@example.com")


def test_everything_they_say_is_in_the_contact(cast):
    form = safe_contact(
        channel="phone",
        phone=" 212-555-0134 ",
        safe_hours="evening",
        voicemail_is_safe="on",
        device_is_shared="on",
        neutral_name="the dentist",
    )
    assert form.is_valid()
    assert form.contact(follow_ups=False) == Contact(
        "vera@example.com",
        "212-555-0134",
        (time(17), time(20)),
        True,
        False,
        Channel.PHONE,
        True,
        "the dentist",
    )


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"email": ""}, "email", "Please give an address, or choose a phone call."),
        ({"channel": "phone"}, "phone", "Please give a number, or choose e-mail."),
        ({"channel": ""}, "channel", "Please choose how we may reach you."),
        ({"channel": "fax"}, "channel", "Please choose one of these."),
        ({"safe_hours": ""}, "safe_hours", "Please choose when we may reach you."),
        (
            {"email": "vera"},
            "email",
            "Please give a whole address, such as name@example.com.",
        ),
    ],
)
def test_what_is_missing_is_said_once_and_in_plain_words(cast, given, field, words):
    assert told(safe_contact(**given)) == {field: [words]}


def test_a_call_needs_no_address(cast):
    assert safe_contact(channel="phone", email="", phone="212-555-0134").is_valid()


@pytest.mark.parametrize("number", ["212-555-013", "22125550134", "122125550134", "call me"])
def test_a_number_that_is_none_is_asked_for_again(cast, number):
    words = "Please give ten digits, such as 212-555-0134."
    assert told(safe_contact(phone=number))["phone"] == [words]


@pytest.mark.parametrize(
    ("chosen", "hours"),
    [
        ("any", None),
        ("morning", (time(9), time(12))),
        ("afternoon", (time(12), time(17))),
        ("evening", (time(17), time(20))),
    ],
)
def test_the_hours_are_those_they_chose(cast, chosen, hours):
    form = safe_contact(safe_hours=chosen)
    assert form.is_valid()
    assert form.named_hours() == hours


def test_nobody_is_asked_why(cast):
    assert set(SafeContactForm().fields) == {
        "channel",
        "email",
        "phone",
        "safe_hours",
        "voicemail_is_safe",
        "device_is_shared",
        "neutral_name",
    }


def test_the_office_s_own_name_is_what_we_say_otherwise(cast):
    assert "Oak Street Office" in SafeContactForm().fields["neutral_name"].help_text


def test_a_card_fills_the_form(cast):
    card = make_client("Vera", phone="212-555-0134", safe_hours=(time(9), time(12))).card
    initial = SafeContactForm(card=card).initial
    assert initial["email"] == "vera@example.com"
    assert initial["phone"] == "212-555-0134"
    assert initial["safe_hours"] == "morning"


def test_hours_of_their_own_making_are_kept_unless_they_choose_others(cast):
    card = make_client("Vera", safe_hours=(time(10, 30), time(14))).card
    form = SafeContactForm(card=card)
    assert "As now, 10:30 AM to 2:00 PM" in str(form["safe_hours"])
    saved = SafeContactForm({**GIVEN, **form.initial}, card=card)
    assert saved.is_valid()
    assert saved.contact().safe_hours == (time(10, 30), time(14))


def test_the_page_part_shows_every_field(cast):
    page = render_to_string("contact/_safe_contact.html", {"form": SafeContactForm()})
    assert all(f'name="{name}"' in page for name in SafeContactForm().fields)


# Agreements


@pytest.fixture
def two(db) -> list[Any]:
    return agreements.current(Purpose.TELEHEALTH, Purpose.SMS)


def signing(two: list[Any], **given: Any) -> AgreementsForm:
    return AgreementsForm(two, {Purpose.TELEHEALTH}, {"signature": "Vera Visitor", **given})


def test_what_is_ticked_is_agreed_to_and_nothing_else(two):
    form = signing(two, agree_telehealth="on")
    assert form.is_valid()
    assert form.agreed() == two[:1]
    assert form.signature == "Vera Visitor"


def test_what_is_needed_is_asked_for_kindly(two):
    [words] = told(signing(two, agree_sms="on"))["agree_telehealth"]
    assert "We can’t begin without “Meeting by video”" in words


@pytest.mark.parametrize("name", ["", "   "])
def test_nothing_is_agreed_to_without_a_name_under_it(two, name):
    form = signing(two, agree_telehealth="on", signature=name)
    assert told(form) == {"signature": ["Please type your full name to sign."]}


def test_a_name_under_nothing_is_no_agreement(two):
    form = AgreementsForm(two, (), {"signature": "Vera Visitor"})
    assert told(form) == {"__all__": ["Please tick what you agree to."]}


def test_the_page_part_shows_each_document_with_its_words_and_box(two):
    page = render_to_string("contact/_agreements.html", {"form": AgreementsForm(two, ())})
    for document in two:
        assert document.title in page
        assert document.body.split(".")[0] in page
        assert document.agreement in page
        assert f'name="agree_{document.purpose}"' in page
    assert 'name="signature"' in page
    assert page.index("agree_telehealth") < page.index("agree_sms") < page.index("signature")


def test_a_box_is_never_ticked_beforehand(two):
    assert "checked" not in render_to_string(
        "contact/_agreements.html", {"form": AgreementsForm(two, {Purpose.TELEHEALTH})}
    )
