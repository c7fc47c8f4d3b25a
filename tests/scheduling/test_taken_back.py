"""What an undo, a second page or a second desk must not lose or bring about."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from clients.contact.models import Message
from clients.models import Client
from intake import triage
from intake.models import ConsultationRequest, Offer
from practice.audit import trail
from practice.models import User
from scheduling import changes, estimates, lifecycle, notices
from scheduling.booking import ChangedMeanwhile
from scheduling.models import Appointment, Change, EndReason, Status
from tests.cast import Cast, in_days, make_consultation, make_session, open_link
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Browser]


def waiting_messages(appointment: Appointment) -> list[str]:
    due = Message.objects.filter(subject_id=str(appointment.pk), state="due")
    return sorted(due.values_list("template", flat=True))


def last_change(appointment: Appointment, cast: Cast) -> Change:
    found = changes.latest(appointment, cast.dan)
    assert found
    return found


def test_on_a_clock_that_runs_an_undone_cancellation_still_tells_and_reminds(cast: Cast) -> None:
    with time_machine.travel(NOW, tick=True):
        consultation = make_consultation(cast.nora, in_days(NOW, 5))
        notices.booked(consultation)
        before = waiting_messages(consultation)
        canceled = lifecycle.call_off(
            consultation, trail.SYSTEM, reason=EndReason.CLIENT, undoable_by=cast.dan
        )
        changes.undo(last_change(canceled, cast), cast.dan, trail.SYSTEM)
        assert "booked" in before
        assert waiting_messages(consultation) == before


def test_an_undone_move_leaves_what_people_said_of_where_they_will_be(
    cast: Cast, now: datetime
) -> None:
    session = make_session(cast.case, in_days(now, 3))
    session.attendees.update(place_confirmed_at=now)
    later = session.starts_at + timedelta(days=1)
    moved = lifecycle.move(session, later, trail.SYSTEM, undoable_by=cast.dan)
    assert not moved.attendees.exclude(place_confirmed_at=None).exists()
    changes.undo(last_change(moved, cast), cast.dan, trail.SYSTEM)
    assert not session.attendees.filter(place_confirmed_at=None).exists()


def test_a_cancellation_stays_where_its_request_has_another_time_by_then(
    cast: Cast, now: datetime
) -> None:
    consultation = make_consultation(cast.nora, in_days(now, 5))
    canceled = lifecycle.call_off(consultation, trail.SYSTEM, undoable_by=cast.dan)
    triage.accept(consultation.request, cast.nora, in_days(now, 6), by=trail.SYSTEM)
    with pytest.raises(ChangedMeanwhile):
        changes.undo(last_change(canceled, cast), cast.dan, trail.SYSTEM)
    booked = Appointment.objects.filter(kind="consultation", status=Status.BOOKED)
    assert booked.count() == 1


@pytest.mark.parametrize("act", ["cancel", "move"])
def test_a_client_changes_nothing_that_they_have_not_seen(
    cast: Cast, now: datetime, client: Browser, act: str
) -> None:
    consultation = make_consultation(cast.nora, in_days(now, 5))
    asks = Client.objects.get(attendances__appointment=consultation)
    open_link(client, asks, "appointment", consultation.pk)
    seen = {"version": str(consultation.version), "starts_at": in_days(now, 6).isoformat()}
    page = client.get(reverse(f"your-appointment-{act}")).content.decode()
    assert f'name="version" value="{consultation.version}"' in page
    moved = lifecycle.move(consultation, in_days(now, 7), trail.SYSTEM)
    answer = client.post(reverse(f"your-appointment-{act}"), seen, follow=True)
    assert "Here is how it stands now." in answer.content.decode()
    consultation.refresh_from_db()
    assert (consultation.status, consultation.starts_at) == (Status.BOOKED, moved.starts_at)


def test_who_was_offered_a_time_is_not_offered_another_instead_by_a_second_desk(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    consultation = make_consultation(cast.nora, in_days(now, 5))
    asked = consultation.request
    lifecycle.call_off(consultation, trail.SYSTEM)
    ConsultationRequest.objects.filter(pk=asked.pk).update(status="waiting", appointment=None)
    desk = signed_in(cast.dan)
    for day in (6, 7):
        slot = f"{cast.nora.pk}|{in_days(now, day).isoformat()}"
        desk.post(reverse("requests:offer-one", args=[asked.pk]), {"slot": slot})
    assert [offer.appointment.starts_at for offer in Offer.objects.all()] == [in_days(now, 6)]


def test_nobody_came_to_the_first_session_so_the_next_one_owes_the_estimate(
    cast: Cast, now: datetime
) -> None:
    first = make_session(cast.case, in_days(now, 20))
    second = make_session(cast.case, in_days(now, 40))
    after = first.starts_at + timedelta(hours=1)
    with time_machine.travel(after, tick=False):
        lifecycle.mark_no_show(first, trail.SYSTEM)
        owed = {estimate.appointment_id for estimate in estimates.to_send(after)}
    assert owed == {second.pk}


def test_a_session_that_starts_at_an_odd_minute_may_get_another_length(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    session = make_session(cast.case, in_days(now, 3))
    odd = session.starts_at + timedelta(minutes=2)
    Appointment.objects.filter(pk=session.pk).update(starts_at=odd)
    session.refresh_from_db()
    sent = {
        "version": session.version,
        "length": "60",
        "starts_at": session.starts_at.isoformat(),
        "override": "counselor",
    }
    signed_in(cast.dan).post(reverse("desk:move", args=[session.pk]), sent)
    session.refresh_from_db()
    assert session.minutes == 60


def test_a_long_session_can_be_dragged_as_it_is(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    session = make_session(cast.case, in_days(now, 3, 15))
    session = lifecycle.move(
        session, session.starts_at, trail.SYSTEM, length=timedelta(minutes=200)
    )
    start = session.starts_at + timedelta(minutes=30)
    sent = {"starts_at": start.isoformat(), "version": session.version, "override": "counselor"}
    answer = signed_in(cast.dan).post(reverse("desk:drop", args=[session.pk]), sent)
    assert answer.status_code == 200


def test_accents_alone_find_nobody(cast: Cast, signed_in: SignedIn) -> None:
    answer = signed_in(cast.dan).post(reverse("desk:search"), {"part": "\u0301\u0301\u0301"})
    assert answer.context["found"] == []
    assert "at least two letters" in answer.content.decode()


def test_no_name_stands_in_a_cookie_after_a_booking(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    sent = {"starts_at": in_days(now, 5).isoformat(), "length": "50", "override": "counselor"}
    for person in cast.case.participants.all():
        sent[f"state_{person.pk}"] = str(person.client.state_id)
        sent[f"zone_{person.pk}"] = person.client.time_zone
    url = reverse("desk:book", query={"case": str(cast.case.pk)})
    answer = signed_in(cast.dan).post(url, sent)
    assert answer.status_code == 302
    assert "Hanna" not in str(answer.cookies)
