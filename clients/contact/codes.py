"""Personal codes: what the other partner doesn't know."""

import secrets
from datetime import timedelta
from enum import Enum
from functools import cache
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F

from clients.contact import links
from clients.contact.models import PersonalCode, PrivateLink
from clients.models import Client
from practice import clock

SHORTEST = 6
ENROLLMENT_LIFE = timedelta(days=7)
TRIES_IN_A_ROW = 10


class Answer(Enum):
    """What a code opened."""

    NOTHING = "nothing"
    ENDED = "ended"  # the right code, on a link that is over
    ENROLL = "enroll"  # the code read out in the session: now they choose their own
    OPEN = "open"


def choose(client: Client, code: str) -> None:
    """Set the code that only this person knows; used by the person themselves alone."""
    PersonalCode.objects.update_or_create(
        client=client,
        defaults={
            "code": make_password(normal(code)),
            "set_at": clock.now(),
            "enrollment": "",
            "enrollment_ends_at": None,
            "failures": 0,
            "locked_at": None,
        },
    )


def enroll(client: Client) -> str:
    """A code for the counselor to read out in a session: good for a week and for one use."""
    code = f"{secrets.randbelow(10**8):08d}"
    PersonalCode.objects.update_or_create(
        client=client,
        defaults={
            "enrollment": make_password(code),
            "enrollment_ends_at": clock.now() + ENROLLMENT_LIFE,
            "failures": 0,
            "locked_at": None,
        },
    )
    return f"{code[:4]} {code[4:]}"


def enrollment_of(client_id: Any) -> str:
    """What tells the enrollment that a person was read out from any other of theirs."""
    held = PersonalCode.objects.filter(client_id=client_id).first()
    return _mark(held)


@transaction.atomic
def choose_first(client: Client, code: str, enrollment: str) -> bool:
    """Use up this enrollment; False where it was used or replaced meanwhile."""
    held = PersonalCode.objects.select_for_update().filter(client=client).first()
    if not enrollment or _mark(held) != enrollment:
        return False
    choose(client, code)
    return True


def _mark(held: PersonalCode | None) -> str:
    return links.digest(held.enrollment) if held and held.enrollment else ""


def normal(code: str) -> str:
    """Codes are compared without the blanks that people put between digits."""
    return "".join(code.split())


def answer(link: PrivateLink | None, code: str) -> Answer:
    """What this code opens with this link. Failures are counted on the link and on the person."""
    code = normal(code)
    with transaction.atomic():
        if link is not None:
            link = PrivateLink.objects.select_for_update().get(pk=link.pk)
        held = _held(link)
        matched = _match(held, code)
        if link is None or held is None or matched is Answer.NOTHING:
            _count_failure(link)
            return Answer.NOTHING
        _forget_failures(link)
        if not link.is_good(clock.now()):
            return Answer.ENDED
        return matched


def _held(link: PrivateLink | None) -> PersonalCode | None:
    if link is None or link.locked_at:
        return None
    held = PersonalCode.objects.select_for_update().filter(client_id=link.client_id).first()
    return None if held is None or held.locked_at else held


def _match(held: PersonalCode | None, code: str) -> Answer:
    opens = check_password(code, held.code if held and held.code else _nothing())
    enrolls = check_password(code, held.enrollment if held and held.enrollment else _nothing())
    if held is None:
        return Answer.NOTHING
    in_time = held.enrollment_ends_at is not None and clock.now() < held.enrollment_ends_at
    if enrolls and in_time:
        return Answer.ENROLL
    return Answer.OPEN if opens else Answer.NOTHING


@cache
def _nothing() -> str:
    """Checked where there is nothing to check, so that the answer takes as long."""
    return make_password(secrets.token_urlsafe(16))


def _count_failure(link: PrivateLink | None) -> None:
    if link is None:
        return
    PrivateLink.objects.filter(pk=link.pk).update(failures=F("failures") + 1)
    PersonalCode.objects.filter(client_id=link.client_id).update(failures=F("failures") + 1)
    now = clock.now()
    # The counselor is told on the dashboard; nothing is written to the mailbox that may be shared.
    PrivateLink.objects.filter(pk=link.pk, failures__gte=links.TRIES, locked_at=None).update(
        locked_at=now
    )
    PersonalCode.objects.filter(
        client_id=link.client_id, failures__gte=TRIES_IN_A_ROW, locked_at=None
    ).update(locked_at=now)


def _forget_failures(link: PrivateLink) -> None:
    PrivateLink.objects.filter(pk=link.pk).update(failures=0)
    PersonalCode.objects.filter(client_id=link.client_id).update(failures=0)
