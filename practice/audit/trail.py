"""Adding to the record of who saw and did what."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from typing import Any

from django.db import connection, models, transaction
from django.http import HttpRequest

from practice import clock, planned
from practice.audit.chain import FIRST, seal_of
from practice.audit.models import ActorKind, Entry, Verb
from practice.http import network
from practice.models import User

# One chain has one end: writers take turns. The number is any constant of our own.
_LOCK = 7_410_001
# Every page that shows something about a person adds a row, so the SQL stands written out.
_COLUMNS = [field.column for field in Entry._meta.concrete_fields if field.column]
_LAST = "SELECT seq, seal FROM audit_entry ORDER BY seq DESC LIMIT 1"
_IN_TURN = f"SELECT pg_advisory_xact_lock({_LOCK}); {_LAST}"
_INSERT = "INSERT INTO audit_entry ({columns}) VALUES ({rows})"
_AT_ONCE = 100


@dataclass(frozen=True)
class Actor:
    """Who acts: somebody on the staff, a client by private link, or the system itself."""

    kind: ActorKind
    id: str = ""
    role: str = ""
    network: str = ""
    request_id: str = ""


SYSTEM = Actor(ActorKind.SYSTEM)


def staff_actor(request: HttpRequest) -> Actor:
    """The signed-in person of this request."""
    user = request.user
    assert isinstance(user, User)
    return Actor(ActorKind.STAFF, str(user.pk), user.role, network(request), _request_id(request))


def client_actor(request: HttpRequest, client_id: Any) -> Actor:
    """The client who came by a private link, or asks for a first consultation."""
    return Actor(ActorKind.CLIENT, str(client_id), "", network(request), _request_id(request))


def outsider(request: HttpRequest) -> Actor:
    """Somebody who isn't known yet."""
    return Actor(ActorKind.SYSTEM, network=network(request), request_id=_request_id(request))


def record(
    verb: Verb,
    subject: models.Model,
    *,
    by: Actor,
    case_id: Any = "",
    client_id: Any = "",
    note: str = "",
) -> None:
    """Add one row, in the act's own transaction; a reading is recorded before the page leaves."""
    record_all(verb, [(subject, case_id, client_id)], by=by, note=note)


def record_all(
    verb: Verb,
    subjects: Iterable[tuple[models.Model, Any, Any]],
    *,
    by: Actor,
    note: str = "",
) -> None:
    """Add a row for each (subject, case id, client id)."""
    rows = [
        Entry(
            actor_kind=by.kind,
            actor_id=by.id,
            role=by.role,
            network=by.network,
            request_id=by.request_id,
            verb=verb,
            resource=subject._meta.label_lower,
            resource_id=str(subject.pk),
            case_id=str(case_id or ""),
            client_id=str(client_id or ""),
            note=note,
        )
        for subject, case_id, client_id in subjects
    ]
    if rows:
        _append(rows)


def _append(rows: list[Entry]) -> None:
    # Where it can't be recorded, nothing of the act around it may stay: no point to go back to.
    with transaction.atomic(savepoint=False):
        seq, previous = _end_of_chain()
        for row in rows:
            seq += 1
            row.seq, row.previous, row.at = seq, previous, clock.now().astimezone(UTC)
            previous = row.seal = seal_of(row)
        _add(rows)


def _end_of_chain() -> tuple[int, str]:
    """The last row's number and seal, once it is this transaction's turn to add to them."""
    with connection.cursor() as cursor:
        # SQLite's IMMEDIATE transactions take turns already. Here the second question is asked
        # with the first, and answered after it: by then whoever came before has committed.
        if connection.vendor == "postgresql":
            cursor.execute(_IN_TURN)
            cursor.nextset()
        else:
            cursor.execute(_LAST)
        last = cursor.fetchone()
    return last or (0, FIRST)


def _add(rows: list[Entry]) -> None:
    with planned.cursor_of(connection) as cursor:
        for begin in range(0, len(rows), _AT_ONCE):
            some = rows[begin : begin + _AT_ONCE]
            values = {name: value for at, row in enumerate(some) for name, value in _told(row, at)}
            cursor.execute(_insert(len(some)), planned.stored(connection, values))


def _told(row: Entry, at: int) -> Iterator[tuple[str, Any]]:
    return ((f"{name}_{at}", getattr(row, name)) for name in _COLUMNS)


@cache
def _insert(number: int) -> str:
    """The statement that adds so many rows."""
    rows = (", ".join(f"%({name}_{at})s" for name in _COLUMNS) for at in range(number))
    return _INSERT.format(columns=", ".join(_COLUMNS), rows="), (".join(rows))


def _request_id(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", ""))
