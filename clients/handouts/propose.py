"""Which handouts fit a participant now. The counselor decides; this only offers, and says why."""

from dataclasses import dataclass

from clients.handouts.models import Audience, Version
from clients.models import Participant, Stage


@dataclass(frozen=True)
class Proposal:
    """A version that fits, and the reasons in words."""

    version: Version
    why: str


def fitting(participant: Participant) -> list[Proposal]:
    """What fits this participant's part and stage and hasn't been given yet, first things first.

    Nothing that names the affair is ever proposed to somebody who doesn't know of it.
    """
    case = participant.case
    if not case.is_affair_recovery:
        return []
    given = set(participant.assignments.values_list("version__handout_id", flat=True))
    fits = [
        version
        for version in Version.objects.newest()
        if version.handout_id not in given and _fits(version, participant)
    ]
    fits.sort(key=lambda version: (version.handout.audience == Audience.BOTH, version.title))
    return [Proposal(version, _why(version, participant)) for version in fits]


def _fits(version: Version, participant: Participant) -> bool:
    handout = version.handout
    if handout.about_affair and not participant.may_hear_of_affair:
        return False
    return (
        Audience(handout.audience).suits(participant.part)
        and participant.case.stage in handout.stages
    )


def _why(version: Version, participant: Participant) -> str:
    audience = Audience(version.handout.audience)
    whom = "for both partners" if audience == Audience.BOTH else f"for {audience.label.lower()}"
    return f"Written {whom}; suits the stage “{Stage(participant.case.stage).label}”."
