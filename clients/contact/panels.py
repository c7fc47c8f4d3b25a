"""What the dashboard shows of messages and private links."""

from datetime import timedelta

from clients.contact import calls, health
from clients.contact.models import Message, PrivateLink
from clients.models import Case, Participant
from practice import clock
from practice.access.roles import Role
from practice.dashboard import registry
from practice.dashboard.registry import Context
from practice.http import StaffRequest


@registry.today.panel(
    "delivery",
    title="Messages are waiting",
    template="contact/panel_delivery.html",
    order=0,
    roles=(Role.COUNSELOR, Role.OWNER),
)
def delivery(request: StaffRequest) -> Context | None:
    """Shown only while something is wrong with sending."""
    state = health.delivery()
    if state.is_well and not state.uncertain and not state.dead:
        return None
    return {"delivery": state, "needs_person": True}


@registry.today.panel(
    "held-back",
    title="Somebody needs a call",
    template="contact/panel_held_back.html",
    order=5,
    roles=(Role.COUNSELOR,),
)
def held_back(request: StaffRequest) -> Context | None:
    """Messages that could not go to the counselor's own clients, and links that were locked."""
    since = clock.now() - timedelta(days=14)
    cases = Case.objects.for_user(request.user)
    mine = {"client__participations__case__in": cases}
    # Somebody may be in two of the counselor's cases.
    messages, links = Message.objects.distinct(), PrivateLink.objects.distinct()
    stuck = messages.filter(calls.needed(), **mine, due_at__gte=since).select_related("client")
    locked = links.filter(**mine, locked_at__gte=since).select_related("client")
    if not stuck and not locked:
        return None
    return {"stuck": stuck[:10], "locked": locked[:10], "needs_person": True}


@registry.case.panel(
    "contact",
    title="How to reach them",
    template="contact/panel_contact.html",
    order=50,
    roles=(Role.COUNSELOR,),
)
def contact(request: StaffRequest, case: Case) -> Context:
    """Each person's contact card, their private access, and what went wrong with it."""
    people = Participant.objects.filter(case=case).select_related(
        "client__card", "client__personal_code"
    )
    return {"people": people}
