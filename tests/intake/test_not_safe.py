"""Whoever isn't safe with their partner: never booked together by itself, never told on."""

from itertools import product
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.contact import sending
from clients.contact.models import Message
from intake import safety
from intake.models import ConsultationRequest, SafetyScreen
from scheduling.models import Appointment, Status
from tests.cast import Cast
from tests.intake.walking import (
    AGREE,
    BRINGS,
    NOT_SAFE,
    PARTNER,
    REACH,
    TOGETHER,
    WHERE,
    address,
    error_beside,
    open_slots,
    send,
    stored,
    take_a_time,
    tell,
    text,
)

ANSWERS = list(product(["no", "yes", "unsaid"], repeat=len(safety.QUESTIONS)))
STRAIGHT_ON = [(values, "straight on") for values in ANSWERS]
# Somebody may send the page after it, whatever they answered.
BY_CHOICE = [
    (values, how)
    for values in ANSWERS
    for how in ("alone", "counselor")
    if values.count("unsaid") in (0, 3) and values.count("yes") != 2
]


def answered(values: tuple[str, ...]) -> dict[str, str]:
    return {f"safety_{key}": value for key, value in zip(safety.QUESTIONS, values, strict=True)}


def asks(
    browser: Browser, where: dict[str, str], values: tuple[str, ...], how: str = "straight on"
) -> ConsultationRequest | None:
    """All the way with these answers; what came of it."""
    take_a_time(browser, where)
    send(browser, "about-you", {**REACH, **PARTNER})
    send(browser, "what-brings-you", {**BRINGS, **answered(values)})
    if how != "straight on":
        send(browser, "alone", {"how": how})
    send(browser, "agree", AGREE)
    return ConsultationRequest.objects.select_related("appointment").first()


def both_are_booked() -> bool:
    """Whether a time stands that was taken for two."""
    booked = Appointment.objects.filter(status=Status.BOOKED)
    return any(each.attendees.count() > 1 for each in booked)


@pytest.mark.parametrize(("values", "how"), [*STRAIGHT_ON, *BY_CHOICE])
def test_a_yes_of_a_couple_is_never_booked_for_both_by_itself(
    client: Browser, cast: Cast, values: tuple[str, ...], how: str
) -> None:
    request = asks(client, TOGETHER, values, how)
    unsafe = "yes" in values
    assert not (unsafe and both_are_booked())
    invited = Message.objects.filter(template=Message.Template.INVITED).exists()
    assert not (unsafe and invited)
    if unsafe and how == "straight on":
        assert request is None  # asked first how they would like to go on
    else:
        assert request is not None
        assert request.needs_counselor == (unsafe or how == "counselor")


@pytest.mark.parametrize("values", ANSWERS, ids="-".join)
def test_somebody_alone_is_booked_and_flagged_after_a_yes_only(
    client: Browser, cast: Cast, values: tuple[str, ...]
) -> None:
    request = asks(client, WHERE, values)
    assert request is not None
    assert request.status == "booked"
    screen = SafetyScreen.objects.get()
    assert request.needs_counselor == screen.raised == ("yes" in values)
    assert [answer for _, answer in safety.told(screen)] == [
        SafetyScreen.Answer(value).label for value in values
    ]


def not_safe(browser: Browser) -> Any:
    send(browser, "about-you", {**REACH, **PARTNER})
    return send(browser, "what-brings-you", {**BRINGS, **NOT_SAFE}, follow=True)


def test_after_a_yes_they_are_asked_calmly_how_to_go_on(couple: Browser) -> None:
    page = not_safe(couple)
    assert page.redirect_chain == [(address("alone"), 302)]
    assert "Thank you for telling us" in text(page)
    assert "1-800-799-7233" in text(page)
    assert "Your partner isn’t told about any of this" in text(page)
    page = send(couple, "alone", {"go": "on"})
    assert error_beside(page, "how") == "Please choose one. Both are fine."
    assert send(couple, "alone", {"how": "both"}).context["form"].errors["how"]
    assert couple.get(address("agree")).headers["Location"] == address("alone")
    sent = couple.post(address("agree"), AGREE)
    assert sent.headers["Location"] == address("alone") + "?again=1"


def test_alone_keeps_the_time_for_one(couple: Browser, cast: Cast) -> None:
    held = Appointment.objects.get()
    not_safe(couple)
    send(couple, "alone", {"how": "alone"})
    page = send(couple, "agree", AGREE, follow=True)
    assert "Your time is booked" in text(page)
    request = ConsultationRequest.objects.get()
    assert (request.appointment, request.with_partner, request.partner) == (held, False, None)
    assert [each.client for each in held.attendees.all()] == [request.client]
    assert request.needs_counselor
    assert "paul" not in stored().lower()


