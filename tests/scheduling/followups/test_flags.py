"""An answer that a person must look at: by a time, else the next is asked."""

from datetime import timedelta

import pytest
from django.urls import reverse

from clients import following
from clients.contact import sending, upcoming
from clients.contact.models import State
from clients.following import What
from clients.handouts import pacing
from practice.audit import trail
from practice.models import Practice
from scheduling.followups import checkins, flags, person, worrying
from scheduling.followups.models import Alert, CasePlan, RiskFlag, Rung
from tests.cast import make_message, open_link
from tests.scheduling.followups.conftest import check_in_of, go, hold


@pytest.fixture
def asked(cast, session, following):
    """Both were asked how the week was."""
    hold(session)
    return cast


def answered(participant, **given: str):
    return checkins.answer(check_in_of(participant), given, {}, by=trail.SYSTEM)


def raised(cast) -> RiskFlag:
    answered(cast.ian, safe="1")
    return RiskFlag.objects.get()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"safe": "1"}, "answer"),
        ({"safe": "2"}, None),
        ({"conflict": "I was afraid of what would happen"}, "answer"),
        ({"conflict": "It went badly"}, None),
        ({"hard": "I sometimes want to die."}, "words"),
        ({"hard": "He hit me on Sunday"}, "words"),
        ({"hard": "We talked about the garden"}, None),
    ],
)
def test_a_threshold_that_the_practice_set_raises_a_flag(asked, given, why):
    answered(asked.ian, **given)
    assert [flag.why for flag in RiskFlag.objects.all()] == ([why] if why else [])


def test_it_has_an_owner_and_a_clock(asked, now):
    flag = raised(asked)
    assert (flag.owner, flag.due_at) == (asked.nora.user, now + timedelta(minutes=240))


def test_while_it_is_open_nothing_between_sessions_goes_to_either(asked, sink, travel, now):
    flag = raised(asked)
    hers = make_message(asked.hanna.client)
    about_a_time = make_message(asked.hanna.client, is_follow_up=False)
    assert go() == 0
    hers.refresh_from_db()
    about_a_time.refresh_from_db()
    assert (hers.state, about_a_time.state) == (State.DUE, State.SENT)
    assert pacing.waits(asked.hanna, now)
    travel(check_in_of(asked.hanna).message.due_at)
    sending.tick()
    flags.resolve(flag, asked.nora.user, "spoken", trail.SYSTEM)
    sending.tick()
    assert check_in_of(asked.hanna).message.state == State.SENT
    assert not pacing.waits(asked.hanna, now)


def test_other_couples_hear_on(asked, sink):
    raised(asked)
    make_message(asked.mia.client)
    assert go() == 1


def test_who_does_not_acknowledge_passes_it_on(asked, now, sink, travel):
    Rung.objects.create(position=1, user=asked.ida.user, minutes=60)
    flag = raised(asked)
    travel(flag.due_at)
    sending.tick()
    sending.tick()
    flag.refresh_from_db()
    assert (flag.owner, flag.position) == (asked.ida.user, 1)
    travel(flag.due_at)
    sending.tick()
    flag.refresh_from_db()
    assert flag.position == 1  # nobody is left: it stays, overdue
    to = [alert.user for alert in Alert.objects.order_by("position")]
    assert to == [asked.nora.user, asked.ida.user]


def test_the_staff_are_told_by_a_mail_that_says_nothing(asked, sink):
    raised(asked)
    sending.tick()
    [mail] = sink.to("nora@example.com")
    body = mail.get_content()
    assert mail["Subject"] == "Please look at your page"
    assert "Ian" not in body
    sending.tick()
    assert len(sink.to("nora@example.com")) == 1


def test_an_alert_waits_for_a_mail_server_that_is_away(asked, sink, now, travel):
    raised(asked)
    sink.stop()
    sending.tick()
    sink.start()
    travel(now + timedelta(minutes=6))
    sending.tick()
    assert len(sink.to("nora@example.com")) == 1


def test_once_acknowledged_it_stays_where_it_is(asked, travel, sink):
    Rung.objects.create(position=1, user=asked.ida.user, minutes=60)
    flag = raised(asked)
    flags.acknowledge(flag, asked.nora.user, trail.SYSTEM)
    travel(flag.due_at)
    sending.tick()
    flag.refresh_from_db()
    assert (flag.owner, flag.acknowledged_by) == (asked.nora.user, asked.nora.user)


