"""What the staff pages show of follow-ups and answers."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from clients.looking import TITLES, CaseLook
from clients.models import Case, Participant
from practice.access.roles import Role
from practice.dashboard import registry
from practice.dashboard.looking import Look
from practice.dashboard.registry import Context
from practice.http import StaffRequest
from practice.models import User
from practice.wording import spoken_time
from scheduling.followups import flags, of_case, planning, trends
from scheduling.followups.models import FollowUp, Response, RiskFlag

# On Today: the answers of so many days, and not more than so many.
_LATELY, _MOST = timedelta(days=14), 20
# Of a case's follow-ups.
_SHOWN = 40


def flags_shown(look: Look) -> QuerySet[RiskFlag]:
    """Those that this person is asked about."""
    return flags.shown_to(look.user)


@registry.today.panel(
    "flags",
    title="Please look",
    template="followups/panel_flags.html",
    order=1,
    roles=(Role.COUNSELOR, Role.OWNER),
    needs=(flags_shown,),
)
def open_flags(request: StaffRequest, look: Look) -> Context | None:
    """Flag, since, due by, who: for whoever is asked, without a word of what was answered."""
    found = look.rows(flags_shown)
    if not found:
        return None
    rows = [
        {
            "row": flag,
            "is_mine": flag.participant.case.counselor.user_id == look.user.pk,
            "is_late": flag.acknowledged_at is None and flag.due_at <= look.now,
            "who": _who(flag, look.user),
        }
        for flag in found
    ]
    return {"flags": rows, "needs_person": True}


def _who(flag: RiskFlag, user: User) -> str:
    name = flag.participant.client.name
    if flag.participant.case.counselor.user_id == user.pk:
        return name
    return " ".join(f"{word[0]}." for word in name.split())


def answered_lately(look: Look) -> QuerySet[Response]:
    """The latest answers in the cases that this counselor sees."""
    # Asked of each answer from the latest on, not of all whom the counselor ever saw.
    theirs = Case.objects.for_user(look.user).open().filter(pk=OuterRef("participant__case"))
    found = Response.objects.filter(Exists(theirs), answered_at__gte=look.now - _LATELY)
    joined = found.select_related("participant__client", "participant__case").only(
        *("follow_up", "answers_text", "answered_at", "seen_at"),
        *("participant__position", "participant__case__status", "participant__client__name"),
    )
    return joined.order_by("-answered_at")[:_MOST]


@registry.today.panel(
    "answers",
    title="What they answered",
    template="followups/panel_answers.html",
    order=20,
    roles=(Role.COUNSELOR,),
    needs=(answered_lately,),
)
def answers(request: StaffRequest, look: Look) -> Context:
    """The answers of the last two weeks, by case, both partners' side by side."""
    responses = look.rows(answered_lately)
    _read(look, [(response, response.participant) for response in responses])
    look.complete((each.participant.case for each in responses), TITLES)
    return {"cases": by_case(responses)}


@registry.case.panel(
    "follow-ups",
    title="Between sessions",
    template="followups/panel_case.html",
    order=30,
    roles=(Role.COUNSELOR, Role.LEAD),
    needs=(of_case.follow_ups, of_case.hours, of_case.plan),
)
def follow_ups(request: StaffRequest, look: CaseLook) -> Context:
    """The plan, what is on its way to each partner, and what each answered."""
    found = look.rows(of_case.follow_ups)
    rows = sorted(found, key=lambda row: row.message.due_at, reverse=True)[:_SHOWN]
    # These know the hour set for each person, the page's own know everything else.
    people = {each.pk: each for each in look.rows(of_case.hours)}
    for person in look.people:
        people[person.pk].client = person.client
    for row in rows:
        row.participant = people[row.participant_id]
    answered = [(row.response, row.participant) for row in rows if hasattr(row, "response")]
    _read(look, [(response, look.person(person.pk)) for response, person in answered])
    plans = look.rows(of_case.plan)
    return {
        "case": look.case,
        "plan": plans[0].plan if plans else None,
        "people": [
            (
                person,
                [_shown(row) for row in rows if row.participant_id == person.pk],
                trends.of([response for response, whose in answered if whose.pk == person.pk]),
            )
            for person in look.people
        ],
    }


def _shown(row: FollowUp) -> dict[str, Any]:
    """What is said of it, in the zone of whom it is for."""
    given = row.assignment.version.title if row.assignment else row.step.get_kind_display()
    return {
        "what": given,
        "when": spoken_time(row.message.due_at, row.participant.client.zone),
        "state": row.message.get_state_display(),
        "why": planning.why(row),
        "reason": row.message.reason,
        "response": getattr(row, "response", None),
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


def _read(look: Look, responses: list[tuple[Response, Participant]]) -> None:
    look.has_read((each, person.case_id, person.client_id) for each, person in responses)
    if look.user.role == Role.LEAD:
        return  # the counselor hasn't seen it yet
    unseen = [each.pk for each, _ in responses if each.seen_at is None]
    if unseen:
        Response.objects.filter(pk__in=unseen).update(seen_at=look.now)
