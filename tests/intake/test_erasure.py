"""Keeping little: what leads nowhere is erased in time, and what is taken back at once."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from clients.contact import agreements, codes, sending
from clients.contact.cards import Contact
from clients.contact.models import Purpose
from clients.models import Case, Client, Concern, Part
from intake import asking, elsewhere, erasure, opening, tasks, triage
from intake.asking import Wishes
from intake.invitations import Invitation
from intake.models import ConsultationRequest, DeclineReason, SafetyScreen, Situation, StateInterest
from intake.opening import Opening
from practice.audit import trail
from practice.audit.models import Entry
from practice.fields import EncryptedTextField
from practice.models import Practice, State
from scheduling.models import Appointment, Status
from tests.access import requests
from tests.cast import CODE, EASTERN, Cast, in_days, make_consultation, open_link
from tests.intake.test_invitations import masked
from tests.kept import kept
from tests.scheduling.racing import race

Travel = Callable[[datetime], None]

NINETY = timedelta(days=90)
CANARIES = ["CANARY", "canary@example.com", "555-0199", "5550199"]
WANDA = Contact("canary@example.com", "+1-212-555-0199", neutral_name="CANARY neutral")


@kept
def waiting(cast: Cast) -> ConsultationRequest:
    """Wanda asked, and nothing came of it."""
    return requests.waiting("NJ", "Wanda", cast.nora)


def erase(moment: datetime, travel: Travel) -> dict[str, int]:
    travel(moment)
    return erasure.erase_due(moment)


def is_there(asked: ConsultationRequest) -> bool:
    there = ConsultationRequest.objects.filter(pk=asked.pk).exists()
    assert there == Client.objects.filter(pk=asked.client_id).exists()
    return there


# What stands anywhere


def everything_kept() -> Iterator[tuple[str, str]]:
    """Every value of every table, as it stands there and, where it is ciphertext, opened."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            yield from ((table, str(value)) for row in cursor.fetchall() for value in row)
    for model in apps.get_models():
        fields = [each for each in model._meta.fields if isinstance(each, EncryptedTextField)]
        rows = model._base_manager.all() if fields else ()
        yield from (
            (model._meta.db_table, str(getattr(row, each.attname)))
            for row in rows
            for each in fields
        )


def where(*words: object) -> set[str]:
    """The tables in which one of these stands."""
    sought = [str(each).lower() for each in words]
    sought += [each.replace("-", "") for each in sought if len(each) == 36]
    return {
        table for table, value in everything_kept() if any(each in value.lower() for each in sought)
    }


@kept
def full(cast: Cast) -> ConsultationRequest:
    """Somebody who told us everything there is to tell."""
    place = ("NJ", EASTERN)
    at = in_days(cast.case.opened_at, 5)
    held = asking.hold(f"{cast.nora.pk}|{at.isoformat()}", [place, place])
    about = requests.about(
        "CANARY",
        words="CANARY words",
        answers={"afraid": "no", "hurt": "unsaid", "watched": "no"},
        documents=agreements.current(Purpose.TELEHEALTH, Purpose.EMAIL, Purpose.SECRETS),
        signature="CANARY signature",
        partner=Invitation("Paul Partner", "paul@example.com"),
    )
    about = type(about)(**{**vars(about), "contact": WANDA})
    request, _ = asking.book(held, about, [place, place], by=trail.SYSTEM)
    assert request.partner is not None
    codes.choose(request.partner, CODE)
    return request


def withdraw(asked: ConsultationRequest, client: Client, purpose: str = "request") -> Any:
    subject = asked.pk if purpose == "request" else asked.appointment_id
    browser = Browser()
    open_link(browser, client, purpose, subject)
    asks = browser.get(reverse("withdraw"))
    assert "Take everything back?" in asks.content.decode()
    return browser.post(reverse("withdraw"))


def test_the_search_would_find_each_canary(full: ConsultationRequest) -> None:
    for canary in CANARIES[:3]:
        assert where(canary)
    assert {"clients_client", "intake_situation", "contact_consent"} <= where("CANARY")
    assert "intake_consultationrequest" in where(full.client_id)


# Taking back


@pytest.mark.parametrize("purpose", ["request", "appointment"])
def test_after_taking_back_nothing_of_them_is_left_but_ids_in_the_record(
    full: ConsultationRequest, purpose: str
) -> None:
    sending.tick()
    request_id, client_id = full.pk, full.client_id
    page = withdraw(full, full.client, purpose)
    assert page.status_code == 200
    assert where(*CANARIES) == set()
    assert where(request_id, client_id) == {"audit_entry"}
    erased = Entry.objects.get(verb="erase", client_id=str(client_id))
    assert (erased.note, erased.actor_id) == ("withdrawn", str(client_id))


