"""Telling people about their requests: that there is something, by a private link, and no more."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from clients.contact import gates, outbox
from clients.contact.models import Message, State
from clients.models import Client
from intake.models import ConsultationRequest, Unwanted
from practice.access.budget import Budget

REQUEST = "request"
_TEMPLATE = Message.Template
# Nobody can have us write to a stranger again and again by naming them as their partner.
_INVITATIONS = Budget("invitations", times=1, seconds=7 * 24 * 60 * 60)


def acknowledged(request: ConsultationRequest) -> None:
    """The request is here; one acknowledgement for an address and day."""
    if not outbox.was_written_to(request.client, timedelta(days=1), by_their_own_act=True):
        _queue(request.client, request, "asked", by_their_own_act=True)


def invited(request: ConsultationRequest) -> None:
    """The partner is asked to answer for themselves."""
    partner = request.partner
    assert partner is not None
    index = partner.card.email_index
    if Unwanted.objects.filter(pk=index).exists() or not _INVITATIONS.spend_for(index):
        return
    _queue(partner, request, "invited", template=_TEMPLATE.INVITED)


def changed(request: ConsultationRequest) -> None:
    """There is something new about their request: times to choose from, or an answer."""
    theirs = Message.objects.unsent().filter(
        client=request.client, purpose=REQUEST, subject_id=str(request.pk)
    )
    outbox.stop(list(theirs), State.CANCELED, "something newer")
    _queue(request.client, request, uuid4())


def _queue(
    client: Client,
    request: ConsultationRequest,
    what: Any,
    *,
    template: Message.Template = _TEMPLATE.NEWS,
    by_their_own_act: bool = False,
) -> None:
    outbox.queue(
        client=client,
        template=template,
        purpose=REQUEST,
        subject_id=request.pk,
        key=f"request:{request.pk}:{client.pk}:{what}",
        by_their_own_act=by_their_own_act,
    )


@gates.gate(REQUEST)
def _still_there(message: Message) -> str:
    """Asked right before it goes."""
    found = ConsultationRequest.objects.filter(pk=message.subject_id).exists()
    return "" if found else "no such request"
