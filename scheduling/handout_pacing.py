"""After a session people have enough to think about: nothing new to read for a day."""

from datetime import datetime, timedelta

from django.db.models import Max

from clients.handouts import pacing
from clients.handouts.pacing import Wait
from clients.models import Participant
from scheduling.models import Appointment, Status

REST = timedelta(hours=24)


@pacing.asks
def rests_after_a_session(participant: Participant, moment: datetime) -> Wait | None:
    """Nothing during a session of their case, and for a day after it.

    One that is booked counts once its time has come, though nobody has marked it yet.
    """
    sessions = Appointment.objects.filter(
        kind=Appointment.Kind.SESSION,
        case=participant.case_id,
        status__in=[Status.DONE, Status.BOOKED],
        starts_at__lte=moment,
        ends_at__gt=moment - REST,
    )
    ended = sessions.aggregate(last=Max("ends_at"))["last"]
    return Wait("a session was less than 24 hours ago", until=ended + REST) if ended else None