def test_looking_at_the_page_takes_nothing_back(full: ConsultationRequest) -> None:
    browser = Browser()
    open_link(browser, full.client, "request", full.pk)
    for _ in range(3):
        browser.get(reverse("withdraw"))
        browser.head(reverse("withdraw"))
    assert is_there(full)


def test_the_time_is_free_again_and_the_hour_stays_without_a_name(
    cast: Cast, full: ConsultationRequest
) -> None:
    assert full.appointment is not None
    withdraw(full, full.client)
    gone = Appointment.objects.get(pk=full.appointment.pk)
    assert gone.status == Status.CANCELED
    assert set(gone.attendees.values_list("client", flat=True)) == {None}
    make_consultation(cast.nora, gone.starts_at, "Next")


def test_offered_times_are_free_again(
    cast: Cast, waiting: ConsultationRequest, now: datetime
) -> None:
    triage.offer(waiting, [(cast.nora, in_days(now, 5))], by=trail.SYSTEM)
    withdraw(waiting, waiting.client)
    assert not Appointment.objects.filter(status=Status.HOLD).exists()
    assert not is_there(waiting)


def test_a_partner_who_answered_is_told_neutrally_that_it_does_not_take_place(
    full: ConsultationRequest,
) -> None:
    full = requests.answered(full)
    assert full.partner is not None
    sending.tick()
    mail.outbox.clear()
    withdraw(full, full.client)
    sending.tick()
    (letter,) = mail.outbox
    assert letter.to == ["paul@example.com"]
    for word in ("canary", "withdr", "erase", "counsel", "consult", "affair", "couple"):
        assert word not in letter.message().as_string().lower()
    assert Client.objects.filter(pk=full.partner.pk).exists()
    assert not Situation.objects.filter(client=full.partner).exists()
    assert not SafetyScreen.objects.filter(client=full.partner).exists()


def test_a_partner_who_has_not_answered_goes_with_it(full: ConsultationRequest) -> None:
    assert full.partner is not None
    partner_id = full.partner.pk
    withdraw(full, full.client)
    assert where(partner_id) == {"audit_entry"}
    assert where("paul@example.com", "Paul Partner") == set()


def test_the_visit_is_over_and_the_link_opens_nothing_more(full: ConsultationRequest) -> None:
    browser = Browser()
    open_link(browser, full.client, "request", full.pk)
    browser.post(reverse("withdraw"))
    for name in ("withdraw", "your-request", "your-contact"):
        assert browser.get(reverse(name)).status_code == 403


def test_the_partner_takes_back_their_own_and_the_other_sees_no_sign(
    full: ConsultationRequest,
) -> None:
    full = requests.answered(full, words="CANARY of Paul")
    assert full.partner is not None
    before = masked(requests.visit(Browser(), full))
    partner_id = full.partner.pk
    withdraw(full, full.partner)
    assert where(partner_id) == {"audit_entry"}
    assert where("CANARY of Paul", "paul@example.com") == set()
    after = ConsultationRequest.objects.get(pk=full.pk)
    assert (after.partner, after.with_partner, after.status) == (None, True, "booked")
    assert masked(requests.visit(Browser(), full)) == before


def test_with_a_case_it_is_refused_kindly(cast: Cast) -> None:
    asked = opened(cast)
    browser = Browser()
    open_link(browser, asked.client, "request", asked.pk)
    for page in (browser.get(reverse("withdraw")), browser.post(reverse("withdraw"))):
        assert "Please talk with your counselor" in page.content.decode()
    assert is_there(asked)
    with pytest.raises(erasure.HasCase):
        erasure.withdraw(asked.client, by=trail.SYSTEM)


def test_a_partner_outside_the_case_may_go_and_learns_nothing_of_it(
    cast: Cast, full: ConsultationRequest
) -> None:
    partner = full.partner
    assert partner is not None
    Appointment.objects.filter(request=full).update(status=Status.DONE)
    ConsultationRequest.objects.filter(pk=full.pk).update(with_partner=False)
    open_case(full, cast)
    assert "Everything is erased" in withdraw(full, partner).content.decode()
    assert not is_left(partner)


def is_left(client: Client) -> bool:
    return Client.objects.filter(pk=client.pk).exists()


def opened(cast: Cast, name: str = "Bea") -> ConsultationRequest:
    """A request that became a case."""
    asked = requests.begun(cast.nora, 3, name)
    Appointment.objects.filter(request=asked).update(status=Status.DONE)
    open_case(asked, cast)
    return asked


def open_case(asked: ConsultationRequest, cast: Cast) -> Case:
    decided = Opening(
        Concern.objects.get(key="communication"), Case.Disclosure.UNKNOWN, Part.NEITHER
    )
    return opening.open_case(asked, decided, by=trail.SYSTEM, user=cast.nora.user)


# In time


