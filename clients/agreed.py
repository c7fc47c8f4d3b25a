"""Agreements and private codes that are missing before the next session."""

from collections.abc import Iterator, Sequence

from clients import readiness
from clients.contact import agreements
from clients.contact.models import Consent, PersonalCode, Purpose
from clients.models import Case, Participant


@readiness.source
def agreed(case: Case, people: Sequence[Participant]) -> Iterator[str]:
    """What somebody hasn't signed in its newest words: three queries for any number of people."""
    documents = agreements.current(*Purpose)
    clients = [person.client_id for person in people]
    in_force = Consent.objects.filter(client__in=clients, withdrawn_at=None)
    signed = {
        (each.client_id, each.purpose): each.document.version if each.document else None
        for each in in_force.select_related("document").defer("signature")
    }
    codes = set(
        PersonalCode.objects.filter(client__in=clients)
        .exclude(code="")
        .values_list("client", flat=True)
    )
    for person in people:
        name = person.client.first_name
        for document in documents:
            # Messages are theirs to want or not; the work doesn't wait for them.
            if document.purpose in agreements.THEIRS_TO_TAKE_BACK:
                continue
            known = signed.get((person.client_id, document.purpose), -1)
            if known is not None and known < document.version:
                yield f"{name} hasn’t agreed yet to “{document.title}”."
        if person.client_id not in codes:
            yield f"{name} has no private code yet."
