"""Agreements and private codes that are missing before the next session."""

from collections.abc import Iterator

from django.db.models import QuerySet

from clients import readiness
from clients.contact import agreements
from clients.contact.models import Consent, ConsentDocument, PersonalCode, Purpose
from clients.looking import CaseLook
from clients.models import Client


def documents(look: CaseLook) -> QuerySet[ConsentDocument]:
    """What there is to sign."""
    return agreements.written(*Purpose).defer("body")


def signed(look: CaseLook) -> QuerySet[Consent]:
    """What they agree to now."""
    in_force = Consent.objects.filter(client__participations__case=look.case, withdrawn_at=None)
    return in_force.select_related("document").only("client", "purpose", "document__version")


@readiness.source(documents, signed)
def agreed(look: CaseLook) -> Iterator[str]:
    """What somebody hasn't signed in its newest words, and whether they have a code."""
    wanted = agreements.newest(look.rows(documents), *Purpose)
    versions = {
        (each.client_id, each.purpose): each.document.version if each.document else None
        for each in look.rows(signed)
    }
    for person in look.people:
        name = person.client.first_name
        for document in wanted:
            # Messages are theirs to want or not; the work doesn't wait for them.
            if document.purpose in agreements.THEIRS_TO_TAKE_BACK:
                continue
            known = versions.get((person.client_id, document.purpose), -1)
            if known is not None and known < document.version:
                yield f"{name} hasn’t agreed yet to “{document.title}”."
        if not _has_code(person.client):
            yield f"{name} has no private code yet."


def _has_code(client: Client) -> bool:
    code: PersonalCode | None = getattr(client, "personal_code", None)
    return code is not None and code.code != ""
