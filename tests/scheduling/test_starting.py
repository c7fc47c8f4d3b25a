"""Before a session begins everybody says where they are, and the license is asked for."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from practice.audit.models import Entry
from scheduling.models import Appointment
from tests.cast import CENTRAL, EASTERN, Cast, make_session


@pytest.fixture
def nora(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.nora.user)


@pytest.fixture
def session(cast: Cast, now: datetime) -> Appointment:
    """In half an hour."""
    return make_session(cast.case, now + timedelta(minutes=30))


def start(browser: Browser, session: Appointment, *places: tuple[str, str]) -> str:
    told: dict[str, Any] = {}
    for attendee, (state, zone) in zip(session.attendees.order_by("pk"), places, strict=True):
        told |= {f"state_{attendee.pk}": state, f"zone_{attendee.pk}": zone}
    address = reverse("sessions:start", args=[session.pk])
    return str(browser.post(address, told, follow=True).content.decode())


def test_today_offers_to_start_what_is_about_to_begin(
    cast: Cast, nora: Browser, session: Appointment, travel: Callable[..., None]
) -> None:
    address = reverse("sessions:start", args=[session.pk])
    assert address in nora.get(reverse("dashboard:today")).content.decode()
    travel(session.starts_at - timedelta(hours=2))
    assert address not in nora.get(reverse("dashboard:today")).content.decode()


def test_where_everybody_may_be_met_it_begins(nora: Browser, session: Appointment) -> None:
    page = start(nora, session, ("NJ", EASTERN), ("FL", CENTRAL))
    assert "You can begin." in page
    assert session.attendees.filter(place_confirmed_at=None).count() == 0
    assert Entry.objects.latest("seq").note != "not started: place"
    assert Entry.objects.filter(note="started").exists()


def test_one_partner_elsewhere_and_it_does_not_begin(nora: Browser, session: Appointment) -> None:
    page = start(nora, session, ("NJ", EASTERN), ("TX", CENTRAL))
    assert "not able to work with people who are in TX" in page
    assert "Please don’t go on with the session" in page
    assert Entry.objects.filter(note="not started: place").exists()
    assert set(session.attendees.values_list("state", flat=True)) == {"NJ", "TX"}


def test_a_license_that_ended_yesterday_stops_it(
    cast: Cast, nora: Browser, session: Appointment, now: datetime
) -> None:
    cast.nora.licenses.filter(state="NJ").update(expires_on=(now - timedelta(days=1)).date())
    page = start(nora, session, ("NJ", EASTERN), ("NJ", EASTERN))
    assert "license isn&#x27;t good on that day" in page


def test_only_its_counselor_starts_it(
    cast: Cast, signed_in: Callable[..., Browser], session: Appointment
) -> None:
    for user in (cast.ida.user, cast.dan, cast.olga):
        address = reverse("sessions:start", args=[session.pk])
        assert signed_in(user).get(address).status_code == 404
