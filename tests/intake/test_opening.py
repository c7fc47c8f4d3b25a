"""From a consultation to a case: what the request says is proposed, and people come along whole."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.contact import codes, links
from clients.contact.cards import Contact
from clients.contact.codes import Answer
from clients.contact.models import Channel, Consent, ContactCard
from clients.models import Case, Client, Concern, Part
from intake import invitations, opening
from intake.models import ConsultationRequest, Situation
from intake.opening import Opening, open_case
from practice.audit import trail
from scheduling.models import Appointment, Status
from tests.access import requests
from tests.cast import CODE, EASTERN, Cast
from tests.kept import kept

TOLD = {"concern": "affair-recovery", "disclosure": "yes", "part": "hurt", "plan": ""}
NEW = {
    "partner_name": "Paul Visitor",
    "partner_email": "paul@example.com",
    "partner_state": "NY",
    "partner_time_zone": EASTERN,
    "partner_part": "involved",
}


@pytest.fixture
def nora(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.nora.user)


@kept
def held(cast: Cast) -> ConsultationRequest:
    """Vera and Paul came; Paul was invited, and hasn't answered."""
    return was_held(requests.invited(cast.nora, 3, "Vera", "Paul"))


def was_held(asked: ConsultationRequest) -> ConsultationRequest:
    Appointment.objects.filter(request=asked).update(status=Status.DONE)
    return ConsultationRequest.objects.get(pk=asked.pk)


def address(asked: ConsultationRequest) -> str:
    return reverse("consultations:open-case", args=[asked.pk])


def case_of(asked: ConsultationRequest) -> Case:
    asked.refresh_from_db()
    assert asked.case is not None
    return asked.case


def tell(asked: ConsultationRequest, **told: Any) -> None:
    Situation.objects.filter(client=asked.client).update(**told)


@pytest.mark.parametrize(
    ("part", "knows", "disclosure"),
    [
        ("hurt", "", "yes"),
        ("hurt", "no", "yes"),
        ("involved", "yes", "yes"),
        ("involved", "no", "no"),
        ("involved", "unsure", "unknown"),
        ("involved", "", "unknown"),
        ("", "yes", "unknown"),
    ],
)
def test_whoever_was_hurt_knows_and_else_only_a_plain_answer_counts(
    held: ConsultationRequest, part: str, knows: str, disclosure: str
) -> None:
    tell(held, part=part, partner_knows=knows)
    assert opening.proposed(held)["disclosure"] == disclosure


@pytest.mark.parametrize(
    ("part", "other"), [("hurt", "involved"), ("involved", "hurt"), ("", "neither")]
)
def test_the_parts_are_proposed_in_the_form(
    nora: Browser, held: ConsultationRequest, part: str, other: str
) -> None:
    tell(held, part=part, concern=Concern.objects.get(key="affair-recovery"))
    form = nora.get(address(held)).context["form"]
    assert form["part"].value() == (part or "neither")
    assert form["partner_part"].value() == other
    assert form["concern"].value() == "affair-recovery"


def test_where_nothing_was_told_nothing_is_proposed(held: ConsultationRequest) -> None:
    Situation.objects.all().delete()
    assert opening.proposed(held) == {}


def test_a_partner_who_answered_comes_along_with_their_own_card(
    nora: Browser, held: ConsultationRequest
) -> None:
    evenings = Contact(
        "paul.alone@example.com",
        "+12125550188",
        (time(18), time(20)),
        channel=Channel.PHONE,
        device_is_shared=True,
        neutral_name="The garage",
        follow_ups=False,
    )
    requests.answered(held, contact=evenings)
    form = nora.get(address(held)).context["form"]
    assert "partner_name" not in form.fields
    assert "partner_part" in form.fields
    nora.post(address(held), {**TOLD, "partner_part": "involved", "partner_agreed": "on"})
    vera, paul = (person.client for person in case_of(held).participants.all())
    assert (vera, paul) == (held.client, held.partner)
    card = paul.card
    assert (card.email, card.channel, card.safe_from) == (evenings.email, "phone", time(18))
    assert (card.device_is_shared, card.neutral_name) == (True, "The garage")
    signed = Consent.objects.filter(client=paul, withdrawn_at=None)
    assert {"telehealth", "email", "secrets", "follow_ups"} == {each.purpose for each in signed}
    assert signed.get(purpose="telehealth").signature == "Paul Visitor"


