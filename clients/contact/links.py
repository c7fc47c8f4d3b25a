"""Private links: random, revocable, kept as digests only, and good for one person and one thing."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from clients.contact.models import PrivateLink
from practice import clock

LIFE = timedelta(days=14)
TRIES = 5


def make(client_id: Any, purpose: str, subject_id: Any) -> str:
    """A new link's token. The one that led to the same thing before stops working."""
    now = clock.now()
    _end(client_id, purpose, subject_id, now)
    token = new_token()
    PrivateLink.objects.create(
        token_digest=digest(token),
        client_id=client_id,
        purpose=purpose,
        subject_id=str(subject_id),
        made_at=now,
        expires_at=now + LIFE,
    )
    return token


def new_token() -> str:
    """What nobody guesses."""
    return secrets.token_urlsafe(32)


def revoke(client_id: Any, purpose: str, subject_id: Any) -> None:
    """End the links of this person to this thing."""
    _end(client_id, purpose, subject_id, clock.now())


def _end(client_id: Any, purpose: str, subject_id: Any, now: datetime) -> None:
    facts = {"client": client_id, "purpose": purpose, "subject_id": str(subject_id)}
    PrivateLink.objects.filter(**facts, revoked_at=None).update(revoked_at=now)


def successor(link: PrivateLink) -> PrivateLink | None:
    """The link that took this one's place: a newer message led to the same thing."""
    return (
        PrivateLink.objects.select_related("client")
        .filter(
            client=link.client_id,
            purpose=link.purpose,
            subject_id=link.subject_id,
            made_at=link.revoked_at,
        )
        .exclude(pk=link.pk)
        .first()
        if link.revoked_at
        else None
    )


def revoke_all(client_id: Any, *, keep: PrivateLink | None = None) -> None:
    """End every link of this person, but for the one to `keep`."""
    theirs = PrivateLink.objects.filter(client_id=client_id, revoked_at=None)
    if keep is not None:
        theirs = theirs.exclude(pk=keep.pk)
    theirs.update(revoked_at=clock.now())


def find(token: str) -> PrivateLink | None:
    """The link of this token, whatever its state."""
    return PrivateLink.objects.select_related("client").filter(token_digest=digest(token)).first()


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
