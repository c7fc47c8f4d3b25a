"""Booking and moving."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django import forms

from clients.models import Participant
from practice import clock
from practice.forms import PlainForm
from practice.models import TIME_ZONES, State
from practice.wording import clock_time, spoken_day, zone_name
from scheduling.availability import Slot
from scheduling.booking import STEP_MINUTES, Attending
from scheduling.models import Appointment, Attendee, EndReason, Override, Series
from scheduling.occurrences import LEAVE_OUT, Decision, Occurrence, Preview
from scheduling.rhythm import MOST, why_not_then
from scheduling.series_changes import Meant, Scope, Shift

# Of a session, in minutes.
SHORTEST, LONGEST = 20, 180


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
        self.show(slots, zone)

    def show(self, slots: list[Slot], zone: ZoneInfo) -> None:
        """Offer these times to choose from."""
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


class BeginForm(PlainForm):
    """Where each person is now, as they say when a session is about to begin."""

    def __init__(self, attendees: Iterable[Attendee], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._attendees = list(attendees)
        self._states = State.objects.in_bulk()
        choices = [(state.pk, state.name) for state in self._states.values()]
        for each in self._attendees:
            name = each.client.name if each.client else "The other person"
            self.fields[f"state_{each.pk}"] = forms.ChoiceField(
                label=f"{name} is in",
                choices=choices,
                initial=each.state_id,
                widget=forms.Select(attrs={"class": "form-select"}),
                error_messages={"required": f"Please say where {name} is."},
            )

    @property
    def said(self) -> dict[int, State]:
        """The place of each, by the id of their attendance."""
        given = self.cleaned_data
        return {each.pk: self._states[given[f"state_{each.pk}"]] for each in self._attendees}


def _as_digits() -> forms.TextInput:
    """A field for a number that doesn't lose what else was typed into it."""
    return forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


