"""Two worlds that differ only in what one partner keeps to themselves look the same to the other.

Each world is made from the same people, seen through the eyes of one person, and taken back.
After masking what is random by design, every byte, header and mail must be equal.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection, transaction
from django.test import Client as Browser
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clients import cases, goals
from clients.cases import TakesPart
from clients.contact import cards, codes, links, sending
from clients.contact.cards import Contact
from clients.handouts import answers, assign, prompts, reading
from clients.handouts.models import Assignment, Audience
from clients.models import Case, Client, Concern, Part, Participant
from intake import erasure, invitations, safety
from intake.models import ConsultationRequest
from intake.notices import REQUEST
from practice import clock
from practice.audit import trail
from scheduling import lifecycle
from scheduling.followups import checkins, planning
from scheduling.followups.models import FollowUp
from scheduling.models import Appointment
from tests.access import requests
from tests.access.notes import make_signed
from tests.cast import CODE, Cast, in_days, make_client, make_session, make_version

_MASKS = [
    (re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"), "ID"),
    (re.compile(r"/(s|stop)/[\w-]{43}"), r"/\1/TOKEN"),
    (re.compile(r'(csrfmiddlewaretoken" value=")\w+'), r"\1CSRF"),
    (re.compile(r"=={5,}\d+=="), "BOUNDARY"),
]
_ASKS = "## One\n\nTwo.\n\n[ ] Is it so?\n[...] What do you want?"
_PERSONAL = re.compile(r"/yours/[\w/-]*")
# Beside the worlds that are named below. What one of a couple sees is decided above the database:
# PostgreSQL gets fewer of them.
MANY, FEW = (15, 8) if connection.vendor == "sqlite" else (3, 2)


@dataclass(frozen=True)
class Private:
    """What the partner has that nobody but their counselor may know of."""

    to_read: int = 0
    waiting: int = 0
    opened: bool = False
    finished: bool = False
    wrote: bool = False
    answered: bool = False
    suspended: bool = False
    stopped: bool = False
    locked: bool = False
    unsafe: bool = False
    written_about: bool = False


EVERYTHING = Private(5, 3, True, True, True, True, True, True, True, True)


class TakenBack(Exception):
    """Ends a world."""


def seen_in(world: Callable[[], list[Any]]) -> list[Any]:
    """What is seen in a world that is then taken back."""
    seen: list[Any] = []
    try:
        with transaction.atomic():
            mail.outbox.clear()
            seen = world()
            raise TakenBack
    except TakenBack:
        return seen


def masked(text: str) -> str:
    for pattern, word in _MASKS:
        text = pattern.sub(word, text)
    return text


def as_seen(response: Any) -> tuple[Any, ...]:
    """Everything a browser gets of an answer."""
    cookies = sorted((name, morsel["max-age"]) for name, morsel in response.cookies.items())
    headers = sorted((name, masked(value)) for name, value in response.headers.items())
    # A PDF is no text; every byte of it counts all the same.
    content = response.content.decode(errors="surrogateescape")
    return response.status_code, headers, cookies, masked(content)


def hannas_world(cast: Cast, now: datetime, private: Private) -> list[Any]:
    """Two weeks of this couple, as Hanna sees them."""
    held = make_session(cast.case, now - timedelta(hours=26))  # a day ago: they may read anew
    make_session(cast.case, in_days(now, 7))
    give(cast, cast.hanna, 2, at_once=True)
    give(cast, cast.hanna, 1, at_once=False)
    give(cast, cast.ian, private.waiting, at_once=False)
    lifecycle.mark_done(held, trail.SYSTEM)
    keep_private(cast, private, held)
    for day in range(8):
        with time_machine.travel(in_days(now, day, 23), tick=False):
            sending.tick()
    with time_machine.travel(in_days(now, 6, 23), tick=False):
        hanna = cast.hanna.client
        return [masked(each) for each in mails_to(hanna)] + pages_of(hanna)


def give(cast: Cast, person: Participant, number: int, *, at_once: bool) -> list[Assignment]:
    """One after the other, as a person would: what was given first stands first."""
    given_: list[Assignment] = []
    for index in range(number):
        with time_machine.travel(clock.now() + timedelta(seconds=index), tick=False):
            version = make_version(
                Audience.BOTH, title=f"For {person.client.name}, {index}", body=_ASKS
            )
            given_ += assign.give(
                person, [version], now=at_once, user=cast.nora.user, by=trail.SYSTEM
            )
    return given_


def keep_private(cast: Cast, private: Private, held: Appointment) -> None:
    ian = cast.ian.client
    for each in give(cast, cast.ian, private.to_read, at_once=True):
        if private.opened:
            assign.mark_opened(each, trail.SYSTEM)
        if private.finished:
            assign.mark_finished(each)
        if private.wrote:
            wrote = {part.key: answers.Given("CANARY", True) for part in prompts.prompts(_ASKS)}
            answers.save(each, wrote, by=trail.SYSTEM)
    asked = FollowUp.objects.check_ins().get(session=held, participant=cast.ian)
    if private.answered:
        words = {"safe": "2", "hard": "CANARY answer"}
        checkins.answer(asked, words, {"hard": True}, by=trail.SYSTEM)
    if private.suspended:
        cards.suspend(ian)
    if private.stopped:
        cards.stop_follow_ups(ian)
    if private.unsafe:
        type(ian.card).objects.filter(pk=ian.pk).update(email_is_safe=False)
    if private.written_about:
        write_about(cast)
    if private.locked:
        link = links.find(links.make(ian.pk, assign.READING, cast.ian.pk))
        for _ in range(links.TRIES):
            codes.answer(link, "wrong code")


def write_about(cast: Cast) -> None:
    """Notes about Ian and both, what he agreed to, and a stage that was set back."""
    for kind in ("joint", "individual", "psychotherapy"):
        make_signed(kind, cast.nora, cast.ian, text="CANARY note")
    goal = goals.set_goal(cast.case, "CANARY goal", trail.SYSTEM)
    goals.agree(goal, cast.ian, "CANARY action", trail.SYSTEM)
    for stage in ("meaning", "impact"):
        cases.set_course(cast.case, stage=stage, disclosure=Case.Disclosure.YES, by=trail.SYSTEM)


def mails_to(client: Client) -> list[str]:
    """What came to this person's mailbox; mails of one instant have no order."""
    found = [each for each in mail.outbox if each.to == [client.card.email]]
    return sorted((each.message().as_string() for each in found), key=masked)


