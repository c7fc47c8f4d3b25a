"""What people sign: the newest words of each agreement, signing them, and taking them back."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet

from clients.contact import cards
from clients.contact.models import Consent, ConsentDocument, ContactCard, Purpose
from clients.models import Client
from practice import clock

# What a person can take back alone. The others are taken back by talking with the counselor.
THEIRS_TO_TAKE_BACK = frozenset({Purpose.EMAIL, Purpose.SMS, Purpose.FOLLOW_UPS})


class NotTheirsToTakeBack(Exception):
    """This agreement isn't ended by a click: the work rests on it."""


def current(*purposes: Purpose) -> list[ConsentDocument]:
    """The newest version of each of these, in the order asked; none where none was written."""
    return newest(written(*purposes), *purposes)


def written(*purposes: Purpose) -> QuerySet[ConsentDocument]:
    """Every version of each of these, the newest last."""
    return ConsentDocument.objects.filter(purpose__in=purposes).order_by("version")


def newest(documents: Iterable[ConsentDocument], *purposes: Purpose) -> list[ConsentDocument]:
    """Of these the last of each purpose, in the order of the purposes."""
    last = {document.purpose: document for document in documents}
    return [last[purpose] for purpose in purposes if purpose in last]


@transaction.atomic
def sign(
    client: Client, documents: Sequence[ConsentDocument], *, signature: str, network: str
) -> list[Consent]:
    """The person agrees to these documents, under the name they typed. They must have a card.

    What they had agreed to before for the same purpose ends; a version already signed stays as it
    is. Who signs for messages between sessions wants them again, even after a "stop".
    """
    # Before anything else, as the sender does: whoever comes second sees what the first did.
    card = ContactCard.objects.select_for_update().get(pk=client.pk)
    in_force = {each.document_id: each for each in signed(client).exclude(document=None)}
    new = [document for document in documents if document.pk not in in_force]
    cards.take_back(client, [Purpose(document.purpose) for document in new])
    _want_again(card, {Purpose(document.purpose) for document in new})
    in_force |= {document.pk: _sign(client, document, signature, network) for document in new}
    return [in_force[document.pk] for document in documents]


def _want_again(card: ContactCard, purposes: set[Purpose]) -> None:
    if Purpose.FOLLOW_UPS in purposes:
        card.follow_ups_stopped_at = None
    if Purpose.SMS in purposes:
        card.texts_stopped_at = None
    if purposes & THEIRS_TO_TAKE_BACK:
        card.everything_stopped_at = None
    card.save(update_fields=["follow_ups_stopped_at", "texts_stopped_at", "everything_stopped_at"])


def _sign(client: Client, document: ConsentDocument, signature: str, network: str) -> Consent:
    return Consent.objects.create(
        client=client,
        purpose=document.purpose,
        document=document,
        wording=f"v{document.version}",
        signature=signature,
        given_at=clock.now(),
        network=network,
    )


def signed(client: Client) -> QuerySet[Consent]:
    """What this person agrees to now, each with its document where there was one to sign."""
    in_force = Consent.objects.filter(client=client, withdrawn_at=None)
    return in_force.select_related("document").order_by("given_at", "purpose")


def missing(client: Client) -> list[ConsentDocument]:
    """What this person has not agreed to, or only to an older version of."""
    agreed = {consent.purpose: consent.document for consent in signed(client)}
    return [
        document
        for document in current(*Purpose)
        if document.purpose not in agreed or _is_older(agreed[document.purpose], document)
    ]


def _is_older(agreed: ConsentDocument | None, document: ConsentDocument) -> bool:
    # What was agreed to by word of mouth has no version to fall behind.
    return agreed is not None and agreed.version < document.version


@transaction.atomic
def withdraw(client: Client, purpose: Purpose) -> None:
    """The person takes it back: effective before the next message goes.

    Raises NotTheirsToTakeBack for what the work rests on.
    """
    if purpose not in THEIRS_TO_TAKE_BACK:
        raise NotTheirsToTakeBack(purpose)
    if purpose == Purpose.FOLLOW_UPS:
        cards.stop_follow_ups(client)
    elif purpose == Purpose.SMS:
        cards.stop_texts(client)
    else:
        cards.stop_mails(client)