def test_the_client_sees_at_once_where_help_is(asked, client):
    follow_up = check_in_of(asked.ian)
    open_link(client, asked.ian.client, "check_in", follow_up.pk)
    sent = {"about": follow_up.pk, "safe": "1"}
    page = client.post(reverse("your-check-in"), sent).content.decode()
    assert "988" in page
    assert "Please don’t wait for us" in page
    assert "monitor" not in page


def test_the_panel_says_who_since_and_until_and_no_answer(asked, signed_in):
    flag = raised(asked)
    page = signed_in(asked.nora.user).get(reverse("dashboard:today")).content.decode()
    assert "Nobody has it yet" in page
    browser = signed_in(asked.nora.user)
    browser.post(reverse("followups:flag-acknowledge", args=[flag.pk]))
    browser.post(reverse("followups:flag", args=[flag.pk]), {"resolution": "plan"})
    flag.refresh_from_db()
    assert (flag.resolution, flag.resolved_by) == ("plan", asked.nora.user)


def test_who_is_asked_from_outside_the_case_reads_no_name(asked, signed_in):
    flag = raised(asked)
    RiskFlag.objects.filter(pk=flag.pk).update(owner=asked.olga)
    browser = signed_in(asked.olga)
    page = browser.get(reverse("dashboard:today")).content.decode()
    assert "I. T." in page
    assert "Ian" not in page
    assert browser.get(reverse("followups:flag", args=[flag.pk])).status_code == 404
    assert (
        signed_in(asked.ida.user)
        .post(reverse("followups:flag-acknowledge", args=[flag.pk]))
        .status_code
        == 404
    )


def test_with_the_case_it_goes_to_the_next_counselor(asked):
    flag = raised(asked)
    case = asked.case
    case.counselor = asked.ida
    case.save()
    following.tell(case, What.TRANSFERRED)
    flag.refresh_from_db()
    assert flag.owner == asked.ida.user


@pytest.mark.parametrize("what", [What.CLOSED, What.SEPARATED])
def test_what_ends_a_case_ends_what_is_on_its_way_even_if_claimed(asked, sink, travel, what):
    message = check_in_of(asked.hanna).message
    travel(message.due_at)
    claims = sending.claim(message.due_at)
    following.tell(asked.case, what)
    sending.send_claimed(claims)
    message.refresh_from_db()
    assert message.state == State.CANCELED


@pytest.mark.parametrize(
    "act",
    [
        lambda asked: raised(asked),
        lambda asked: person.pause(asked.hanna, trail.SYSTEM),
        lambda asked: person.pause_case(asked.case, trail.SYSTEM),
    ],
    ids=["a flag", "a pause of one", "a pause of both"],
)
def test_what_holds_them_counts_for_what_was_asked_about_already(asked, sink, travel, act):
    """The sender has asked everything, and not marked it yet."""
    message, practice = check_in_of(asked.hanna).message, Practice.current()
    CasePlan.objects.get_or_create(case=asked.case, defaults={"plan": asked.plan})
    travel(message.due_at)
    claims = sending.claim(message.due_at)
    questions = upcoming.Questions(claims, practice)
    [hers] = [one for one in claims if one.id == message.pk]
    asked_about = questions.about(hers)
    assert asked_about
    assert asked_about.prepared
    act(asked)
    assert sending._commit_to_send(hers, questions) is None
    assert go() <= 1  # her partner's, where the pause is hers alone
    assert sink.to("hanna@example.com") == []
    message.refresh_from_db()
    assert message.state == State.DUE


def test_where_the_license_has_ended_a_person_calls(asked, sink, travel):
    asked.nora.licenses.filter(state="NJ").delete()
    message = check_in_of(asked.hanna).message
    travel(message.due_at)
    assert go() == 0
    message.refresh_from_db()
    assert message.reason == "no license there today: please call"


def test_words_are_found_however_they_are_typed():
    answer = {"kind": "text", "answer": "I  DON’T want\nto live", "key": "x"}
    assert worrying.reason([answer], []) == RiskFlag.Why.WORDS
