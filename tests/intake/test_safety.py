"""The short safety screen: a "yes" goes to a counselor, who reads before anybody acts."""

from collections.abc import Callable
from datetime import datetime
from itertools import product

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from clients.models import Client
from intake import erasure, safety, triage
from intake.models import ConsultationRequest, DeclineReason, SafetyScreen
from practice.audit import trail
from practice.audit.models import ActorKind, Entry
from scheduling import lifecycle
from scheduling.models import Appointment
from tests.access import requests
from tests.cast import Cast, in_days
from tests.kept import kept

ANSWERS = SafetyScreen.Answer.values


@pytest.fixture
def nora(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.nora.user)


@kept
def review(cast: Cast) -> ConsultationRequest:
    return requests.review(cast.nora, 6, "Rita")


def address(asked: ConsultationRequest, name: str = "page") -> str:
    return reverse(f"consultations:{name}", args=[asked.pk])


@pytest.mark.parametrize("given", list(product(ANSWERS, repeat=3)))
def test_any_yes_raises_it_and_nothing_else_does(given: tuple[str, ...]) -> None:
    answers = dict(zip(safety.QUESTIONS, given, strict=True))
    assert safety.is_raised(answers) == ("yes" in given)


def test_the_answers_are_kept_as_ciphertext(review: ConsultationRequest) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM intake_safetyscreen")
        ((stored,),) = cursor.fetchall()
    screen = SafetyScreen.objects.get(request=review)
    assert "afraid" in screen.answers
    assert "afraid" not in str(stored)
    assert "yes" not in str(stored)


def test_the_counselor_finds_it_first_thing(nora: Browser, review: ConsultationRequest) -> None:
    page = nora.get(reverse("dashboard:today")).content.decode()
    assert "Please read this first" in page
    assert "Rita Visitor</a>: somebody said they are not safe" in page
    assert "Please read this first" in nora.get(reverse("dashboard:today")).content.decode()


def test_another_counselor_and_the_desk_are_not_shown_it(
    cast: Cast, signed_in: Callable[..., Browser], review: ConsultationRequest
) -> None:
    for user in (cast.ida.user, cast.olga):
        page = signed_in(user).get(reverse("dashboard:today")).content.decode()
        assert "not safe" not in page
    for name in ("requests:inbox", "desk:day"):
        assert "not safe" not in signed_in(cast.dan).get(reverse(name)).content.decode()


def test_the_counselor_reads_each_question_with_its_answer(
    nora: Browser, review: ConsultationRequest
) -> None:
    page = nora.get(address(review)).content.decode()
    for words in safety.QUESTIONS.values():
        assert f"<dt>{words}</dt><dd>Yes</dd>" in page
    assert "Please read the safety answers first." in page


def test_once_read_the_desk_may_go_on_and_it_says_so(
    nora: Browser, cast: Cast, review: ConsultationRequest
) -> None:
    assert nora.get(address(review, "read")).status_code == 405
    nora.post(address(review, "read"))
    after = requests.one(review)
    screen = SafetyScreen.objects.get(request=review)
    assert (after.needs_counselor, after.status) == (False, "waiting")
    assert screen.seen_by == cast.nora.user
    assert screen.seen_at is not None
    note = Entry.objects.filter(resource_id=str(review.pk)).latest("seq")
    assert (note.verb, note.note) == ("change", "safety answers read")
    assert "Please read this first" not in nora.get(reverse("dashboard:today")).content.decode()


def test_looking_at_the_page_does_not_count_as_reading(
    nora: Browser, review: ConsultationRequest
) -> None:
    nora.get(address(review))
    assert requests.one(review).needs_counselor


@pytest.mark.parametrize(("who", "people"), [("alone", 1), ("both", 2)])
def test_the_counselor_books_the_time_they_chose_for_one_or_for_both(
    nora: Browser, review: ConsultationRequest, who: str, people: int
) -> None:
    nora.post(address(review, "accept"), {"who": who})
    after = requests.one(review)
    assert after.appointment is not None
    assert (after.status, after.needs_counselor) == ("booked", False)
    assert after.appointment.starts_at == review.wished_at
    assert after.appointment.attendees.count() == people
    assert after.with_partner == (people == 2)
    assert list(after.appointment.attendees.exclude(client=None).values_list("client")) == [
        (review.client_id,)
    ]


def test_a_time_that_is_gone_is_not_booked_and_it_stays_unread(
    nora: Browser, cast: Cast, review: ConsultationRequest
) -> None:
    assert review.wished_at is not None
    requests.make_consultation(cast.nora, review.wished_at, "Quick")
    page = nora.post(address(review, "accept"), {"who": "alone"}, follow=True)
    assert "That time is no longer free. Please offer others." in page.content.decode()
    after = requests.one(review)
    assert (after.status, after.needs_counselor, after.with_partner) == ("review", True, True)


def test_who_named_no_time_is_offered_some(nora: Browser, cast: Cast) -> None:
    waiting = requests.waiting("NJ", "Wanda", cast.nora)
    page = nora.post(address(waiting, "accept"), {"who": "alone"}, follow=True)
    assert "They named no time. Please offer some." in page.content.decode()
    assert requests.one(waiting).appointment is None


