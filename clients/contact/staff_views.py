"""The life of each message, and what a person may do about it."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from clients.contact import again, calls, cards, life
from clients.contact.models import Message
from clients.models import Participant
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.http import StaffRequest

_ON_A_PAGE = 50


@staff(Role.COUNSELOR, Role.OWNER)
@require_safe
def message_list(request: StaffRequest) -> HttpResponse:
    """Messages, those that need a person first to be chosen."""
    shown = request.GET.get("shown", life.NEEDS_A_PERSON)
    found = life.which(request.user, shown)
    page = Paginator(found, _ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "told": life.told(list(page.object_list), request.user),
        "shown": shown,
        "choices": life.SHOWN,
    }
    return render(request, "contact/message_list.html", context)


@staff(Role.COUNSELOR, Role.OWNER)
@require_safe
def message_life(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """One message, step by step."""
    message = _message(request, message_id)
    trail.record(
        Verb.READ, message, by=trail.staff_actor(request), client_id=message.client_id, note="life"
    )
    [told] = life.told([message], request.user)
    context = {"told": told, "message": message, "steps": life.steps_of(message)}
    return render(request, "contact/message_life.html", context)


@staff(Role.COUNSELOR, Role.OWNER)
@require_POST
def send_again(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Try once more; every gate is asked again."""
    message = _message(request, message_id)
    try:
        message = again.send_again(message, by=trail.staff_actor(request))
    except again.TooLate:
        messages.warning(request, "It can’t go again: it went, or it is no longer of use.")
    else:
        messages.success(request, "It is on its way again.")
    return redirect("messages:life", message.pk)


@staff(Role.COUNSELOR, Role.OWNER)
@require_POST
def take_back(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Stop what hasn't gone."""
    message = _message(request, message_id)
    try:
        again.take_back(message, by=trail.staff_actor(request))
    except again.TooLate:
        messages.warning(request, "It can’t be stopped any more.")
    else:
        messages.success(request, "It won’t go.")
    return redirect("messages:life", message.pk)


@staff(Role.COUNSELOR, Role.OWNER)
@require_POST
def spoken(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Somebody told the person by voice what this was to say."""
    message = _message(request, message_id)
    if calls.done_about(message, by=trail.staff_actor(request)):
        messages.success(request, "Noted: somebody spoke with them.")
    return redirect("messages:life", message.pk)


@staff(Role.COUNSELOR)
@require_POST
def stop_for(request: StaffRequest, participant_id: UUID) -> HttpResponse:
    """The person said so in a session, or on the phone: no more messages between sessions."""
    scope = Participant.objects.for_user(request.user).select_related("client")
    participant = get_object_or_404(scope, pk=participant_id)
    cards.stop_follow_ups(participant.client)
    trail.record(
        Verb.CHANGE,
        participant,
        by=trail.staff_actor(request),
        case_id=participant.case_id,
        client_id=participant.client_id,
        note="stop, as they asked",
    )
    messages.success(request, "No more messages between sessions go to this person.")
    return redirect("cases:page", participant.case_id)


def _message(request: StaffRequest, message_id: UUID) -> Message:
    scope = Message.objects.for_user(request.user).select_related("client")
    return get_object_or_404(scope, pk=message_id)
