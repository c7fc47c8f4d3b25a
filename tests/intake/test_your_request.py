"""A request as its own people find it by their private link, at every point of its way."""

from datetime import datetime

import pytest
from django.test import Client as Browser
from django.urls import reverse

from intake import safety, triage
from intake.models import ConsultationRequest, DeclineReason
from intake.notices import REQUEST
from practice.audit import trail
from practice.audit.models import Entry
from scheduling import lifecycle
from tests.access import requests
from tests.cast import Cast, in_days, make_consultation, open_link
from tests.kept import kept


@kept
def asked(cast: Cast) -> ConsultationRequest:
    return requests.waiting("NJ", "Wanda", cast.nora)


def seen(asked: ConsultationRequest) -> str:
    return requests.visit(Browser(), asked)


def test_who_waits_reads_that_nothing_is_booked_and_what_they_wished(
    asked: ConsultationRequest,
) -> None:
    ConsultationRequest.objects.filter(pk=asked.pk).update(
        wished_days=[0, 2], wished_parts=["evening"]
    )
    page = seen(asked)
    assert "We look for a time for you" in page
    assert "Mondays, Wednesdays; Evening, from 5 PM" in page


def test_offered_times_stand_on_their_own_clock(cast: Cast, now: datetime) -> None:
    asked = requests.waiting("FL", "Flora", cast.nora)
    asked.client.time_zone = "America/Chicago"
    asked.client.save()
    triage.offer(asked, [(cast.nora, in_days(now, 7))], by=trail.SYSTEM)
    page = seen(asked)
    assert "10:00 AM" in page
    assert "11:00 AM" not in page


def test_a_booked_time_is_shown(cast: Cast, now: datetime) -> None:
    page = seen(make_consultation(cast.nora, in_days(now, 5)).request)
    assert "Your time is booked" in page
    assert "11:00 AM" in page
    assert "with Nora" in page


def test_before_a_counselor_has_read_nothing_is_promised(cast: Cast) -> None:
    asked = requests.review(cast.nora, 6, "Rita")
    assert "A counselor reads your request" in seen(asked)
    safety.mark_read(asked, user=cast.nora.user, by=trail.SYSTEM)
    assert "We look for a time for you" in seen(asked)


def test_a_declined_one_says_why_and_who_else_can_help(asked: ConsultationRequest) -> None:
    reason = DeclineReason.objects.get(pk="other-help")
    triage.decline(asked, reason, tell=True, by=trail.SYSTEM)
    page = seen(asked)
    assert "another kind of help would serve you better" in page
    assert "988" in page


def test_the_owners_own_words_for_a_reason_are_shown_as_text(asked: ConsultationRequest) -> None:
    reason = DeclineReason.objects.create(key="odd", name="Odd", words="<b>Bold</b>\nand more")
    triage.decline(asked, reason, tell=True, by=trail.SYSTEM)
    assert "&lt;b&gt;Bold&lt;/b&gt;<br>and more" in seen(asked)


def test_a_canceled_time_is_not_shown_as_booked(cast: Cast, now: datetime) -> None:
    appointment = make_consultation(cast.nora, in_days(now, 5))
    lifecycle.call_off(appointment, by=trail.SYSTEM)
    assert "Your time is booked" not in seen(appointment.request)


def test_what_staff_note_is_not_theirs_to_read(cast: Cast, asked: ConsultationRequest) -> None:
    for words in ("Offer times", "Next step", "Possibly the same"):
        assert words not in seen(asked)


def test_looking_is_recorded(asked: ConsultationRequest) -> None:
    seen(asked)
    entry = Entry.objects.filter(verb="read", resource="intake.consultationrequest").latest("seq")
    assert (entry.actor_kind, entry.actor_id) == ("client", str(asked.client_id))


@pytest.mark.parametrize("name", ["your-request", "your-request-none-fits", "withdraw"])
def test_without_a_visit_nothing_opens(asked: ConsultationRequest, name: str) -> None:
    assert Browser().get(reverse(name)).status_code in (403, 405)
    assert Browser().post(reverse(name)).status_code == 403


def test_a_link_to_somebody_elses_request_opens_nothing(cast: Cast) -> None:
    own, others = requests.waiting("NJ", "Wanda"), requests.waiting("NJ", "Otto")
    page = open_link(Browser(), own.client, REQUEST, others.pk)
    assert page.status_code == 404


def test_a_link_whose_request_is_gone_opens_nothing(asked: ConsultationRequest) -> None:
    page = open_link(Browser(), asked.client, REQUEST, asked.client_id)
    assert page.status_code == 404


def test_who_was_set_aside_without_a_word_reads_no_reason(asked: ConsultationRequest) -> None:
    reason = DeclineReason.objects.get(key="not-couples")
    triage.decline(asked, reason, tell=False, by=trail.SYSTEM)
    page = seen(asked)
    assert "We have set your request aside" in page
    assert reason.words[:30] not in page


def test_after_a_canceled_time_they_read_how_to_get_another(cast: Cast, now: datetime) -> None:
    appointment = make_consultation(cast.nora, in_days(now, 5), "Cora")
    lifecycle.call_off(appointment, by=trail.SYSTEM)
    page = seen(ConsultationRequest.objects.get(appointment=appointment))
    assert "This time was canceled" in page
    assert "We look for a time" not in page