def pages_of(client: Client) -> list[Any]:
    """Every page that this person's links lead to, and what their buttons answer."""
    seen: list[Any] = []
    tokens = re.findall(r"http://testserver/s/([\w-]{43})", " ".join(mails_to(client)))
    for token in dict.fromkeys(tokens):
        browser = Browser()
        seen.append(as_seen(browser.get(f"/s/{token}")))
        entered = browser.post(f"/s/{token}", {"code": CODE})
        seen.append(as_seen(entered))
        if entered.status_code == 302:
            seen += crawl(browser, entered.headers["Location"])
    return seen


def crawl(browser: Browser, start: str) -> list[Any]:
    """Each personal address that a page names: looked at, posted to, and looked at again."""
    seen, known = [], [start]
    for address in known:  # it grows while we walk
        answer = browser.get(address)
        seen.append((masked(address), as_seen(answer)))
        named = dict.fromkeys(_PERSONAL.findall(answer.content.decode(errors="replace")))
        known += [each for each in named if each not in known and each != reverse("leave")]
    for address in known:
        seen.append((masked(address), as_seen(browser.post(address, {"safe": "4"}))))
        seen.append((masked(address), as_seen(browser.get(address))))
    # And once more, when all of it was done.
    seen += [(masked(address), as_seen(browser.get(address))) for address in known]
    seen.append(as_seen(browser.post(reverse("leave"))))
    return seen


PRIVATES = st.builds(
    Private,
    to_read=st.integers(0, 5),
    waiting=st.integers(0, 3),
    opened=st.booleans(),
    finished=st.booleans(),
    wrote=st.booleans(),
    answered=st.booleans(),
    suspended=st.booleans(),
    stopped=st.booleans(),
    locked=st.booleans(),
    unsafe=st.booleans(),
    written_about=st.booleans(),
)


