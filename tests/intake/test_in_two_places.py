"""Who is at another appointment at that hour: said kindly, and never to the partner."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.models import Client
from intake import invitations, triage
from intake.models import ConsultationRequest, Situation, Status
from practice.audit import trail
from practice.models import Counselor
from scheduling import booking, lifecycle
from scheduling.models import Appointment
from tests.access import requests
from tests.cast import Cast, in_days
from tests.intake.test_invitations import ANSWERS, answer, templates_for
from tests.scheduling.consulting import consult


@pytest.fixture
def ida(cast: Cast) -> Counselor:
    """Licensed where Nora is, for once."""
    cast.nora.licenses.update(counselor=cast.ida)
    for each in cast.ida.licenses.exclude(state="MA"):
        each.pk, each.counselor = None, cast.nora
        each.save()
    return cast.ida


@pytest.fixture
def wanda(cast: Cast) -> ConsultationRequest:
    return requests.waiting("NJ", "Wanda", cast.nora)


def value_of(counselor: Counselor, starts_at: datetime) -> str:
    return f"{counselor.pk}|{starts_at.isoformat()}"


def test_two_counselors_times_at_one_hour_are_not_offered_together(
    cast: Cast, now: datetime, wanda: ConsultationRequest, ida: Counselor
) -> None:
    at = in_days(now, 7)
    for shift in (0, 25):
        times = [(cast.nora, at), (ida, at + timedelta(minutes=shift))]
        with pytest.raises(triage.NotNow, match="too near"):
            triage.offer(wanda, times, by=trail.SYSTEM)
    apart = [(cast.nora, at), (ida, at + timedelta(minutes=30))]
    assert len(triage.offer(wanda, apart, by=trail.SYSTEM)) == 2


def test_the_desk_reads_that_somebody_is_elsewhere_then(
    cast: Cast, now: datetime, wanda: ConsultationRequest, ida: Counselor, signed_in: Any
) -> None:
    consult(ida, in_days(now, 7), wanda.client)
    desk = signed_in(cast.dan)
    for act in ("book", "offer"):
        given = {"slots": [value_of(cast.nora, in_days(now, 7))], "act": act}
        page = desk.post(reverse("requests:times", args=[wanda.pk]) + "?all", given)
        assert "Somebody who would come has another appointment" in page.content.decode()
    assert requests.one(wanda).status == Status.WAITING
    assert Appointment.objects.count() == 1


def test_who_is_elsewhere_by_then_chooses_another_of_their_times(
    cast: Cast, now: datetime, wanda: ConsultationRequest, ida: Counselor
) -> None:
    at = in_days(now, 7)
    triage.offer(wanda, [(cast.nora, at), (cast.nora, in_days(now, 8))], by=trail.SYSTEM)
    # The time was kept no longer, and they were booked elsewhere meanwhile.
    Appointment.objects.filter(starts_at=at).update(hold_ends_at=now)
    consult(ida, at, wanda.client)
    (gone,) = [each for each in wanda.offers.all() if each.appointment.starts_at == at]
    with pytest.raises(booking.ClientBusy):
        triage.choose(gone, by=trail.SYSTEM)
    assert requests.one(wanda).status == Status.OFFERED


def test_a_partner_who_is_elsewhere_then_is_not_put_down_and_nothing_of_theirs_is_lost(
    cast: Cast, ida: Counselor
) -> None:
    asked = requests.invited(cast.nora, 5, "Vera", "Paul")
    paul, coming = asked.partner, asked.appointment
    assert paul
    assert coming
    consult(ida, coming.starts_at, paul)
    told = templates_for(asked.client)
    page = answer(asked, paul, ANSWERS)
    assert "Thank you. We have your answers" in page.content.decode()
    assert Situation.objects.filter(client=paul).exists()
    assert not coming.attendees.filter(client=paul).exists()
    assert templates_for(asked.client) == told
    # A counselor sees that they may still be put down, and reads why it can't be done now.
    assert invitations.may_come_along(requests.one(asked))
    with pytest.raises(invitations.NotNow, match="another appointment"):
        invitations.come_along(requests.one(asked), by=trail.SYSTEM)


def test_a_partner_s_other_appointment_is_not_told_to_the_one_who_chooses(
    cast: Cast, now: datetime, ida: Counselor
) -> None:
    asked = requests.invited(cast.nora, 5, "Vera", "Paul")
    paul = asked.partner
    assert paul
    answer(asked, paul, ANSWERS)
    page = _offered_again(asked, cast.nora, in_days(now, 7), paul, ida)
    assert "That time is no longer free." in page
    assert "another appointment" not in page


def _offered_again(
    asked: ConsultationRequest, counselor: Counselor, at: datetime, partner: Client, ida: Counselor
) -> str:
    assert asked.appointment
    lifecycle.call_off(asked.appointment, trail.SYSTEM)
    triage.offer(requests.one(asked), [(counselor, at)], by=trail.SYSTEM)
    held = Appointment.objects.filter(starts_at=at)
    # Somebody freed the partner's place in the hold by hand, and booked them elsewhere.
    held.get().attendees.filter(client=partner).update(client=None)
    consult(ida, at, partner)
    browser = Browser()
    requests.visit(browser, asked)
    page = browser.post(reverse("your-request"), {"slot": value_of(counselor, at)}, follow=True)
    return page.content.decode()
