"""django-appointment: the slots that its booking page shows, one person and day at a time."""

from datetime import date, time, timedelta
from importlib import import_module
from typing import Any

from tests.benchmarks._peers import _process

SERVICE_MINUTES = STEP_MINUTES = 30


def fill(staff: int, opens: str, closes: str, booked: list[list[Any]]) -> None:
    """So many people who work these hours every day; each booking is [who, day, from, to]."""
    from django.contrib.auth.models import User

    service = _process.model("appointment", "Service").objects.create(
        name="Session", price=0, duration=timedelta(minutes=SERVICE_MINUTES)
    )
    _process.model("appointment", "Config").objects.create(
        slot_duration=STEP_MINUTES, appointment_buffer_time=0, slot_gap_time=0
    )
    users = User.objects.bulk_create(User(username=f"c{each:03}") for each in range(staff))
    people = _people(users, service)
    _hours(people, time.fromisoformat(opens), time.fromisoformat(closes))
    _bookings(people, service, booked)
    _process.analyze()


def _people(users: list[Any], service: Any) -> list[Any]:
    member = _process.model("appointment", "StaffMember")
    people: list[Any] = member.objects.bulk_create(
        member(user=user, work_on_saturday=True, work_on_sunday=True) for user in users
    )
    for each in people:
        each.services_offered.add(service)
    return people


def _hours(people: list[Any], opens: time, closes: time) -> None:
    hours = _process.model("appointment", "WorkingHours")
    hours.objects.bulk_create(
        hours(staff_member=each, day_of_week=day, start_time=opens, end_time=closes)
        for each in people
        for day in range(7)
    )


def _bookings(people: list[Any], service: Any, booked: list[list[Any]]) -> None:
    request = _process.model("appointment", "AppointmentRequest")
    appointment = _process.model("appointment", "Appointment")
    requests = request.objects.bulk_create(
        request(
            staff_member=people[who],
            service=service,
            date=date.fromisoformat(day),
            start_time=time.fromisoformat(begins),
            end_time=time.fromisoformat(ends),
        )
        for who, day, begins, ends in booked
    )
    appointment.objects.bulk_create(
        appointment(appointment_request=each, amount_to_pay=0) for each in requests
    )


def slots(staff: int, first: str, days: int) -> list[list[str]]:
    """For each of the first so many people when they can begin, by the wall clock."""
    services = import_module("appointment.services")
    weekday = import_module("appointment.utils.db_helpers").get_weekday_num_from_date
    service = _process.model("appointment", "Service").objects.get()
    people = list(_process.model("appointment", "StaffMember").objects.order_by("pk")[:staff])
    found: list[list[str]] = []
    for each in people:
        of_one: list[str] = []
        for number in range(days):
            day = date.fromisoformat(first) + timedelta(days=number)
            free = services.get_available_slots_for_staff(day, each, weekday(day), service=service)
            of_one += [start.isoformat() for start in free]
        found.append(of_one)
    return found


def queries(staff: int, first: str, days: int) -> int:
    """How many it sends for these slots."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        slots(staff, first, days)
    return len(captured)


if __name__ == "__main__":
    _process.set_up(["phonenumber_field", "appointment"])
    _process.serve({act.__name__: act for act in (fill, slots, queries)})
