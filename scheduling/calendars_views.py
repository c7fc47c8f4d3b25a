"""A counselor's calendars elsewhere: where they read our times, and what we read of theirs."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from practice.access.budget import Budget
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.http import StaffRequest
from practice.models import Counselor
from scheduling import feed, outside
from scheduling.calendars_forms import CalendarAddressForm, CalendarFileForm
from scheduling.models import OutsideCalendar

_OVERLAPS_SHOWN = 20
# Each reading asks another service, and keeps a processor busy for a moment.
_READINGS = Budget("outside-calendars", times=20, seconds=10 * 60)
_SLOWER = "You added or read many calendars just now. Please wait ten minutes."


@staff(Role.COUNSELOR)
@require_safe
def calendars(request: StaffRequest) -> HttpResponse:
    """The feed, the other calendars, and what to do about them."""
    return _page(request)


@staff(Role.COUNSELOR)
@require_POST
def make_feed(request: StaffRequest) -> HttpResponse:
    """A private address, shown this once; it takes the place of an earlier one."""
    token = feed.make(_counselor(request), by=trail.staff_actor(request))
    return _page(request, address=settings.SITE_URL + reverse("feed", args=[token]))


@staff(Role.COUNSELOR)
@require_POST
def end_feed(request: StaffRequest) -> HttpResponse:
    """Nothing is read at the private address any more."""
    feed.end(_counselor(request), by=trail.staff_actor(request))
    messages.success(request, "The private address has ended.")
    return redirect("sessions:calendars")


@staff(Role.COUNSELOR)
@require_POST
def add_file(request: StaffRequest) -> HttpResponse:
    """Busy times of a calendar file."""
    form = _file_form(request.POST, request.FILES)
    if not form.is_valid() or not _may_read(request, form):
        return _page(request, file_form=form)
    name, content = form.cleaned_data["name"], form.cleaned_data["file"].read()
    try:
        outside.add_file(_counselor(request), name, content, by=trail.staff_actor(request))
    except outside.Trouble as trouble:
        form.add_error("file", str(trouble))
        return _page(request, file_form=form)
    messages.success(request, "Saved. Nobody can book you at the times it keeps.")
    return redirect("sessions:calendars")


@staff(Role.COUNSELOR)
@require_POST
def add_address(request: StaffRequest) -> HttpResponse:
    """Busy times of a calendar that another service keeps, read every hour."""
    form = _address_form(request.POST)
    if not form.is_valid() or not _may_read(request, form):
        return _page(request, address_form=form)
    name, address = form.cleaned_data["name"], form.cleaned_data["address"]
    try:
        outside.add_address(_counselor(request), name, address, by=trail.staff_actor(request))
    except outside.Trouble as trouble:
        form.add_error("address", str(trouble))
        return _page(request, address_form=form)
    messages.success(request, "Saved. We read it every hour from now on.")
    return redirect("sessions:calendars")


@staff(Role.COUNSELOR)
@require_POST
def read_again(request: StaffRequest, calendar_id: UUID) -> HttpResponse:
    """Read an address now."""
    calendar = _own(request, calendar_id)
    if not calendar.address:
        messages.error(request, "That one is a file. Please add a newer one under the same name.")
    elif not _READINGS.spend_for(str(request.user.pk)):
        messages.error(request, _SLOWER)
    else:
        _read(request, calendar)
    return redirect("sessions:calendars")


def _read(request: StaffRequest, calendar: OutsideCalendar) -> None:
    try:
        outside.read_again(calendar)
    except outside.Trouble as trouble:
        messages.error(request, f"{trouble} What we read before stays.")
    else:
        messages.success(request, "Read again.")


@staff(Role.COUNSELOR)
@require_POST
def remove(request: StaffRequest, calendar_id: UUID) -> HttpResponse:
    """Forget a calendar and its busy times."""
    outside.remove(_own(request, calendar_id), by=trail.staff_actor(request))
    messages.success(request, "Removed. Its busy times no longer count.")
    return redirect("sessions:calendars")


def _page(
    request: StaffRequest,
    *,
    address: str = "",
    file_form: CalendarFileForm | None = None,
    address_form: CalendarAddressForm | None = None,
) -> HttpResponse:
    counselor = _counselor(request)
    overlapped = list(
        outside.overlapped(counselor).select_related("request")[: _OVERLAPS_SHOWN + 1]
    )
    context: dict[str, Any] = {
        "feed": feed.current(counselor),
        "new_address": address,
        "calendars": [(each, outside.host_of(each)) for each in outside.of(counselor)],
        "overlapped": overlapped[:_OVERLAPS_SHOWN],
        "more_overlapped": len(overlapped) > _OVERLAPS_SHOWN,
        "may_give_addresses": bool(outside.allowed_hosts()),
        "file_form": file_form or _file_form(),
        "address_form": address_form or _address_form(),
        "form": file_form or address_form,
    }
    return render(request, "scheduling/calendars.html", context)


def _file_form(data: Any = None, files: Any = None) -> CalendarFileForm:
    return CalendarFileForm(data, files, auto_id="file_%s")


def _address_form(data: Any = None) -> CalendarAddressForm:
    return CalendarAddressForm(data, auto_id="address_%s")


def _may_read(request: StaffRequest, form: CalendarFileForm | CalendarAddressForm) -> bool:
    if _READINGS.spend_for(str(request.user.pk)):
        return True
    form.add_error(None, _SLOWER)
    return False


def _counselor(request: StaffRequest) -> Counselor:
    return get_object_or_404(Counselor.objects.select_related("user"), user=request.user)


def _own(request: StaffRequest, calendar_id: UUID) -> OutsideCalendar:
    scope = OutsideCalendar.objects.filter(counselor__user=request.user)
    return get_object_or_404(scope.select_related("counselor__user"), pk=calendar_id)
