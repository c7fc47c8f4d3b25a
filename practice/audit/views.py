"""Who saw what: for the owner and the clinical lead. It names staff, and clients by number only."""

from datetime import time
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import examining, trail
from practice.audit.examining import VIEWS
from practice.audit.forms import ExamineForm
from practice.audit.models import ActorKind, Entry, Verb
from practice.http import StaffRequest
from practice.models import Practice, User

_ON_A_PAGE = 50


@staff(Role.OWNER, Role.LEAD)
@require_safe
def who_saw_what(request: StaffRequest) -> HttpResponse:
    """The record, the latest first, narrowed down as one likes."""
    form = ExamineForm(request.GET or None)
    chosen: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    page = Paginator(_found(chosen), _ON_A_PAGE).get_page(request.GET.get("page"))
    # Who examines the record stands in it too.
    trail.record(Verb.READ, _record(), by=trail.staff_actor(request), note=chosen.get("view", ""))
    names = {str(key): name for key, name in User.objects.values_list("pk", "name")}
    bursts = [
        {**each, "name": names.get(str(each["actor_id"]), "Somebody not signed in")}
        for each in examining.bursts(examining.week_before(clock.now()))
    ]
    rows = [{"entry": entry, "who": _who(entry, names)} for entry in page]
    context = {"form": form, "page": page, "rows": rows, "bursts": bursts}
    return render(request, "audit/who_saw_what.html", context)


def _found(chosen: dict[str, Any]) -> QuerySet[Entry]:
    zone = Practice.current().zone
    entries = Entry.objects.order_by("-seq")
    if chosen.get("who"):
        entries = entries.filter(actor_id=str(chosen["who"].pk))
    if chosen.get("verb"):
        entries = entries.filter(verb=chosen["verb"])
    if chosen.get("case"):
        entries = entries.filter(case_id=str(chosen["case"]))
    if chosen.get("since"):
        entries = entries.filter(at__gte=clock.on_wall_clock(chosen["since"], time.min, zone))
    return VIEWS[chosen.get("view") or "all"].narrow(entries, zone)


def _record() -> Entry:
    """The record itself, as what was looked at."""
    return Entry(seq=0)


def _who(entry: Entry, names: dict[str, str]) -> str:
    if entry.actor_kind == ActorKind.STAFF:
        return names.get(entry.actor_id, "Somebody who left")
    return "A client" if entry.actor_kind == ActorKind.CLIENT else "The system"
