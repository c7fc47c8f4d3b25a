"""Handouts that a counselor wants confirmed by themselves when a case comes to a stage."""

from clients import following
from clients.following import What
from clients.handouts import assign, propose
from clients.handouts.models import AutoAttach
from clients.models import Case
from practice.audit import trail


@following.follows
def attach(case: Case, what: What) -> None:
    """Confirm what the case's counselor chose for this stage, for each partner whom it fits.

    It waits for the next follow-up like anything else that was confirmed. What was given before
    isn't given again, so that going back a stage sends nothing twice.
    """
    if what not in (What.OPENED, What.COURSE_SET) or not case.is_affair_recovery:
        return
    user = case.counselor.user
    chosen = AutoAttach.objects.filter(user=user, stage=case.stage)
    handouts = set(chosen.values_list("handout", flat=True))
    if not handouts:
        return
    for participant in case.participants.select_related("client__card", "case__concern"):
        fits = propose.fitting(participant)
        versions = [each.version for each in fits if each.version.handout_id in handouts]
        assign.give(participant, versions, now=False, user=user, by=trail.SYSTEM)
