"""What the dashboard shows of messages and private links."""

from datetime import timedelta
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, QuerySet

from clients.contact import calls, health
from clients.contact.models import Message, PrivateLink
from clients.looking import CaseLook
from clients.models import Case, Participant
from practice.access.roles import Role
from practice.dashboard import registry
from practice.dashboard.looking import Look
from practice.dashboard.registry import Context
from practice.http import StaffRequest

M = TypeVar("M", bound=Model)

_SHOWN, _MOST = timedelta(days=14), 10


@registry.today.panel(
    "delivery",
    title="Messages are waiting",
    template="contact/panel_delivery.html",
    order=0,
    roles=(Role.COUNSELOR, Role.OWNER),
    needs=(health.beats, health.waiting, health.troubled),
)
def delivery(request: StaffRequest, look: Look) -> Context | None:
    """Shown only while something is wrong with sending; right after a start nothing is yet."""
    counts = look.rows(health.waiting), look.rows(health.troubled)
    state = health.delivery_of(look.rows(health.beats), *counts, look.now)
    if (state.is_well or state.is_starting) and not state.uncertain and not state.dead:
        return None
    return {"delivery": state, "needs_person": True}


def stuck(look: Look) -> QuerySet[Message]:
    """Messages that could not go to the counselor's own clients."""
    lately = Message.objects.in_trouble().filter(due_at__gte=look.now - _SHOWN)
    found = _theirs(lately.filter(calls.needed()), look)
    return found.select_related("client").only("state", "reason", "due_at", "client__name")[:_MOST]


def locked(look: Look) -> QuerySet[PrivateLink]:
    """Links of theirs that were locked after wrong codes."""
    found = _theirs(PrivateLink.objects.filter(locked_at__gte=look.now - _SHOWN), look)
    return found.select_related("client").only("locked_at", "client__name")[:_MOST]


def _theirs(rows: QuerySet[M], look: Look) -> QuerySet[M]:
    # Asked of each of the few that are in trouble, not of all whom the counselor ever saw.
    mine = Case.objects.for_user(look.user).filter(pk=OuterRef("case"))
    return rows.filter(Exists(Participant.objects.filter(Exists(mine), client=OuterRef("client"))))


@registry.today.panel(
    "held-back",
    title="Somebody needs a call",
    template="contact/panel_held_back.html",
    order=5,
    roles=(Role.COUNSELOR,),
    needs=(stuck, locked),
)
def held_back(request: StaffRequest, look: Look) -> Context | None:
    """Whom to call, and why."""
    found, links = look.rows(stuck), look.rows(locked)
    if not found and not links:
        return None
    return {"stuck": found, "locked": links, "needs_person": True}


@registry.case.panel(
    "contact",
    title="How to reach them",
    template="contact/panel_contact.html",
    order=50,
    roles=(Role.COUNSELOR,),
)
def contact(request: StaffRequest, look: CaseLook) -> Context:
    """Each person's contact card, their private access, and what went wrong with it."""
    return {"people": look.people}
