"""What the desk says about an appointment: when, how long, with whom, and why."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from clients.models import Participant
from practice.forms import PlainForm
from practice.models import TIME_ZONES, Counselor, State
from practice.wording import zone_name
from scheduling.availability import Slot
from scheduling.booking import Attending
from scheduling.desk import typed
from scheduling.forms import by_day
from scheduling.models import Appointment, EndReason, Override

SHORTEST, LONGEST = 10, 240
NOBODY_CAME = [EndReason.NO_WORD, EndReason.CLIENT_ILL, EndReason.TECHNICAL, EndReason.OTHER]


class _AnyTime(forms.ChoiceField):
    """A time of those that are offered, or any other: what books it says whether it can be."""

    def valid_value(self, value: Any) -> bool:
        return True


class TimeForm(PlainForm):
    """A time: chosen from those that are open, or typed."""

    # When it begins already, where it is only to be longer or shorter: that may be over.
    standing: datetime | None = None

    starts_at = _AnyTime(label="Open times", required=False, widget=forms.RadioSelect)
    day = forms.DateField(
        label="Day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    at = forms.TimeField(
        label="Time",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "step": "300"}, format="%H:%M"),
    )
    length = forms.IntegerField(
        label="Minutes",
        required=False,
        min_value=SHORTEST,
        max_value=LONGEST,
        step_size=typed.STEP,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "min_value": f"Please give {SHORTEST} minutes at least.",
            "max_value": f"Please give {LONGEST} minutes at most.",
            "step_size": "Please give the minutes in steps of five.",
            "invalid": "Please give the minutes as a number, such as 50.",
        },
    )
    override = forms.ChoiceField(
        label="Why is it needed?",
        required=False,
        choices=[("", "Please choose"), *Override.choices],
    )

    def __init__(
        self, slots: Iterable[Slot], zone: ZoneInfo, *args: Any, near: datetime, **kwargs: Any
    ) -> None:
        """`near`: which clock of the year is named, and where the typed time begins."""
        local = near.astimezone(zone)
        kwargs["initial"] = {"day": local.date(), "at": local.time(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.zone = zone
        slots = list(slots)
        self.open_times = {slot.starts_at for slot in slots}
        days = by_day(slots, zone, name_counselor=False)
        offered = [
            (day, [(value.partition("|")[2], label) for value, label in times])
            for day, times in days
        ]
        self.offer("starts_at", offered)
        self.fields["at"].help_text = f"On your clock, {zone_name(near, zone)}."

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            given["moment"] = self._moment(given)
        return given

    def _moment(self, given: dict[str, Any]) -> datetime | None:
        """What was chosen goes before what was typed: that stands there from the beginning."""
        day, at, chosen = given.get("day"), given.get("at"), given.get("starts_at")
        try:
            if chosen or not (day or at):
                return typed.starts_at(str(chosen or ""), standing=self.standing)
            if not (day and at):
                raise typed.NoSuchMoment("Please give both a day and a time.")
            return typed.moment(day, at, self.zone, standing=self.standing)
        except typed.NoSuchMoment as error:
            self.add_error("at" if (day or at) and not chosen else "starts_at", str(error))
            return None

    @property
    def moment(self) -> datetime:
        """The time that was asked for, once the form is valid."""
        found: datetime = self.cleaned_data["moment"]
        return found.astimezone(UTC)

    @property
    def minutes(self) -> timedelta | None:
        """The length that was asked for, if one was."""
        length = self.cleaned_data.get("length")
        return timedelta(minutes=length) if length else None


class MoveForm(TimeForm):
    """Another time or length; for a consultation also another counselor."""

    counselor = forms.ModelChoiceField(Counselor.objects.none(), label="With", required=False)

    def __init__(self, appointment: Appointment, slots: Iterable[Slot], *args: Any, **kw: Any):
        kw["initial"] = {"length": appointment.minutes, "counselor": appointment.counselor_id}
        super().__init__(slots, *args, near=appointment.starts_at, **kw)
        self.appointment, self.standing = appointment, appointment.starts_at
        if appointment.kind != Appointment.Kind.CONSULTATION:
            # A session stays with the counselor of its case.
            del self.fields["counselor"]
            return
        field = self.fields["counselor"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Counselor.objects.working().select_related("user")

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.errors and self._is_as_it_stands(given):
            self.add_error(None, "It stands like that already.")
        return given

    def _is_as_it_stands(self, given: dict[str, Any]) -> bool:
        appointment = self.appointment
        return (
            given["moment"] == appointment.starts_at
            and given["length"] in (None, appointment.minutes)
            and given.get("counselor") in (None, appointment.counselor)
        )

    @property
    def with_counselor(self) -> Counselor | None:
        """Who was chosen, where that could be."""
        found: Counselor | None = self.cleaned_data.get("counselor")
        return found


class BookForm(TimeForm):
    """A session of a case: when, how long, and where everybody will be."""

    def __init__(
        self, people: Sequence[Participant], slots: Iterable[Slot], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(slots, *args, **kwargs)
        self.people = people
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

    def place_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """For each person where they will be, and their clock."""
        return [(self[f"state_{each.pk}"], self[f"zone_{each.pk}"]) for each in self.people]


class EndForm(PlainForm):
    """Why it was canceled, or nobody came: from a list, so that nothing clinical is typed."""

    reason = forms.ChoiceField(
        label="Why?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Please choose a reason.",
            "invalid_choice": "Please choose a reason from the list.",
        },
    )

    def __init__(self, reasons: Iterable[EndReason], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("reason", [(reason.value, reason.label) for reason in reasons])


class WhoForm(PlainForm):
    """Part of a name, to find a case among many."""

    name = forms.CharField(label="Name", required=False, max_length=60)
