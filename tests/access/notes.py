"""Notes of every kind, signed and not, for the worlds of two counselors."""

from typing import Any

from clients.models import Participant
from clients.notes import writing
from clients.notes.models import KINDS, Note
from practice.audit import trail
from practice.models import Counselor


def make_note(
    kind: str, author: Counselor, about: Participant, text: str = "CANARY note", **facts: Any
) -> Note:
    """A draft of this counselor."""
    person = {"participant": about} if kind == "individual" else {}
    facts = {"case": about.case, "by": trail.SYSTEM, **person, **facts}
    return writing.begin(kind, author=author.user, text=text, **facts)


def make_signed(kind: str, author: Counselor, about: Participant, **facts: Any) -> Note:
    """A note that is locked."""
    return writing.sign(make_note(kind, author, about, **facts), trail.SYSTEM)


def of(counselor: Counselor, about: Participant) -> dict[str, Any]:
    """Their ids, by the names that the matrix uses."""
    things: dict[str, Any] = {}
    for kind in KINDS:
        things[f"{kind}_note"] = make_signed(kind, counselor, about).pk
        things[f"{kind}_draft"] = make_note(kind, counselor, about).pk
    return things
