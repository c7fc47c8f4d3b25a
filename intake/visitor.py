"""What a visitor has in hand while they ask: their places, and the time that is kept for them."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from intake import asking
from intake.asking import Place, Wishes
from intake.draft import Draft
from practice import clock
from practice.access.budget import Budget
from practice.forms import PlainForm
from scheduling import booking, turns
from scheduling.models import Appointment, Status

_KEY, _SEEN = "asking", "asking-seen"
_IDLE_SECONDS, _NOTED_EVERY = 30 * 60, 60
# A household or an office asks once or twice; a flood must not take every open time.
_HOLDS = Budget("holds", times=30, seconds=60 * 60)
WAIT = "There were many requests from your connection. Please wait a while, or call us."
GONE = "That time has just been taken. These are still open."


class Visitor:
    """One browser on its way through the public pages."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.draft = Draft(request)
        self._end_where_idle()

    def _end_where_idle(self) -> None:
        """Somebody else may pick up the same tablet: what was told doesn't wait for them."""
        session = self.request.session
        if not self._in_hand:
            return
        # The machine's own clock: a moved demo clock ends nothing.
        now = time.time()
        idle = now - session.get(_SEEN, 0)
        if _SEEN in session and idle > _IDLE_SECONDS:
            self.forget()
        elif idle > _NOTED_EVERY:
            session[_SEEN] = now

    # Where

    @property
    def places(self) -> list[Place]:
        """(state code, zone) of each person who comes; empty before they said so."""
        return [(code, zone) for code, zone in self._in_hand.get("places", [])]

    @property
    def zone(self) -> ZoneInfo:
        """The clock they go by."""
        return ZoneInfo(self.places[0][1])

    @property
    def partners_zone(self) -> str:
        """The partner's clock, where it is another one."""
        return next((zone for _, zone in self.places[1:] if zone != self.zone.key), "")

    def begin(self, places: Sequence[Place]) -> None:
        """They said where they will be: a time that was kept for other places is given back.

        What they told before is kept: who changes a state types nothing twice.
        """
        if list(places) != self.places:
            self.let_go()
            self._in_hand = {"places": list(places)}

    def forget(self) -> None:
        """They won't be where we can serve them: nothing of theirs stays, not even a kept time."""
        self.let_go()
        self.draft.forget()
        for key in (_KEY, _SEEN):
            self.request.session.pop(key, None)

    def come_alone(self) -> None:
        """Without the partner; the time that was kept for both is kept for one."""
        held = self.held
        self._in_hand = {**self._in_hand, "places": self.places[:1]}
        if held:
            asking.leave_out_partner(held)

    # When

    @property
    def held(self) -> Appointment | None:
        """The time kept for them, whatever became of it meanwhile."""
        key = self._in_hand.get("hold")
        if not key:
            return None
        return Appointment.objects.select_related("counselor__user").filter(pk=key).first()

    @property
    def wishes(self) -> Wishes | None:
        """When a time would suit them, where none of the open ones did."""
        wished = self._in_hand.get("wishes")
        return Wishes(wished["days"], wished["parts"]) if wished else None

    def wish(self, days: Sequence[int], parts: Sequence[str]) -> None:
        """No open time suits them: what was kept is given back."""
        self.let_go()
        wished = {"days": list(days), "parts": list(parts)}
        self._in_hand = {"places": self.places, "wishes": wished}

    def take(self, value: str, form: PlainForm) -> bool:
        """Keep that time in place of the one before; where it is gone, say so beside the times."""
        if not _HOLDS.spend(self.request):
            form.add_error("slot", WAIT)
            return False
        try:
            held = self._swap(value)
        except (booking.SlotTaken, booking.ClientBusy, ValueError, OverflowError):
            form.add_error("slot", GONE)
            return False
        except booking.MayNotMeet as error:
            form.add_error("slot", str(error))
            return False
        self._in_hand = {"places": self.places, "hold": str(held.pk)}
        return True

    def let_go(self) -> None:
        """Give back what is kept for them."""
        held = self.held
        if held:
            booking.let_go(held)

    @transaction.atomic
    def _swap(self, value: str) -> Appointment:
        counselor, starts_at = asking.named(value)
        held = self.held
        turns.take_for([held] if held else [], counselors=[counselor.pk])
        # First what they held before: it may be the same time, or one too near to it.
        self.let_go()
        if not asking.is_open(self.places, counselor, starts_at):
            raise booking.SlotTaken(starts_at)
        return asking.hold(value, self.places)

    # After

    def wait_for_turn(self) -> None:
        """Whoever sends the same twice waits until the first is done; call it in a transaction.

        What this browser has in hand is then read again: the first may have finished it, or
        "Leave this page" may have ended it.
        """
        session = self.request.session
        found: dict[str, Any] = {}
        if Session.objects.select_for_update().filter(pk=session.session_key).first():
            found = type(session)(session.session_key).load()
        if not found:
            session.flush()
            return
        session.clear()
        session.update(found)

    @property
    def done(self) -> dict[str, Any]:
        """What became of their request, for the last page."""
        found: dict[str, Any] = self._in_hand.get("done", {})
        return found

    @property
    def partners_number(self) -> str:
        """What the partner's first visit asks for: shown to the one who passes it on."""
        kept = self.draft["number"] or {}
        return str(kept.get("number", ""))

    def finish(self, *, became: str, appointment: str, number: str, by_phone: bool) -> None:
        """It is sent: nothing of what they told stays in this browser.

        Kept in the transaction that sends it: whoever sends the same twice finds it done.
        """
        zone = self.zone.key
        self.draft.forget()
        if number:
            self.draft.keep("number", {"number": number})
        done = {"became": became, "appointment": appointment, "zone": zone, "by_phone": by_phone}
        self._in_hand = {"done": done}
        self.request.session.save()
        self.request.session.modified = False  # saved once: who leaves in between stays away

    @property
    def _in_hand(self) -> dict[str, Any]:
        found: dict[str, Any] = self.request.session.get(_KEY, {})
        return found

    @_in_hand.setter
    def _in_hand(self, value: dict[str, Any]) -> None:
        self.request.session[_KEY] = value
        self.request.session[_SEEN] = time.time()


def is_still_theirs(held: Appointment) -> bool:
    """Held, or run out but not given to anybody: then it can still be taken."""
    if held.starts_at <= clock.now() or held.status not in (Status.HOLD, Status.LAPSED):
        return False
    return bool(seconds_left(held)) or asking.is_open_again(held)


def seconds_left(held: Appointment) -> int:
    """How long it is still kept."""
    if held.hold_ends_at is None:
        return 0
    return max(0, (held.hold_ends_at - clock.now()) // timedelta(seconds=1))
