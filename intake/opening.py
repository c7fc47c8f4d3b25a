"""From a consultation that was held to a case: people, parts and safe contact go along."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from clients import cases
from clients.cases import TakesPart
from clients.contact import cards, codes
from clients.contact.cards import Contact
from clients.contact.models import Consent
from clients.models import Case, Client, Concern, Part
from intake import invitations
from intake.models import ConsultationRequest, Situation
from practice.audit import trail
from practice.models import Counselor, State, User
from scheduling.followups import planning
from scheduling.followups.models import Plan


class AlreadyOpened(Exception):
    """A case was opened from this request before."""


@dataclass(frozen=True)
class NewPartner:
    """The partner, where the practice knows nothing of them yet."""

    name: str
    email: str
    state: State
    time_zone: str


@dataclass(frozen=True)
class Opening:
    """What the counselor decides when they open a case."""

    concern: Concern
    disclosure: Case.Disclosure
    part: Part
    partner_part: Part = Part.NEITHER
    agreed: bool = False
    partner_agreed: bool = False
    # They said in person that it was they who answered, and chose their private code.
    partner_chose_code: bool = False
    plan: Plan | None = None
    new_partner: NewPartner | None = None


def proposed(request: ConsultationRequest) -> dict[str, Any]:
    """What the request already says of the case to be opened; the counselor decides."""
    situation = Situation.objects.filter(client=request.client).first()
    if situation is None:
        return {}
    others = {Part.HURT: Part.INVOLVED, Part.INVOLVED: Part.HURT}
    part = Part(situation.part) if situation.part else Part.NEITHER
    return {
        "concern": situation.concern_id,
        "part": part,
        "partner_part": others.get(part, Part.NEITHER),
        "disclosure": _disclosure(situation, part),
    }


def _disclosure(situation: Situation, part: Part) -> Case.Disclosure:
    """Whoever says they were hurt knows; of the other's knowing only a plain answer counts."""
    if part == Part.HURT:
        return Case.Disclosure.YES
    knows = {Situation.Knows.YES: Case.Disclosure.YES, Situation.Knows.NO: Case.Disclosure.NO}
    if part == Part.INVOLVED and situation.partner_knows in knows:
        return knows[Situation.Knows(situation.partner_knows)]
    return Case.Disclosure.UNKNOWN


@transaction.atomic
def open_case(
    request: ConsultationRequest, opening: Opening, *, by: trail.Actor, user: User
) -> Case:
    """Open the case that follows a consultation. Raises AlreadyOpened where it was sent twice."""
    request = ConsultationRequest.objects.select_for_update().get(pk=request.pk)
    if request.case_id:
        raise AlreadyOpened
    people = [TakesPart(request.client, opening.part)]
    partner = _partner(request, opening.new_partner)
    if partner:
        people.append(TakesPart(partner, opening.partner_part))
        if not opening.partner_chose_code:
            # Whoever passed the number on could have used it: a new one is read out in person.
            codes.end(partner)
    _note_consents(request.client, partner, opening)
    case = cases.open_case(
        counselor=Counselor.objects.get(user=user),
        concern=opening.concern,
        disclosure=opening.disclosure,
        people=people,
        by=by,
    )
    planning.choose_plan(case, opening.plan)
    request.case = case
    request.save(update_fields=["case"])
    return case


def _partner(request: ConsultationRequest, new: NewPartner | None) -> Client | None:
    """Whoever comes along: known by their own answers, invited before, or new."""
    if request.partner and invitations.comes(request):
        return request.partner
    if new is None:
        return None
    return _complete(request.partner, new) if request.partner else _add(new)


def _complete(invited: Client, new: NewPartner) -> Client:
    """The same person as the one invited: who wanted no messages gets none now either."""
    invited.name, invited.state, invited.time_zone = new.name, new.state, new.time_zone
    invited.save(update_fields=["name", "state", "time_zone"])
    cards.change(invited, Contact(new.email, follow_ups=False))
    cards.agree(invited, Consent.Purpose.EMAIL)
    return invited


def _add(new: NewPartner) -> Client:
    return cases.add_client(
        name=new.name,
        state=new.state,
        time_zone=new.time_zone,
        contact=Contact(new.email, follow_ups=False),
    )


def _note_consents(client: Client, partner: Client | None, opening: Opening) -> None:
    """What they agreed to in the consultation, beside what they signed themselves."""
    if opening.agreed:
        cards.agree(client, Consent.Purpose.FOLLOW_UPS)
    if partner and opening.partner_agreed:
        cards.agree(partner, Consent.Purpose.FOLLOW_UPS)
