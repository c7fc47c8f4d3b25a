"""Who saw a case: for its own counselor."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from clients.models import Case
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit.models import ActorKind, Entry
from practice.http import StaffRequest
from practice.models import User

_ON_A_PAGE = 50
# That somebody keeps private notes is nobody's business but theirs.
_PRIVATE = "notes.psychotherapynote"


@staff(Role.COUNSELOR)
@require_safe
def history(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Every look at the case and every change, the latest first."""
    own = Case.objects.run_by(request.user).prefetch_related("participants__client")
    case = get_object_or_404(own, pk=case_id)
    entries = Entry.objects.filter(case_id=str(case.pk)).order_by("-seq")
    others_private = entries.filter(resource=_PRIVATE).exclude(actor_id=str(request.user.pk))
    shown = entries.exclude(pk__in=others_private.values("pk"))
    page = Paginator(shown, _ON_A_PAGE).get_page(request.GET.get("page"))
    people = [person.client for person in case.participants.all()]
    names = {str(key): name for key, name in User.objects.values_list("pk", "name")}
    names |= {str(person.pk): person.first_name for person in people}
    rows = [{"entry": entry, "who": _who(entry, names)} for entry in page]
    return render(request, "clients/history.html", {"case": case, "page": page, "rows": rows})


def _who(entry: Entry, names: dict[str, str]) -> str:
    unknown = {ActorKind.STAFF: "Somebody who left", ActorKind.CLIENT: "A client"}
    return names.get(entry.actor_id, unknown.get(ActorKind(entry.actor_kind), "The system"))
