"""Which handouts fit a participant now. The counselor decides; this only offers, and says why."""

import json
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from clients.handouts.models import Assignment, Audience, Handout, Searchable, Version
from clients.models import Participant, Stage

_OfHandout = TypeVar("_OfHandout", Version, Searchable)


@dataclass(frozen=True)
class Proposal:
    """A version that fits, and the reasons in words."""

    version: Version
    why: str
    # What the counselor should know before: its mirror isn't confirmed for the other partner.
    note: str = ""


def fitting(participant: Participant) -> list[Proposal]:
    """What fits this participant's part and stage and hasn't been given yet, first things first.

    Nothing that names the affair is ever proposed to somebody who doesn't know of it, and
    nothing that was given is proposed again, in whatever version or stage.
    """
    if not participant.case.is_affair_recovery:
        return []
    confirmed = _confirmed_for_the_other(participant)
    fits = sorted(fitting_versions(participant), key=lambda each: _order(each, confirmed))
    return [
        Proposal(version, _why(version, participant), _note(version, confirmed)) for version in fits
    ]


def for_stage(stage: str) -> Q:
    """Handouts that suit a stage; use on what `with_stages` returned."""
    return Q(stages_text__contains=f'"{stage}"')


def with_stages(rows: QuerySet[_OfHandout]) -> QuerySet[_OfHandout]:
    """The rows with their handout's stages and topics as text, which both databases look into."""
    return rows.alias(
        stages_text=Cast("handout__stages", TextField()),
        topics_text=Cast("handout__topics", TextField()),
    )


def about(topic: str) -> Q:
    """Handouts about a topic; use on what `with_stages` returned."""
    return Q(topics_text__contains=json.dumps(topic, ensure_ascii=connection.vendor == "sqlite"))


def fitting_versions(participant: Participant) -> QuerySet[Version]:
    """What fits a participant in a case of affair recovery, in no order."""
    given = Assignment.objects.given().filter(participant=participant).values("version__handout")
    fits = with_stages(Version.objects.newest())
    fits = fits.filter(for_stage(participant.case.stage)).exclude(handout__in=given)
    fits = fits.filter(handout__audience__in=[Audience.BOTH, participant.part])
    if not participant.may_hear_of_affair:
        fits = fits.filter(handout__about_affair=False)
    return fits


def _order(version: Version, confirmed: set[UUID]) -> tuple[bool, bool, int, bool, bool, str]:
    """What the other partner's waits for comes first; then their own part's before both partners'.

    Of those the earliest stage, what is to read before what is to do, and pairs before others.
    """
    handout = version.handout
    stages = list(Stage.values)
    return (
        handout.mirror_id not in confirmed,
        handout.audience == Audience.BOTH,
        min((stages.index(stage) for stage in handout.stages), default=len(stages)),
        handout.kind == Handout.Kind.WORKSHEET,
        handout.mirror_id is None,
        version.title,
    )


def _confirmed_for_the_other(participant: Participant) -> set[UUID]:
    others = Assignment.objects.given().filter(participant__case=participant.case_id)
    others = others.exclude(participant=participant)
    return set(others.values_list("version__handout", flat=True))


def _note(version: Version, confirmed: set[UUID]) -> str:
    mirror = version.handout.mirror_id
    if mirror is None:
        return ""
    if mirror in confirmed:
        return "Goes together with its mirror, which is confirmed for the other partner."
    return "Has a mirror for the other partner, and waits until that is confirmed too."


def _why(version: Version, participant: Participant) -> str:
    audience = Audience(version.handout.audience)
    whom = "for both partners" if audience == Audience.BOTH else f"for {audience.label.lower()}"
    return f"Written {whom}; suits the stage “{Stage(participant.case.stage).label}”."
