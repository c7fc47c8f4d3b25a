"""Whose sessions somebody may book and change, and which pages they go back to.

A counselor reaches their own, and those of a colleague for whom they stand in just now; the front
desk everybody's, and reads no more of a case than names.
"""

from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from clients.models import Case
from practice import clock
from practice.access.roles import Role
from practice.models import User
from scheduling.desk import cases
from scheduling.models import Appointment, Series


def cases_of(user: User) -> QuerySet[Case]:
    """The open cases for which this person may book."""
    found = cases.open_cases()
    return found if user.has_role(Role.DESK) else found.filter(pk__in=_looked_after_by(user))


def series_of(user: User) -> QuerySet[Series]:
    """The series that this person may see."""
    found = Series.objects.all()
    return found if user.has_role(Role.DESK) else found.filter(case__in=_looked_after_by(user))


def _looked_after_by(user: User) -> QuerySet[Case]:
    return Case.objects.run_by(user) | Case.objects.covered_by(user)


def sessions_of(user: User) -> QuerySet[Appointment]:
    """The sessions that this person may see, in order."""
    found = Appointment.objects.for_user(user).filter(kind=Appointment.Kind.SESSION)
    return found.select_related("counselor__user", "series").order_by("starts_at")


def may_be_changed(session: Appointment) -> bool:
    """Whether it may still be moved or canceled."""
    return session.is_open and session.starts_at > clock.now()


def page_of(user: User, session: Appointment) -> str:
    """Where this person reads about the session."""
    name = "desk:appointment" if user.has_role(Role.DESK) else "sessions:page"
    return reverse(name, args=[session.pk])


def case_page(user: User, case_id: UUID) -> str:
    """Where this person reads about the case; the desk, which has no such page, about the day."""
    if user.has_role(Role.DESK):
        return reverse("desk:day")
    return reverse("cases:page", args=[case_id])


def after(user: User, session: Appointment) -> str:
    """Where saving leads: to the case, or for the desk to what was saved."""
    if user.has_role(Role.DESK) or session.case_id is None:
        return page_of(user, session)
    return case_page(user, session.case_id)
