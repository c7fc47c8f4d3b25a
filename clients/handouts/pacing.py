"""How handouts are paced: what speaks against giving somebody something to read just now.

Rooms above this one know reasons of their own (a session that has just ended, an open flag); they
hang a question on here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from clients.models import Participant


@dataclass(frozen=True)
class Wait:
    """Not now. `until` is None where a person has to act first."""

    reason: str
    until: datetime | None = None


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
