"""What is asked, and what happens, when a follow-up leaves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clients import cases
from clients.contact import cards, sending
from clients.contact.models import State
from clients.handouts.models import Assignment
from clients.models import Case
from practice.audit import trail
from scheduling.followups import checkins
from tests.cast import open_link
from tests.scheduling.followups.conftest import check_in_of, confirm, handout_of, hold

GIVEN = {"safe": "3"}


@pytest.fixture
def planned(cast, session, following, travel):
    """A handout and a check-in for each; the clock stands at the handouts' hour."""
    for person in (cast.hanna, cast.ian):
        confirm(cast, person, f"Only the {person.part} partner sees this")
    hold(session)
    travel(handout_of(cast.hanna).message.due_at)
    return cast


def close(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(status=Case.Status.CLOSED, closed_at=timezone.now())


def undisclose(case: Case) -> None:
    cases.set_course(case, stage=case.stage, disclosure=Case.Disclosure.NO, by=trail.SYSTEM)


def follow_ups_sent(sink) -> list[str]:
    mails = [mail for mail in sink.mails if mail["List-Unsubscribe"]]
    return sorted(str(mail["To"]) for mail in mails)


def test_a_handout_can_be_read_only_from_the_moment_its_message_leaves(planned, sink, travel):
    person = planned.hanna
    due = handout_of(person).message.due_at
    travel(due - timedelta(seconds=1))
    sending.tick()
    assert not Assignment.objects.for_participant(person).exists()
    travel(due)
    assert sending.tick() == 2
    [readable] = Assignment.objects.for_participant(person)
    assert readable.released_at == due
    assert readable.version.title == "Only the hurt partner sees this"


def test_the_link_in_its_message_opens_the_handout(planned, sink, client):
    sending.tick()
    [mail] = [each for each in sink.to("hanna@example.com") if each["List-Unsubscribe"]]
    token = mail.get_body(("plain",)).get_content().partition("/s/")[2].split()[0]
    page = client.post(f"/s/{token}", {"code": "meadow42"}, follow=True).content.decode()
    assert "Only the hurt partner sees this" in page


@pytest.mark.parametrize("what", [close, undisclose])
def test_a_claimed_follow_up_asks_again_before_it_goes(planned, sink, what):
    from practice import clock

    claims = sending.claim(clock.now())
    what(planned.case)
    sending.send_claimed(claims)
    state = handout_of(planned.hanna).message
    assert (state.state, state.reason) == (State.SUPPRESSED, "no longer for them")
    assert "hanna@example.com" not in follow_ups_sent(sink)
    assert not Assignment.objects.filter(
        participant=planned.hanna, released_at__isnull=False
    ).exists()


def test_until_the_counselor_says_so_nothing_about_it_reaches_the_partner_who_was_hurt(
    planned, sink
):
    undisclose(planned.case)
    sending.tick()
    assert follow_ups_sent(sink) == ["ian@example.com"]


def test_a_check_in_names_nothing_and_goes_undisclosed_too(planned, sink, travel):
    undisclose(planned.case)
    travel(check_in_of(planned.hanna).message.due_at)
    sending.tick()
    assert follow_ups_sent(sink).count("hanna@example.com") == 1


def test_a_closed_case_asks_nothing(planned, sink, travel):
    travel(check_in_of(planned.hanna).message.due_at)
    close(planned.case)
    sending.tick()
    assert follow_ups_sent(sink) == []
    asked = check_in_of(planned.hanna).message
    assert (asked.state, asked.reason) == (State.SUPPRESSED, "no longer asked")


@pytest.mark.parametrize("halt", [cards.stop_follow_ups, cards.suspend])
def test_who_said_stop_or_is_in_danger_gets_none_and_the_partner_does(planned, sink, halt, travel):
    halt(planned.hanna.client)
    sending.tick()
    travel(check_in_of(planned.ian).message.due_at)
    sending.tick()
    assert follow_ups_sent(sink) == ["ian@example.com"] * 2


def test_a_check_in_answered_already_is_not_asked_for(planned, sink, travel):
    asked = check_in_of(planned.hanna)
    checkins.answer(asked, GIVEN, {}, by=trail.SYSTEM)
    travel(asked.message.due_at)
    sending.tick()
    assert check_in_of(planned.hanna).message.reason == "no longer asked"


def test_what_the_next_session_overtook_is_expired(planned, following, sink, travel):
    travel(following.starts_at)
    sending.tick()
    for person in (planned.hanna, planned.ian):
        assert handout_of(person).message.state == State.EXPIRED
        assert check_in_of(person).message.state == State.EXPIRED
    assert not Assignment.objects.filter(released_at__isnull=False).exists()


def test_a_handout_held_back_can_be_opened_by_no_link(planned, client, sink):
    assignment = handout_of(planned.hanna).assignment
    assert assignment
    cards.suspend(planned.hanna.client)
    sending.tick()
    answer = open_link(client, planned.hanna.client, "handout", assignment.pk)
    assert answer.status_code == 404
