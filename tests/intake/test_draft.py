"""What a visitor has typed: kept for them, readable by nobody, and gone when they are."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from intake.models import ConsultationRequest
from tests.cast import Cast
from tests.intake.walking import (
    BRINGS,
    PARTNER,
    REACH,
    STEPS,
    TOGETHER,
    WHERE,
    address,
    open_slots,
    send,
    stored,
    take_a_time,
    tell,
    text,
)

CANARIES = ["CANARY", "Vera", "vera@example.com", "212-555-0134", "Paul", "paul@example.com"]


def typed(browser: Browser) -> None:
    """All that is kept before it is sent."""
    send(browser, "about-you", {**REACH, **PARTNER})
    send(browser, "what-brings-you", BRINGS)


def shown(browser: Browser, step: str) -> dict[str, Any]:
    """What stands in the fields of a step."""
    form = browser.get(address(step)).context["form"]
    return {field.name: field.value() for field in form}


def test_what_was_typed_stands_there_after_a_reload_and_going_back(couple: Browser) -> None:
    typed(couple)
    for _ in range(2):
        assert shown(couple, "about-you").items() >= {**REACH, **PARTNER}.items()
        assert shown(couple, "what-brings-you").items() >= BRINGS.items()


def test_boxes_stay_ticked_and_unticked(couple: Browser) -> None:
    send(couple, "about-you", {**REACH, "voicemail_is_safe": "on"})
    page = couple.get(address("about-you")).content.decode()
    boxes = {name: tag(page, name) for name in ("voicemail_is_safe", "device_is_shared")}
    assert "checked" in boxes["voicemail_is_safe"]
    assert "checked" not in boxes["device_is_shared"]


def tag(page: str, name: str) -> str:
    begins = page.rindex("<input", 0, page.index(f'name="{name}"'))
    return page[begins : page.index(">", begins)]


def test_a_step_with_an_error_is_kept_too(couple: Browser) -> None:
    send(couple, "about-you", {**REACH, "email": "vera"})
    fields = shown(couple, "about-you")
    assert (fields["email"], fields["name"]) == ("vera", REACH["name"])
    send(couple, "about-you", REACH)
    send(couple, "what-brings-you", {**BRINGS, "safety_afraid": ""})
    fields = shown(couple, "what-brings-you")
    assert (fields["words"], fields["safety_hurt"]) == (BRINGS["words"], "no")


def test_nothing_typed_stands_readable_anywhere(couple: Browser) -> None:
    typed(couple)
    everything = stored()
    assert "django_session" in everything
    assert [word for word in CANARIES if word in everything] == []
    # What Django encodes itself is no secret: anybody with the database could read it.
    told = str(couple.session.items())
    assert [word for word in CANARIES if word in told] == []
    assert "affair" not in told


def test_what_was_sent_is_readable_nowhere_either(couple: Browser) -> None:
    typed(couple)
    assert "Your time is booked" in text(tell(couple, **PARTNER))
    everything = stored()
    assert [word for word in CANARIES if word in everything] == []


@pytest.mark.parametrize("way", ["booked", "review", "waiting"])
def test_it_is_gone_once_it_is_sent(client: Browser, cast: Cast, way: str) -> None:
    send(client, "where", TOGETHER)
    if way == "waiting":
        send(client, "waitlist", {"days": ["0"], "parts": ["morning"]})
    else:
        send(client, "when", {"slot": open_slots(client)[0]})
    typed(client)
    if way == "review":
        send(client, "what-brings-you", {**BRINGS, "safety_hurt": "yes"})
        send(client, "alone", {"how": "counselor"})
    page = send(client, "agree", {**STEPS["agree"]}, follow=True)
    assert page.context["became"] == way
    assert ConsultationRequest.objects.count() == 1
    kept = client.session["asking"]
    assert set(kept) == {"done"}
    # The partner's number alone stays for the one who passes it on.
    assert ("draft" in client.session) == (way != "review")
    for step in ("about-you", "what-brings-you", "alone", "agree"):
        assert client.get(address(step)).headers["Location"] == address("booked")


def test_leaving_the_page_ends_it_without_a_script(couple: Browser) -> None:
    typed(couple)
    key = couple.session.session_key
    assert couple.get(reverse("quick-exit")).status_code == 302
    assert str(key) not in stored("django_session")
    assert couple.get(address("about-you")).headers["Location"] == address("where")


def test_leaving_by_the_script_ends_it_too(couple: Browser) -> None:
    typed(couple)
    key = couple.session.session_key
    couple.head(reverse("quick-exit"))
    assert str(key) not in stored("django_session")


def test_another_browser_can_t_open_it(couple: Browser, cast: Cast) -> None:
    typed(couple)
    sealed = couple.session["draft"]
    thief = Browser()
    take_a_time(thief, TOGETHER, 3)
    session = thief.session
    session["draft"] = sealed
    session.save()
    page = thief.get(address("about-you")).content.decode()
    assert "Vera" not in page
    assert thief.get(address("agree")).headers["Location"] == address("about-you")


@pytest.mark.parametrize("sealed", ["", "x", "🙂", "A" * 500])
def test_a_broken_draft_is_an_empty_one(couple: Browser, sealed: str) -> None:
    typed(couple)
    session = couple.session
    session["draft"] = sealed
    session.save()
    assert couple.get(address("about-you")).status_code == 200
    assert couple.get(address("agree")).headers["Location"] == address("about-you")


def test_it_grows_no_larger_than_answers_can_be(couple: Browser) -> None:
    send(couple, "about-you", REACH)
    send(couple, "what-brings-you", {**BRINGS, "words": "w" * 1_000_000})
    assert len(couple.session["draft"]) < 12_000
    many = {"concern": ["x" * 4000] * 300}
    send(couple, "what-brings-you", {**BRINGS, **many})
    assert len(couple.session["draft"]) < 120_000


def test_a_file_is_no_answer(couple: Browser) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    page = send(couple, "about-you", {**REACH, "name": SimpleUploadedFile("n.txt", b"Vera")})
    assert "name" in page.context["form"].errors


def test_the_code_and_the_signature_are_never_kept(couple: Browser, cast: Cast) -> None:
    typed(couple)
    send(couple, "agree", {**STEPS["agree"], "adult": ""})
    fields = shown(couple, "agree")
    assert not fields["code"]
    assert not fields["signature"]


def test_where_one_asks_alone_the_partner_isn_t_asked_about(client: Browser, cast: Cast) -> None:
    take_a_time(client, WHERE)
    assert "tell_partner" not in shown(client, "about-you")
    send(client, "about-you", {**REACH, **PARTNER})
    page = tell(client)
    assert "Your time is booked" in text(page)
    assert ConsultationRequest.objects.get().partner is None


def test_who_is_away_for_half_an_hour_finds_nothing_of_what_was_told(
    client: Browser, cast: Cast, travel: Any, now: datetime
) -> None:
    take_a_time(client)
    send(client, "about-you", REACH)
    send(client, "what-brings-you", BRINGS)
    travel(now + timedelta(minutes=29))
    assert client.get(address("what-brings-you")).status_code == 200
    travel(now + timedelta(minutes=60))
    page = client.get(address("what-brings-you"), follow=True)
    assert page.request["PATH_INFO"] == address("where")
    assert "CANARY" not in text(page)
