"""The owner sees the practice in numbers, in which nobody can be found."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.handouts import assign
from clients.handouts.models import Assignment
from clients.models import Case
from intake.models import ConsultationRequest, DeclineReason, RefusalCount
from intake.models import Status as RequestStatus
from practice.audit import trail
from practice.audit.models import Entry
from practice.figures import registry
from practice.figures.figure import Period
from practice.models import License, State
from scheduling.models import Appointment, Status
from tests.cast import Cast, in_days, make_consultation, make_session, make_version


@pytest.fixture
def olga(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.olga)


def lines(key: str, now: datetime, days: int = 90) -> dict[str, str]:
    """What a figure tells, by line."""
    counted = registry.counted(Period.of_days(days, now))
    found = next(each for each in counted if each.entry.key == key)
    return {line.label: line.told for line in found.figure.lines}


def asked(cast: Cast, now: datetime, number: int, **facts: object) -> list[ConsultationRequest]:
    """So many requests of yesterday's, each with a consultation."""
    made = [
        ConsultationRequest.objects.get(
            appointment=make_consultation(cast.nora, in_days(now, 10 + index), name=f"Asker{index}")
        )
        for index in range(number)
    ]
    ConsultationRequest.objects.filter(pk__in=[each.pk for each in made]).update(
        asked_at=now - timedelta(days=1), **facts
    )
    return made


def test_the_funnel_counts_how_far_requests_came(cast: Cast, now: datetime) -> None:
    made = asked(cast, now, 6)
    Appointment.objects.filter(request__in=made[:5]).update(
        status=Status.DONE, booked_at=now - timedelta(days=1)
    )
    Appointment.objects.filter(request=made[5]).update(booked_at=now)

    assert lines("funnel", now) == {
        "Asked for a consultation": "6",
        "Could be taken on": "6",
        "A time was booked": "6",
        "The consultation was held": "5",
        "A case was opened": "0",
    }


def test_who_was_declined_asked_and_was_not_taken_on(cast: Cast, now: datetime) -> None:
    made = asked(cast, now, 11)
    declined = [each.pk for each in made[:5]]
    ConsultationRequest.objects.filter(pk__in=declined).update(
        status=RequestStatus.DECLINED, decline_reason=DeclineReason.objects.first()
    )

    told = lines("funnel", now)

    assert (told["Asked for a consultation"], told["Could be taken on"]) == ("11", "6")


def test_requests_of_other_days_are_not_counted(cast: Cast, now: datetime) -> None:
    made = asked(cast, now, 5)
    ConsultationRequest.objects.filter(pk=made[0].pk).update(asked_at=now - timedelta(days=31))

    assert lines("funnel", now, days=30)["Asked for a consultation"] == "fewer than 5"
    assert lines("funnel", now, days=90)["Asked for a consultation"] == "5"


def test_the_wait_is_a_median_of_consultations_held(cast: Cast, now: datetime) -> None:
    made = asked(cast, now, 5)
    for days, each in enumerate(made, start=1):
        assert each.appointment
        start = now - timedelta(days=1) + timedelta(days=days)
        Appointment.objects.filter(pk=each.appointment.pk).update(
            starts_at=start,
            ends_at=start + timedelta(minutes=30),
            busy_until=start + timedelta(minutes=40),
            status=Status.DONE,
        )

    assert lines("waiting", now) == {"Half of them waited no longer than": "3 days"}


def test_appointments_tell_what_became_of_them(cast: Cast, now: datetime) -> None:
    sessions = [make_session(cast.case, in_days(now, day)) for day in range(1, 7)]
    yesterday = now - timedelta(days=1)
    ids = [each.pk for each in sessions]
    Appointment.objects.filter(pk__in=ids[:5]).update(status=Status.NO_SHOW)
    Appointment.objects.filter(pk=ids[5]).update(status=Status.CANCELED, canceled_late=True)

    told = lines("kept", yesterday + timedelta(days=90))

    assert told["Nobody came"] == "5"
    assert told["Canceled late"] == "fewer than 5"
    assert told["Took place"] == "0"


def test_handouts_tell_how_many_were_read(cast: Cast, now: datetime) -> None:
    for number in range(5):
        version = make_version(title=f"Handout {number}")
        assign.give(
            cast.hanna,
            [version],
            now=True,
            user=cast.nora.user,
            by=trail.SYSTEM,
        )
    Assignment.objects.update(opened_at=now)

    told = lines("reading", now + timedelta(hours=1))

    assert told == {"Given": "5", "Opened": "5", "Read to the end": "0"}


def test_a_license_that_was_renewed_does_not_end(cast: Cast, now: datetime) -> None:
    License.objects.filter(counselor=cast.nora, state="NY").update(expires_on=date(2026, 12, 31))
    License.objects.filter(counselor=cast.nora, state="NJ").update(expires_on=date(2026, 12, 15))
    License.objects.create(
        counselor=cast.nora,
        state_id="NJ",
        number="next",
        starts_on=date(2026, 12, 16),
        expires_on=date(2028, 12, 15),
    )

    assert lines("licenses", now) == {"Nora, New York": "Dec 31, 2026"}


def test_refusals_are_shown_by_state(cast: Cast, now: datetime) -> None:
    RefusalCount.objects.create(state=State.objects.get(pk="TX"), times=12)
    RefusalCount.objects.create(state=State.objects.get(pk="OH"), times=2)

    assert lines("elsewhere", now) == {"Texas": "12", "Ohio": "fewer than 5"}


def test_the_page_names_nobody_who_comes(cast: Cast, now: datetime, olga: Browser) -> None:
    make_session(cast.case, in_days(now, 1))

    page = olga.get(reverse("figures:numbers")).content.decode()

    assert "The practice in numbers" in page
    assert not any(name in page for name in ("Hanna", "Ian", "Mia", "Max"))


def test_queries_do_not_grow_with_what_is_counted(cast: Cast, now: datetime, olga: Browser) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            olga.get(reverse("figures:numbers"))
        return len(caught)

    asked(cast, now, 1)
    queries()
    few = queries()
    for day in range(30, 40):
        make_session(cast.case, in_days(now, day))
    Case.objects.filter(pk=cast.case.pk).update(stage="meaning")

    assert queries() == few
    assert few <= 20


def test_an_unknown_period_is_the_usual_one(cast: Cast, olga: Browser) -> None:
    page = olga.get(reverse("figures:numbers"), {"days": "9999999999999999"}).content.decode()

    assert '<a href="?days=90" aria-current="true">' in page


def test_taking_the_file_is_recorded(cast: Cast, olga: Browser) -> None:
    answer = olga.get(reverse("figures:file"), {"days": "30"})

    assert answer["Content-Type"].startswith("text/csv")
    assert answer["Content-Disposition"] == 'attachment; filename="figures.csv"'
    assert Entry.objects.filter(note="figures file", actor_id=str(cast.olga.pk)).count() == 1
