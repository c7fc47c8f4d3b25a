"""Keeping little: taking away somebody with whom no work began, and finding who asked before."""

from django.db import transaction
from django.db.models import Q, QuerySet

from clients.contact.models import ContactCard
from clients.models import Client


class InACase(Exception):
    """There is a record of work with this person: it is kept as long as the law asks."""


@transaction.atomic
def erase(client: Client) -> None:
    """Take away a person and all that is held about reaching them.

    Their links, code, consents and messages go with them. What other apps keep of them goes
    before, by whoever calls this. Raises InACase where they take part in one.
    """
    # The sender takes the card first too, so none of their messages leaves meanwhile.
    ContactCard.objects.select_for_update().filter(pk=client.pk).first()
    if client.participations.exists():
        raise InACase(str(client.pk))
    client.delete()


def possibly_same(client: Client) -> QuerySet[Client]:
    """Others who gave the same address or number. That may be a partner, or they themselves."""
    card = ContactCard.objects.filter(pk=client.pk).first()
    same = Q(pk__in=[])
    for index in ("email_index", "phone_index"):
        if value := getattr(card, index, ""):
            same |= Q(**{f"card__{index}": value})
    return Client.objects.filter(same).exclude(pk=client.pk)