class BookForm(PlainForm):
    """One session or several in a rhythm, on the counselor's wall clock."""

    first_day = forms.DateField(
        label="First day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    at = forms.TimeField(
        label="Time", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = forms.IntegerField(
        label="Length in minutes",
        widget=_as_digits(),
        min_value=SHORTEST,
        max_value=LONGEST,
        error_messages={
            "invalid": "Please give a number of minutes, such as 50.",
            "min_value": f"A session has at least {SHORTEST} minutes.",
            "max_value": f"A session has at most {LONGEST} minutes.",
        },
    )
    times = forms.IntegerField(
        label="How many sessions?",
        widget=_as_digits(),
        min_value=1,
        max_value=MOST,
        initial=1,
        help_text="One, or several at the same hour.",
        error_messages={
            "invalid": "Please give a number of sessions, such as 8.",
            "max_value": f"Up to {MOST} sessions can be booked at a time. "
            "Please give a smaller number; more can follow later.",
            "min_value": "Please book at least one.",
        },
    )
    every_weeks = forms.TypedChoiceField(
        label="How often?", choices=Series.Rhythm.choices, coerce=int, initial=Series.Rhythm.WEEKLY
    )

    def __init__(
        self, people: list[Participant], zone: ZoneInfo, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people, self.zone = people, zone
        self.fields["at"].help_text = _on_whose_clock(zone)
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

    def clean(self) -> dict[str, Any]:
        _check_time(self, "first_day", self.zone)
        return self.cleaned_data

    def attending(self) -> tuple[Attending, ...]:
        """Who will be there, and where."""
        return tuple(
            Attending(
                state=self.cleaned_data[f"state_{person.pk}"],
                time_zone=self.cleaned_data[f"zone_{person.pk}"],
                client=person.client,
            )
            for person in self.people
        )


class _ScopedForm(PlainForm):
    """Asks which sessions of a series are meant, where there are several."""

    scope = forms.ChoiceField(
        label="Which sessions?",
        choices=Scope.choices,
        widget=forms.RadioSelect,
        initial=Scope.ONE,
        error_messages={"required": "Please choose which sessions you mean."},
    )
    by_hand = forms.BooleanField(
        label="Also those that were moved by hand",
        required=False,
        help_text="Of the others, those that somebody gave a time of their own stay otherwise.",
    )

    def __init__(self, appointment: Appointment, *args: Any, several: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.appointment = appointment
        if not several:
            del self.fields["scope"], self.fields["by_hand"]

    def meant(self) -> Meant:
        """Which sessions are meant."""
        given = self.cleaned_data
        scope = Scope(given.get("scope", Scope.ONE))
        return Meant(self.appointment, scope, given.get("by_hand", False))


class ShiftForm(_ScopedForm):
    """Another day and hour for a session, and for those that go along."""

    day = forms.DateField(
        label="New day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    at = forms.TimeField(
        label="New time", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    field_order = ["day", "at", "scope", "by_hand"]

    def __init__(self, appointment: Appointment, *args: Any, **kwargs: Any) -> None:
        super().__init__(appointment, *args, **kwargs)
        zone = appointment.counselor.zone
        local = appointment.starts_at.astimezone(zone)
        self.initial = {"day": local.date(), "at": local.time(), **self.initial}
        self.fields["at"].help_text = _on_whose_clock(zone)
        if "scope" in self.fields:
            words = "The others go to the same weekday and hour, in the same rhythm."
            self.fields["scope"].help_text = words

    def clean(self) -> dict[str, Any]:
        _check_time(self, "day", self.appointment.counselor.zone)
        return self.cleaned_data

    def shift(self) -> Shift:
        """What is to be moved where."""
        return Shift(self.meant(), self.cleaned_data["day"], self.cleaned_data["at"])


class EndForm(_ScopedForm):
    """Why sessions are canceled, and which."""

    reason = forms.ChoiceField(
        label="Why?",
        choices=[("", "Please choose"), *EndReason.choices],
        error_messages={"required": "Please choose a reason."},
    )


class WaysOut(NamedTuple):
    """How the ways out are called: to leave it, and to go against the calendar."""

    out: str
    anyway: str


class DecisionsForm(PlainForm):
    """What is to be done about each session of a preview that isn't open."""

    OUT, ANYWAY = "out", "anyway"

    def __init__(
        self, preview: Preview, zone: ZoneInfo, words: WaysOut, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.refused = preview.refused
        self.decisions: dict[date, Decision] = {}
        for each in self.refused:
            self._ask(each, zone, words)
        if len(self.refused) > 1:
            self._ask_for_all(words)

    def _ask(self, occurrence: Occurrence, zone: ZoneInfo, words: WaysOut) -> None:
        choices = [(self.OUT, words.out)]
        for start in occurrence.open_times:
            choices.append((start.isoformat(), f"Instead: {_spoken_short(start, zone)}"))
        if occurrence.can_be_overridden:
            choices.append((self.ANYWAY, words.anyway))
            self.fields[f"why_{occurrence.day}"] = _reason_field()
        gone = "What you chose is no longer open. Please choose again."
        self.fields[f"do_{occurrence.day}"] = forms.ChoiceField(
            label=f"What about {_spoken_date(occurrence.day)}?",
            choices=choices,
            widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
            required=False,
            # Where there's but one way out, nothing needs to be chosen.
            initial=self.OUT if len(choices) == 1 else None,
            error_messages={"invalid_choice": gone},
        )

    def _ask_for_all(self, words: WaysOut) -> None:
        choices = [("", "I choose for each"), (self.OUT, words.out)]
        if any(each.can_be_overridden for each in self.refused):
            choices.append((self.ANYWAY, f"{words.anyway}, where that can be"))
            self.fields["why_all"] = _reason_field()
        self.fields["do_all"] = forms.ChoiceField(
            label="For those that I choose nothing for below", choices=choices, required=False
        )

    def clean(self) -> dict[str, Any]:
        for each in self.refused:
            if f"do_{each.day}" not in self.errors:
                self._decide(each)
        return self.cleaned_data

    def _decide(self, occurrence: Occurrence) -> None:
        day, given = occurrence.day, self.cleaned_data
        chosen, reason = given.get(f"do_{day}", ""), given.get(f"why_{day}", "")
        if not chosen:
            chosen, reason = self._of_all(occurrence)
        if not chosen:
            self.add_error(f"do_{day}", f"Please choose what to do about {_spoken_date(day)}.")
        elif chosen == self.OUT:
            self.decisions[day] = LEAVE_OUT
        elif chosen != self.ANYWAY:
            self.decisions[day] = Decision(at=datetime.fromisoformat(chosen))
        elif reason:
            self.decisions[day] = Decision(override=reason)
        else:
            self._ask_why(occurrence)

    def _of_all(self, occurrence: Occurrence) -> tuple[str, str]:
        chosen = self.cleaned_data.get("do_all", "")
        if chosen == self.ANYWAY and not occurrence.can_be_overridden:
            return "", ""
        return chosen, self.cleaned_data.get("why_all", "")

    def _ask_why(self, occurrence: Occurrence) -> None:
        field, about = f"why_{occurrence.day}", _spoken_date(occurrence.day)
        if not self.cleaned_data.get(f"do_{occurrence.day}"):
            field, about = "why_all", "those that are against the calendar"
        if field not in self.errors:
            self.add_error(field, f"Please choose a reason for {about}.")


def left_out(data: Mapping[str, str], preview: Preview) -> frozenset[date]:
    """Of those that aren't open, the days that were left out, before all else that was sent."""
    for_all = data.get("do_all", "")
    days = [each.day for each in preview.refused]
    return frozenset(day for day in days if (data.get(f"do_{day}") or for_all) == DecisionsForm.OUT)


def _check_time(form: forms.Form, day_field: str, zone: ZoneInfo) -> None:
    """Say beside the field why nothing can begin then."""
    day, at = form.cleaned_data.get(day_field), form.cleaned_data.get("at")
    if at and (at.minute % STEP_MINUTES or at.second or at.microsecond):
        form.add_error("at", "Please choose a time on a whole five minutes, such as 10:05.")
    elif day and at:
        why_not = why_not_then(day, at, zone, clock.now())
        if why_not:
            form.add_error(day_field, why_not)


def _on_whose_clock(zone: ZoneInfo) -> str:
    return f"On the counselor’s clock: {zone_name(clock.now(), zone)}."


def _reason_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Why, against the calendar?",
        choices=[("", "Please choose a reason"), *Override.choices],
        required=False,
    )


def _spoken_short(moment: datetime, zone: ZoneInfo) -> str:
    return f"{spoken_day(moment, zone)}, {clock_time(moment, zone)}"


def _spoken_date(day: date) -> str:
    return f"{day:%A, %b} {day.day}"
