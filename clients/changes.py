"""The history of a case: what became of it, and how it stood from then on."""

from collections.abc import Iterable

from clients.models import Case, CaseChange
from practice import clock
from practice.audit import trail
from practice.audit.models import ActorKind


def keep(case: Case, what: CaseChange.What, by: trail.Actor, *, reason: str = "") -> CaseChange:
    """Write down how the case stands now, in the transaction of what changed it."""
    return CaseChange.objects.create(
        case=case,
        what=what,
        at=clock.now(),
        made_by_id=by.id if by.kind == ActorKind.STAFF else None,
        counselor=case.counselor,
        stage=case.stage,
        disclosure=case.disclosure,
        reason=reason,
    )


def disclosure_set(history: Iterable[CaseChange]) -> CaseChange | None:
    """When it was last said whether they know, and by whom. `history`: the oldest first."""
    said = None
    for change in history:
        if said is None or change.disclosure != said.disclosure:
            said = change
    return said
