"""Reads of a case around which there was no appointment: not wrong, but worth a look."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Replace

from practice.audit import examining
from practice.audit.models import ActorKind, Entry, Verb
from scheduling.models import Appointment

_AROUND = timedelta(days=14)


@examining.view("no-appointment", "Cases read with no appointment within two weeks")
def without_appointment(entries: "QuerySet[Entry]", zone: ZoneInfo) -> "QuerySet[Entry]":
    """Staff reading a case that had no appointment two weeks before or after."""
    # The record keeps ids as text; SQLite keeps a case's own without dashes.
    near = Appointment.objects.annotate(
        case_text=Replace(Cast("case_id", CharField()), Value("-"), Value(""))
    ).filter(
        case_text=OuterRef("plain_case"),
        starts_at__gte=OuterRef("at") - _AROUND,
        starts_at__lte=OuterRef("at") + _AROUND,
    )
    return (
        entries.filter(actor_kind=ActorKind.STAFF, verb=Verb.READ)
        .exclude(case_id="")
        .annotate(plain_case=Replace(F("case_id"), Value("-"), Value("")))
        .exclude(Exists(near))
    )
