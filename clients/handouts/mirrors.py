"""Mirrored pairs: the same matter from both sides, released together."""

from clients.handouts.models import Assignment, Handout


def of(assignment: Assignment) -> Assignment | None:
    """The other partner's assignment of the mirror, if it was confirmed and still fits."""
    mirror = _mirror(assignment)
    if mirror is None:
        return None
    others = Assignment.objects.fitting().exclude(participant=assignment.participant_id)
    others = others.filter(
        participant__case=assignment.participant.case_id, version__handout=mirror
    )
    return others.select_related("participant__client", "version").first()


def waits_for_other(assignment: Assignment) -> bool:
    """Whether its mirror isn't confirmed for the other partner, and it may not go alone."""
    if assignment.alone or _mirror(assignment) is None:
        return False
    return of(assignment) is None


def _mirror(assignment: Assignment) -> Handout | None:
    handouts = Handout.objects.select_related("mirror")
    mirror = handouts.get(pk=assignment.version.handout_id).mirror
    return None if mirror is None or mirror.withdrawn_at else mirror
