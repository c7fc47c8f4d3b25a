"""Providers take so many messages a second and no more: everybody who sends takes turns."""

import time

from django.conf import settings
from django.db import transaction

from clients.contact.models import Channel, Turn


def is_limited(channel: Channel) -> bool:
    """Whether who hands over by this way may have to wait for a turn."""
    return bool(settings.MESSAGES_PER_SECOND.get(channel, 0))


def wait_for_turn(channel: Channel, longest: float) -> bool:
    """Wait until the next may be handed over; False where that is longer than `longest` seconds.

    Turns are kept in the database, so that two who send don't send twice as fast.
    """
    a_second = settings.MESSAGES_PER_SECOND.get(channel, 0)
    if not a_second:
        return True
    pause = _take(channel, 1 / a_second, longest)
    if pause is None:
        return False
    time.sleep(pause)
    return True


@transaction.atomic
def _take(channel: Channel, apart: float, longest: float) -> float | None:
    Turn.objects.get_or_create(channel=channel)
    turn = Turn.objects.select_for_update().get(channel=channel)
    now = time.time()  # the machine's own clock: the provider's goes no faster in a demo
    # A turn far ahead is left over from a clock that was put back.
    at = now if turn.next_at > now + 60 * 60 else max(now, turn.next_at)
    if at - now > longest:
        return None
    turn.next_at = at + apart
    turn.save(update_fields=["next_at"])
    return at - now
