"""Writing a note: drafts that are never lost, signing, and what comes after."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from clients.models import Case, Participant
from clients.notes.models import KINDS, Note
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import User

# What saving a draft writes.
_KEPT: list[Any] = ["text", "refers_to", "version", "saved_by", "changed_at"]


class AlreadySigned(Exception):
    """It is locked; an addendum says what is to be said now."""


class Empty(Exception):
    """There is nothing to sign."""


class OtherTexts(Exception):
    """A text from another window waits for the author's choice."""


@dataclass(frozen=True)
class Saved:
    """Where the text was kept: in its note, or in one beside it because of another window."""

    note: Note
    is_apart: bool = False


@transaction.atomic
def begin(
    kind: str,
    *,
    case: Case,
    author: User,
    by: trail.Actor,
    participant: Participant | None = None,
    text: str = "",
    references: Iterable[str] = (),
    adds_to: Note | None = None,
) -> Note:
    """A new draft. `participant`: whom an individual note is about."""
    now = clock.now()
    facts: dict[str, Any] = {
        "case": case,
        "author": author,
        "begun_at": now,
        "changed_at": now,
        "text": text,
        "refers_to": _as_kept(references),
        "adds_to": adds_to,
    }
    if kind == "individual":
        facts["participant"] = participant
    note = KINDS[kind](**facts)
    note.save(force_insert=True)
    record(Verb.CREATE, note, by=by)
    return note


@transaction.atomic
def save(note: Note, *, text: str, references: Iterable[str], version: int, window: str) -> Saved:
    """Keep what one window holds. Nothing that another window kept is overwritten.

    `version` is the one that the window began from, `window` its own number. Where the note was
    changed elsewhere meanwhile, the text is kept beside it; where it was signed, in an addendum.
    """
    note = _locked(note)
    if note.is_signed:
        return _after_signing(note, text, references, window)
    if text == note.text or version == note.version or window == note.saved_by:
        return Saved(_write(note, text, references, window))
    return Saved(_beside(note, text, references, window), is_apart=True)


def _after_signing(note: Note, text: str, references: Iterable[str], window: str) -> Saved:
    if text == note.text:
        return Saved(note)
    model = type(note)
    kept = model._default_manager.filter(adds_to=note, saved_by=window, signed_at=None).first()
    kept = kept or _copy_of(note, adds_to=note.adds_to or note)
    return Saved(_write(kept, text, references, window), is_apart=True)


def _beside(note: Note, text: str, references: Iterable[str], window: str) -> Note:
    # A note that is itself a second text has no second text: both belong to the same note.
    first = note.beside or note
    kept = type(note)._default_manager.filter(beside=first, saved_by=window).first()
    return _write(kept or _copy_of(note, beside=first), text, references, window)


def _copy_of(note: Note, **facts: Any) -> Note:
    """Another row of the same case, author and person."""
    about = note.participant_or_none
    now = clock.now()
    made = type(note)(
        case=note.case,
        author=note.author,
        begun_at=now,
        changed_at=now,
        **({"participant": about} if about else {}),
        **{"adds_to": note.adds_to, **facts},
    )
    made.save(force_insert=True)
    return made


def _write(note: Note, text: str, references: Iterable[str], window: str) -> Note:
    note.text, note.refers_to = text, _as_kept(references)
    note.version += 1
    note.saved_by, note.changed_at = window, clock.now()
    note.save(update_fields=_KEPT)
    return note


@transaction.atomic
def sign(note: Note, by: trail.Actor) -> Note:
    """From now on nobody changes it, and the database keeps to that.

    Raises AlreadySigned, Empty, OtherTexts.
    """
    note = _locked(note)
    if note.is_signed:
        raise AlreadySigned
    if not note.text.strip():
        raise Empty
    if note.texts_beside.exists():
        raise OtherTexts
    note.signed_at = clock.now()
    note.save(update_fields=["signed_at"])
    record(Verb.CHANGE, note, by=by, words="signed")
    return note


@transaction.atomic
def settle(note: Note, other: Note, *, use: bool) -> Note:
    """The author chose: the other text takes the note's place, or goes."""
    note = _locked(note)
    if note.is_signed:
        raise AlreadySigned
    if use:
        _write(note, other.text, other.references, other.saved_by)
    other.delete()
    return note


@transaction.atomic
def discard(note: Note, by: trail.Actor) -> None:
    """A draft that isn't wanted goes, with the texts beside it. Raises AlreadySigned."""
    note = _locked(note)
    if note.is_signed:
        raise AlreadySigned
    record(Verb.ERASE, note, by=by, words="draft")
    note.delete()


def record(verb: Verb, note: Note, *, by: trail.Actor, words: str = "") -> None:
    """Write into the audit trail what was done with a note, as every note is recorded."""
    about = note.participant_or_none
    client_id = about.client_id if about else ""
    trail.record(verb, note, by=by, case_id=note.case_id, client_id=client_id, note=words)


def _locked(note: Note) -> Note:
    found: Note = type(note)._default_manager.select_for_update(of=("self",)).get(pk=note.pk)
    return found


def _as_kept(references: Iterable[str]) -> str:
    return json.dumps(list(references))
