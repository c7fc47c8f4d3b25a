"""The practice in numbers, for its owner: no person and no word of anybody's can be found here."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.figures import registry
from practice.figures.csv_file import as_csv
from practice.figures.figure import Period
from practice.http import StaffRequest
from practice.models import Practice

PERIODS = {"30": "The last 30 days", "90": "The last 90 days", "365": "The last year"}
_USUAL = "90"


@staff(Role.OWNER)
@require_safe
def numbers(request: StaffRequest) -> HttpResponse:
    """Each figure as bars that are a table too."""
    days = _days(request)
    context = {
        "figures": registry.counted(Period.of_days(int(days), clock.now())),
        "periods": PERIODS,
        "days": days,
        "keep_days": Practice.current().keep_requests_days,
    }
    return render(request, "figures/numbers.html", context)


@staff(Role.OWNER)
@require_safe
def numbers_file(request: StaffRequest) -> HttpResponse:
    """The same as a file for a spreadsheet; that it was taken is recorded."""
    days = _days(request)
    figures = registry.counted(Period.of_days(int(days), clock.now()))
    trail.record(Verb.READ, Practice.current(), by=trail.staff_actor(request), note="figures file")
    response = HttpResponse(as_csv(figures), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="figures.csv"'
    return response


def _days(request: HttpRequest) -> str:
    asked = request.GET.get("days", _USUAL)
    return asked if asked in PERIODS else _USUAL