def test_one_partner_sees_nothing_of_what_the_other_keeps_private(
    cast: Cast, now: datetime
) -> None:
    without = seen_in(lambda: hannas_world(cast, now, Private()))

    @given(PRIVATES)
    @example(Private())
    @example(EVERYTHING)
    @settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def looks_the_same(private: Private) -> None:
        assert seen_in(lambda: hannas_world(cast, now, private)) == without

    looks_the_same()


def test_the_world_that_is_compared_is_rich(cast: Cast, now: datetime) -> None:
    seen = seen_in(lambda: hannas_world(cast, now, EVERYTHING))
    whole = str(seen)
    for words in (
        "Your appointment",
        "A message from Oak Street Office",
        "For Hanna Tester, 0",
        "For Hanna Tester, 1",
        "List-Unsubscribe",
        "You marked this as read.",
        "May be raised together",
        "%PDF",
        "How safe did this week feel with your partner?",
    ):
        assert words in whole
    assert len(seen) > 20
    for words in ("Ian", "CANARY", "ian@example.com"):
        assert words not in whole


@pytest.mark.parametrize("leak", ["a row too many", "a count"])
def test_the_comparison_notices_a_leak(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch, leak: str
) -> None:
    def all_of_the_case(request: Any) -> Any:
        return Assignment.objects.readable().filter(participant__case=cast.case)

    def one_less_for_each_of_theirs(request: Any) -> Any:
        own = Assignment.objects.readable().filter(participant=cast.hanna)
        theirs = Assignment.objects.filter(participant=cast.ian).count()
        return own.exclude(pk__in=[each.pk for each in own[:theirs]])

    leaky = all_of_the_case if leak == "a row too many" else one_less_for_each_of_theirs
    monkeypatch.setattr(reading, "_theirs", leaky)
    worlds = [
        seen_in(lambda private=private: hannas_world(cast, now, private))  # type: ignore[misc]
        for private in (Private(), Private(to_read=1))
    ]
    assert worlds[0] != worlds[1]


def desks_world(cast: Cast, now: datetime, browser: Browser, concern: str) -> list[Any]:
    """A couple's appointments as the front desk sees, moves and cancels them."""
    case = cases.open_case(
        counselor=cast.nora,
        concern=Concern.objects.get(key=concern),
        disclosure=Case.Disclosure.NO,
        people=[
            TakesPart(make_client("Una"), Part.HURT),
            TakesPart(make_client("Udo"), Part.INVOLVED),
        ],
        by=trail.SYSTEM,
    )
    if case.is_affair_recovery:
        planning.choose_plan(case, cast.plan)
        give(cast, case.participants.get(part=Part.INVOLVED), 2, at_once=True)
    lifecycle.mark_done(make_session(case, in_days(now, -1)), trail.SYSTEM)
    session = make_session(case, in_days(now, 1))
    return [as_seen(answer) for answer in desks_answers(browser, session, now)]


def desks_answers(browser: Browser, session: Appointment, now: datetime) -> list[Any]:
    page, move, cancel = (
        reverse(f"desk:{name}", args=[session.pk]) for name in ("appointment", "move", "cancel")
    )
    days = [in_days(now, day).strftime("%Y-%m-%d") for day in (-1, 1)]
    later = (session.starts_at + timedelta(minutes=30)).isoformat()
    return [
        *(browser.get(reverse("desk:day"), {"day": day}) for day in days),
        *(browser.get(reverse("desk:week"), {"day": day}) for day in days),
        browser.get(page),
        browser.post(move, {"starts_at": "soon"}),
        browser.post(move, {"starts_at": later}, follow=True),
        browser.get(cancel),
        browser.post(cancel, follow=True),
        browser.post(move, {"starts_at": later}, follow=True),
        browser.get(reverse("desk:week"), {"day": days[1]}),
    ]


