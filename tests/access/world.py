"""Two counselors' couples with one of everything, so that each can be asked for the other's."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from axes.models import AccessAttempt
from django.test import Client as Browser

from clients.contact.models import ConsentDocument
from clients.handouts import assign, library
from clients.handouts.importing import ImportedArticle
from clients.handouts.models import Article, Audience, Version
from clients.models import Case, Participant
from practice import clock
from practice.access.roles import Role
from practice.audit import trail
from practice.mailbox import letters
from practice.models import Counselor, Directory, Practice, User
from scheduling import lifecycle
from scheduling.models import Appointment, TimeOff
from tests.access import requests
from tests.access.matrix import Who
from tests.cast import (
    Cast,
    in_days,
    make_consultation,
    make_session,
    make_user,
    make_version,
    open_link,
)
from tests.scheduling.consulting import consult

Things = Mapping[str, Any]


@dataclass
class World:
    """What each counselor has, by the names that the matrix uses; `shared` is everybody's."""

    cast: Cast
    own: Things
    others: Things
    shared: Things

    def user(self, who: Who) -> User:
        """Somebody on the staff."""
        cast = self.cast
        return {
            Who.DESK: cast.dan,
            Who.COUNSELOR: cast.nora.user,
            Who.OTHER_COUNSELOR: cast.ida.user,
            Who.OWNER: cast.olga,
        }[who]

    def visit(self, browser: Browser, person: Participant, purpose: str, things: Things) -> None:
        """Come by a private link of that purpose, with the right code."""
        subject = things["links"][purpose]
        answer = open_link(browser, person.client, purpose, subject)
        assert answer.status_code == 200, purpose


def build(cast: Cast) -> World:
    """Everything that an address can name, twice."""
    version = make_version()
    spare = make_version(title="Not given yet")
    shared = {
        "version": version.pk,
        "spare": spare,
        "draft": _draft().pk,
        "unassigned_request": requests.waiting("NJ", "Uma").pk,
        "mail": letters.keep(_mail().as_bytes()).stem,
        **_settings(cast),
    }
    return World(
        cast,
        _things(cast.nora, cast.hanna, cast.ian, version, spare),
        _things(cast.ida, cast.mia, cast.max, version, spare),
        shared,
    )


def _things(
    counselor: Counselor, first: Participant, second: Participant, version: Version, spare: Version
) -> Things:
    case = first.case
    session = make_session(case, in_days(clock.now(), 1))
    begun = make_session(case, in_days(clock.now(), -1))
    consultation = consult(counselor, in_days(clock.now(), 7), first.client, second.client)
    past = lifecycle.mark_done(make_session(case, in_days(clock.now(), 2)), by=trail.SYSTEM)
    request = make_consultation(counselor, in_days(clock.now(), 5), f"Vera{counselor.pk}").request
    held = make_consultation(counselor, in_days(clock.now(), 6), f"Will{counselor.pk}").request
    assert held.appointment is not None
    lifecycle.mark_done(held.appointment, by=trail.SYSTEM)
    mine, theirs = (_given(person, version, counselor) for person in (first, second))
    check_in = past.follow_ups.get(participant=first)
    asked = requests.of(counselor)
    own_request = requests.offered(counselor, first.client)
    return {
        "case": case.pk,
        "participant": first.pk,
        "session": begun.pk,
        "appointment": session.pk,
        "request": request.pk,
        "held_request": held.pk,
        "begun_request": asked.begun.pk,
        "open_request": asked.open.pk,
        "review_request": asked.review.pk,
        "open_time": asked.open_time,
        "apart_request": asked.apart.pk,
        "counselor": counselor.pk,
        "offered_time": requests.first_offer(own_request),
        "assignment": mine,
        "partners_assignment": theirs,
        "another_time": _two_hours_later(session),
        "other_consultation_time": _two_hours_later(consultation),
        "version": str(spare.pk),
        "state": first.client.state_id,
        "places": _places(case),
        "links": {
            "reading": first.pk,
            "handout": mine,
            "appointment": consultation.pk,
            "check_in": check_in.pk,
            "request": own_request.pk,
        },
    }


def _given(person: Participant, version: Version, counselor: Counselor) -> uuid.UUID:
    user = counselor.user
    (assignment,) = assign.give(person, [version], now=True, user=user, by=trail.SYSTEM)
    return assignment.pk


def _two_hours_later(session: Appointment) -> str:
    return session.starts_at.replace(hour=session.starts_at.hour + 2).isoformat()


def _places(case: Case) -> dict[str, str]:
    people = case.participants.select_related("client")
    states = {f"state_{person.pk}": str(person.client.state_id) for person in people}
    return states | {f"zone_{person.pk}": person.client.time_zone for person in people}


def _draft() -> Article:
    article = library.store_draft(ImportedArticle("A draft", [], []))
    article.sections.create(position=0, audience=Audience.BOTH, text="Words.")
    return article


def _settings(cast: Cast) -> Things:
    off = TimeOff.objects.create(
        counselor=cast.nora, starts_at=in_days(clock.now(), 20), ends_at=in_days(clock.now(), 21)
    )
    attempt = AccessAttempt.objects.create(
        username="x@example.com", ip_address="192.0.2.1", failures_since_start=1
    )
    spare_codes = RecoveryCodes.activate(make_user("sam", Role.DESK)).instance
    return {
        "practice_practice": Practice.current().pk,
        "practice_state": "NJ",
        "practice_directory": Directory.objects.filter(state=None)[0].pk,
        "practice_user": cast.nora.user.pk,
        "practice_counselor": cast.nora.pk,
        "clients_concern": "affair-recovery",
        "scheduling_weeklyhours": cast.nora.weekly_hours.all()[0].pk,
        "scheduling_timeoff": off.pk,
        "mfa_authenticator": spare_codes.pk,
        "axes_accessattempt": attempt.pk,
        "contact_consentdocument": ConsentDocument.objects.get(purpose="sms").pk,
        "intake_declinereason": "no-time",
    }


def _mail() -> EmailMessage:
    mail = EmailMessage()
    mail["To"], mail["Subject"] = "somebody@example.com", "A note"
    mail.set_content("Words.")
    return mail
