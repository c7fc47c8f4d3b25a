"""Booking and moving."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from clients.models import Participant
from practice.forms import PlainForm
from practice.models import TIME_ZONES, State
from practice.wording import clock_time, spoken_day
from scheduling.availability import Slot
from scheduling.booking import Attending
from scheduling.models import Attendee


def by_day(slots: list[Slot], zone: ZoneInfo, *, name_counselor: bool) -> list[Any]:
    """Choices grouped by the day in the reader's zone; the value names counselor and time.

    With `name_counselor` each counselor's times of a day are a group of their own.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    for slot in slots:
        title = spoken_day(slot.starts_at, zone)
        if name_counselor:
            title = f"{title}, with {slot.counselor.public_name}"
        groups.setdefault(title, []).append((value_of(slot), clock_time(slot.starts_at, zone)))
    return list(groups.items())


def value_of(slot: Slot) -> str:
    """How a slot is written in a form."""
    return f"{slot.counselor.pk}|{slot.starts_at.isoformat()}"


class MoveForm(PlainForm):
    """Another time, chosen from those that are open."""

    starts_at = forms.ChoiceField(
        label="New time",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Please choose a time.",
            "invalid_choice": "That time is no longer open. Please choose another.",
        },
    )

    def __init__(self, slots: list[Slot], zone: ZoneInfo, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.open_times = {slot.starts_at for slot in slots}
        offered = [
            (day, [(value.partition("|")[2], label) for value, label in choices])
            for day, choices in by_day(slots, zone, name_counselor=False)
        ]
        self.offer("starts_at", offered)

    def clean_starts_at(self) -> datetime:
        return datetime.fromisoformat(self.cleaned_data["starts_at"])


class PlaceForm(PlainForm):
    """Where somebody will be at the hour of their appointment, and the clock they go by there."""

    state = forms.ModelChoiceField(
        State.objects.all(),
        label="Where will you be at that hour?",
        help_text="The place you’ll be in then, which may not be where you live.",
        empty_label="Please choose",
        error_messages={"required": "Please choose where you’ll be."},
    )
    time_zone = forms.ChoiceField(
        label="Which clock do you go by there?",
        choices=TIME_ZONES,
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose the clock you go by."},
    )

    def __init__(self, attendee: Attendee, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"state": attendee.state_id, "time_zone": attendee.time_zone}


class BookForm(PlainForm):
    """One session or several weekly ones, on the counselor's wall clock."""

    first_day = forms.DateField(
        label="First day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    at = forms.TimeField(
        label="Time", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    times = forms.IntegerField(
        label="How many weeks?",
        min_value=1,
        max_value=12,
        initial=1,
        help_text="The same hour each week.",
        error_messages={
            "max_value": "Please book twelve at most at a time.",
            "min_value": "Please book at least one.",
        },
    )

    def __init__(
        self, people: list[Participant], zone_words: str, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["at"].help_text = f"Your own clock: {zone_words}."
        for person in people:
            self.fields[f"state_{person.pk}"] = forms.ModelChoiceField(
                State.objects.served(),
                label=f"Where will {person.client.first_name} be?",
                initial=person.client.state_id,
                error_messages={"required": "Please say where they will be."},
            )
            self.fields[f"zone_{person.pk}"] = forms.ChoiceField(
                label=f"{person.client.first_name}’s clock",
                choices=TIME_ZONES,
                initial=person.client.time_zone,
            )

    def attending(self) -> list[Attending]:
        """Who will be there, and where."""
        return [
            Attending(
                state=self.cleaned_data[f"state_{person.pk}"],
                time_zone=self.cleaned_data[f"zone_{person.pk}"],
                client=person.client,
            )
            for person in self.people
        ]
