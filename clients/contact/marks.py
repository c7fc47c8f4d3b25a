"""The marks a sender leaves in the outbox for each message: this one goes now, that one has gone.

They are written together, and hold together: each only where its row still is as the sender left
it. Most of what sending costs is here, so the SQL stands written out: one statement that PostgreSQL
plans once for a connection, and on SQLite, where each is a call, a few in one transaction.
"""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import DateTimeField, Field, UUIDField

from clients.contact import links
from clients.contact.models import ContactCard, Message
from practice import planned
from practice.fields import EncryptedTextField

# What must be as it was when the gates were asked. Of addresses their digests are compared.
_AS_ASKED: list[Any] = [
    field
    for field in ContactCard._meta.concrete_fields
    if not field.primary_key and not isinstance(field, EncryptedTextField)
]
_UUID: Any = UUIDField()
_MOMENT: Any = DateTimeField()
Values = dict[str, Any]


class Written(NamedTuple):
    """Which of the two rows was still the sender's."""

    goes: bool
    has_gone: bool


def write(
    at: datetime,
    *,
    going: Message | None = None,
    new_link: bool = False,
    gone: Message | None = None,
    reason: str = "",
) -> Written:
    """Mark one as going and another as gone, in one transaction.

    `going` is as it is to be from now on, with its person's card as it was when it was asked;
    `new_link`: its token was made for it just now. `reason`: what is said of the one that is gone.
    """
    values = {"at": _moment(at), "reason": reason}
    if going:
        values |= _of_going(going, at)
    if gone:
        values |= {"gone": _id(gone.pk), "gone_fence": gone.fence}
    act = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    return act(values, going=going is not None, new_link=new_link, gone=gone is not None)


def _of_going(message: Message, at: datetime) -> Values:
    token: Any = Message._meta.get_field("token")
    card = message.client.card
    return {
        "going": _id(message.pk),
        "going_fence": message.fence,
        "client": _id(message.client_id),
        "purpose": message.purpose,
        "subject": message.subject_id,
        "token": token.pre_save(message, False),
        "channel": str(message.channel),
        "lease": _moment(message.lease_until),
        "link": _id(uuid4()),
        "digest": links.digest(message.token),
        "until": _moment(at + links.LIFE),
        **{field.column: _stored(field, getattr(card, field.attname)) for field in _AS_ASKED},
    }


# PostgreSQL. Whoever stops a person's messages, or changes how they are reached, locks their card
# first. So does this: whoever comes second sees what the first did.

_CARD = """card AS (
    SELECT client_id FROM contact_contactcard WHERE client_id = %(client)s AND {as_asked} FOR UPDATE
)"""
_GOING = """going AS (
    UPDATE contact_message AS message
    SET state = 'sending', attempt = attempt + 1, token = %(token)s, channel = %(channel)s,
        lease_until = %(lease)s
    FROM card
    WHERE message.client_id = card.client_id
        AND id = %(going)s AND fence = %(going_fence)s AND state = 'claimed'
    RETURNING message.id
)"""
_EARLIER = """earlier AS (
    UPDATE contact_privatelink SET revoked_at = %(at)s FROM going
    WHERE client_id = %(client)s AND purpose = %(purpose)s AND subject_id = %(subject)s
        AND revoked_at IS NULL
)"""
_LINK = """link AS (
    INSERT INTO contact_privatelink
        (id, token_digest, client_id, purpose, subject_id, made_at, expires_at, failures)
    SELECT %(link)s::uuid, %(digest)s, %(client)s::uuid, %(purpose)s, %(subject)s,
        %(at)s::timestamptz, %(until)s::timestamptz, 0 FROM going
)"""
_GONE = """gone AS (
    UPDATE contact_message
    SET state = 'sent', reason = %(reason)s, token = '', sent_at = %(at)s, next_try_at = NULL,
        lease_until = NULL
    WHERE id = %(gone)s AND fence = %(gone_fence)s AND state = 'sending'
    RETURNING id
)"""
_NONE = "{} AS (SELECT NULL::uuid AS id WHERE false)"
_STEPS = """steps AS (
    INSERT INTO contact_messagestep (message_id, at, state, reason)
    SELECT id, %(at)s::timestamptz, 'sending', '' FROM going
    UNION ALL SELECT id, %(at)s::timestamptz, 'sent', %(reason)s FROM gone
)"""
_FOUND = "SELECT (SELECT count(*) FROM going), (SELECT count(*) FROM gone)"


