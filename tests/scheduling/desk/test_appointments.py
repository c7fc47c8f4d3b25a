"""One appointment at the desk: seeing it, moving it, ending it, and taking that back."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse

from clients.contact import sending
from clients.contact.models import Message
from clients.handouts import assign
from clients.handouts.models import Audience
from clients.models import Case
from intake.models import ConsultationRequest
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Entry
from practice.dashboard import registry
from practice.dashboard.registry import Page
from practice.models import License, Practice, State
from scheduling import booking, lifecycle
from scheduling.models import Appointment, Change, Series, Status, TimeOff
from tests.cast import (
    CENTRAL,
    Cast,
    in_days,
    make_consultation,
    make_counselor,
    make_session,
    make_user,
    make_version,
)
from tests.kept import kept
from tests.scheduling.desk.seeing import CLINICAL_COLUMNS, clinical, queries, text

CANARIES = ["CANARY what brings us", "CANARY title", "CANARY body"]
HALF_HOUR = timedelta(minutes=30)

SignIn = Callable[..., Browser]
Travel = Callable[[datetime], None]


@pytest.fixture
def desk(cast: Cast, signed_in: SignIn) -> Browser:
    return signed_in(cast.dan)


@kept
def session(cast: Cast, now: datetime) -> Appointment:
    """A session of a case that has clinical matter of every kind around it."""
    version = make_version(Audience.HURT, title="CANARY title", body="CANARY body")
    assign.give(cast.hanna, [version], now=False, user=cast.nora.user, by=trail.SYSTEM)
    lifecycle.mark_done(make_session(cast.case, in_days(now, -7)), trail.SYSTEM)
    return make_session(cast.case, in_days(now, 1))


def url(appointment: Appointment, name: str = "appointment") -> str:
    return reverse(f"desk:{name}", args=[appointment.pk])


def now_of(appointment: Appointment) -> Appointment:
    return Appointment.objects.get(pk=appointment.pk)


def send(browser: Browser, appointment: Appointment, name: str, **fields: Any) -> Any:
    """A form of the page as it stands now, sent."""
    fields.setdefault("version", now_of(appointment).version)
    return browser.post(url(appointment, name), fields)


def move(browser: Browser, appointment: Appointment, to: datetime | str, **fields: Any) -> Any:
    value = to if isinstance(to, str) else to.isoformat()
    return send(browser, appointment, "move", starts_at=value, **fields)


def type_time(browser: Browser, appointment: Appointment, day: str, at: str, **more: Any) -> Any:
    return send(browser, appointment, "move", day=day, at=at, **more)


# What it shows


def test_an_appointment_says_who_where_on_which_clock_and_how_to_reach_them(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    page = text(desk.get(url(session)))
    assert "Session: Thursday, Dec 3, 11:00 AM Eastern (EST)" in page
    assert "Nora Thursday, Dec 3, 11:00 AM Eastern (EST), 50 minutes" in page
    assert "Hanna Tester Their clock Thursday, Dec 3, 11:00 AM Eastern (EST)" in page
    assert "New Jersey They haven’t said so yet" in page
    assert "E-mail only hanna@example.com" in page
    assert "Booked" in page


def test_one_of_a_series_leads_to_the_others(
    desk: Browser, cast: Cast, session: Appointment, signed_in: SignIn
) -> None:
    assert "It is one of a series" not in text(desk.get(url(session)))
    session.series = Series.objects.create(
        case=cast.case, every_weeks=1, at=time(11), made_at=session.starts_at
    )
    session.series_day = session.starts_at.date()
    session.save()
    page = desk.get(url(session)).content.decode()
    ways = [reverse("sessions:series", args=[session.series_id])]
    ways += [reverse(f"sessions:{name}", args=[session.pk]) for name in ("change", "cancel")]
    for way in ways:
        assert f'href="{way}"' in page
        assert desk.get(way).status_code == 200
    assert "one of a series" not in text(signed_in(cast.olga).get(url(session)))


def test_times_stand_on_the_desks_own_clock(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    cast.dan.time_zone = CENTRAL
    cast.dan.save()
    page = text(desk.get(url(session)))
    assert "Session: Thursday, Dec 3, 10:00 AM Central (CST)" in page
    assert "On your clock, Central (CST)." in page


def test_looking_at_an_appointment_is_recorded_for_each_person(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    desk.get(url(session))
    rows = Entry.objects.filter(verb="read", actor_id=str(cast.dan.pk))
    people = {str(cast.hanna.client_id), str(cast.ian.client_id)}
    assert {row.client_id for row in rows} == people
    assert {row.resource for row in rows} == {"clients.client"}
    assert {row.case_id for row in rows} == {""}


@pytest.mark.parametrize(
    ("status", "words"),
    [(Status.DONE, "Took place"), (Status.NO_SHOW, "Nobody came"), (Status.CANCELED, "Canceled")],
)
def test_what_became_of_it_is_said_in_words_and_nothing_can_be_changed(
    desk: Browser, session: Appointment, status: Status, words: str
) -> None:
    Appointment.objects.filter(pk=session.pk).update(status=status)
    page = text(desk.get(url(session)))
    assert words in page
    assert "Move it" not in page
    assert "Cancel it" not in page


def test_the_owner_looks_and_changes_nothing(
    cast: Cast, signed_in: SignIn, session: Appointment
) -> None:
    owner = signed_in(cast.olga)
    page = text(owner.get(url(session)))
    assert "Hanna Tester" in page
    assert "Move it" not in page
    assert "Cancel it" not in page
    assert move(owner, session, session.starts_at + HALF_HOUR).status_code == 404
    for name in ("cancel", "no-show"):
        for method in (owner.get, owner.post):
            assert method(url(session, name)).status_code == 404
    assert now_of(session).status == Status.BOOKED
    assert now_of(session).version == session.version


def test_counselors_and_strangers_have_no_desk(
    cast: Cast, signed_in: SignIn, session: Appointment
) -> None:
    counselor, stranger = signed_in(cast.nora.user), Browser()
    for name in ("appointment", "cancel", "no-show"):
        assert counselor.get(url(session, name)).status_code == 404
        assert stranger.get(url(session, name)).status_code in (302, 404)


@pytest.mark.parametrize("status", [Status.HOLD, Status.LAPSED])
def test_a_hold_has_no_page(desk: Browser, session: Appointment, status: Status) -> None:
    Appointment.objects.filter(pk=session.pk).update(status=status, hold_ends_at=session.starts_at)
    assert desk.get(url(session)).status_code == 404


def test_apps_hang_their_panels_on_the_page_of_an_appointment(
    desk: Browser, session: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page()
    monkeypatch.setattr(registry, "appointment", page)
    assert "What to know" not in text(desk.get(url(session)))

    @page.panel(
        "known",
        title="What to know",
        template="components/status.html",
        order=1,
        roles=(Role.DESK,),
    )
    def known(request: Any, appointment: Appointment) -> dict[str, str]:
        return {"label": f"Booked as {appointment.pk}"}

    assert f"What to know Booked as {session.pk}" in text(desk.get(url(session)))


# Moving


@pytest.mark.parametrize(("label", "shift"), [("earlier", -HALF_HOUR), ("later", HALF_HOUR)])
def test_half_an_hour_is_one_click(
    desk: Browser, session: Appointment, label: str, shift: timedelta
) -> None:
    page = desk.get(url(session)).content.decode()
    value = (session.starts_at + shift).isoformat()
    assert re.search(rf'value="{re.escape(value)}">Half an hour {label}', page)
    response = move(desk, session, value)
    assert response.headers["Location"] == url(session)
    assert now_of(session).starts_at.isoformat() == value
    assert "Moved." in text(desk.get(url(session)))


def test_half_an_hour_is_not_offered_where_it_is_not_open(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    make_session(cast.case, session.starts_at + timedelta(hours=1))
    page = text(desk.get(url(session)))
    assert "Half an hour earlier" in page
    assert "Half an hour later" not in page


def test_only_times_that_are_open_for_everybody_are_offered(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    cast.nora.licenses.filter(state="NJ").update(expires_on=session.starts_at.date())
    page = text(desk.get(url(session)))
    assert "Wednesday, Dec 2" in page
    assert "Friday, Dec 4" not in page


def test_a_time_at_which_somebody_who_comes_is_elsewhere_is_not_offered(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    elsewhere = session.starts_at + timedelta(hours=3)
    ida_too = License.objects.get(counselor=cast.nora, state="NJ")
    ida_too.pk, ida_too.counselor = None, cast.ida
    ida_too.save()
    attending = [booking.Attending(State.objects.get(pk="NJ"), CENTRAL, cast.hanna.client)]
    booking.book_consultation(
        counselor=cast.ida, starts_at=elsewhere, attending=attending, by=trail.SYSTEM
    )
    offered = desk.get(url(session)).context["form"].open_times
    assert elsewhere not in offered
    assert elsewhere - timedelta(hours=1) in offered


def test_any_time_can_be_typed_in_steps_of_five_minutes(
    desk: Browser, session: Appointment
) -> None:
    assert type_time(desk, session, "2026-12-04", "13:05").status_code == 302
    assert now_of(session).starts_at == datetime(2026, 12, 4, 18, 5, tzinfo=UTC)


def test_a_typed_time_is_on_the_desks_own_clock(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    cast.dan.time_zone = CENTRAL
    cast.dan.save()
    type_time(desk, session, "2026-12-04", "13:05")
    assert now_of(session).starts_at == datetime(2026, 12, 4, 19, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "at", "words"),
    [
        ("2026-12-04", "13:03", "in steps of five minutes"),
        ("2026-12-01", "13:00", "That time is over."),
        ("2028-12-04", "13:00", "within the coming year"),
        ("9999-12-31", "23:55", "within the coming year"),
        ("0001-01-01", "00:00", "That time is over."),
        ("2027-03-14", "02:30", "there is no 2:30 AM"),
        ("2027-11-07", "01:30", "1:30 AM comes twice"),
        ("2026-12-04", "", "both a day and a time"),
        ("", "13:00", "both a day and a time"),
        ("2026-02-30", "13:00", "Please give a date"),
        ("2026-12-04", "25:00", "Please give a time"),
        ("tomorrow", "soon", "Please give a date"),
        ("\x00", "\x00", "Please"),
    ],
)
def test_a_typed_time_that_is_none_is_explained_and_moves_nothing(
    desk: Browser, session: Appointment, day: str, at: str, words: str
) -> None:
    response = type_time(desk, session, day, at)
    assert response.status_code == 200
    assert words in text(response)
    assert now_of(session).version == session.version


@pytest.mark.parametrize(
    "odd", ["", "soon", "\x00", "9999-12-31T23:59:59+00:00", "2026-12-03", "2026-12-03T10:00:01Z"]
)
def test_a_time_that_is_none_moves_nothing(desk: Browser, session: Appointment, odd: str) -> None:
    response = move(desk, session, odd)
    assert response.status_code == 200
    assert response.context["form"].errors["starts_at"]
    assert now_of(session).version == session.version


def test_a_session_is_made_longer_or_shorter(desk: Browser, session: Appointment) -> None:
    local = {"day": "2026-12-03", "at": "11:00"}
    assert send(desk, session, "move", **local, length=80).status_code == 302
    changed = now_of(session)
    assert (changed.starts_at, changed.minutes) == (session.starts_at, 80)


def test_one_that_has_begun_can_still_be_made_longer(
    cast: Cast, signed_in: SignIn, session: Appointment, travel: Travel
) -> None:
    travel(session.starts_at + timedelta(minutes=20))
    sent = send(signed_in(cast.dan), session, "move", day="2026-12-03", at="11:00", length=80)
    assert now_of(session).minutes == 80, text(sent)


@pytest.mark.parametrize("length", ["5", "245", "52", "long", "-50"])
def test_an_odd_length_is_explained(desk: Browser, session: Appointment, length: str) -> None:
    response = send(desk, session, "move", day="2026-12-03", at="11:00", length=length)
    assert response.status_code == 200
    assert "Please give" in text(response)
    assert now_of(session).version == session.version


def test_what_changes_nothing_is_said_and_tells_nobody(desk: Browser, session: Appointment) -> None:
    response = send(desk, session, "move", day="2026-12-03", at="11:00", length=50)
    assert "It stands like that already." in text(response)
    assert now_of(session).version == session.version


def test_a_consultation_may_move_to_another_counselor_and_its_request_follows(
    desk: Browser, cast: Cast, now: datetime
) -> None:
    rosa = make_counselor("rosa", ["FL"])
    consultation = make_consultation(cast.nora, in_days(now, 2))
    response = type_time(desk, consultation, "2026-12-04", "14:00", counselor=rosa.pk)
    assert response.status_code == 302
    assert now_of(consultation).counselor == rosa
    asked = ConsultationRequest.objects.get(appointment=consultation)
    assert asked.counselor == rosa
    desk.post(reverse("desk:undo", args=[Change.objects.get().pk]))
    asked.refresh_from_db()
    assert asked.counselor == cast.nora


def test_a_session_stays_with_the_counselor_of_its_case(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    assert "counselor" not in desk.get(url(session)).context["form"].fields
    type_time(desk, session, "2026-12-04", "13:00", counselor=cast.ida.pk)
    assert now_of(session).counselor == cast.nora


# Refused times


def test_a_taken_time_is_refused_with_the_nearest_open_ones(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    wanted = session.starts_at + timedelta(hours=2)
    make_session(cast.case, wanted)
    response = move(desk, session, wanted)
    refused = response.context["refused"]["time"]
    assert now_of(session).version == session.version
    assert not refused.may_override
    assert "isn’t open" in text(response)
    assert "all the same" not in text(response)
    starts = [slot.starts_at for slot in refused.nearest]
    assert starts == sorted(starts)
    assert wanted not in starts
    value = starts[0].isoformat()
    assert f'name="starts_at" value="{value}"' in response.content.decode()
    assert move(desk, session, value).status_code == 302
    assert now_of(session).starts_at == starts[0]


def test_a_time_against_the_rules_is_explained_and_booked_with_a_reason_only(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    evening = datetime(2026, 12, 3, 23, 0, tzinfo=UTC)  # 6 PM: Nora works until 5
    response = type_time(desk, session, "2026-12-03", "18:00")
    page = text(response)
    assert now_of(session).version == session.version
    assert "hours" in page
    assert "Move it there all the same" in page
    assert move(desk, session, evening, override="because").status_code == 200
    assert now_of(session).version == session.version
    assert move(desk, session, evening, override="urgent").status_code == 302
    moved = now_of(session)
    assert (moved.starts_at, moved.override) == (evening, "urgent")
    assert "Booked against the rules of the calendar: It can’t wait." in text(
        desk.get(url(session))
    )
    assert Entry.objects.filter(note="override:urgent", actor_id=str(cast.dan.pk)).exists()


def test_every_reason_is_named(desk: Browser, cast: Cast, session: Appointment) -> None:
    saturday = datetime(2026, 12, 5, 15, 0, tzinfo=UTC)
    TimeOff.objects.create(
        counselor=cast.nora, starts_at=saturday, ends_at=saturday + timedelta(hours=5)
    )
    response = move(desk, session, saturday + HALF_HOUR)
    assert len(response.context["refused"]["time"].words) >= 2
    for words in response.context["refused"]["time"].words:
        assert words in text(response)


def test_a_missing_license_can_not_be_overridden(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    cast.nora.licenses.filter(state="NJ").update(expires_on=date(2026, 12, 3))
    friday = session.starts_at + timedelta(days=1)
    for reason in ("", "urgent"):
        response = move(desk, session, friday, override=reason)
        assert response.status_code == 200
        assert "all the same" not in text(response)
    assert now_of(session).version == session.version


# Somebody else changed it


def test_what_somebody_changed_meanwhile_is_shown_with_what_was_typed(
    desk: Browser, session: Appointment
) -> None:
    seen = now_of(session).version
    elsewhere = session.starts_at + timedelta(days=1)
    lifecycle.move(session, elsewhere, trail.SYSTEM)
    response = type_time(desk, session, "2026-12-07", "14:00", version=seen)
    page = text(response)
    assert "Somebody changed this appointment while you had it open." in page
    assert "Session: Friday, Dec 4, 11:00 AM" in page
    assert 'value="2026-12-07"' in response.content.decode()
    assert now_of(session).starts_at == elsewhere
    assert type_time(desk, session, "2026-12-07", "14:00").status_code == 302


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "٣"])
def test_a_form_that_does_not_say_what_it_was_made_for_changes_nothing(
    desk: Browser, session: Appointment, version: str
) -> None:
    for name, fields in (
        ("move", {"starts_at": (session.starts_at + HALF_HOUR).isoformat()}),
        ("cancel", {"reason": "client"}),
    ):
        response = desk.post(url(session, name), {**fields, "version": version})
        assert "Somebody changed this appointment" in text(response)
    assert now_of(session).version == session.version


def test_what_was_canceled_meanwhile_is_told(desk: Browser, session: Appointment) -> None:
    seen = now_of(session).version
    lifecycle.call_off(session, trail.SYSTEM)
    for name, fields in (
        ("move", {"starts_at": (session.starts_at + HALF_HOUR).isoformat()}),
        ("cancel", {"reason": "client"}),
        ("no-show", {"reason": "no_word"}),
    ):
        response = desk.post(url(session, name), {**fields, "version": seen}, follow=True)
        assert "This appointment is closed." in text(response)
    assert now_of(session).status == Status.CANCELED


def test_canceling_what_somebody_moved_asks_again(desk: Browser, session: Appointment) -> None:
    seen = now_of(session).version
    lifecycle.move(session, session.starts_at + timedelta(days=1), trail.SYSTEM)
    response = send(desk, session, "cancel", reason="counselor", version=seen)
    page = text(response)
    assert "Somebody changed this appointment" in page
    assert "Cancel Friday, Dec 4" in page
    assert response.context["form"]["reason"].value() == "counselor"
    assert now_of(session).status == Status.BOOKED


# Canceling


def test_canceling_asks_why_and_then_tells_the_people(
    desk: Browser, session: Appointment, travel: Travel, now: datetime
) -> None:
    assert "Cancel Thursday, Dec 3" in text(desk.get(url(session, "cancel")))
    assert now_of(session).status == Status.BOOKED
    assert "Please choose a reason." in text(send(desk, session, "cancel"))
    assert "from the list" in text(send(desk, session, "cancel", reason="mood"))
    assert now_of(session).status == Status.BOOKED
    response = send(desk, session, "cancel", reason="counselor")
    assert response.headers["Location"] == reverse("desk:day") + "?day=2026-12-03"
    canceled = now_of(session)
    assert (canceled.status, canceled.end_reason) == (Status.CANCELED, "counselor")
    assert canceled.canceled_at == now
    assert "The counselor can’t." in text(desk.get(url(session)))
    travel(now + timedelta(minutes=1))
    mail.outbox.clear()
    sending.tick()
    assert {letter.to[0] for letter in mail.outbox} == {"hanna@example.com", "ian@example.com"}


@pytest.mark.parametrize(
    ("hours", "reason", "late"),
    [
        (23, "client", True),
        (23, "client_ill", True),
        (23, "counselor", False),
        (25, "client", False),
    ],
)
def test_who_cancels_late_and_why_decides_whether_it_counts(
    desk: Browser, session: Appointment, travel: Travel, hours: int, reason: str, late: bool
) -> None:
    Practice.objects.update(late_cancel_words="You would pay half of it.")
    travel(session.starts_at - timedelta(hours=hours))
    page = text(desk.get(url(session, "cancel")))
    assert ("counts as late" in page) == (hours < 24)
    assert ("You would pay half of it." in page) == (hours < 24)
    send(desk, session, "cancel", reason=reason)
    assert now_of(session).canceled_late is late
    assert ("It counts as late." in text(desk.get(url(session)))) is late


def test_a_consultation_is_never_canceled_late(
    desk: Browser, cast: Cast, travel: Travel, now: datetime
) -> None:
    consultation = make_consultation(cast.nora, in_days(now, 2))
    travel(consultation.starts_at - timedelta(hours=1))
    assert "late" not in text(desk.get(url(consultation, "cancel")))
    send(desk, consultation, "cancel", reason="client")
    assert not now_of(consultation).canceled_late


# Nobody came


def test_that_nobody_came_can_be_said_only_once_it_has_begun(
    desk: Browser, session: Appointment, travel: Travel
) -> None:
    assert "Nobody came" not in text(desk.get(url(session)))
    early = desk.post(url(session, "no-show"), {"reason": "no_word", "version": 0}, follow=True)
    assert "It hasn’t begun yet." in text(early)
    assert now_of(session).status == Status.BOOKED


def test_that_nobody_came_is_noted_with_what_is_known(
    cast: Cast, signed_in: SignIn, session: Appointment, travel: Travel
) -> None:
    travel(session.starts_at + timedelta(minutes=15))
    desk = signed_in(cast.dan)
    assert "Nobody came" in text(desk.get(url(session)))
    assert "Please choose a reason." in text(send(desk, session, "no-show"))
    assert "from the list" in text(send(desk, session, "no-show", reason="mistake"))
    send(desk, session, "no-show", reason="no_word")
    noted = now_of(session)
    assert (noted.status, noted.end_reason) == (Status.NO_SHOW, "no_word")


# Taking it back


def undo(browser: Browser, change: Change) -> Any:
    return browser.post(reverse("desk:undo", args=[change.pk]), follow=True)


@pytest.mark.parametrize("name", ["move", "cancel"])
def test_undo_puts_it_back_and_nobody_is_told(
    desk: Browser, session: Appointment, name: str, travel: Travel, now: datetime
) -> None:
    sending.tick()
    mail.outbox.clear()
    later = (session.starts_at + HALF_HOUR).isoformat()
    send(desk, session, name, starts_at=later, reason="client")
    page = desk.get(url(session)).content.decode()
    change = Change.objects.get()
    assert reverse("desk:undo", args=[change.pk]) in page
    travel(now + timedelta(seconds=9))
    assert "Taken back." in text(undo(desk, change))
    back = now_of(session)
    assert (back.status, back.starts_at) == (Status.BOOKED, session.starts_at)
    assert (back.end_reason, back.canceled_at) == ("", None)
    travel(now + timedelta(minutes=5))
    sending.tick()
    assert mail.outbox == []


def test_undo_of_a_no_show(
    cast: Cast, signed_in: SignIn, session: Appointment, travel: Travel
) -> None:
    travel(session.starts_at + timedelta(minutes=15))
    desk = signed_in(cast.dan)
    send(desk, session, "no-show", reason="no_word")
    undo(desk, Change.objects.get())
    assert now_of(session).status == Status.BOOKED


def test_after_ten_seconds_it_is_too_late(
    desk: Browser, session: Appointment, travel: Travel, now: datetime
) -> None:
    move(desk, session, session.starts_at + HALF_HOUR)
    change = Change.objects.get()
    travel(now + timedelta(seconds=11))
    assert reverse("desk:undo", args=[change.pk]) not in desk.get(url(session)).content.decode()
    assert "too late to take that back" in text(undo(desk, change))
    assert now_of(session).starts_at == session.starts_at + HALF_HOUR


def test_nobody_takes_back_what_somebody_else_did(
    desk: Browser, cast: Cast, signed_in: SignIn, session: Appointment
) -> None:
    move(desk, session, session.starts_at + HALF_HOUR)
    change = Change.objects.get()
    other = signed_in(make_user("dora", Role.DESK))
    assert undo(other, change).status_code == 404
    assert reverse("desk:undo", args=[change.pk]) not in other.get(url(session)).content.decode()
    assert now_of(session).starts_at == session.starts_at + HALF_HOUR


def test_what_was_changed_again_since_is_not_taken_back(
    desk: Browser, session: Appointment
) -> None:
    move(desk, session, session.starts_at + HALF_HOUR)
    change = Change.objects.get()
    lifecycle.call_off(now_of(session), trail.SYSTEM)
    assert "changed again since" in text(undo(desk, change))
    assert now_of(session).status == Status.CANCELED


def test_an_old_time_that_was_taken_meanwhile_is_not_taken_back(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    move(desk, session, session.starts_at + timedelta(hours=3))
    make_consultation(cast.nora, session.starts_at, "Quick")
    assert "Its old time can’t be had any more." in text(undo(desk, Change.objects.get()))
    assert now_of(session).starts_at == session.starts_at + timedelta(hours=3)


def test_undo_is_sent_and_never_fetched(desk: Browser, session: Appointment) -> None:
    move(desk, session, session.starts_at + HALF_HOUR)
    assert desk.get(reverse("desk:undo", args=[Change.objects.get().pk])).status_code == 405


def test_messages_of_what_stands_go_after_the_ten_seconds(
    desk: Browser, session: Appointment, travel: Travel, now: datetime
) -> None:
    move(desk, session, session.starts_at + HALF_HOUR)
    moved = Message.objects.filter(template="moved")
    assert moved.count() == 2
    assert all(message.due_at > now + timedelta(seconds=10) for message in moved)


# Nothing clinical


def test_no_page_of_an_appointment_holds_a_word_of_what_brings_people(
    desk: Browser, cast: Cast, session: Appointment, now: datetime
) -> None:
    consultation = make_consultation(cast.nora, in_days(now, 1, 18))
    pages = []
    for appointment in (session, consultation):
        pages += [desk.get(url(appointment)), desk.get(url(appointment, "cancel"))]
        pages.append(move(desk, appointment, "soon"))
        pages.append(type_time(desk, appointment, "2026-12-05", "11:00"))
        pages.append(send(desk, appointment, "cancel", reason="client"))
        pages.append(desk.get(url(appointment)))
    whole = " ".join(page.content.decode() for page in pages).lower()
    words = ["affair", "hurt", "involved", "impact", "disclos", "concern", "couple", "therap"]
    for word in [*map(str.lower, CANARIES), *words, str(cast.case.pk)]:
        assert word not in whole


def test_no_query_of_a_page_that_only_reads_touches_clinical_matter(
    desk: Browser, session: Appointment
) -> None:
    with queries() as found:
        assert desk.get(url(session)).status_code == 200
        assert desk.get(url(session, "cancel")).status_code == 200
        assert move(desk, session, "soon").status_code == 200
        assert type_time(desk, session, "2026-12-05", "11:00").status_code == 200
    assert len(found) > 20
    assert clinical(found) == set()
    assert not any('"clients_case"' in query for query in found)


def test_the_capture_would_see_a_clinical_column(cast: Cast) -> None:
    with queries() as found:
        list(Case.objects.select_related("concern"))
        list(cast.case.participants.all())
    assert clinical(found) == {"clients_concern", *CLINICAL_COLUMNS}


@pytest.mark.parametrize("name", ["move", "cancel"])
def test_moving_and_canceling_read_only_what_the_follow_ups_need(
    desk: Browser, session: Appointment, name: str
) -> None:
    """What hangs on the appointment is planned anew: rows the desk's pages never show."""
    with queries() as found:
        later = (session.starts_at + HALF_HOUR).isoformat()
        response = send(desk, session, name, starts_at=later, reason="client")
        assert response.status_code == 302
    assert clinical(found) <= {"followups_", '"clients_participant"."part"'}
    assert not any("answers_text" in query or "intake_s" in query for query in found)


def test_a_page_takes_as_many_queries_with_a_full_calendar_as_with_an_empty_one(
    desk: Browser, cast: Cast, session: Appointment, now: datetime
) -> None:
    def count() -> int:
        with queries() as found:
            assert desk.get(url(session)).status_code == 200
        return len(found)

    desk.get(url(session))  # the first page after signing in writes the session
    few = count()
    for day in (2, 5, 6):
        for hour in (15, 17, 19):
            make_session(cast.case, in_days(now, day, hour))
    assert count() == few <= 30