def test_a_counselor_first_gives_the_time_back_and_remembers_it(
    couple: Browser, cast: Cast, mailoutbox: list[Any]
) -> None:
    held = Appointment.objects.get()
    not_safe(couple)
    send(couple, "alone", {"how": "counselor"})
    page = send(couple, "agree", AGREE, follow=True)
    assert "A counselor reads this first" in text(page)
    request = ConsultationRequest.objects.get()
    assert (request.status, request.appointment) == ("review", None)
    assert (request.wished_at, request.counselor) == (held.starts_at, cast.nora)
    held.refresh_from_db()
    assert held.status == Status.LAPSED
    stranger = Browser()
    send(stranger, "where", WHERE)
    assert any(held.starts_at.isoformat() in slot for slot in open_slots(stranger))
    sending.tick()
    assert {mail.to[0] for mail in mailoutbox} <= {REACH["email"]}


def test_a_counselor_first_keeps_the_wishes_of_who_waits(client: Browser, cast: Cast) -> None:
    send(client, "where", TOGETHER)
    send(client, "waitlist", {"days": ["1"], "parts": ["morning"]})
    not_safe(client)
    send(client, "alone", {"how": "counselor"})
    send(client, "agree", AGREE)
    request = ConsultationRequest.objects.get()
    assert (request.status, request.wished_days, request.wished_parts) == (
        "review",
        [1],
        ["morning"],
    )


def test_coming_alone_and_then_as_a_couple_after_all_is_asked_again(
    couple: Browser, cast: Cast
) -> None:
    not_safe(couple)
    send(couple, "alone", {"how": "alone"})
    take_a_time(couple, TOGETHER)
    assert couple.get(address("agree")).headers["Location"] == address("alone")
    sent = couple.post(address("agree"), AGREE)
    assert sent.headers["Location"] == address("alone") + "?again=1"
    assert not ConsultationRequest.objects.exists()


def test_other_answers_end_what_followed_from_the_first(couple: Browser, cast: Cast) -> None:
    not_safe(couple)
    send(couple, "alone", {"how": "counselor"})
    page = tell(couple, **PARTNER)
    assert "Your time is booked" in text(page)
    request = ConsultationRequest.objects.get()
    assert (request.status, request.needs_counselor) == ("booked", False)


def test_a_no_in_one_tab_and_a_yes_in_another_counts_as_yes(couple: Browser, cast: Cast) -> None:
    send(couple, "about-you", {**REACH, **PARTNER})
    send(couple, "what-brings-you", BRINGS)
    open_tab = couple.get(address("agree"))
    send(couple, "what-brings-you", {**BRINGS, **NOT_SAFE})
    stamp = open_tab.context["form"]["opened"].value()
    page = couple.post(address("agree"), {**AGREE, "opened": stamp or ""})
    assert page.headers["Location"] == address("alone") + "?again=1"
    assert not ConsultationRequest.objects.exists()


@pytest.mark.parametrize("where", [WHERE, TOGETHER], ids=["alone", "couple"])
def test_what_the_desk_reads_says_nothing_of_it(
    client: Browser, cast: Cast, signed_in: Any, where: dict[str, str]
) -> None:
    request = asks(client, where, ("yes", "yes", "yes"), "counselor")
    assert request is not None
    desk = signed_in(cast.dan)
    pages = [reverse("requests:inbox"), reverse("requests:page", args=[request.pk])]
    if request.appointment_id:
        pages.append(reverse("desk:appointment", args=[request.appointment_id]))
    for page in pages:
        words = text(desk.get(page)).lower()
        for word in ("afraid", "hurt", "safe with", "dangerous", "canary", "affair"):
            assert word not in words, page


def test_no_message_says_anything_of_it(couple: Browser, cast: Cast, mailoutbox: list[Any]) -> None:
    not_safe(couple)
    send(couple, "alone", {"how": "alone"})
    send(couple, "agree", AGREE)
    told = ConsultationRequest.objects.get().client.card
    told.safe_from = told.safe_until = None
    told.save()
    sending.tick()
    (mail,) = mailoutbox
    assert mail.to == [REACH["email"]]
    whole = str(mail.message()).lower()
    for word in ("safe", "alone", "hurt", "partner", "violence"):
        assert word not in whole
