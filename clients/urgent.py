"""Opening a colleague's case because it could not wait: for an hour, and everybody sees it.

Nobody can look through a colleague's cases: who opens one must know the names of those in it.
"""

from datetime import timedelta

from django.db import transaction

from clients import names
from clients.models import Case, UrgentLook
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import Counselor, User

LASTS = timedelta(hours=1)


class NoneFits(Exception):
    """No open case of this counselor's has somebody of this name."""


def open_now(
    counselor: Counselor, name: str, reason: UrgentLook.Reason, *, user: User, by: trail.Actor
) -> UrgentLook:
    """The case of this counselor's in which somebody has exactly this name. Raises NoneFits."""
    case = _of(counselor, name)
    if case is None:
        trail.record(Verb.DENY, counselor, by=by, note="urgent look: no such name")
        raise NoneFits
    with transaction.atomic():
        now = clock.now()
        look = UrgentLook.objects.create(
            case=case, user=user, reason=reason, opened_at=now, ends_at=now + LASTS
        )
        trail.record(Verb.CREATE, look, by=by, case_id=case.pk, note=f"urgent: {reason}")
    return look


def _of(counselor: Counselor, name: str) -> Case | None:
    """The latest that fits: names are encrypted, so each is opened."""
    found = Case.objects.open().filter(counselor=counselor).order_by("-opened_at")
    for case in found.prefetch_related("participants__client"):
        if any(names.same(name, person.client.name) for person in case.participants.all()):
            return case
    return None
