"""A couple between two sessions."""

from datetime import datetime

import pytest

from clients.contact import sending
from clients.contact.models import Message, State
from clients.handouts import assign
from clients.handouts.models import Assignment, Audience
from clients.models import Participant
from practice.audit import trail
from scheduling import lifecycle
from scheduling.followups.models import FollowUp, Step
from scheduling.models import Appointment
from tests.cast import Cast, in_days, make_session, make_version
from tests.clients.contact.conftest import sink

__all__ = ["sink"]


@pytest.fixture
def session(cast: Cast, now: datetime) -> Appointment:
    """Hanna's and Ian's session of today at 11 in New York."""
    return make_session(cast.case, in_days(now, 0))


@pytest.fixture
def following(cast: Cast, session: Appointment, now: datetime) -> Appointment:
    """Their next one, a week later: Wednesday, December 9."""
    return make_session(cast.case, in_days(now, 7))


def hold(session: Appointment) -> list[FollowUp]:
    """The session took place."""
    lifecycle.mark_done(session, trail.SYSTEM)
    return list(FollowUp.objects.filter(session=session).select_related("message", "step"))


def confirm(cast: Cast, person: Participant, title: str, **facts: object) -> Assignment:
    """Nora confirmed a handout for this person, to go with the next follow-up."""
    audience = Audience(person.part)
    version = make_version(audience, title=title, **facts)
    [given] = assign.give(person, [version], now=False, user=cast.nora.user, by=trail.SYSTEM)
    return given


def check_in_of(person: Participant) -> FollowUp:
    return person.follow_ups.select_related("message").get(step__kind=Step.Kind.CHECK_IN)


def handout_of(person: Participant) -> FollowUp:
    return person.follow_ups.select_related("message").get(step__kind=Step.Kind.HANDOUT)


def go() -> int:
    """One tick; returns how many follow-ups went, whatever else did."""
    sent = Message.objects.filter(is_follow_up=True, state=State.SENT)
    before = sent.count()
    sending.tick()
    return sent.count() - before
