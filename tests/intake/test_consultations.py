"""A consultation as its counselor sees it, and the case that follows."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.contact.models import Consent, Message
from clients.models import Case, Client, Concern, Part
from intake import opening
from intake.models import ConsultationRequest
from intake.opening import NewPartner, Opening
from practice.audit import trail
from practice.audit.models import Entry
from practice.models import State
from scheduling.followups.models import CasePlan, FollowUp
from scheduling.models import Appointment, Status
from tests.access import requests
from tests.cast import EASTERN, Cast, in_days, make_consultation
from tests.kept import kept
from tests.scheduling.racing import of_kind, race

PARTNER = {
    "partner_name": "Walt Visitor",
    "partner_email": "walt@example.com",
    "partner_state": "NY",
    "partner_time_zone": EASTERN,
    "partner_part": "involved",
    "partner_agreed": "on",
}
CASE = {
    "concern": "affair-recovery",
    "part": "hurt",
    "agreed": "on",
    "disclosure": "no",
    "plan": "",
    **PARTNER,
}


@pytest.fixture
def nora(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.nora.user)


@kept
def asked(cast: Cast, now: datetime) -> ConsultationRequest:
    return ConsultationRequest.objects.get(
        appointment=make_consultation(cast.nora, in_days(now, 1))
    )


@kept
def begun(cast: Cast) -> ConsultationRequest:
    """Its hour has come."""
    return requests.begun(cast.nora, 1, "Bea")


@kept
def held(asked: ConsultationRequest) -> ConsultationRequest:
    Appointment.objects.filter(request=asked).update(status=Status.DONE)
    asked.refresh_from_db()
    return asked


def url(asked: ConsultationRequest, name: str = "page") -> str:
    return reverse(f"consultations:{name}", args=[asked.pk])


def status_of(asked: ConsultationRequest) -> str:
    return Appointment.objects.get(request=asked).status


def new_cases(cast: Cast) -> list[Case]:
    return list(Case.objects.exclude(pk__in=[cast.case.pk, cast.other_case.pk]))


def test_the_counselor_reads_who_asked_and_what_they_wrote(
    nora: Browser, asked: ConsultationRequest
) -> None:
    page = nora.get(url(asked)).content.decode()
    for words in ("Vera Visitor", "CANARY what brings us", "vera@example.com", "their partner"):
        assert words in page


def test_reading_it_is_recorded(nora: Browser, cast: Cast, asked: ConsultationRequest) -> None:
    nora.get(url(asked))
    entry = Entry.objects.filter(verb="read").latest("seq")
    assert (entry.resource, entry.resource_id) == ("intake.consultationrequest", str(asked.pk))
    assert (entry.client_id, entry.actor_id) == (str(asked.client_id), str(cast.nora.user_id))


@pytest.mark.parametrize(("name", "status"), [("held", Status.DONE), ("no-show", Status.NO_SHOW)])
def test_it_is_marked_once_and_plans_nothing(
    nora: Browser, begun: ConsultationRequest, name: str, status: Status
) -> None:
    assert nora.post(url(begun, name)).headers["Location"] == url(begun)
    assert status_of(begun) == status
    again = nora.post(url(begun, "held"), follow=True)
    assert "This one was closed already." in again.content.decode()
    assert status_of(begun) == status
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("name", ["held", "no-show"])
def test_before_its_hour_nobody_can_say_what_became_of_it(
    nora: Browser, asked: ConsultationRequest, name: str
) -> None:
    page = nora.post(url(asked, name), follow=True)
    assert "Its hour hasn’t come yet." in page.content.decode()
    assert status_of(asked) == Status.BOOKED


@pytest.mark.parametrize("name", ["held", "no-show"])
def test_without_a_time_there_is_nothing_to_mark(nora: Browser, cast: Cast, name: str) -> None:
    waiting = requests.waiting("NJ", "Wanda", cast.nora)
    page = nora.post(url(waiting, name), follow=True)
    assert "Its hour hasn’t come yet." in page.content.decode()
    assert nora.get(url(waiting, "open-case")).headers["Location"] == url(waiting)


@pytest.mark.parametrize("name", ["held", "no-show"])
def test_looking_marks_nothing(nora: Browser, asked: ConsultationRequest, name: str) -> None:
    assert nora.get(url(asked, name)).status_code == 405
    assert status_of(asked) == Status.BOOKED


def test_only_its_own_counselor_has_it(
    cast: Cast, signed_in: Callable[..., Browser], asked: ConsultationRequest
) -> None:
    for user in (cast.ida.user, cast.dan, cast.olga):
        browser = signed_in(user)
        assert browser.get(url(asked)).status_code == 404
        assert browser.get(url(asked, "open-case")).status_code == 404
        assert browser.post(url(asked, "open-case"), CASE).status_code == 404
    assert new_cases(cast) == []


def test_only_its_own_counselor_and_the_desk_say_whether_it_was_held(
    cast: Cast, signed_in: Callable[..., Browser], asked: ConsultationRequest, travel: Any
) -> None:
    assert asked.appointment is not None
    travel(asked.appointment.starts_at)
    for user in (cast.ida.user, cast.olga):
        for name in ("held", "no-show"):
            assert signed_in(user).post(url(asked, name)).status_code == 404
    assert status_of(asked) == Status.BOOKED
    answer = signed_in(cast.dan).post(url(asked, "held"))
    assert answer.headers["Location"] == reverse("requests:page", args=[asked.pk])
    assert status_of(asked) == Status.DONE


def test_a_case_is_opened_only_after_it_was_held(
    nora: Browser, cast: Cast, asked: ConsultationRequest
) -> None:
    assert nora.get(url(asked, "open-case")).headers["Location"] == url(asked)
    assert nora.post(url(asked, "open-case"), CASE).headers["Location"] == url(asked)
    assert new_cases(cast) == []


def test_opening_a_case_brings_both_partners_with_their_parts(
    nora: Browser, cast: Cast, held: ConsultationRequest
) -> None:
    response = nora.post(url(held, "open-case"), {**CASE, "plan": cast.plan.pk})
    (case,) = new_cases(cast)
    assert response.headers["Location"] == reverse("cases:page", args=[case.pk])
    assert (case.counselor, case.concern_id, case.stage, case.disclosure) == (
        cast.nora,
        "affair-recovery",
        "impact",
        "no",
    )
    vera, walt = case.participants.all()
    assert (vera.client, vera.part) == (held.client, "hurt")
    assert (walt.client.name, walt.part, walt.client.state_id) == ("Walt Visitor", "involved", "NY")
    assert walt.client.card.email == "walt@example.com"
    assert CasePlan.objects.get(case=case).plan == cast.plan
    held.refresh_from_db()
    assert held.case == case
    for person in (vera, walt):
        purposes = Consent.objects.filter(client=person.client).values_list("purpose", flat=True)
        assert set(purposes) == {"email", "follow_ups"}


def test_who_did_not_agree_to_messages_gets_no_consent(
    nora: Browser, cast: Cast, begun: ConsultationRequest
) -> None:
    Appointment.objects.filter(request=begun).update(status=Status.DONE)
    Consent.objects.filter(purpose="follow_ups", client=begun.client).delete()
    given = {key: value for key, value in CASE.items() if not key.endswith("agreed")}
    nora.post(url(begun, "open-case"), given)
    people = [person.client for person in new_cases(cast)[0].participants.all()]
    assert len(people) == 2
    assert not Consent.objects.filter(client__in=people, purpose="follow_ups").exists()


def test_opening_a_case_tells_nobody_anything(
    nora: Browser, cast: Cast, held: ConsultationRequest
) -> None:
    before = Message.objects.count()
    nora.post(url(held, "open-case"), CASE)
    assert Message.objects.count() == before


def test_the_partners_place_is_filled_in_from_what_was_said(
    nora: Browser, held: ConsultationRequest
) -> None:
    form = nora.get(url(held, "open-case")).context["form"]
    assert held.appointment is not None
    partner = held.appointment.attendees.get(client=None)
    assert form["partner_state"].value() == partner.state_id
    assert form["partner_time_zone"].value() == partner.time_zone
    assert form["concern"].value() == "affair-recovery"


@pytest.mark.parametrize(
    ("part", "partner_part"),
    [("hurt", "hurt"), ("involved", "involved"), ("neither", "neither"), ("hurt", "neither")],
)
def test_affair_recovery_needs_one_of_each_part(
    nora: Browser, cast: Cast, held: ConsultationRequest, part: str, partner_part: str
) -> None:
    given = {**CASE, "part": part, "partner_part": partner_part}
    page = nora.post(url(held, "open-case"), given)
    assert "Please say who was hurt and who was involved" in page.content.decode()
    assert "Walt Visitor" in page.content.decode()
    assert new_cases(cast) == []


def test_other_concerns_have_no_parts_and_no_stage(
    nora: Browser, cast: Cast, held: ConsultationRequest
) -> None:
    nora.post(url(held, "open-case"), {**CASE, "concern": "communication"})
    (case,) = new_cases(cast)
    assert case.stage == ""
    assert {person.part for person in case.participants.all()} == {"neither"}


@pytest.mark.parametrize(
    "missing", ["partner_name", "partner_email", "partner_state", "partner_time_zone"]
)
def test_with_a_partner_the_partners_facts_are_needed(
    nora: Browser, cast: Cast, held: ConsultationRequest, missing: str
) -> None:
    page = nora.post(url(held, "open-case"), {**CASE, missing: ""})
    assert page.context["form"].errors[missing]
    assert new_cases(cast) == []
    assert not Client.objects.filter(participations__isnull=True, request__isnull=True).exists()


def test_alone_nothing_is_asked_about_a_partner(
    nora: Browser, cast: Cast, held: ConsultationRequest
) -> None:
    ConsultationRequest.objects.filter(pk=held.pk).update(with_partner=False)
    assert "partner_name" not in nora.get(url(held, "open-case")).context["form"].fields
    nora.post(url(held, "open-case"), {**CASE, "part": "involved"})
    (case,) = new_cases(cast)
    assert [person.part for person in case.participants.all()] == ["involved"]


def test_sent_twice_one_case_is_opened(
    nora: Browser, cast: Cast, held: ConsultationRequest
) -> None:
    nora.post(url(held, "open-case"), CASE)
    assert nora.post(url(held, "open-case"), CASE).headers["Location"] == url(held)
    assert len(new_cases(cast)) == 1
    assert Client.objects.filter(participations__case=new_cases(cast)[0]).count() == 2


def test_both_of_two_requests_that_read_the_same_row_cannot_open_it(
    cast: Cast, held: ConsultationRequest
) -> None:
    stale = ConsultationRequest.objects.get(pk=held.pk)
    open_case(held, cast)
    with pytest.raises(opening.AlreadyOpened):
        open_case(stale, cast)
    assert len(new_cases(cast)) == 1


def open_case(asked: ConsultationRequest, cast: Cast) -> Case:
    decided = Opening(
        concern=Concern.objects.get(key="affair-recovery"),
        disclosure=Case.Disclosure.NO,
        part=Part.HURT,
        partner_part=Part.INVOLVED,
        agreed=True,
        partner_agreed=True,
        new_partner=NewPartner(
            "Walt Visitor", "walt@example.com", State.objects.get(pk="NY"), EASTERN
        ),
    )
    return opening.open_case(asked, decided, by=trail.SYSTEM, user=cast.nora.user)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_sent_twice_in_the_same_instant_one_case_is_opened(
    cast: Cast, held: ConsultationRequest
) -> None:
    results = race(*[partial(open_case, held, cast)] * 6)
    assert len(of_kind(results, Case)) == 1
    assert len(of_kind(results, opening.AlreadyOpened)) == 5
    assert len(new_cases(cast)) == 1
    assert Client.objects.filter(participations__isnull=True, request__isnull=True).count() == 0
