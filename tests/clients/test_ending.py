"""How a case ends, goes on with somebody else, or goes on as two."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse

from clients import ending, following
from clients.contact import links, sending
from clients.contact.models import Message, PrivateLink, State
from clients.following import What
from clients.handouts import assign
from clients.models import Case, CaseChange, Stage
from practice.audit import trail
from scheduling import lifecycle
from tests.access.notes import make_note, make_signed
from tests.cast import Cast, in_days, make_message, make_session, make_version, open_link


@pytest.fixture
def nora(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.nora.user)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[What]:
    """What the rooms that follow a case were told."""
    heard: list[What] = []
    monkeypatch.setattr(following, "_FOLLOWERS", [*following._FOLLOWERS])
    following.follows(lambda case, what: heard.append(what))
    return heard


def act(browser: Browser, name: str, case: Case, data: Any = None) -> str:
    answer = browser.post(reverse(f"cases:{name}", args=[case.pk]), data or {}, follow=True)
    return str(answer.content.decode())


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


# Closing


def test_a_case_closes_with_a_reason_and_its_follow_ups_stop(
    cast: Cast, nora: Browser, told: list[What]
) -> None:
    waiting = make_message(cast.hanna.client)
    act(nora, "close", cast.case, {"reason": "reached"})
    case = again(cast.case)
    assert (case.status, case.close_reason) == ("closed", "reached")
    waiting.refresh_from_db()
    assert waiting.state == State.CANCELED
    assert told == [What.CLOSED]
    assert case.changes.last().reason == "reached"  # type: ignore[union-attr]


def test_nothing_is_closed_while_something_is_open(
    cast: Cast, nora: Browser, now: datetime
) -> None:
    make_session(cast.case, in_days(now, 1))
    make_note("joint", cast.nora, cast.hanna)
    page = act(nora, "close", cast.case, {"reason": "reached"})
    assert "One session is booked" in page
    assert "One note is not signed yet." in page
    assert again(cast.case).is_open


def test_a_psychotherapy_draft_keeps_no_case_open_and_is_not_counted(
    cast: Cast, nora: Browser
) -> None:
    make_note("psychotherapy", cast.nora, cast.hanna)
    act(nora, "close", cast.case, {"reason": "other"})
    assert not again(cast.case).is_open


def test_a_closed_case_opens_again_and_its_history_stays(
    cast: Cast, nora: Browser, told: list[What]
) -> None:
    act(nora, "close", cast.case, {"reason": "no_word"})
    act(nora, "reopen", cast.case)
    assert again(cast.case).is_open
    assert told == [What.CLOSED, What.REOPENED]
    kept = list(cast.case.changes.values_list("what", flat=True))
    assert kept == ["opened", "closed", "reopened"]


# Handing on


def test_it_goes_on_with_a_counselor_whose_license_fits_everybody(
    cast: Cast, nora: Browser, signed_in: Callable[..., Browser], told: list[What]
) -> None:
    record, own = (make_signed(kind, cast.nora, cast.hanna) for kind in ("joint", "psychotherapy"))
    cast.ida.licenses.create(
        state_id="NJ", number="T", starts_on="2026-01-01", expires_on="2027-12-31"
    )
    agreed = [str(cast.hanna.pk), str(cast.ian.pk)]
    act(nora, "hand-on", cast.case, {"to": cast.ida.pk, "agreed": agreed})
    assert again(cast.case).counselor == cast.ida
    assert told == [What.TRANSFERRED]
    ida = signed_in(cast.ida.user)
    assert ida.get(reverse("notes:joint", args=[record.pk])).status_code == 200
    assert ida.get(reverse("notes:psychotherapy", args=[own.pk])).status_code == 404
    assert nora.get(reverse("notes:psychotherapy", args=[own.pk])).status_code == 200
    assert nora.get(reverse("cases:page", args=[cast.case.pk])).status_code == 404


@pytest.mark.parametrize(
    ("agreed", "words"),
    [(["hanna", "ian"], "has no license in NJ"), (["hanna"], "Ian must agree to it first")],
)
def test_it_stays_where_a_license_or_somebodys_yes_is_missing(
    cast: Cast, nora: Browser, agreed: list[str], words: str
) -> None:
    who = [str(getattr(cast, name).pk) for name in agreed]
    page = act(nora, "hand-on", cast.case, {"to": cast.ida.pk, "agreed": who})
    assert words in page
    assert again(cast.case).counselor == cast.nora


# Parting


def test_separated_each_has_a_case_of_their_own_and_the_joint_one_is_closed(
    cast: Cast, nora: Browser, told: list[What]
) -> None:
    act(nora, "separate", cast.case, {"sure": "on"})
    joint = again(cast.case)
    assert (joint.status, joint.close_reason, joint.stage) == ("closed", "apart", Stage.APART)
    cases = Case.objects.filter(came_from=joint)
    people = [[person.client for person in each.participants.all()] for each in cases]
    assert [cast.hanna.client] in people
    assert [cast.ian.client] in people
    assert len(people) == 2
    assert {each.stage for each in cases} == {Stage.APART}
    assert told == [What.SEPARATED, What.CLOSED, What.OPENED, What.OPENED]
    assert "go on in cases of their own" in act(nora, "reopen", joint)


def test_separated_whatever_names_the_other_stops_at_once(cast: Cast, now: datetime) -> None:
    session = make_session(cast.case, in_days(now, 2))
    old = [links.make(each.client.pk, "reading", each.pk) for each in (cast.hanna, cast.ian)]
    waiting = make_message(cast.ian.client, due_at=now + timedelta(hours=1))
    assign.give(cast.hanna, [make_version()], now=True, user=cast.nora.user, by=trail.SYSTEM)
    ending.separate(cast.case, trail.SYSTEM)
    session.refresh_from_db()
    waiting.refresh_from_db()
    assert (session.status, waiting.state) == ("canceled", "canceled")
    assert not PrivateLink.objects.filter(revoked_at=None).exists()
    assert all(not links.find(token).is_good(now) for token in old)  # type: ignore[union-attr]
    mail.outbox.clear()
    sending.tick()
    assert len(mail.outbox) == 2  # each is told of the canceled appointment, and of nothing else
    for each in mail.outbox:
        text = str(each.message().as_string())
        other = "Ian" if each.to == ["hanna@example.com"] else "Hanna"
        assert not re.search(f"{other}|apart|separat|couple", text, re.IGNORECASE)
    browser = Browser()
    open_link(browser, cast.hanna.client, "reading", cast.hanna.pk)
    assert b"For both" not in browser.get("/yours/reading/").content


def test_separating_leaves_no_half_of_it(cast: Cast, now: datetime) -> None:
    session = make_session(cast.case, in_days(now, 2))
    make_note("joint", cast.nora, cast.hanna)
    with pytest.raises(ending.Refused, match="not signed"):
        ending.separate(cast.case, trail.SYSTEM)
    session.refresh_from_db()
    assert session.status == "booked"
    assert Case.objects.count() == 2
    assert not Message.objects.filter(state="canceled").exists()


def test_separated_neither_sees_the_others_case(
    cast: Cast, signed_in: Callable[..., Browser]
) -> None:
    hers, his = ending.separate(cast.case, trail.SYSTEM)
    his_person = his.participants.get()
    (theirs,) = assign.give(
        his_person, [make_version()], now=True, user=cast.nora.user, by=trail.SYSTEM
    )
    browser = Browser()
    open_link(browser, cast.hanna.client, "reading", hers.participants.get().pk)
    assert browser.get(f"/yours/reading/{theirs.pk}/").status_code == 404
    assert list(browser.get("/yours/reading/").context["assignments"]) == []


def test_who_is_alone_in_a_case_is_not_separated(cast: Cast) -> None:
    hers, _ = ending.separate(cast.case, trail.SYSTEM)
    with pytest.raises(ending.Refused, match="only one person"):
        ending.separate(hers, trail.SYSTEM)


def test_a_change_of_stage_is_kept_with_who_set_it(cast: Cast, nora: Browser) -> None:
    for stage, disclosure in [("meaning", "yes"), ("impact", "yes"), ("impact", "no")]:
        act(nora, "course", cast.case, {"stage": stage, "disclosure": disclosure})
    kept = cast.case.changes.values_list("stage", "disclosure", "made_by__name")
    assert list(kept) == [
        ("impact", "yes", None),
        ("meaning", "yes", "Nora"),
        ("impact", "yes", "Nora"),
        ("impact", "no", "Nora"),
    ]
    page = nora.get(reverse("cases:page", args=[cast.case.pk])).content.decode()
    assert "set Wednesday, Dec 2 by Nora" in page


def test_what_is_done_meanwhile_is_seen_before_closing(cast: Cast, now: datetime) -> None:
    session = make_session(cast.case, now - timedelta(hours=2))
    with pytest.raises(ending.Refused):
        ending.close(cast.case, Case.CloseReason.REACHED, trail.SYSTEM)
    lifecycle.mark_no_show(session, trail.SYSTEM)
    assert not ending.close(cast.case, Case.CloseReason.REACHED, trail.SYSTEM).is_open
    assert CaseChange.objects.filter(what="closed").count() == 1