def test_ninety_days_after_it_was_asked_it_is_erased(
    waiting: ConsultationRequest, now: datetime, travel: Travel
) -> None:
    assert erase(now + NINETY, travel)["requests"] == 0
    assert is_there(waiting)
    assert erase(now + NINETY + timedelta(seconds=1), travel)["requests"] == 1
    assert not is_there(waiting)
    assert where(waiting.pk, waiting.client_id) == {"audit_entry"}


def test_how_long_is_the_practices_own_choice(
    waiting: ConsultationRequest, now: datetime, travel: Travel
) -> None:
    Practice.objects.update(keep_requests_days=30)
    assert erase(now + timedelta(days=30), travel)["requests"] == 0
    assert erase(now + timedelta(days=31), travel)["requests"] == 1


def test_it_counts_from_the_end_of_the_consultation(
    cast: Cast, now: datetime, travel: Travel
) -> None:
    asked = make_consultation(cast.nora, in_days(now, 20)).request
    assert asked.appointment is not None
    ends = asked.appointment.ends_at
    assert erase(ends + NINETY, travel)["requests"] == 0
    assert erase(ends + NINETY + timedelta(seconds=1), travel)["requests"] == 1
    assert Appointment.objects.filter(pk=asked.appointment.pk).exists()


def test_while_a_consultation_is_to_come_it_is_kept(
    cast: Cast, waiting: ConsultationRequest, now: datetime, travel: Travel
) -> None:
    travel(now + NINETY)
    triage.accept(waiting, cast.nora, in_days(now, 120), by=trail.SYSTEM)
    assert erase(in_days(now, 110), travel)["requests"] == 0


def offer(asked: ConsultationRequest, cast: Cast, at: datetime) -> None:
    triage.offer(asked, [(cast.nora, at)], by=trail.SYSTEM)


@pytest.mark.parametrize("act", ["assigned", "offered", "declined"])
def test_what_was_taken_up_again_is_kept_from_then_on(
    cast: Cast, waiting: ConsultationRequest, now: datetime, travel: Travel, act: str
) -> None:
    later = now + timedelta(days=89)
    travel(later)
    reason = DeclineReason.objects.get(pk="no-time")
    {
        "assigned": partial(triage.assign, waiting, cast.nora, by=trail.SYSTEM),
        "offered": partial(offer, waiting, cast, in_days(later, 5)),
        "declined": partial(triage.decline, waiting, reason, tell=True, by=trail.SYSTEM),
    }[act]()
    assert erase(now + timedelta(days=100), travel)["requests"] == 0
    assert erase(later + NINETY + timedelta(days=1), travel)["requests"] == 1


def test_looking_at_it_keeps_nothing_longer(
    cast: Cast,
    waiting: ConsultationRequest,
    signed_in: Callable[..., Browser],
    now: datetime,
    travel: Travel,
) -> None:
    travel(now + timedelta(days=89))
    signed_in(cast.dan).get(reverse("requests:page", args=[waiting.pk]))
    assert erase(now + timedelta(days=91), travel)["requests"] == 1


def test_a_partners_answer_keeps_it_too(
    full: ConsultationRequest, now: datetime, travel: Travel
) -> None:
    travel(now + timedelta(days=94))
    requests.answered(full)
    assert erase(now + timedelta(days=100), travel)["requests"] == 0


def test_what_became_a_case_is_never_erased(cast: Cast, now: datetime, travel: Travel) -> None:
    asked = opened(cast)
    erase(now + timedelta(days=4000), travel)
    assert is_there(asked)


def test_people_of_cases_are_never_erased(cast: Cast, now: datetime, travel: Travel) -> None:
    people = set(Client.objects.values_list("pk", flat=True))
    counts = erase(now + timedelta(days=4000), travel)
    assert set(counts.values()) == {0}
    assert set(Client.objects.values_list("pk", flat=True)) == people


def test_a_partner_left_over_is_erased_in_time(
    full: ConsultationRequest, now: datetime, travel: Travel
) -> None:
    full = requests.answered(full)
    assert full.partner is not None
    withdraw(full, full.client)
    assert erase(now + NINETY, travel)["invited partners left over"] == 0
    assert is_left(full.partner)
    assert erase(now + timedelta(days=91), travel)["invited partners left over"] == 1
    assert where(full.partner.pk) == {"audit_entry"}


def interest(now: datetime) -> StateInterest:
    elsewhere.tell_when_open("tex@example.com", State.objects.get(pk="TX"), by=trail.SYSTEM)
    return StateInterest.objects.get()


def test_an_address_that_was_told_is_erased_after_thirty_days(
    cast: Cast, now: datetime, travel: Travel
) -> None:
    kept = interest(now)
    State.objects.filter(pk="TX").update(served=True)
    tasks.tell_those_waiting()
    assert erase(now + timedelta(days=30), travel)["addresses to tell when a state opens"] == 0
    assert erase(now + timedelta(days=31), travel)["addresses to tell when a state opens"] == 1
    assert where("tex@example.com") == set()
    assert where(kept.pk) == {"audit_entry"}


