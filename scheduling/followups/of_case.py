"""What the pages of a case read of its follow-ups and answers."""

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from clients.looking import CaseLook
from clients.models import Participant
from scheduling.followups.models import CasePlan, FollowUp


def follow_ups(look: CaseLook) -> QuerySet[FollowUp]:
    """Those to come and the latest, each under the time of its answer or else of its message."""
    found = look.of_time_line(
        FollowUp.objects.filter(participant__case=look.case),
        Coalesce("response__answered_at", "message__due_at"),
    )
    # Seven tables: with nine PostgreSQL no longer looks for the best order to join them in.
    joined = found.select_related("step", "message", "session", "response", "assignment__version")
    return joined.only(
        "participant",
        "step",
        "message__due_at",
        "message__state",
        "message__reason",
        "session__starts_at",
        "response__participant",
        "response__follow_up",
        "response__answers_text",
        "response__answered_at",
        "response__seen_at",
        "assignment__version__title",
    )


def hours(look: CaseLook) -> QuerySet[Participant]:
    """Its people with the hour that is set for each of them."""
    found = Participant.objects.filter(case=look.case).select_related("follow_up_hour")
    return found.only("client", "follow_up_hour__at")


def plan(look: CaseLook) -> QuerySet[CasePlan]:
    """What is to go out between its sessions."""
    return CasePlan.objects.filter(case=look.case).select_related("plan")