def test_it_blocks_the_desk_until_a_counselor_has_read(
    cast: Cast, signed_in: Callable[..., Browser], review: ConsultationRequest
) -> None:
    desk = signed_in(cast.dan)
    before = Appointment.objects.count()
    slot = f"{cast.nora.pk}|{in_days(cast.case.opened_at, 12).isoformat()}"
    sent = {"slots": slot, "act": "book", "reason": "no-time"}
    for name in ("times", "decline"):
        page = desk.post(reverse(f"requests:{name}", args=[review.pk]), sent, follow=True)
        assert "A counselor reads what they answered first." in page.content.decode()
    assert requests.one(review).status == "review"
    assert Appointment.objects.count() == before
    safety.mark_read(review, user=cast.nora.user, by=trail.SYSTEM)
    desk.post(reverse("requests:decline", args=[review.pk]), sent)
    assert requests.one(review).status == "declined"


def test_the_counselor_decides_whether_it_goes_on_with_one_or_with_both(
    cast: Cast, nora: Browser
) -> None:
    for who, together in (("alone", False), ("both", True)):
        asked = requests.review(cast.nora, 6, f"Rita{who}")
        page = nora.get(address(asked)).content.decode()
        assert "go on with the one who asked, alone" in page
        nora.post(address(asked, "read"), {"who": who})
        asked.refresh_from_db()
        assert (asked.needs_counselor, asked.with_partner) == (False, together)


def test_reading_changes_nothing_about_who_comes_to_a_time_that_is_booked(
    cast: Cast, nora: Browser
) -> None:
    asked = requests.answered(requests.invited(cast.nora, 6, "Ann", "Bob"), answers=requests.UNSAFE)
    nora.post(address(asked, "read"), {"who": "alone"})
    asked.refresh_from_db()
    assert asked.with_partner


def test_a_partner_who_was_not_safe_comes_only_once_a_counselor_says_so(
    cast: Cast, nora: Browser
) -> None:
    asked = requests.answered(requests.invited(cast.nora, 6, "Ann", "Bob"), answers=requests.UNSAFE)
    assert asked.appointment is not None
    assert asked.partner is not None
    coming = asked.appointment.attendees
    assert not coming.filter(client=asked.partner).exists()
    told = asked.partner.messages.filter(template="booked")
    assert not told.exists()
    assert "The partner comes too" not in nora.get(address(asked)).content.decode()
    nora.post(address(asked, "read"))
    assert "The partner comes too" in nora.get(address(asked)).content.decode()
    nora.post(address(asked, "partner-comes"))
    nora.post(address(asked, "partner-comes"))  # sent twice
    assert coming.filter(client=asked.partner).count() == 1
    assert told.count() == 1


def test_a_partner_who_says_so_after_it_was_closed_is_still_seen(cast: Cast, nora: Browser) -> None:
    asked = requests.invited(cast.nora, 6, "Ann", "Bob")
    assert asked.appointment is not None
    lifecycle.call_off(asked.appointment, by=trail.SYSTEM)
    triage.decline(asked, DeclineReason.objects.all()[0], tell=False, by=trail.SYSTEM)
    requests.answered(ConsultationRequest.objects.get(pk=asked.pk), answers=requests.UNSAFE)
    assert "Ann Visitor" in nora.get(reverse("dashboard:today")).content.decode()


def test_a_partner_who_is_not_safe_is_put_down_for_no_other_time_by_itself(
    cast: Cast, nora: Browser, now: datetime
) -> None:
    asked = requests.answered(requests.invited(cast.nora, 6, "Ann", "Bob"), answers=requests.UNSAFE)
    assert asked.appointment is not None
    nora.post(address(asked, "read"))
    lifecycle.call_off(asked.appointment, by=trail.SYSTEM)
    again = triage.accept(asked, cast.nora, in_days(now, 12), by=trail.SYSTEM)
    assert not again.attendees.filter(client=asked.partner).exists()
    assert asked.partner is not None
    assert not asked.partner.messages.filter(template="booked").exists()


def test_the_desk_books_nothing_though_somebody_answered_in_this_very_moment(
    cast: Cast, now: datetime
) -> None:
    asked = requests.waiting("NJ", "Wanda", cast.nora)
    desk = trail.Actor(ActorKind.STAFF, str(cast.dan.pk), cast.dan.role)
    ConsultationRequest.objects.filter(pk=asked.pk).update(needs_counselor=True)
    with pytest.raises(triage.NotNow):
        triage.accept(asked, cast.nora, in_days(now, 12), by=desk)


def test_what_a_partner_answered_outlives_the_one_who_asked(cast: Cast, nora: Browser) -> None:
    asked = requests.answered(requests.invited(cast.nora, 6, "Ann", "Bob"), answers=requests.UNSAFE)
    bob, ann = asked.partner, asked.client
    assert bob is not None
    erasure.withdraw(ann, by=trail.SYSTEM)
    asked.refresh_from_db()
    assert (asked.client, asked.partner, asked.with_partner) == (bob, None, False)
    assert (asked.status, asked.needs_counselor) == ("review", True)
    assert not Client.objects.filter(pk=ann.pk).exists()
    assert "Bob Visitor" in nora.get(reverse("dashboard:today")).content.decode()
    assert "A counselor reads your request" in requests.visit(Browser(), asked, bob)


def test_where_nobody_looks_after_it_every_counselor_finds_it_and_may_read_it(
    cast: Cast, signed_in: Callable[..., Browser]
) -> None:
    asked = requests.waiting("NJ", "Wanda")
    ConsultationRequest.objects.filter(pk=asked.pk).update(needs_counselor=True)
    ida = signed_in(cast.ida.user)  # not licensed there
    assert "Wanda Visitor" in ida.get(reverse("dashboard:today")).content.decode()
    ida.post(reverse("requests:take", args=[asked.pk]))
    assert ida.get(address(asked)).status_code == 200
