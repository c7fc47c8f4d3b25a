"""Cases as the desk knows them: whose they are and who is in them, and nothing of what they are."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from clients.models import Case, Participant
from practice.models import Counselor

_FIELDS = [
    *("counselor__public_name", "counselor__video_link", "counselor__buffer_minutes"),
    *("counselor__most_a_day", "counselor__user__time_zone"),
]
_PEOPLE = ["case", "position", "client__name", "client__state", "client__time_zone"]


@dataclass(frozen=True)
class Named:
    """A case by the names of those in it."""

    id: UUID
    names: str
    counselor: str


def open_cases() -> QuerySet[Case]:
    """Every open case of somebody who works here, with its people."""
    people = Participant.objects.select_related("client").only(*_PEOPLE).order_by("position")
    found = Case.objects.open().filter(counselor__user__is_active=True)
    found = found.select_related("counselor__user").only(*_FIELDS)
    return found.prefetch_related(Prefetch("participants", queryset=people))


def named(counselor: Counselor | None = None, part: str = "") -> list[Named]:
    """Open cases by name, of one counselor where one is given; with `part` in somebody's name.

    Names are sealed in the database, so that they are compared here.
    """
    found = open_cases().filter(counselor=counselor) if counselor else open_cases()
    rows = [Named(each.pk, names_of(each), each.counselor.public_name) for each in found]
    wanted = part.strip().casefold()
    return sorted(
        (row for row in rows if wanted in row.names.casefold()), key=lambda row: row.names
    )


def names_of(case: Case) -> str:
    """Who is in it."""
    return " and ".join(person.client.name for person in case.participants.all())
