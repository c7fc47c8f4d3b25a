"""What the staff pages show of follow-ups and answers."""

from datetime import timedelta
from typing import Any

from clients.models import Case, Participant
from practice import clock
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.dashboard import registry
from practice.dashboard.registry import Context
from practice.http import StaffRequest
from practice.models import User
from scheduling.followups import flags, planning, trends
from scheduling.followups.models import CasePlan, FollowUp, Response, RiskFlag


@registry.today.panel(
    "flags",
    title="Please look",
    template="followups/panel_flags.html",
    order=1,
    roles=(Role.COUNSELOR, Role.OWNER),
)
def open_flags(request: StaffRequest) -> Context | None:
    """Flag, since, due by, who: for whoever is asked, without a word of what was answered."""
    found = flags.shown_to(request.user)
    if not found:
        return None
    now = clock.now()
    rows = [
        {
            "row": flag,
            "is_mine": flag.participant.case.counselor.user_id == request.user.pk,
            "is_late": flag.acknowledged_at is None and flag.due_at <= now,
            "who": _who(flag, request.user),
        }
        for flag in found
    ]
    return {"flags": rows, "needs_person": True}


def _who(flag: RiskFlag, user: User) -> str:
    name = flag.participant.client.name
    if flag.participant.case.counselor.user_id == user.pk:
        return name
    return " ".join(f"{word[0]}." for word in name.split())


@registry.today.panel(
    "answers",
    title="What they answered",
    template="followups/panel_answers.html",
    order=20,
    roles=(Role.COUNSELOR,),
)
def answers(request: StaffRequest) -> Context:
    """The answers of the last two weeks, by case, both partners' side by side."""
    since = clock.now() - timedelta(days=14)
    responses = list(
        Response.objects.filter(
            participant__case__in=Case.objects.for_user(request.user).open(),
            answered_at__gte=since,
        )
        .select_related("participant__client", "participant__case", "follow_up__session")
        .prefetch_related("participant__case__participants__client")
        .order_by("-answered_at")[:20]
    )
    _record_reading(request, responses)
    return {"cases": by_case(responses)}


@registry.case.panel(
    "follow-ups",
    title="Between sessions",
    template="followups/panel_case.html",
    order=30,
    roles=(Role.COUNSELOR,),
)
def follow_ups(request: StaffRequest, case: Case) -> Context:
    """The plan, what is on its way to each partner, and what each answered."""
    found = (
        FollowUp.objects.filter(participant__case=case)
        .select_related(
            *("step", "message", "session", "assignment__version"),
            *("participant__client", "participant__follow_up_hour"),
        )
        .prefetch_related("response__participant")
        .order_by("-message__due_at")
    )
    rows = list(found[:40])
    responses = [row.response for row in rows if hasattr(row, "response")]
    _record_reading(request, responses)
    for row in rows:
        row.why = planning.why(row)  # type: ignore[attr-defined]
    people = Participant.objects.filter(case=case).select_related("client")
    return {
        "case": case,
        "plan": CasePlan.objects.filter(case=case).select_related("plan").first(),
        "people": [
            (
                person,
                [row for row in rows if row.participant_id == person.pk],
                trends.of([each for each in responses if each.participant_id == person.pk]),
            )
            for person in people
        ],
    }


def by_case(responses: list[Response]) -> list[dict[str, Any]]:
    """Grouped by case in the order given; within a case by participant."""
    cases: dict[Any, dict[str, Any]] = {}
    for response in responses:
        case = response.participant.case
        entry = cases.setdefault(case.pk, {"case": case, "people": {}})
        entry["people"].setdefault(response.participant, []).append(response)
    return [
        {"case": entry["case"], "people": sorted(entry["people"].items(), key=_position)}
        for entry in cases.values()
    ]


def _position(person: tuple[Participant, list[Response]]) -> int:
    return person[0].position


def _record_reading(request: StaffRequest, responses: list[Response]) -> None:
    rows = [
        (response, response.participant.case_id, response.participant.client_id)
        for response in responses
    ]
    trail.record_all(Verb.READ, rows, by=trail.staff_actor(request))
    unseen = [response.pk for response in responses if response.seen_at is None]
    if unseen:
        Response.objects.filter(pk__in=unseen).update(seen_at=clock.now())
