"""Drafts that wait to be signed, on the counselor's Today."""

from clients.notes.models import KINDS, Note
from practice.access.roles import Role
from practice.dashboard import registry
from practice.dashboard.registry import Context
from practice.http import StaffRequest

_MOST = 10


@registry.today.panel(
    "notes",
    title="Notes to sign",
    template="notes/panel_drafts.html",
    order=25,
    roles=(Role.COUNSELOR,),
)
def drafts(request: StaffRequest) -> Context | None:
    """Those of this counselor, the oldest first: a query for each kind, and one for names."""
    found: list[Note] = []
    for model in KINDS.values():
        own = model.objects.drafts_of(request.user)
        waiting = own.defer("text", "refers_to").select_related("case").order_by("begun_at")
        found += waiting.prefetch_related("case__participants__client")[:_MOST]
    if not found:
        return None
    return {"notes": sorted(found, key=lambda note: note.begun_at)[:_MOST]}
