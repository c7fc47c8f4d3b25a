"""How audit rows are sealed to each other, and how that is checked."""

import json
from dataclasses import dataclass

from practice import encryption
from practice.audit.models import Entry

FIRST = "0" * 64
_SEALED = (
    "seq",
    "actor_kind",
    "actor_id",
    "role",
    "verb",
    "resource",
    "resource_id",
    "case_id",
    "client_id",
    "note",
    "network",
    "request_id",
    "previous",
)


@dataclass(frozen=True)
class Break:
    """The first row that isn't what was written."""

    seq: int
    why: str


def seal_of(entry: Entry) -> str:
    """The keyed digest of the row and of the row before it."""
    facts = {name: getattr(entry, name) for name in _SEALED}
    facts["at"] = entry.at.isoformat(timespec="microseconds")
    return encryption.seal(json.dumps(facts, sort_keys=True).encode())


def first_break() -> Break | None:
    """The first bad row of the whole chain, or None where it is whole."""
    previous, expected = FIRST, 1
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=2000):
        if entry.seq != expected:
            return Break(expected, "is missing")
        if entry.previous != previous:
            return Break(entry.seq, "does not follow the row before it")
        if entry.seal != seal_of(entry):
            return Break(entry.seq, "was changed")
        previous, expected = entry.seal, expected + 1
    return None
