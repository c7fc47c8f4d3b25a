"""When something is released: a week between two, pairs together, and nothing against a firm no."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients import cases
from clients.contact import sending
from clients.contact.models import Message
from clients.handouts import assign, pacing, propose, published
from clients.handouts.models import Assignment, Audience, AutoAttach, Handout, Version
from clients.models import Case, Participant
from practice.audit import trail
from practice.audit.models import Entry
from practice.models import Practice
from tests.cast import Cast, make_version
from tests.kept import kept

DAY = timedelta(days=1)


@kept
def pair(cast: Cast) -> tuple[Version, Version]:
    hurt, involved = make_version(Audience.HURT), make_version(Audience.INVOLVED)
    published.set_mirror(hurt.handout, involved.handout, by=trail.SYSTEM)
    return hurt, involved


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[pacing.Wait]:
    """What another room says against it just now."""
    waits: list[pacing.Wait] = []
    asked = [*pacing._QUESTIONS, lambda participant, moment: waits[0] if waits else None]
    monkeypatch.setattr(pacing, "_QUESTIONS", asked)
    return waits


def give(
    cast: Cast, person: Participant, version: Version, now: bool = True, alone: bool = False
) -> Assignment:
    (given,) = assign.give(
        person, [version], now=now, alone=alone, user=cast.nora.user, by=trail.SYSTEM
    )
    return given


def later(given: Assignment, now: datetime) -> None:
    """As a plan does: its message goes in an hour, and is good for a month."""
    assign.tell_later(
        given, key=f"plan:{given.pk}", due_at=now + timedelta(hours=1), expires_at=now + 30 * DAY
    )


def is_out(given: Assignment) -> bool:
    return Assignment.objects.readable().filter(pk=given.pk).exists()


def test_a_second_one_waits_a_week_and_goes_at_the_same_hour(
    cast: Cast, now: datetime, travel: Callable[[datetime], None], mailoutbox: list[Any]
) -> None:
    give(cast, cast.hanna, make_version())
    second = give(cast, cast.hanna, make_version(), now=False)
    later(second, now)
    for days, out in [(0, False), (1, False), (6, False), (7, True)]:
        travel(now + days * DAY + timedelta(hours=1))
        sending.tick()
        assert is_out(second) is out, days


def test_a_counselor_may_give_two_at_once_all_the_same(cast: Cast) -> None:
    assert is_out(give(cast, cast.hanna, make_version()))
    assert is_out(give(cast, cast.hanna, make_version()))


def test_a_practice_may_choose_another_pause_or_none(cast: Cast, now: datetime) -> None:
    give(cast, cast.hanna, make_version())
    for days, waits in [(0, 0), (1, 1), (30, 1)]:
        Practice.objects.update(handout_pause_days=days)
        assert len(pacing.waits(cast.hanna, now)) == waits


def test_a_firm_no_holds_what_is_given_now_until_it_is_over(
    cast: Cast,
    now: datetime,
    travel: Callable[[datetime], None],
    held: list[pacing.Wait],
    mailoutbox: list[Any],
) -> None:
    held.append(pacing.Wait("a session was less than 24 hours ago", now + DAY))
    given = give(cast, cast.hanna, make_version())
    sending.tick()
    assert not is_out(given)
    held.clear()
    travel(now + DAY)
    sending.tick()
    assert is_out(given)
    assert len(mailoutbox) == 1


def test_an_open_flag_holds_a_message_already_queued_until_it_is_settled(
    cast: Cast,
    now: datetime,
    travel: Callable[[datetime], None],
    held: list[pacing.Wait],
    mailoutbox: list[Any],
) -> None:
    given = give(cast, cast.hanna, make_version(), now=False)
    later(given, now)
    held.append(pacing.Wait("something worries us"))
    for hours in (1, 2, 3):
        travel(now + timedelta(hours=hours))
        sending.tick()
        assert not is_out(given)
    assert Message.objects.get().state == "due"
    held.clear()
    travel(now + timedelta(hours=4, minutes=5))
    sending.tick()
    assert is_out(given)


def test_one_of_a_pair_waits_for_the_other_and_both_go_together(
    cast: Cast, pair: tuple[Version, Version], mailoutbox: list[Any]
) -> None:
    hers = give(cast, cast.hanna, pair[0])
    sending.tick()
    assert not is_out(hers)
    his = give(cast, cast.ian, pair[1])
    sending.tick()
    assert is_out(hers)
    assert is_out(his)
    assert sorted(mail.to[0] for mail in mailoutbox) == ["hanna@example.com", "ian@example.com"]


def test_a_pair_goes_together_although_only_one_had_a_message_planned(
    cast: Cast,
    now: datetime,
    pair: tuple[Version, Version],
    travel: Callable[[datetime], None],
    mailoutbox: list[Any],
) -> None:
    hers = give(cast, cast.hanna, pair[0], now=False)
    his = give(cast, cast.ian, pair[1], now=False)
    later(hers, now)
    travel(now + timedelta(hours=1))
    sending.tick()
    sending.tick()
    assert is_out(hers)
    assert is_out(his)
    assert len(mailoutbox) == 2


def test_the_counselor_may_let_one_go_alone(cast: Cast, pair: tuple[Version, Version]) -> None:
    hers = give(cast, cast.hanna, pair[0], alone=True)
    assert is_out(hers)


def test_a_pair_is_proposed_together(cast: Cast, pair: tuple[Version, Version]) -> None:
    first = make_version(Audience.INVOLVED, title="A first of all")
    proposals = propose.fitting(Participant.objects.get(pk=cast.ian.pk))
    assert "waits until that is confirmed" in proposals[0].note
    give(cast, cast.hanna, pair[0], now=False)
    titles = [each.version for each in propose.fitting(Participant.objects.get(pk=cast.ian.pk))]
    assert titles == [pair[1], first]


@pytest.mark.parametrize("audience", [Audience.HURT, Audience.BOTH])
def test_a_mirror_is_for_the_other_partner(cast: Cast, audience: Audience) -> None:
    one, other = make_version(Audience.HURT).handout, make_version(audience).handout
    with pytest.raises(published.NotTheOtherSide):
        published.set_mirror(one, other, by=trail.SYSTEM)


def set_stage(cast: Cast, stage: str, disclosure: str = "yes") -> None:
    case = Case.objects.get(pk=cast.case.pk)
    by = trail.SYSTEM
    cases.set_course(case, stage=stage, disclosure=Case.Disclosure(disclosure), by=by)


def test_what_a_counselor_chose_is_confirmed_by_itself_and_never_twice(cast: Cast) -> None:
    version = make_version(Audience.HURT, stages=["impact", "meaning"])
    others = make_version(Audience.INVOLVED, stages=["meaning"])
    for each, user in [(version, cast.nora.user), (others, cast.ida.user)]:
        published.set_auto_attach(each.handout, user, ["meaning"], by=trail.SYSTEM)
    set_stage(cast, "meaning")
    given = Assignment.objects.get()
    assert (given.participant, given.version) == (cast.hanna, version)
    assert (given.confirmed_by, given.released_at) == (cast.nora.user, None)
    for stage in ("impact", "meaning", "impact", "meaning"):
        set_stage(cast, stage)
    assert Assignment.objects.get() == given
    assert not Message.objects.exists()


def test_nothing_attached_by_itself_passes_the_lock(cast: Cast) -> None:
    version = make_version(Audience.HURT, stages=["meaning"])
    published.set_auto_attach(version.handout, cast.nora.user, ["meaning"], by=trail.SYSTEM)
    set_stage(cast, "meaning", "no")
    assert not Assignment.objects.exists()


def test_a_counselor_sets_and_ends_it_on_the_handouts_page(
    cast: Cast, signed_in: Callable[..., Browser]
) -> None:
    version = make_version()
    address = reverse("handouts:auto-attach", args=[version.pk])
    nora = signed_in(cast.nora.user)
    nora.post(address, {"stages": ["impact", "meaning"]})
    assert AutoAttach.objects.filter(user=cast.nora.user).count() == 2
    nora.post(address, {})
    assert not AutoAttach.objects.exists()
    assert (
        Entry.objects.filter(resource="handouts.handout", note__startswith="by itself").count() == 2
    )


def test_what_waits_can_be_put_in_another_place_and_taken_back(
    cast: Cast, signed_in: Callable[..., Browser]
) -> None:
    one, two = (give(cast, cast.hanna, make_version(title=t), now=False) for t in ("One", "Two"))
    nora = signed_in(cast.nora.user)
    waiting = cast.hanna.assignments.waiting()
    nora.post(reverse("handouts:waiting", args=[two.pk]), {"act": "up"})
    assert list(waiting.all()) == [two, one]
    nora.post(reverse("handouts:waiting", args=[two.pk]), {"act": "take_back"})
    assert list(waiting.all()) == [one]
    assert [
        p.version.title for p in propose.fitting(Participant.objects.get(pk=cast.hanna.pk))
    ] == ["Two"]
    assert give(cast, cast.hanna, two.version, now=False) == two
    assert list(waiting.all()) == [one, two]


def test_a_message_of_what_was_taken_back_does_not_go(
    cast: Cast, now: datetime, travel: Callable[[datetime], None], mailoutbox: list[Any]
) -> None:
    given = give(cast, cast.hanna, make_version(), now=False)
    later(given, now)
    assert assign.take_back(given, by=trail.SYSTEM)
    travel(now + timedelta(hours=2))
    sending.tick()
    assert mailoutbox == []
    assert not is_out(given)


# Withdrawn


def test_what_is_withdrawn_is_given_to_nobody_anew_and_stays_with_those_who_have_it(
    cast: Cast, now: datetime, travel: Callable[[datetime], None], mailoutbox: list[Any]
) -> None:
    version = make_version()
    hers = give(cast, cast.hanna, version)
    his = give(cast, cast.ian, version, now=False)
    later(his, now)
    published.withdraw(version.handout, by=trail.SYSTEM)
    with pytest.raises(assign.Withdrawn):
        give(cast, cast.mia, version)
    travel(now + timedelta(hours=2))
    sending.tick()
    assert (is_out(hers), is_out(his)) == (True, False)
    assert Message.objects.get(purpose="handout").reason == "withdrawn"


def test_names_of_those_who_have_it_are_for_their_own_counselor(
    cast: Cast, signed_in: Callable[..., Browser]
) -> None:
    version = make_version()
    give(cast, cast.hanna, version)
    give(cast, cast.mia, version)
    address = reverse("handouts:version", args=[version.pk])
    pages = {
        user: signed_in(user).get(address).content.decode()
        for user in (cast.nora.user, cast.ida.user, cast.olga)
    }
    seen = {user: ("Hanna" in page, "Mia" in page) for user, page in pages.items()}
    assert seen == {
        cast.nora.user: (True, False),
        cast.ida.user: (False, True),
        cast.olga: (False, False),
    }
    assert all("2 times in the whole practice" in page for page in pages.values())


def test_withdrawing_is_recorded_and_can_be_undone(
    cast: Cast, signed_in: Callable[..., Browser]
) -> None:
    version, owner = make_version(), signed_in(cast.olga)
    address = reverse("handouts:withdraw", args=[version.pk])
    owner.post(address)
    assert Handout.objects.get().withdrawn_at
    owner.post(address, {"back": "1"})
    assert Handout.objects.get().withdrawn_at is None
    notes = Entry.objects.filter(resource="handouts.handout").values_list("note", flat=True)
    assert list(notes) == ["withdrawn", "brought back"]