def test_who_asked_keeps_the_card_and_what_they_signed(
    nora: Browser, held: ConsultationRequest
) -> None:
    before = ContactCard.objects.filter(pk=held.client_id).values().get()
    consents = set(held.client.consents.values_list("pk", flat=True))
    nora.post(address(held), {**TOLD, **NEW})
    assert case_of(held).participants.filter(client=held.client, part="hurt").exists()
    assert ContactCard.objects.filter(pk=held.client_id).values().get() == before
    assert consents <= set(held.client.consents.values_list("pk", flat=True))


def test_a_partner_who_was_invited_is_not_made_a_second_time(
    nora: Browser, held: ConsultationRequest
) -> None:
    people = Client.objects.count()
    given = {**NEW, "partner_name": "Paul P. Visitor", "partner_email": "paul.new@example.com"}
    nora.post(address(held), {**TOLD, **given})
    assert Client.objects.count() == people
    paul = case_of(held).participants.get(part="involved").client
    assert paul == held.partner
    assert (paul.name, paul.card.email) == ("Paul P. Visitor", "paul.new@example.com")
    assert paul.state_id == "NY"


def test_who_wanted_no_messages_gets_none_in_the_case_either(
    nora: Browser, held: ConsultationRequest
) -> None:
    invitations.refuse(held, by=trail.SYSTEM)
    nora.post(address(held), {**TOLD, **NEW})
    paul = case_of(held).participants.get(part="involved").client
    assert paul.card.suspended_at is not None


def test_a_partner_nobody_wrote_to_is_a_new_person(nora: Browser, cast: Cast) -> None:
    asked = was_held(requests.begun(cast.nora, 4, "Rita"))
    people = Client.objects.count()
    nora.post(address(asked), {**TOLD, **NEW})
    assert Client.objects.count() == people + 1
    paul = case_of(asked).participants.get(part="involved").client
    assert (paul.name, paul.card.email) == ("Paul Visitor", "paul@example.com")


def test_an_address_that_the_other_reads_is_refused(nora: Browser, cast: Cast) -> None:
    asked = was_held(requests.begun(cast.nora, 4, "Rita"))
    page = nora.post(address(asked), {**TOLD, **NEW, "partner_email": "Rita@Example.com"})
    assert "Each needs an address that the other doesn’t read." in page.content.decode()


def test_who_came_alone_opens_a_case_alone_though_a_partner_answered(
    nora: Browser, held: ConsultationRequest
) -> None:
    requests.answered(held)
    ConsultationRequest.objects.filter(pk=held.pk).update(with_partner=False)
    nora.post(address(held), TOLD)
    assert [person.client for person in case_of(held).participants.all()] == [held.client]


def test_a_code_chosen_by_a_number_that_was_passed_on_ends_unless_the_partner_says_it_is_theirs(
    cast: Cast,
) -> None:
    for day, themselves, opened in ((6, False, Answer.NOTHING), (7, True, Answer.OPEN)):
        mark = str(themselves)
        asked = requests.answered(requests.invited(cast.nora, day, f"Ann{mark}", f"Bob{mark}"))
        decided = Opening(
            concern=Concern.objects.get(key="communication"),
            disclosure=Case.Disclosure.UNKNOWN,
            part=Part.NEITHER,
            partner_chose_code=themselves,
        )
        open_case(asked, decided, by=trail.SYSTEM, user=cast.nora.user)
        assert asked.partner is not None
        token = links.make(asked.partner.pk, "request", asked.pk)
        assert codes.answer(links.find(token), CODE) is opened


def test_a_partner_who_is_not_safe_is_in_no_case_with_the_other_by_itself(cast: Cast) -> None:
    asked = requests.answered(requests.invited(cast.nora, 6, "Ann", "Bob"), answers=requests.UNSAFE)
    decided = Opening(
        concern=Concern.objects.get(key="communication"),
        disclosure=Case.Disclosure.UNKNOWN,
        part=Part.NEITHER,
    )
    case = open_case(asked, decided, by=trail.SYSTEM, user=cast.nora.user)
    assert [person.client for person in case.participants.all()] == [asked.client]
