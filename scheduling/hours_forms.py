"""What is asked about working hours. All times are on the counselor's own wall clock."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from practice import clock
from practice.clock import on_wall_clock
from practice.forms import PlainForm
from practice.models import Counselor
from scheduling import hours_words
from scheduling.desk import typed
from scheduling.hours import Span
from scheduling.hours_words import MIDNIGHT
from scheduling.models import DateHours, HoursKind, Weekday, WeeklyHours

_FURTHEST = timedelta(days=3 * 366)
_A_DAY = timedelta(days=1)
_PAST_MIDNIGHT = (
    "The end is not after the beginning. For hours past midnight, end these at 12:00 AM and add "
    "the rest to the next day."
)


def _time(label: str, **facts: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time", "step": "300"}, format="%H:%M")
    return forms.TimeField(label=label, widget=widget, **facts)


def _day(label: str, **facts: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **facts)


class SpanForm(PlainForm):
    """From when to when, and what for."""

    begins = _time("From")
    ends = _time("To", help_text="12:00 AM is midnight, at the end of the day.")
    kind = forms.ChoiceField(label="For", choices=HoursKind.choices, initial=HoursKind.ANY)

    def clean_begins(self) -> time | None:
        return _in_steps(self.cleaned_data["begins"])

    def clean_ends(self) -> time | None:
        ends: time | None = self.cleaned_data["ends"]
        return MIDNIGHT if ends in (time.min, MIDNIGHT) else _in_steps(ends)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        begins, ends = given.get("begins"), given.get("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", _PAST_MIDNIGHT)
        return given

    @property
    def span(self) -> Span | None:
        """What was given, where it can be hours."""
        given = self.cleaned_data
        begins, ends, kind = (given.get(name) for name in ("begins", "ends", "kind"))
        if self.errors or not begins or not ends or not kind:
            return None
        return Span(begins, ends, kind)

    def refuse_overlap(self, rows: Iterable[WeeklyHours | DateHours], where: str) -> None:
        """Two hours at once for the same would say nothing; each is named beside the field."""
        span = self.span
        for row in rows if span else ():
            if span and span.overlaps(row) and row.begins and row.ends:
                standing = hours_words.span(row.begins, row.ends)
                words = f"{where} there are hours from {standing} for the same already."
                self.add_error("begins", f"{words} Change those, or choose other times.")
                return


class WeeklyForm(SpanForm):
    """Hours of each week, on one weekday or several."""

    weekdays = forms.TypedMultipleChoiceField(
        label="On",
        coerce=int,
        choices=Weekday.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Please choose one day at least."},
    )
    field_order = ["weekdays", "begins", "ends", "kind"]

    def __init__(self, counselor: Counselor, *args: Any, **kwargs: Any) -> None:
        kwargs["auto_id"] = "weekly_%s"
        super().__init__(*args, **kwargs)
        self.counselor = counselor

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        weekdays = given.get("weekdays") or []
        rows = self.counselor.weekly_hours.filter(weekday__in=weekdays) if weekdays else []
        for row in rows:
            self.refuse_overlap([row], f"On {hours_words.weekday_name(row.weekday)}s")
        return given


class WeeklyChangeForm(SpanForm):
    """Other times on the same weekday."""

    def __init__(self, row: WeeklyHours, *args: Any, **kwargs: Any) -> None:
        ends = time.min if row.ends >= MIDNIGHT else row.ends
        kwargs["initial"] = {"begins": row.begins, "ends": ends, "kind": row.kind}
        super().__init__(*args, **kwargs)
        self.row = row

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        same_day = WeeklyHours.objects.filter(
            counselor=self.row.counselor_id, weekday=self.row.weekday
        )
        where = f"On {hours_words.weekday_name(self.row.weekday)}s"
        self.refuse_overlap(same_day.exclude(pk=self.row.pk), where)
        return given


class DateForm(SpanForm):
    """One date: off, or other hours than usual."""

    OFF, HOURS = "off", "hours"

    day = _day("Day")
    what = forms.ChoiceField(
        label="On this day",
        choices=[(OFF, "Off, all day"), (HOURS, "Other hours than usual")],
        initial=OFF,
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose one of these."},
    )
    begins = _time("From", required=False)
    ends = _time("To", required=False, help_text="12:00 AM is midnight, at the end of the day.")
    kind = forms.ChoiceField(
        label="For", choices=HoursKind.choices, initial=HoursKind.ANY, required=False
    )
    field_order = ["day", "what", "begins", "ends", "kind"]

    def __init__(self, counselor: Counselor, *args: Any, **kwargs: Any) -> None:
        kwargs["auto_id"] = "date_%s"
        super().__init__(*args, **kwargs)
        self.counselor = counselor

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        return _to_come(day, self.counselor)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("what") != self.HOURS:
            for name in ("begins", "ends"):  # what stands there isn't meant
                self.cleaned_data.pop(name, None)
                self.errors.pop(name, None)
            return self.cleaned_data
        given = super().clean()
        self._ask_for_both(given)
        if "day" in given and self.span:
            self._check_the_clock(given["day"])
            rows = self.counselor.date_hours.filter(day=given["day"])
            self.refuse_overlap(rows, f"On {hours_words.on_day(given['day'])}")
        return given

    def _ask_for_both(self, given: dict[str, Any]) -> None:
        for name, words in (("begins", "they begin"), ("ends", "they end")):
            if not given.get(name) and name not in self.errors:
                self.add_error(name, f"Please say when {words}.")
        if not given.get("kind"):
            given["kind"] = HoursKind.ANY.value

    def _check_the_clock(self, day: date) -> None:
        for name in ("begins", "ends"):
            at = self.cleaned_data[name]
            if at < MIDNIGHT and day > clock.today(self.counselor.zone):
                _moment(self, name, day, at)


class AwayForm(PlainForm):
    """Time off: from one day to another, or from one time to another."""

    first_day = _day("First day")
    first_time = _time("From", required=False)
    last_day = _day("Last day")
    last_time = _time("Until", required=False)
    field_order = ["first_day", "first_time", "last_day", "last_time"]

    def __init__(self, counselor: Counselor, *args: Any, **kwargs: Any) -> None:
        kwargs["auto_id"] = "away_%s"
        super().__init__(*args, **kwargs)
        self.counselor = counselor

    def clean_last_day(self) -> date:
        day: date = self.cleaned_data["last_day"]
        return _to_come(day, self.counselor)

    def clean_first_day(self) -> date:
        day: date = self.cleaned_data["first_day"]
        if abs(day - clock.today(self.counselor.zone)) > _FURTHEST:
            raise forms.ValidationError("Please choose a day within the coming three years.")
        return day

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            given["starts_at"] = self._start(given)
            given["ends_at"] = self._end(given)
        if not self.errors:
            self._check_order(given)
        return given

    def _start(self, given: dict[str, Any]) -> datetime:
        at = given.get("first_time") or time.min
        return _moment(self, "first_time", given["first_day"], at)

    def _end(self, given: dict[str, Any]) -> datetime:
        """Whole days last until the midnight after; so does a time of 12:00 AM."""
        day, at = given["last_day"], given.get("last_time")
        if at in (None, time.min):
            return on_wall_clock(day + _A_DAY, time.min, self.counselor.zone)
        return _moment(self, "last_time", day, at)

    def _check_order(self, given: dict[str, Any]) -> None:
        if given["ends_at"] <= given["starts_at"]:
            name = "last_day" if given["last_day"] < given["first_day"] else "last_time"
            self.add_error(name, "The end is not after the beginning.")
        elif given["ends_at"] <= clock.now():
            self.add_error("last_time", "That time is over. Please choose one to come.")


class LimitsForm(PlainForm):
    """How long they rest, and how many they see on a day."""

    # Each is sent with what it was when it was shown: only what this person changed is saved.
    buffer_minutes = forms.IntegerField(
        label="Minutes of pause after each appointment",
        show_hidden_initial=True,
        required=False,
        min_value=0,
        max_value=120,
        error_messages={
            "invalid": "Please give the minutes as a number, such as 10.",
            "min_value": "Please give 0 minutes or more.",
            "max_value": "Please give 120 minutes at most.",
        },
    )
    most_a_day = forms.IntegerField(
        label="Appointments a day, at most",
        show_hidden_initial=True,
        required=False,
        min_value=1,
        max_value=24,
        help_text="No more are offered on one day. Leave it empty for as many as fit.",
        error_messages={
            "invalid": "Please give a number, such as 6.",
            "min_value": "Please give at least 1, or leave it empty.",
            "max_value": "Please give 24 at most, or leave it empty.",
        },
    )

    def __init__(self, counselor: Counselor, usual: int, *args: Any, **kwargs: Any) -> None:
        """`usual`: the practice's own pause."""
        kwargs["initial"] = {
            "buffer_minutes": counselor.buffer_minutes,
            "most_a_day": counselor.most_a_day,
        }
        kwargs["auto_id"] = "limits_%s"
        super().__init__(*args, **kwargs)
        self.fields[
            "buffer_minutes"
        ].help_text = f"Leave it empty for the practice’s own pause, {usual} minutes."

    def as_shown(self) -> SafeString:
        """What each field was when it was shown, unseen on the page."""
        shown = ((self[name].as_hidden(only_initial=True),) for name in self.fields)
        return format_html_join("", "{}", shown)


def _to_come(day: date, counselor: Counselor) -> date:
    today = clock.today(counselor.zone)
    if day < today:
        raise forms.ValidationError("That day is over. Please choose today or a day to come.")
    if day > today + _FURTHEST:
        raise forms.ValidationError("Please choose a day within the coming three years.")
    return day


def _in_steps(at: time | None) -> time | None:
    if at and (at.minute % typed.STEP or at.second or at.microsecond):
        raise forms.ValidationError("Please give a time in steps of five minutes, such as 2:05 PM.")
    return at


def _moment(form: DateForm | AwayForm, name: str, day: date, at: time) -> datetime:
    """That time of that day on the counselor's clock.

    Says beside the field where the clock skips it or shows it twice in the coming year.
    """
    zone = form.counselor.zone
    found = on_wall_clock(day, at, zone)
    if clock.now() < found <= clock.now() + typed.FURTHEST:
        try:
            return typed.moment(day, at, zone)
        except typed.NoSuchMoment as error:
            form.add_error(name, str(error))
    return found