@pytest.mark.parametrize("concern", ["communication", "decision", "something-else"])
def test_the_desk_sees_no_difference_between_an_affair_and_any_other_case(
    cast: Cast, now: datetime, signed_in: Callable[..., Browser], concern: str
) -> None:
    browser = signed_in(cast.dan)
    browser.get(reverse("desk:day"))
    affair, general = (
        seen_in(lambda key=key: desks_world(cast, now, browser, key))  # type: ignore[misc]
        for key in ("affair-recovery", concern)
    )
    assert affair == general
    assert "Una Tester, Udo Tester" in str(affair)


# Two who ask together


@dataclass(frozen=True)
class Partners:
    """What the partner of somebody who asked does with the message they got, alone."""

    answers: tuple[str, ...] = ()  # to the safety questions; nothing: they don't answer
    words: str = ""
    phone: bool = False
    refuses: bool = False
    withdraws: bool = False
    locked: bool = False
    read: bool = False  # by a counselor


@dataclass(frozen=True)
class Told:
    """What the one who asked told us alone."""

    concern: str = ""
    part: str = ""
    knows: str = ""
    words: str = ""
    answers: tuple[str, ...] = ("no", "no", "no")
    phone: bool = False
    refuses: bool = False
    locked: bool = False


EVERYTHING_OF_THE_PARTNER = Partners(
    ("yes", "yes", "yes"), "CANARY words", True, True, True, True, True
)
EVERYTHING_TOLD = Told(
    "affair-recovery", "hurt", "no", "CANARY words", ("unsaid",) * 3, True, True, True
)
_ANSWERS = st.tuples(*[st.sampled_from(["no", "yes", "unsaid"])] * 3)
_CALM_ANSWERS = st.tuples(*[st.sampled_from(["no", "unsaid"])] * 3)
PARTNERS = st.builds(
    Partners,
    answers=st.one_of(st.just(()), _ANSWERS),
    words=st.sampled_from(["", "CANARY words"]),
    phone=st.booleans(),
    refuses=st.booleans(),
    withdraws=st.booleans(),
    locked=st.booleans(),
    read=st.booleans(),
)
TOLD = st.builds(
    Told,
    concern=st.sampled_from(["", "affair-recovery", "communication"]),
    part=st.sampled_from(["", "hurt", "involved"]),
    knows=st.sampled_from(["", "yes", "no", "unsure"]),
    words=st.sampled_from(["", "CANARY words"]),
    answers=_CALM_ANSWERS,
    phone=st.booleans(),
    refuses=st.booleans(),
    locked=st.booleans(),
)


def lock(client: Client, request: ConsultationRequest) -> None:
    link = links.find(links.make(client.pk, REQUEST, request.pk))
    for _ in range(links.TRIES):
        codes.answer(link, "wrong code")


def reached_by_phone(name: str) -> Contact:
    return Contact(
        f"{name.lower()}@example.com",
        "+12125550177",
        (time(18), time(20)),
        device_is_shared=True,
        neutral_name="CANARY neutral",
        follow_ups=False,
    )


def act_as_partner(request: ConsultationRequest, does: Partners, cast: Cast) -> None:
    partner = request.partner
    assert partner is not None
    if does.answers:
        contact = {"contact": reached_by_phone("Paul")} if does.phone else {}
        answers = dict(zip(safety.QUESTIONS, does.answers, strict=True))
        requests.answered(request, answers=answers, words=does.words, **contact)
    if does.read:
        safety.mark_read(request, user=cast.nora.user, by=trail.SYSTEM)
    if does.refuses:
        invitations.refuse(request, by=trail.SYSTEM)
    if does.locked:
        lock(partner, request)
    if does.withdraws:
        erasure.withdraw(partner, by=trail.SYSTEM)


def tell_alone(request: ConsultationRequest, told: Told) -> None:
    client = request.client
    if told.phone:
        cards.change(client, reached_by_phone("Vera"))
    if told.refuses:
        cards.suspend(client)
    if told.locked:
        lock(client, request)