def test_an_address_that_waits_is_kept_for_two_years(
    cast: Cast, now: datetime, travel: Travel
) -> None:
    interest(now)
    assert sum(erase(now + timedelta(days=730), travel).values()) == 0
    assert sum(erase(now + timedelta(days=731), travel).values()) == 1
    assert not StateInterest.objects.exists()


# How it is run


def run(*options: str) -> str:
    output = StringIO()
    call_command("erase_requests", *options, stdout=output)
    return output.getvalue()


def test_a_dry_run_counts_and_changes_nothing(
    waiting: ConsultationRequest, now: datetime, travel: Travel
) -> None:
    travel(now + timedelta(days=91))
    before = list(everything_kept())
    assert "Would erase 1 requests." in run("--dry-run")
    assert list(everything_kept()) == before
    assert "Erased 1 requests." in run()
    assert not is_there(waiting)
    assert "Erased 0 requests." in run()


def test_each_is_recorded(waiting: ConsultationRequest, now: datetime, travel: Travel) -> None:
    erase(now + timedelta(days=91), travel)
    entry = Entry.objects.get(verb="erase")
    assert (entry.actor_kind, entry.note) == ("system", "kept long enough")
    assert entry.client_id == str(waiting.client_id)


def test_the_task_erases_what_is_due(
    waiting: ConsultationRequest, now: datetime, travel: Travel
) -> None:
    travel(now + timedelta(days=91))
    tasks.erase_requests()
    assert not is_there(waiting)


# At the same moment


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("act", ["a case is opened", "times are offered", "they take it back"])
def test_what_happens_between_looking_and_erasing_is_respected(
    cast: Cast, now: datetime, travel: Travel, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    first, second = (requests.waiting("NJ", name, cast.nora) for name in ("Wanda", "Willa"))
    later = now + timedelta(days=91)
    travel(later)
    erase_one = erasure._erase_if_idle
    acts: dict[str, Callable[[], Any]] = {
        "a case is opened": partial(open_case, first, cast),
        "times are offered": partial(offer, first, cast, in_days(later, 5)),
        "they take it back": partial(erasure.withdraw, first.client, by=trail.SYSTEM),
    }

    def somebody_is_quicker(asked: ConsultationRequest, moment: datetime) -> bool:
        if asked.pk == first.pk:
            (done,) = race(acts[act])  # over a connection of its own
            assert not isinstance(done, Exception)
        return erase_one(asked, moment)

    monkeypatch.setattr(erasure, "_erase_if_idle", somebody_is_quicker)
    assert erasure.erase_due(later)["requests"] == 1
    assert not is_there(second)
    assert is_there(first) == (act != "they take it back")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_erased_and_made_a_case_in_the_same_instant_it_is_one_or_the_other(
    cast: Cast, now: datetime, travel: Travel
) -> None:
    for number in range(4):
        asked = requests.waiting("NJ", f"Wanda{number}", cast.nora)
        later = now + timedelta(days=91 * (number + 1), hours=1)
        travel(later)
        erased, case = race(partial(erasure.erase_due, later), partial(open_case, asked, cast))
        assert isinstance(erased, dict)
        assert is_there(asked) == isinstance(case, Case)
        assert erased["requests"] == (not isinstance(case, Case))
        travel(later)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_taken_back_while_a_time_is_booked_no_time_is_left_over(
    cast: Cast, waiting: ConsultationRequest, now: datetime
) -> None:
    at = in_days(now, 5)
    race(
        partial(triage.accept, waiting, cast.nora, at, by=trail.SYSTEM),
        partial(erasure.withdraw, waiting.client, by=trail.SYSTEM),
    )
    assert not is_there(waiting)
    assert not Appointment.objects.live().filter(counselor=cast.nora, starts_at=at).exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_both_take_back_in_the_same_instant_and_nobody_is_left(
    cast: Cast, full: ConsultationRequest
) -> None:
    full = requests.answered(full)
    assert full.partner is not None
    race(
        partial(erasure.withdraw, full.client, by=trail.SYSTEM),
        partial(erasure.withdraw, full.partner, by=trail.SYSTEM),
    )
    assert not is_left(full.client)
    assert not is_left(full.partner)
    assert where(*CANARIES, "paul@example.com") == set()


def test_wishes_without_anything_else_can_be_taken_back(cast: Cast) -> None:
    about = requests.about("Wim")
    asked = asking.wait(Wishes([0], ["evening"]), about, [("NJ", EASTERN)], by=trail.SYSTEM)
    erasure.withdraw(asked.client, by=trail.SYSTEM)
    assert not is_there(asked)
