"""Short stories at the desk, each of which goes well as the product stands."""

import smtplib
from datetime import UTC, datetime, timedelta
from typing import Any

from clients.contact import cards, sending
from practice import clock
from practice.audit import trail
from scheduling import lifecycle
from scheduling.followups.drill.ledger import Session, Stop
from scheduling.models import Appointment
from tests.cast import in_days, make_session
from tests.faults.at_the_desk import LINE, Desk, Killed

MINUTE = timedelta(minutes=1)
PAST_LEASE = max(sending.LEASE, sending.HANDOVER) + MINUTE
PAST_DOUBT = sending.ASK_AGAIN + MINUTE
A_WHILE = (PAST_LEASE, PAST_DOUBT, PAST_LEASE, PAST_DOUBT)


def one_goes(desk: Desk) -> None:
    desk.means()
    desk.tick()


def another_tick_in_a_hand_over(desk: Desk) -> None:
    """A second sender comes while the first one waits for the mail server's answer."""

    def meanwhile(talk: Any) -> None:
        sending.tick()
        LINE.keep(talk.mail)

    desk.means()
    desk.in_hand_over(meanwhile)
    desk.tick()
    desk.pass_time(*A_WHILE)


def goes_on_after_others_took_over(desk: Desk) -> None:
    """The first stands still for half an hour; the second dies after its dot; the first is told
    "busy" and writes that down."""

    def stands_still(talk: Any) -> None:
        desk.book.note_stranded()
        desk.pass_time(PAST_LEASE, PAST_DOUBT)
        raise smtplib.SMTPResponseException(451, b"Busy")

    def dies(talk: Any) -> None:
        LINE.keep(talk.mail)
        raise Killed

    desk.means()
    desk.in_hand_over(stands_still, dies)
    desk.tick()
    desk.pass_time(*A_WHILE)


def line_breaks_before_the_text(desk: Desk) -> None:
    def breaks(talk: Any) -> None:
        talk.line.connection.text_begun = False
        raise ConnectionResetError

    desk.means()
    desk.in_hand_over(breaks)
    desk.tick()
    desk.pass_time(*A_WHILE)


def to_both_partners(desk: Desk) -> None:
    desk.means()
    desk.means(desk.ian.client)
    desk.tick()


def as_the_evening_comes(desk: Desk) -> None:
    """Due through the evening, night and morning, and looked for each half hour, on the minute."""
    evening = datetime(2026, 12, 3, 0, 0, tzinfo=UTC)  # 19:00 in New York
    for number in range(32):
        moment = evening + number * 30 * MINUTE
        desk.travel(moment)
        desk.means(due_at=moment)
        desk.tick()


def stop_after_a_claim(desk: Desk) -> None:
    desk.means()
    claims = sending.claim(clock.now())
    cards.stop_follow_ups(desk.hanna.client)
    desk.book.stops.append(Stop(desk.hanna.client.card.email, clock.now()))
    desk.travel(clock.now() + MINUTE)
    sending.send_claimed(claims)


def suspended_after_a_claim(desk: Desk) -> None:
    desk.means(is_follow_up=False)
    claims = sending.claim(clock.now())
    cards.suspend(desk.hanna.client)
    desk.book.stops.append(Stop(desk.hanna.client.card.email, clock.now(), everything=True))
    desk.travel(clock.now() + MINUTE)
    sending.send_claimed(claims)


def next_session_comes_soon(desk: Desk) -> None:
    """A session, its follow-ups, and the next session two days later."""
    case, begins = desk.hanna.case, clock.now()
    first = make_session(case, in_days(begins, 1))
    following = make_session(case, in_days(begins, 3))
    _over(desk, first)
    known = Session(str(case.pk), following.starts_at, first.ends_at)
    desk.book.sessions.append(known)
    for day in range(1, 9):
        # After 18:00 in New York, when the plan's messages are due.
        desk.travel(in_days(begins, day, hour=23) + MINUTE)
        desk.tick()


def _over(desk: Desk, session: Appointment) -> None:
    desk.travel(session.ends_at)
    lifecycle.mark_done(session, trail.SYSTEM)
    desk.book.note_meant()


def never_answers(desk: Desk) -> None:
    """The mail server keeps each, and never says so."""

    def hangs(talk: Any) -> None:
        LINE.keep(talk.mail)
        desk.disturb(talk.mail)
        raise TimeoutError

    desk.means()
    LINE.forever[desk.hanna.client.card.email] = hangs
    desk.tick()
    desk.pass_time(*A_WHILE, *A_WHILE)


def always_busy(desk: Desk) -> None:
    def busy(talk: Any) -> None:
        raise smtplib.SMTPResponseException(451, b"Busy")

    desk.means(expires_at=clock.now() + timedelta(days=60))
    LINE.forever[desk.hanna.client.card.email] = busy
    desk.tick()
    desk.pass_time(*[timedelta(hours=24)] * 10)


def overdue(desk: Desk) -> None:
    message = desk.means(expires_at=clock.now() + timedelta(hours=2))
    desk.travel(message.expires_at + MINUTE)
    desk.tick()


def killed_right_after_the_dot(desk: Desk) -> None:
    def dies(talk: Any) -> None:
        LINE.keep(talk.mail)
        raise Killed

    desk.means()
    desk.in_hand_over(dies)
    desk.tick()
    desk.pass_time(*A_WHILE)
