"""What the staff's pages show of requests."""

from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from intake import ages, gaps, triage
from intake.models import ConsultationRequest, RefusalCount, Status
from practice import clock
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.dashboard import registry
from practice.dashboard.looking import Look
from practice.dashboard.registry import Context
from practice.http import StaffRequest
from practice.models import Counselor
from scheduling import of_day
from scheduling.models import Appointment, Attendee
from scheduling.models import Status as AppointmentStatus

# Smaller numbers could point to somebody.
_FEW = 5

_MOST = 20
# More than so many are counted as so many.
_MANY = 100


def unsafe(look: Look) -> QuerySet[ConsultationRequest]:
    """Requests in which somebody said that they are not safe: one's own, and nobody's."""
    mine = ConsultationRequest.objects.for_user(look.user)
    waiting = (mine | ConsultationRequest.objects.filter(counselor=None)).filter(
        needs_counselor=True
    )
    return waiting.select_related("client")[:_MOST]


@registry.today.panel(
    "safety",
    title="Please read this first",
    template="intake/panel_safety.html",
    order=1,
    roles=(Role.COUNSELOR,),
    needs=(unsafe,),
)
def safety(request: StaffRequest, look: Look) -> Context | None:
    """Where each is to be read."""
    found = look.rows(unsafe)
    return {"requests": found, "needs_person": True} if found else None


def at_work(look: Look) -> QuerySet[ConsultationRequest]:
    """Consultations to come, and those that wait for something from the counselor."""
    held = Q(appointment__status__in=[AppointmentStatus.DONE, AppointmentStatus.NO_SHOW])
    waiting = Q(status__in=[Status.WAITING, Status.OFFERED, Status.REVIEW])
    to_come = Q(appointment__status=AppointmentStatus.BOOKED)
    since = look.now - timedelta(days=30)
    return triage.with_facts(
        ConsultationRequest.objects.for_user(look.user)
        .exclude(status=Status.DECLINED)
        .filter(to_come | waiting | (held & Q(appointment__starts_at__gte=since)), case=None)
        .order_by("appointment__starts_at", "asked_at")
    )[:_MOST]


def attending(look: Look) -> QuerySet[Attendee]:
    """Who comes to these, and from where."""
    return Attendee.objects.filter(appointment__in=at_work(look).values("appointment"))


def nobodys(look: Look) -> QuerySet[ConsultationRequest]:
    """Requests that nobody looks after yet."""
    return ConsultationRequest.objects.unassigned().filter(case=None).only("pk")[:_MANY]


@registry.today.panel(
    "consultations",
    title="Consultations",
    template="intake/panel_consultations.html",
    order=15,
    roles=(Role.COUNSELOR,),
    needs=(at_work, attending, nobodys, of_day.licenses, of_day.served),
)
def consultations(request: StaffRequest, look: Look) -> Context:
    """What is to be done with each, and how many more there are to take on."""
    found = look.rows(at_work)
    coming = [each.appointment for each in found if each.appointment and each.appointment.is_open]
    may_be = of_day.verdicts(look, coming, look.rows(attending))
    blocked = {key for key, verdict in may_be.items() if not verdict}
    return {
        "rows": [(each, triage.step_of(each, each.appointment_id in blocked)) for each in found],
        "unassigned": len(look.rows(nobodys)),
    }


def refused(look: Look) -> QuerySet[RefusalCount]:
    """From where people asked, the states with the most first."""
    counts = RefusalCount.objects.filter(times__gt=0).select_related("state")
    return counts.order_by("-times")[:10]


@registry.today.panel(
    "elsewhere",
    title="From where people asked whom we can’t serve",
    template="intake/panel_elsewhere.html",
    order=60,
    roles=(Role.OWNER,),
    needs=(refused,),
)
def elsewhere(request: StaffRequest, look: Look) -> Context | None:
    """A number for each state; few in one state are shown as few, so that nobody is meant."""
    counts = look.rows(refused)
    rows = [(each.state.name, each.times if each.times >= _FEW else None) for each in counts]
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