@cache
def _whole(*, going: bool, new_link: bool, gone: bool) -> str:
    as_asked = (f"{field.column} IS NOT DISTINCT FROM %({field.column})s" for field in _AS_ASKED)
    parts = [
        *([_CARD.format(as_asked=" AND ".join(as_asked)), _GOING] if going else []),
        *([] if going else [_NONE.format("going")]),
        *([_EARLIER, _LINK] if new_link else []),
        _GONE if gone else _NONE.format("gone"),
        _STEPS,
    ]
    return f"WITH {', '.join(parts)} {_FOUND}"


def _on_postgresql(values: Values, **which: bool) -> Written:
    with planned.cursor_of(connection) as cursor:
        cursor.execute(_whole(**which), values)
        [(goes, has_gone)] = cursor.fetchall()
        return Written(goes == 1, has_gone == 1)


# SQLite has one writer at a time: nothing changes beside the transaction.

_SET_OFF = """UPDATE contact_message
    SET state = 'sending', attempt = attempt + 1, token = %(token)s, channel = %(channel)s,
        lease_until = %(lease)s
    WHERE id = %(going)s AND fence = %(going_fence)s AND state = 'claimed'
        AND EXISTS (SELECT 1 FROM contact_contactcard WHERE client_id = %(client)s AND """
_END_EARLIER = """UPDATE contact_privatelink SET revoked_at = %(at)s
    WHERE client_id = %(client)s AND purpose = %(purpose)s AND subject_id = %(subject)s
        AND revoked_at IS NULL"""
_ADD_LINK = """INSERT INTO contact_privatelink
        (id, token_digest, client_id, purpose, subject_id, made_at, expires_at, failures)
    VALUES (%(link)s, %(digest)s, %(client)s, %(purpose)s, %(subject)s, %(at)s, %(until)s, 0)"""
_SENDING = """INSERT INTO contact_messagestep (message_id, at, state, reason)
    VALUES (%(going)s, %(at)s, 'sending', '')"""
_HAS_GONE = """UPDATE contact_message
    SET state = 'sent', reason = %(reason)s, token = '', sent_at = %(at)s, next_try_at = NULL,
        lease_until = NULL
    WHERE id = %(gone)s AND fence = %(gone_fence)s AND state = 'sending'"""
_SENT = """INSERT INTO contact_messagestep (message_id, at, state, reason)
    VALUES (%(gone)s, %(at)s, 'sent', %(reason)s)"""


def _on_sqlite(values: Values, *, going: bool, new_link: bool, gone: bool) -> Written:
    its_link = [_END_EARLIER, _ADD_LINK] if new_link else []
    with transaction.atomic():
        goes = going and _follow(_set_off(), [*its_link, _SENDING], values)
        has_gone = gone and _follow(_HAS_GONE, [_SENT], values)
    return Written(goes, has_gone)


@cache
def _set_off() -> str:
    same = (f"{field.column} IS %({field.column})s" for field in _AS_ASKED)
    return f"{_SET_OFF}{' AND '.join(same)})"


def _follow(first: str, others: list[str], values: Values) -> bool:
    """Send the others only where the first found its row."""
    with connection.cursor() as cursor:
        if cursor.execute(first, values).rowcount != 1:
            return False
        for each in others:
            cursor.execute(each, values)
        return True


def _stored(field: "Field[Any, Any]", value: Any) -> Any:
    # Most of a card is told as it is.
    if value is None or isinstance(value, str | bool):
        return value
    return field.get_db_prep_value(value, connection)


def _id(key: Any) -> Any:
    return _stored(_UUID, key)


def _moment(at: datetime | None) -> Any:
    return _stored(_MOMENT, at)
