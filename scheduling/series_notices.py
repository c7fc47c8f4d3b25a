"""Telling people about many sessions at once without filling their mailbox.

The first is told right away. Of each later one people hear two days before it, with the private
link at which they can say where they'll be. Who has heard of a session already hears at once
when it is moved or called off.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta
from uuid import UUID

from clients.contact import outbox
from clients.contact.models import Message, MessageQuerySet, State
from clients.models import Client
from practice import clock
from scheduling import notices
from scheduling.models import Appointment

AHEAD = timedelta(days=2)

# In these states a message has reached its reader, or may have.
_GONE = [State.SENDING, State.SENT, State.UNCERTAIN]


def booked(sessions: Iterable[Appointment]) -> None:
    """They were booked together."""
    first, *others = _in_order(sessions)
    notices.booked(first)
    for session in others:
        _tell_later(session)


def moved(sessions: Iterable[Appointment], known: Collection[UUID]) -> None:
    """They were moved together, which queued a message about each. Most of these needn't go yet.

    `known`: those of which people had heard before.
    """
    for session in _in_order(sessions)[1:]:
        if session.pk not in known:
            # Their reminders stay as they are.
            news = _about(session).unsent().filter(template=Message.Template.MOVED)
            outbox.stop(list(news), State.CANCELED, "told later, with its series")
            _tell_later(session)


def called_off(sessions: Iterable[Appointment], known: Collection[UUID]) -> None:
    """They were called off together; who never heard of one needn't hear of its end."""
    for session in _in_order(sessions)[1:]:
        if session.pk not in known:
            outbox.stop_about(notices.APPOINTMENT, session.pk, "nobody had heard of it")


def known(sessions: Iterable[Appointment]) -> set[UUID]:
    """Those of which somebody has been told, or may have been."""
    keys = {str(session.pk): session.pk for session in sessions}
    told = Message.objects.filter(purpose=notices.APPOINTMENT, subject_id__in=keys, state__in=_GONE)
    return {keys[subject] for subject in told.values_list("subject_id", flat=True)}


def _tell_later(session: Appointment) -> None:
    due = max(session.starts_at - AHEAD, clock.now())
    for client in Client.objects.filter(attendances__appointment=session):
        notices.tell(session, client, Message.Template.BOOKED, not_before=due)


def _about(session: Appointment) -> MessageQuerySet:
    return Message.objects.filter(purpose=notices.APPOINTMENT, subject_id=str(session.pk))


def _in_order(sessions: Iterable[Appointment]) -> list[Appointment]:
    return sorted(sessions, key=lambda each: each.starts_at)
