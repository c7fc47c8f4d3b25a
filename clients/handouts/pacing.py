"""How handouts are paced: what speaks against giving somebody something to read just now.

Rooms above this one know reasons of their own (a session that has just ended, an open flag); they
hang a question on here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Max

from clients.handouts.models import Assignment
from clients.models import Participant
from practice.clock import on_wall_clock
from practice.models import Practice


@dataclass(frozen=True)
class Wait:
    """Not now. `until` is None where a person has to act first.

    A `firm` one holds whatever a counselor chooses; another is a habit that they may leave.
    """

    reason: str
    until: datetime | None = None
    firm: bool = True


Question = Callable[[Participant, datetime], Wait | None]

_QUESTIONS: list[Question] = []


def asks(question: Question) -> Question:
    """Decorator: ask this before something to read is released to a participant at a moment."""
    _QUESTIONS.append(question)
    return question


def waits(participant: Participant, moment: datetime) -> list[Wait]:
    """All that speaks against that moment; empty where nothing does."""
    answers = (question(participant, moment) for question in _QUESTIONS)
    return [answer for answer in answers if answer]


@asks
def one_after_the_other(participant: Participant, moment: datetime) -> Wait | None:
    """Not more than one in so many days as the practice set: a week at first.

    Days are counted on the reader's calendar, so that a weekly hour stays the same hour.
    """
    pause = Practice.current().handout_pause_days
    theirs = Assignment.objects.filter(participant=participant)
    last = theirs.aggregate(last=Max("released_at"))["last"]
    if not pause or last is None:
        return None
    zone = participant.client.zone
    next_day = last.astimezone(zone).date() + timedelta(days=pause)
    until = on_wall_clock(next_day, time.min, zone)
    if until <= moment:
        return None
    days = "a day" if pause == 1 else f"{pause} days"
    return Wait(f"something was given less than {days} ago", until, firm=False)