def ask_together(cast: Cast, told: Told) -> ConsultationRequest:
    """Vera asks for a time, and has us write to Paul."""
    request = requests.invited(
        cast.nora,
        7,
        "Vera",
        "Paul",
        concern=Concern.objects.filter(pk=told.concern).first(),
        part=told.part,
        partner_knows=told.knows,
        words=told.words,
        answers=dict(zip(safety.QUESTIONS, told.answers, strict=True)),
    )
    tell_alone(request, told)
    return request


def through_the_days(now: datetime) -> None:
    for day in range(8):
        with time_machine.travel(in_days(now, day, 15), tick=False):
            sending.tick()


def seen_by(client: Client, request: ConsultationRequest) -> list[Any]:
    """Their mails, and every page they come to: the request itself first, then what is mailed."""
    browser = Browser()
    requests.visit(browser, request, client)
    pages = [as_seen(browser.get(reverse("your-request")))]
    return pages + [masked(each) for each in mails_to(client)] + pages_of(client)


def veras_world(cast: Cast, now: datetime, does: Partners, *, canceled: bool) -> list[Any]:
    """What the one who asked sees of a week in which their partner does this."""
    request = ask_together(cast, Told())
    vera = request.client
    sending.tick()
    act_as_partner(request, does, cast)
    if canceled:
        assert request.appointment is not None
        lifecycle.call_off(request.appointment, by=trail.SYSTEM)
    through_the_days(now)
    with time_machine.travel(in_days(now, 6, 15), tick=False):
        return seen_by(vera, request)


def pauls_world(cast: Cast, now: datetime, told: Told, *, answers: bool) -> list[Any]:
    """What the partner sees of a week after the one who asked told us this."""
    request = ask_together(cast, told)
    paul = request.partner
    assert paul is not None
    sending.tick()
    if answers:
        requests.answered(request)
    through_the_days(now)
    with time_machine.travel(in_days(now, 6, 15), tick=False):
        return seen_by(paul, request)


@pytest.mark.parametrize("canceled", [False, True])
def test_the_one_who_asked_sees_nothing_of_what_their_partner_answers_refuses_or_takes_back(
    cast: Cast, now: datetime, canceled: bool
) -> None:
    without = seen_in(lambda: veras_world(cast, now, Partners(), canceled=canceled))

    @given(PARTNERS)
    @example(Partners(("no", "no", "no")))
    @example(Partners(("yes", "no", "no")))
    @example(Partners(("yes", "no", "no"), read=True))
    @example(Partners(withdraws=True))
    @example(EVERYTHING_OF_THE_PARTNER)
    @settings(max_examples=FEW, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def looks_the_same(does: Partners) -> None:
        assert seen_in(lambda: veras_world(cast, now, does, canceled=canceled)) == without

    looks_the_same()


@pytest.mark.parametrize("answers", [False, True])
def test_the_partner_sees_nothing_of_what_the_one_who_asked_told(
    cast: Cast, now: datetime, answers: bool
) -> None:
    without = seen_in(lambda: pauls_world(cast, now, Told(), answers=answers))

    @given(TOLD)
    @example(EVERYTHING_TOLD)
    @settings(max_examples=FEW, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def looks_the_same(told: Told) -> None:
        assert seen_in(lambda: pauls_world(cast, now, told, answers=answers)) == without

    looks_the_same()


def test_the_worlds_of_two_who_ask_are_rich(cast: Cast, now: datetime) -> None:
    answered = Partners(("yes", "no", "no"), "CANARY words", phone=True)
    veras = seen_in(lambda: veras_world(cast, now, answered, canceled=False))
    pauls = seen_in(lambda: pauls_world(cast, now, EVERYTHING_TOLD, answers=True))
    for seen, person in ((veras, "Paul"), (pauls, "Vera")):
        whole = str(seen)
        for words in (
            "Your appointment",
            "11:00 AM",
            "Choose another time",
            "Everything is erased",
        ):
            assert words in whole
        for words in (person, f"{person.lower()}@example.com", "CANARY"):
            assert words not in whole
        assert len(seen) > 20
    assert "Your time is booked" in str(veras)
    assert "Thank you. We have your answers" in str(pauls)
