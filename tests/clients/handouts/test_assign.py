"""Who gets which handout: the firewall between partners and the disclosure lock."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client as Browser
from django.urls import reverse

from clients.contact import sending
from clients.contact.models import Message
from clients.handouts import assign, propose
from clients.handouts.assign import NotForThem
from clients.handouts.guards import AUDIENCE_FIREWALL, DISCLOSURE_LOCK
from clients.handouts.models import Assignment, Audience, Version
from clients.models import Case, Participant
from practice import guards
from practice.audit import trail
from practice.audit.models import Entry
from tests.cast import Cast, make_version


@pytest.fixture
def nora(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.nora.user)


def fresh(participant: Participant) -> Participant:
    return Participant.objects.select_related("case__concern", "client__card").get(
        pk=participant.pk
    )


def give(cast: Cast, person: Participant, version: Version, *, now: bool) -> Assignment:
    (assignment,) = assign.give(
        fresh(person), [version], now=now, user=cast.nora.user, by=trail.SYSTEM
    )
    return assignment


def set_disclosure(cast: Cast, value: str) -> None:
    Case.objects.filter(pk=cast.case.pk).update(disclosure=value)


def insert_raw(cast: Cast, person: Participant, version: Version, released: bool = False) -> None:
    """As somebody with a database client would, past every line of ours."""
    keys: list[Any] = [uuid.uuid4(), person.pk, version.pk, cast.nora.user_id]
    at: Any = datetime(2026, 12, 2, 15)
    if connection.vendor == "sqlite":
        keys, at = [key.hex for key in keys], str(at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO handouts_assignment "
            "(id, participant_id, version_id, confirmed_by_id, confirmed_at, released_at, "
            "alone, reached, "
            "position) "
            "VALUES (%s, %s, %s, %s, %s, %s, FALSE, 0, 0)",
            [*keys, at, at if released else None],
        )


def titles(person: Participant) -> list[str]:
    return [proposal.version.title for proposal in propose.fitting(fresh(person))]


# (audience, names the affair, disclosure) and whether each partner may have it.
RULES = [
    (Audience.BOTH, True, "yes", True, True),
    (Audience.BOTH, True, "no", False, True),
    (Audience.BOTH, True, "unknown", False, True),
    (Audience.BOTH, False, "no", True, True),
    (Audience.HURT, True, "yes", True, False),
    (Audience.HURT, True, "unknown", False, False),
    (Audience.HURT, False, "unknown", True, False),
    (Audience.INVOLVED, True, "no", False, True),
    (Audience.INVOLVED, True, "yes", False, True),
    (Audience.INVOLVED, False, "yes", False, True),
]


@pytest.mark.parametrize(("audience", "about_affair", "disclosure", "hanna", "ian"), RULES)
def test_rule_proposal_and_database_agree_on_who_may_have_it(
    cast: Cast, audience: Audience, about_affair: bool, disclosure: str, hanna: bool, ian: bool
) -> None:
    set_disclosure(cast, disclosure)
    version = make_version(audience, about_affair=about_affair)
    for person, may in ((cast.hanna, hanna), (cast.ian, ian)):
        assert bool(titles(person)) == may
        assert accepts(lambda p=person: insert_raw(cast, p, version), DatabaseError) == may  # type: ignore[misc]
        Assignment.objects.all().delete()
        assert accepts(lambda p=person: give(cast, p, version, now=True), NotForThem) == may  # type: ignore[misc]


def accepts(act: Callable[[], Any], refusal: type[Exception]) -> bool:
    try:
        with transaction.atomic():
            act()
    except refusal:
        return False
    return True


@pytest.mark.parametrize(("audience", "about_affair"), [("involved", False), ("hurt", True)])
def test_the_rule_refuses_by_itself_where_no_guard_stands(
    cast: Cast, audience: str, about_affair: bool
) -> None:
    set_disclosure(cast, "no")
    version = make_version(Audience(audience), about_affair=about_affair)
    names = [AUDIENCE_FIREWALL.name, DISCLOSURE_LOCK.name]
    with guards.lifted(connection, *names), pytest.raises(NotForThem):
        give(cast, cast.hanna, version, now=False)


def test_where_one_of_several_is_not_for_them_nothing_is_given(cast: Cast) -> None:
    versions = [make_version(Audience.HURT), make_version(Audience.INVOLVED)]
    with pytest.raises(NotForThem):
        assign.give(cast.hanna, versions, now=True, user=cast.nora.user, by=trail.SYSTEM)
    assert not Assignment.objects.exists()
    assert not Message.objects.exists()


def test_a_case_that_was_read_before_the_lock_was_set_still_gives_nothing(cast: Cast) -> None:
    """The rule trusts what it read; the database looks again."""
    stale = fresh(cast.hanna)
    assert stale.may_hear_of_affair
    set_disclosure(cast, "no")
    with pytest.raises(NotForThem):
        assign.give(
            stale, [make_version(Audience.HURT)], now=True, user=cast.nora.user, by=trail.SYSTEM
        )
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("column", ["participant", "version"])
def test_an_assignment_keeps_reader_and_words(cast: Cast, column: str) -> None:
    given = give(cast, cast.ian, make_version(Audience.INVOLVED), now=True)
    other = {"participant": cast.hanna, "version": make_version(Audience.HURT)}[column]
    with pytest.raises(DatabaseError), transaction.atomic():
        Assignment.objects.filter(pk=given.pk).update(**{column: other})


@pytest.mark.parametrize("disclosure", ["no", "unknown"])
def test_a_lock_set_after_confirming_holds_the_release(cast: Cast, disclosure: str) -> None:
    waiting = give(cast, cast.hanna, make_version(Audience.HURT), now=False)
    set_disclosure(cast, disclosure)
    with pytest.raises(DatabaseError), transaction.atomic():
        assign.release([waiting])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE handouts_assignment SET released_at = confirmed_at")
    waiting.refresh_from_db()
    assert waiting.released_at is None


def test_a_lock_set_after_release_takes_it_out_of_sight_and_back(cast: Cast) -> None:
    given = give(cast, cast.hanna, make_version(Audience.HURT), now=True)
    readable = Assignment.objects.for_participant(cast.hanna)
    assert list(readable) == [given]
    set_disclosure(cast, "no")
    assert not readable.all().exists()
    assert titles(cast.hanna) == []
    set_disclosure(cast, "yes")
    assert list(readable.all()) == [given]


def test_a_message_already_on_its_way_does_not_go_past_the_lock(
    cast: Cast, mailoutbox: list[Any]
) -> None:
    give(cast, cast.hanna, make_version(Audience.HURT), now=True)
    set_disclosure(cast, "unknown")
    sending.tick()
    assert mailoutbox == []
    assert Message.objects.get().state == "suppressed"


def test_a_closed_case_lets_nothing_be_read(cast: Cast, now: datetime) -> None:
    give(cast, cast.hanna, make_version(Audience.HURT), now=True)
    Case.objects.filter(pk=cast.case.pk).update(status="closed", closed_at=now)
    assert not Assignment.objects.readable().exists()


def test_what_goes_with_a_follow_up_is_not_readable_before(cast: Cast) -> None:
    give(cast, cast.hanna, make_version(Audience.HURT), now=False)
    assert not Assignment.objects.readable().exists()
    assert Assignment.objects.waiting().count() == 1
    assert not Message.objects.exists()


def test_given_now_it_is_readable_and_a_neutral_message_goes(
    cast: Cast, mailoutbox: list[Any]
) -> None:
    give(cast, cast.hanna, make_version(Audience.HURT, title="CANARY title"), now=True)
    sending.tick()
    (mail,) = mailoutbox
    assert mail.to == ["hanna@example.com"]
    assert "CANARY" not in str(mail.message())
    assert Message.objects.get().client == cast.hanna.client


def test_giving_twice_is_giving_once(cast: Cast) -> None:
    version = make_version(Audience.HURT)
    first = give(cast, cast.hanna, version, now=True)
    second = give(cast, cast.hanna, version, now=True)
    assert first == second
    assert Message.objects.count() == 1


def test_proposals_suit_part_and_stage_and_leave_out_what_was_given(cast: Cast) -> None:
    both = make_version(Audience.BOTH, title="B both")
    hurt = make_version(Audience.HURT, title="C hurt")
    make_version(Audience.INVOLVED, title="D involved")
    make_version(Audience.HURT, title="E later", stages=["moving_on"])
    assert titles(cast.hanna) == ["C hurt", "B both"]
    assert titles(cast.ian) == ["D involved", "B both"]
    give(cast, cast.hanna, hurt, now=False)
    assert titles(cast.hanna) == ["B both"]
    give(cast, cast.ian, both, now=True)
    assert titles(cast.hanna) == ["B both"]


def test_a_newer_version_of_what_was_given_is_not_proposed_again(cast: Cast) -> None:
    from clients.handouts import library

    version = make_version(Audience.HURT)
    give(cast, cast.hanna, version, now=True)
    library.add_version(version.handout, title="New", body="New", source="")
    assert titles(cast.hanna) == []


def test_a_general_case_is_proposed_nothing(cast: Cast) -> None:
    make_version(Audience.BOTH, about_affair=False)
    Case.objects.filter(pk=cast.case.pk).update(concern="communication")
    assert titles(cast.hanna) == []


def test_the_counselor_confirms_what_one_person_gets(cast: Cast, nora: Browser) -> None:
    version = make_version(Audience.HURT)
    address = reverse("handouts:give", args=[cast.hanna.pk])
    assert version.title in nora.get(address).content.decode()
    page = nora.post(address, {"versions": [version.pk], "when": "now"})
    assert page.headers["Location"] == reverse("cases:page", args=[cast.case.pk])
    given = Assignment.objects.get()
    assert (given.participant, given.confirmed_by) == (cast.hanna, cast.nora.user)
    sent = Entry.objects.filter(verb="send").get()
    assert (sent.client_id, sent.note) == (str(cast.hanna.client_id), "now")


def test_a_form_cannot_name_what_does_not_fit(cast: Cast, nora: Browser) -> None:
    wrong = make_version(Audience.INVOLVED)
    make_version(Audience.HURT)
    address = reverse("handouts:give", args=[cast.hanna.pk])
    for odd in (str(wrong.pk), str(uuid.uuid4()), "x", "\x00"):
        page = nora.post(address, {"versions": [odd], "when": "now"})
        assert page.context["form"].errors["versions"]
    assert not Assignment.objects.exists()


def test_nobody_gives_to_another_counselors_client(
    cast: Cast, nora: Browser, signed_in: Callable[..., Browser]
) -> None:
    version = make_version(Audience.HURT)
    given = {"versions": [version.pk], "when": "now"}
    address = reverse("handouts:give", args=[cast.mia.pk])
    for browser in (nora, signed_in(cast.olga), signed_in(cast.dan)):
        assert browser.get(address).status_code == 404
        assert browser.post(address, given).status_code == 404
    assert not Assignment.objects.exists()


def test_reading_is_noted_the_first_time_only(
    cast: Cast, now: datetime, travel: Callable[[datetime], None]
) -> None:
    given = give(cast, cast.hanna, make_version(Audience.HURT), now=True)
    assign.mark_opened(given, trail.SYSTEM)
    assign.mark_finished(given)
    travel(now + timedelta(days=1))
    given.refresh_from_db()
    assign.mark_opened(given, trail.SYSTEM)
    assign.mark_finished(given)
    given.refresh_from_db()
    assert (given.opened_at, given.finished_at) == (now, now)
    assert Entry.objects.filter(verb="read", resource_id=str(given.pk)).count() == 2
