"""People in a place the practice can't serve: counted, told once it can, and forgotten on request.

Of a refusal nothing is kept but a number for each state (rule 2). Who leaves an address to be told
when their state opens becomes a client of whom nothing is known but that address.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F

from clients import cases
from clients.contact import erasing, links, outbox
from clients.contact.cards import Contact
from clients.contact.models import Message, PrivateLink
from clients.models import Client
from intake.models import RefusalCount, StateInterest
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import State

# What a link in the message that tells them leads to; it opens nothing private.
TOLD = "state_opens"
_NOTE = "state interest"


def count(codes: Iterable[str]) -> None:
    """One more who asked from each of these states."""
    for code in set(codes):
        counted, _ = RefusalCount.objects.get_or_create(state_id=code)
        RefusalCount.objects.filter(pk=counted.pk).update(times=F("times") + 1)


@transaction.atomic
def tell_when_open(email: str, state: State, *, by: trail.Actor) -> str:
    """Keep this address for one message about one state; returns the token that erases it."""
    client = cases.add_client(
        name="",
        state=state,
        time_zone="America/New_York",
        contact=Contact(email, follow_ups=False),
        network=by.network,
    )
    interest = StateInterest(client=client, state=state, asked_at=clock.now())
    interest.save(force_insert=True)
    trail.record(Verb.CREATE, interest, by=by, client_id=client.pk)
    return links.make(client.pk, TOLD, client.pk)


def tell_those_waiting() -> int:
    """Write to those whose state is served now; returns to how many."""
    waiting = StateInterest.objects.filter(told_at=None, state__served=True)
    told = 0
    for interest in waiting.select_related("client__card"):
        told += _tell(interest)
    return told


@transaction.atomic
def _tell(interest: StateInterest) -> bool:
    same = _of_the_same_address(interest)
    # Whoever else looks at the same time finds it told.
    if not StateInterest.objects.filter(pk__in=same, told_at=None).update(told_at=clock.now()):
        return False
    outbox.queue(
        client=interest.client,
        template=Message.Template.STATE_OPENS,
        purpose=TOLD,
        subject_id=interest.client.pk,
        key=f"state-opens:{interest.client.pk}",
    )
    return True


def _of_the_same_address(interest: StateInterest) -> list[Any]:
    """Who asked twice about a state is told once."""
    index = interest.client.card.email_index
    same = StateInterest.objects.filter(state=interest.state_id, client__card__email_index=index)
    return list(same.values_list("pk", flat=True))


def who_came_by(token: str) -> Client | None:
    """Whose address this token stands for, where it is still kept."""
    link = links.find(token)
    return link.client if link and _is_about_a_state(link) else None


@transaction.atomic
def forget(client: Client, *, by: trail.Actor) -> None:
    """Erase the address and everything that hangs on it, however often it was left."""
    index = client.card.email_index
    for interest in StateInterest.objects.filter(client__card__email_index=index):
        trail.record(Verb.ERASE, interest.client, by=by, client_id=interest.pk, note=_NOTE)
        erasing.erase(interest.client)


def _is_about_a_state(link: PrivateLink) -> bool:
    return link.purpose == TOLD and link.revoked_at is None and _is_interested(link.client_id)


def _is_interested(client_id: Any) -> bool:
    return StateInterest.objects.filter(pk=client_id).exists()
