"""Personal codes: what the other partner doesn't know."""

import secrets
import threading
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
from practice import clock, encryption

SHORTEST = 6
ENROLLMENT_LIFE = timedelta(days=7)
TRIES_IN_A_ROW = 10
# Comparing takes a tenth of a second and 100 MB each: a flood waits in line.
_FEW_AT_A_TIME = threading.BoundedSemaphore(2)


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
            "code": make_password(_secret(client.pk, code)),
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
            "code": "",  # whoever knew the old one is shut out from now on
            "enrollment": make_password(_secret(client.pk, code)),
            "enrollment_ends_at": clock.now() + ENROLLMENT_LIFE,
            "failures": 0,
            "locked_at": None,
        },
    )
    return f"{code[:4]} {code[4:]}"


def end(client: Client) -> None:
    """The person's code opens nothing any more; a counselor reads them a new one."""
    PersonalCode.objects.filter(client=client).update(
        code="", enrollment="", enrollment_ends_at=None
    )


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
    """What this code opens with this link. Failures are counted on the link and on the person.

    The slow comparison is made outside any transaction, and few at a time: tries by strangers
    keep nobody else from writing.
    """
    held = _held(link)
    matched = _match(held, code)
    if link is None:
        return Answer.NOTHING
    with transaction.atomic():
        link = PrivateLink.objects.select_for_update().get(pk=link.pk)
        if link.locked_at:
            return Answer.NOTHING
        if matched is Answer.NOTHING or not _is_unchanged(held):
            _count_failure(link)
            return Answer.NOTHING
        _forget_failures(link)
        return matched if link.is_good(clock.now()) else Answer.ENDED


def _held(link: PrivateLink | None) -> PersonalCode | None:
    if link is None or link.locked_at:
        return None
    return PersonalCode.objects.filter(client_id=link.client_id, locked_at=None).first()


def _is_unchanged(held: PersonalCode | None) -> bool:
    """Whether the code that was compared is still the person's, and still not locked."""
    if held is None:
        return False
    same = PersonalCode.objects.select_for_update().filter(
        pk=held.pk, code=held.code, enrollment=held.enrollment, locked_at=None
    )
    return same.first() is not None


def _match(held: PersonalCode | None, code: str) -> Answer:
    secret = _secret(held.client_id if held else "", code)
    with _FEW_AT_A_TIME:
        opens = check_password(secret, held.code if held and held.code else _nothing())
        enrolls = check_password(
            secret, held.enrollment if held and held.enrollment else _nothing()
        )
    if held is None:
        return Answer.NOTHING
    in_time = held.enrollment_ends_at is not None and clock.now() < held.enrollment_ends_at
    if enrolls and in_time:
        return Answer.ENROLL
    return Answer.OPEN if opens else Answer.NOTHING


def _secret(client_id: Any, code: str) -> str:
    """What is hashed: without the key outside the database, no stolen hash can be searched."""
    return encryption.blind_index(normal(code), f"code|{client_id}")


@cache
def _nothing() -> str:
    """Checked where there is nothing to check, so that the answer takes as long."""
    return make_password(secrets.token_urlsafe(16))


def _count_failure(link: PrivateLink) -> None:
    now = clock.now()
    PrivateLink.objects.filter(pk=link.pk).update(failures=F("failures") + 1)
    # A link that is over locks itself, but locks nobody out of the links that are good.
    if link.is_good(now):
        PersonalCode.objects.filter(client_id=link.client_id).update(failures=F("failures") + 1)
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
