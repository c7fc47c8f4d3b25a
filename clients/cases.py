"""Opening a case, and what a counselor sets about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from clients import changes, following
from clients.contact import cards
from clients.contact.cards import Contact
from clients.following import What
from clients.models import Case, CaseChange, Client, Concern, Part, Participant, Stage
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import Counselor, State


@dataclass(frozen=True)
class TakesPart:
    """A client who will be in the case, with their part."""

    client: Client
    part: Part


@transaction.atomic
def add_client(
    *,
    name: str,
    state: State | None,
    time_zone: str,
    contact: Contact,
    network: str = "",
    consents: bool = True,
) -> Client:
    """A person with a contact card; with the usual consents, unless they sign their own."""
    client = Client(name=name, state=state, time_zone=time_zone, created_at=clock.now())
    client.save(force_insert=True)
    cards.set_up(client, contact, network=network, consents=consents)
    return client


@transaction.atomic
def open_case(
    *,
    counselor: Counselor,
    concern: Concern,
    disclosure: Case.Disclosure,
    people: Sequence[TakesPart],
    by: trail.Actor,
    came_from: Case | None = None,
) -> Case:
    """A case of this counselor with these participants; affair recovery begins with "impact".

    `came_from`: the couple's case that this one goes on from; then they are apart.
    """
    begins = Stage.APART if came_from else Stage.IMPACT
    case = Case.objects.create(
        counselor=counselor,
        concern=concern,
        stage=begins if concern.about_affair else "",
        disclosure=disclosure,
        opened_at=clock.now(),
        came_from=came_from,
    )
    for position, person in enumerate(people):
        part = person.part if concern.about_affair else Part.NEITHER
        Participant.objects.create(case=case, client=person.client, part=part, position=position)
    changes.keep(case, CaseChange.What.OPENED, by)
    following.tell(case, What.OPENED)
    trail.record(Verb.CREATE, case, by=by, case_id=case.pk)
    return case


@transaction.atomic
def set_course(case: Case, *, stage: str, disclosure: Case.Disclosure, by: trail.Actor) -> Case:
    """Where the work stands, and whether the partner who was hurt knows."""
    changed = [
        name
        for name, value in [("stage", stage), ("disclosure", disclosure)]
        if getattr(case, name) != value
    ]
    case.stage, case.disclosure = stage, disclosure
    case.save(update_fields=["stage", "disclosure"])
    if changed:
        changes.keep(case, CaseChange.What.COURSE, by)
    following.tell(case, What.COURSE_SET)
    trail.record(Verb.CHANGE, case, by=by, case_id=case.pk, note=",".join(changed))
    return case
