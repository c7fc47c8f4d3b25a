"""What the staff's pages show of requests."""

from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q

from intake import ages, gaps, triage
from intake.models import ConsultationRequest, RefusalCount, Status
from practice import clock
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.dashboard import registry
from practice.dashboard.registry import Context
from practice.http import StaffRequest
from practice.models import Counselor
from scheduling.models import Appointment
from scheduling.models import Status as AppointmentStatus

# Smaller numbers could point to somebody.
_FEW = 5


@registry.today.panel(
    "safety",
    title="Please read this first",
    template="intake/panel_safety.html",
    order=1,
    roles=(Role.COUNSELOR,),
)
def safety(request: StaffRequest) -> Context | None:
    """Requests in which somebody said that they are not safe."""
    mine = ConsultationRequest.objects.for_user(request.user)
    waiting = (mine | ConsultationRequest.objects.filter(counselor=None)).filter(
        needs_counselor=True
    )
    found = list(waiting.select_related("client")[:20])
    return {"requests": found, "needs_person": True} if found else None


@registry.today.panel(
    "consultations",
    title="Consultations",
    template="intake/panel_consultations.html",
    order=15,
    roles=(Role.COUNSELOR,),
)
def consultations(request: StaffRequest) -> Context:
    """Those to come, and those that wait for something from the counselor."""
    since = clock.now() - timedelta(days=30)
    held = Q(appointment__status__in=[AppointmentStatus.DONE, AppointmentStatus.NO_SHOW])
    waiting = Q(status__in=[Status.WAITING, Status.OFFERED, Status.REVIEW])
    to_come = Q(appointment__status=AppointmentStatus.BOOKED)
    found = triage.with_facts(
        ConsultationRequest.objects.for_user(request.user)
        .exclude(status=Status.DECLINED)
        .filter(to_come | waiting | (held & Q(appointment__starts_at__gte=since)), case=None)
        .order_by("appointment__starts_at", "asked_at")
    )[:20]
    unassigned = ConsultationRequest.objects.unassigned().filter(case=None).count()
    return {
        "rows": list(zip(found, triage.next_steps(found), strict=True)),
        "unassigned": unassigned,
    }


@registry.today.panel(
    "elsewhere",
    title="From where people asked whom we can’t serve",
    template="intake/panel_elsewhere.html",
    order=60,
    roles=(Role.OWNER,),
)
def elsewhere(request: StaffRequest) -> Context | None:
    """A number for each state; few in one state are shown as few, so that nobody is meant."""
    counts = RefusalCount.objects.filter(times__gt=0).select_related("state").order_by("-times")
    rows = [(each.state.name, each.times if each.times >= _FEW else None) for each in counts[:10]]
    return {"rows": rows, "few": _FEW} if rows else None


@registry.appointment.panel(
    "request",
    title="The request",
    template="intake/panel_request.html",
    order=10,
    roles=(Role.DESK,),
)
def request_of(request: StaffRequest, appointment: Appointment) -> Context | None:
    """The way from a consultation on the desk's calendar to its request."""
    found = ConsultationRequest.objects.for_user(request.user).filter(appointment=appointment)
    asked = triage.with_facts(found).first()
    return {"asked": asked, "step": triage.next_step(asked)} if asked else None


@registry.desk.panel(
    "requests",
    title="Requests that wait",
    template="intake/panel_waiting.html",
    order=20,
    roles=(Role.DESK,),
)
def requests_waiting(request: StaffRequest, day: date) -> Context | None:
    """How many wait for a time or for a counselor, and how long the first of them has."""
    waiting = ConsultationRequest.objects.for_user(request.user).filter(
        status__in=[Status.WAITING, Status.REVIEW], case=None
    )
    found = waiting.aggregate(number=Count("pk"), first=Min("asked_at"))
    if not found["number"]:
        return None
    return {"number": found["number"], "age": ages.words(clock.now() - found["first"])}


@registry.gap.panel(
    "waiting",
    title="Who waits for such a time",
    template="intake/panel_gap.html",
    order=10,
    roles=(Role.DESK,),
)
def waiting(request: StaffRequest, counselor: Counselor, starts_at: datetime) -> Context:
    """Those on the waitlist whom an open time would suit, the longest wait first."""
    rows = gaps.fitting(counselor, starts_at)
    read = [(row.request, "", row.request.client_id) for row in rows]
    trail.record_all(Verb.READ, read, by=trail.staff_actor(request), note="open time")
    return {
        "rows": rows,
        "value": f"{counselor.pk}|{starts_at.isoformat()}",
        "most": gaps.MOST_SHOWN,
        "to_come": starts_at > clock.now(),
    }
