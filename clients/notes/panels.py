"""Drafts that wait to be signed, on the counselor's Today."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from clients.looking import TITLES
from clients.notes.models import KINDS, Note
from practice.access.roles import Role
from practice.dashboard import registry
from practice.dashboard.looking import Look
from practice.dashboard.registry import Context
from practice.http import StaffRequest

_MOST = 10


@dataclass(frozen=True)
class Unsigned:
    """The rows of this counselor's drafts of one kind, the oldest first."""

    kind: str

    def __call__(self, look: Look) -> QuerySet[Any]:
        own = KINDS[self.kind].objects.drafts_of(look.user)
        return own.defer("text", "refers_to").select_related("case").order_by("begun_at")[:_MOST]


_UNSIGNED = tuple(Unsigned(kind) for kind in KINDS)


@registry.today.panel(
    "notes",
    title="Notes to sign",
    template="notes/panel_drafts.html",
    order=25,
    roles=(Role.COUNSELOR,),
    needs=_UNSIGNED,
)
def drafts(request: StaffRequest, look: Look) -> Context | None:
    """The oldest of all three kinds."""
    found: list[Note] = [note for unsigned in _UNSIGNED for note in look.rows(unsigned)]
    if not found:
        return None
    shown = sorted(found, key=lambda note: note.begun_at)[:_MOST]
    look.complete((note.case for note in shown), TITLES)
    return {"notes": shown}
