"""Standing in for a counselor who is away: granted for some days, and over by itself."""

from datetime import date, time, timedelta

from django.db import transaction

from clients.models import Cover
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import Counselor, User


@transaction.atomic
def grant(
    counselor: Counselor,
    covering: Counselor,
    *,
    first_day: date,
    last_day: date,
    notes: bool,
    user: User,
    by: trail.Actor,
) -> Cover:
    """From the first day until the last is over, on the clock of who is away."""
    zone = counselor.zone
    cover = Cover.objects.create(
        counselor=counselor,
        covering=covering,
        starts_at=clock.on_wall_clock(first_day, time.min, zone),
        ends_at=clock.on_wall_clock(last_day + timedelta(days=1), time.min, zone),
        notes=notes,
        granted_by=user,
        granted_at=clock.now(),
    )
    trail.record(Verb.CREATE, cover, by=by, note="with notes" if notes else "without notes")
    return cover


@transaction.atomic
def end(cover: Cover, by: trail.Actor) -> None:
    """Over before its time, from the next page on."""
    if cover.ended_at is None:
        cover.ended_at = clock.now()
        cover.save(update_fields=["ended_at"])
        trail.record(Verb.CHANGE, cover, by=by, note="ended")
