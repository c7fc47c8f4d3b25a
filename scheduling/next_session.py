"""The session that is about to begin, and the next one of a case, on the counselor's pages."""

from clients.looking import CaseLook
from practice.access.roles import Role
from practice.dashboard import registry
from practice.dashboard.looking import Look
from practice.dashboard.registry import Context
from practice.http import StaffRequest
from scheduling import of_case, of_day, session_card
from scheduling.models import Status


@registry.today.panel(
    "now",
    title="About to begin",
    template="scheduling/panel_now.html",
    order=3,
    roles=(Role.COUNSELOR,),
    needs=(of_day.at_hand, of_day.attending_at_hand, of_day.licenses, of_day.served),
)
def about_to_begin(request: StaffRequest, look: Look) -> Context | None:
    """The session of this hour, with everything one needs right before it."""
    found = look.rows(of_day.at_hand)
    if not found:
        return None
    session = found[0]
    there = look.rows(of_day.attending_at_hand)
    verdict = of_day.verdicts(look, [session], there)[session.pk]
    card = session_card.card_of(session, there, look.practice, verdict)
    return {"session": session, "card": card}


@registry.preparing.panel(
    "next",
    title="The next session",
    template="scheduling/panel_prepare.html",
    order=10,
    roles=(Role.COUNSELOR,),
    needs=(of_case.sessions, of_case.coming_next, of_day.licenses, of_day.served),
)
def next_of(request: StaffRequest, look: CaseLook) -> Context:
    """When it is, on whose clock, and where everybody will be."""
    there = look.rows(of_case.coming_next)
    coming = [each for each in reversed(look.rows(of_case.sessions)) if each.ends_at > look.now]
    session = next((each for each in coming if each.status == Status.BOOKED), None)
    if session is None:
        return {"session": None, "card": None}
    session.counselor = look.case.counselor
    verdict = of_day.verdicts(look, [session], there)[session.pk]
    card = session_card.card_of(session, there, look.practice, verdict)
    return {"session": session, "card": card}
