"""The desk notes that somebody has their estimate. The system itself sends none."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.http import StaffRequest
from scheduling import estimates
from scheduling.models import Estimate


@staff(Role.DESK, Role.OWNER)
@require_POST
def given(request: StaffRequest, estimate_id: UUID) -> HttpResponse:
    """The person has it; or it was noted by mistake, and they don't."""
    by = trail.staff_actor(request)
    try:
        if "take_back" in request.POST:
            estimates.take_back(estimate_id, by=by)
            messages.success(request, "Taken back: the estimate is still to be given.")
        else:
            estimates.give(estimate_id, user=request.user, by=by)
            messages.success(request, "Noted as given.")
    except Estimate.DoesNotExist as error:
        raise Http404 from error
    except estimates.Settled:
        messages.error(request, "This estimate has changed since. Please look at the list again.")
    return redirect("desk:day")
