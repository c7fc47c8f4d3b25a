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

from clients.contact import links
from clients.contact.models import Channel, ContactCard, Message
from practice import planned
from practice.fields import EncryptedTextField

# What must be as it was when the gates were asked. Of addresses their digests are compared.
_AS_ASKED = {
    str(field.column): field.attname
    for field in ContactCard._meta.concrete_fields
    if not field.primary_key and not isinstance(field, EncryptedTextField)
}
_TOKEN: Any = Message._meta.get_field("token")
Values = dict[str, Any]


class Written(NamedTuple):
    """Which of the two rows was still the sender's."""

    goes: bool
    has_gone: bool


def of_going(message: Message, token: str, channel: Channel) -> Values:
    """What is written of a message when it goes, and with it the card that was asked about.

    `token` is of its private link. All that is known before its turn: times come with `write`.
    """
    card = message.client.card
    return {
        "going": message.pk,
        "going_fence": message.fence,
        "client": message.client_id,
        "purpose": message.purpose,
        "subject": message.subject_id,
        "token": _TOKEN.sealed(message, token),
        "channel": str(channel),
        "link": uuid4(),
        "digest": links.digest(token),
        **{column: getattr(card, name) for column, name in _AS_ASKED.items()},
    }


def write(
    at: datetime,
    *,
    going: Values | None = None,
    lease_until: datetime | None = None,
    new_link: bool = False,
    gone: Message | None = None,
    reason: str = "",
    meanwhile: planned.Meanwhile | None = None,
) -> Written:
    """Mark one as going, until `lease_until`, and another as gone, in one transaction.

    `new_link`: the token of the one that goes was made for it just now. `reason`: what is said of
    the one that is gone.
    """
    values: Values = {"at": at, "until": at + links.LIFE, "lease": lease_until, "reason": reason}
    values |= going or {}
    if gone:
        values |= {"gone": gone.pk, "gone_fence": gone.fence}
    act = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    return act(values, meanwhile, going=going is not None, new_link=new_link, gone=gone is not None)


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
    as_asked = (f"{column} IS NOT DISTINCT FROM %({column})s" for column in _AS_ASKED)
    parts = [
        *([_CARD.format(as_asked=" AND ".join(as_asked)), _GOING] if going else []),
        *([] if going else [_NONE.format("going")]),
        *([_EARLIER, _LINK] if new_link else []),
        _GONE if gone else _NONE.format("gone"),
        _STEPS,
    ]
    return f"WITH {', '.join(parts)} {_FOUND}"


def _on_postgresql(values: Values, meanwhile: planned.Meanwhile | None, **which: bool) -> Written:
    with planned.cursor_of(connection, meanwhile) as cursor:
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
_HAS_GONE = """UPDATE contact_message
    SET state = 'sent', reason = %(reason)s, token = '', sent_at = %(at)s, next_try_at = NULL,
        lease_until = NULL
    WHERE id = %(gone)s AND fence = %(gone_fence)s AND state = 'sending'"""
_STEP = "INSERT INTO contact_messagestep (message_id, at, state, reason) VALUES "
_SENDING = "(%(going)s, %(at)s, 'sending', '')"
_SENT = "(%(gone)s, %(at)s, 'sent', %(reason)s)"


def _on_sqlite(given: Values, _: Any, *, going: bool, new_link: bool, gone: bool) -> Written:
    values = planned.stored(connection, given)
    with transaction.atomic(), planned.cursor_of(connection) as cursor:
        goes = going and cursor.execute(_set_off(), values).rowcount == 1
        if goes and new_link:
            cursor.execute(_END_EARLIER, values)
            cursor.execute(_ADD_LINK, values)
        has_gone = gone and cursor.execute(_HAS_GONE, values).rowcount == 1
        if steps := [_SENDING] * goes + [_SENT] * has_gone:
            cursor.execute(_STEP + ", ".join(steps), values)
    return Written(goes, has_gone)


@cache
def _set_off() -> str:
    same = (f"{column} IS %({column})s" for column in _AS_ASKED)
    return f"{_SET_OFF}{' AND '.join(same)})"
