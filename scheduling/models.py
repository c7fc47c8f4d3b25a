"""Time: when counselors work, and what is booked."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q

from clients.models import Case, Client
from practice.access.roles import Role
from practice.fields import EncryptedTextField
from practice.models import TIME_ZONES, Counselor, State, User


class Weekday(models.IntegerChoices):
    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class HoursKind(models.TextChoices):
    """What hours are for."""

    ANY = "any", "Consultations and sessions"
    CONSULTATION = "consultation", "Consultations only"
    SESSION = "session", "Sessions only"


class WeeklyHours(models.Model):
    """When a counselor works each week, on the clock of their own zone."""

    counselor = models.ForeignKey(Counselor, on_delete=models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    kind = models.CharField("for", max_length=12, choices=HoursKind.choices, default=HoursKind.ANY)
    begins = models.TimeField()
    ends = models.TimeField()

    class Meta:
        ordering = ["weekday", "begins"]
        verbose_name_plural = "weekly hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("begins")),
                name="scheduling_weeklyhours_ends_after_it_begins",
                violation_error_message="The end is before the beginning.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.begins:%H:%M}–{self.ends:%H:%M}"


class DateHours(models.Model):
    """A counselor's hours on one date, in place of the weekly ones and of any holiday.

    A row without times says that they don't work on that day.
    """

    counselor = models.ForeignKey(Counselor, on_delete=models.CASCADE, related_name="date_hours")
    day = models.DateField()
    kind = models.CharField("for", max_length=12, choices=HoursKind.choices, default=HoursKind.ANY)
    begins = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)

    class Meta:
        ordering = ["day", "begins"]
        verbose_name_plural = "hours on single dates"
        constraints = [
            models.CheckConstraint(
                condition=Q(begins=None, ends=None) | Q(ends__gt=F("begins"), begins__isnull=False),
                name="scheduling_datehours_ends_after_it_begins",
                violation_error_message="The end is before the beginning.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"


class Holiday(models.Model):
    """A public holiday. On those that are kept nobody works, unless a counselor's date says so."""

    day = models.DateField()
    name = models.CharField(max_length=100)
    # The code of the state whose holiday it is; empty for those of the whole country.
    place = models.CharField(max_length=2, blank=True)
    kept = models.BooleanField(default=True, help_text="The practice is closed on this day.")

    class Meta:
        ordering = ["day", "place", "name"]
        constraints = [
            models.UniqueConstraint(fields=["day", "place", "name"], name="scheduling_holiday_once")
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"


class OutsideCalendar(models.Model):
    """A counselor's other calendar, of which only the busy times are read."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    counselor = models.ForeignKey(
        Counselor, on_delete=models.CASCADE, related_name="outside_calendars"
    )
    name = models.CharField(max_length=60)
    # Where it is read from; empty for an uploaded file. Such addresses are as good as a password.
    address = EncryptedTextField(blank=True, default="")
    added_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    # Why it couldn't be read the last time, in words; empty where it could.
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return str(self.pk)


class BusyTime(models.Model):
    """A time that a counselor's other calendar keeps. What for is not read."""

    calendar = models.ForeignKey(
        OutsideCalendar, on_delete=models.CASCADE, related_name="busy_times"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at"]
        indexes = [
            models.Index(fields=["calendar", "starts_at"], name="scheduling_busytime_starts")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="scheduling_busytime_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class CalendarFeed(models.Model):
    """A private address at which a counselor's other calendar reads their appointments."""

    counselor = models.ForeignKey(
        Counselor, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["counselor"],
                condition=Q(ended_at=None),
                name="scheduling_calendarfeed_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Series(models.Model):
    """Sessions of a case in a rhythm: the same hour on the counselor's wall clock."""

    class Rhythm(models.IntegerChoices):
        WEEKLY = 1, "Every week"
        FORTNIGHTLY = 2, "Every two weeks"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="series")
    every_weeks = models.PositiveSmallIntegerField(choices=Rhythm.choices)
    # On the counselor's wall clock, as it was last said for the whole of it.
    at = models.TimeField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "series"
        constraints = [
            models.CheckConstraint(
                condition=Q(every_weeks__in=[1, 2]), name="scheduling_series_known_rhythm"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class TimeOff(models.Model):
    """When a counselor is away."""

    counselor = models.ForeignKey(Counselor, on_delete=models.CASCADE, related_name="time_off")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at"]
        verbose_name_plural = "time off"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="scheduling_timeoff_ends_after_it_starts",
                violation_error_message="The end is before the beginning.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d}"


class Status(models.TextChoices):
    """Where an appointment is; the words are those on screen."""

    HOLD = "hold", "Held for somebody"
    BOOKED = "booked", "Booked"
    DONE = "done", "Took place"
    NO_SHOW = "no_show", "Nobody came"
    CANCELED = "canceled", "Canceled"
    LAPSED = "lapsed", "Hold ended"


class EndReason(models.TextChoices):
    """Why it was canceled, or nobody came. A list, so that nothing clinical is typed."""

    CLIENT = "client", "The client asked"
    CLIENT_ILL = "client_ill", "The client is ill"
    COUNSELOR = "counselor", "The counselor can’t"
    PLACE = "place", "Somebody will be where we can’t meet"
    TECHNICAL = "technical", "The connection didn’t work"
    MISTAKE = "mistake", "It was booked by mistake"
    NO_WORD = "no_word", "We heard nothing"
    OTHER = "other", "Another reason"


class Override(models.TextChoices):
    """Why somebody booked against the rules of the calendar. Two at once is never possible."""

    COUNSELOR_AGREED = "counselor", "The counselor agreed"
    URGENT = "urgent", "It can’t wait"
    ONLY_TIME = "only_time", "It’s the only time they can come"
    CORRECTION = "correction", "It corrects a mistake"


# These take up time.
LIVE = [Status.HOLD, Status.BOOKED, Status.DONE, Status.NO_SHOW]


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def for_user(self, user: User) -> "AppointmentQuerySet":
        """What this person may open: the desk and the owner all, a counselor their own.

        Who stands in for a colleague has the sessions of their cases too.
        """
        if user.role in (Role.DESK, Role.OWNER):
            return self
        return self.filter(Q(counselor__user=user) | Q(case__in=Case.objects.covered_by(user)))

    def live(self) -> "AppointmentQuerySet":
        """Those that take up time."""
        return self.filter(status__in=LIVE)

    def shown(self) -> "AppointmentQuerySet":
        """Those that belong on a calendar: without holds and what was called off."""
        return self.filter(status__in=[Status.BOOKED, Status.DONE, Status.NO_SHOW])

    def between(self, start: datetime, end: datetime) -> "AppointmentQuerySet":
        """Those that begin in [start, end)."""
        return self.filter(starts_at__gte=start, starts_at__lt=end)


class Appointment(models.Model):
    """An hour of a counselor's that is somebody's: a hold, a consultation or a session."""

    class Kind(models.TextChoices):
        CONSULTATION = "consultation", "Consultation"
        SESSION = "session", "Session"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    status = models.CharField(max_length=8, choices=Status.choices)
    counselor = models.ForeignKey(Counselor, on_delete=models.PROTECT, related_name="appointments")
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="appointments"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # With the pause that follows it: what nobody else may have.
    busy_until = models.DateTimeField()
    hold_ends_at = models.DateTimeField(null=True, blank=True)
    # Counts the times that people were told, for calendars and for messages.
    sequence = models.PositiveSmallIntegerField(default=0)
    booked_at = models.DateTimeField(null=True, blank=True)
    # One more with every change: who changes what has changed meanwhile is told so.
    version = models.PositiveIntegerField(default=0, db_default=0)
    changed_at = models.DateTimeField(null=True, blank=True)
    series = models.ForeignKey(
        Series, null=True, blank=True, on_delete=models.PROTECT, related_name="appointments"
    )
    # The day that the rhythm names, whatever day it was moved to.
    series_day = models.DateField(null=True, blank=True)
    # Why it was booked against the rules of the calendar, where it was.
    override = models.CharField(
        max_length=12, choices=Override.choices, blank=True, default="", db_default=""
    )
    end_reason = models.CharField(
        max_length=12, choices=EndReason.choices, blank=True, default="", db_default=""
    )
    canceled_at = models.DateTimeField(null=True, blank=True)
    # When everybody had said where they are, and it could begin; see `scheduling.beginning`.
    began_at = models.DateTimeField(null=True, blank=True)
    # Canceled by those who come, later than the practice asks for.
    canceled_late = models.BooleanField(default=False, db_default=False)
    objects: ClassVar[models.Manager["Appointment"]] = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        indexes = [
            # All that open times are worked out from: it is read without looking at the rows.
            models.Index(
                fields=["counselor", "starts_at", "busy_until", "status", "hold_ends_at"],
                condition=Q(status__in=["hold", "booked", "done", "no_show"]),
                name="scheduling_appointment_live",
            ),
            models.Index(fields=["starts_at"], name="scheduling_appointment_starts"),
            models.Index(fields=["changed_at"], name="scheduling_appointment_changed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")) & Q(busy_until__gte=F("ends_at")),
                name="scheduling_appointment_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(status="hold", hold_ends_at__isnull=False) | ~Q(status="hold"),
                name="scheduling_appointment_hold_has_an_end",
            ),
            models.UniqueConstraint(
                fields=["series", "series_day"], name="scheduling_appointment_once_in_a_series"
            ),
            models.CheckConstraint(
                condition=Q(series=None, series_day=None)
                | Q(series__isnull=False, series_day__isnull=False),
                name="scheduling_appointment_series_names_its_day",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    @property
    def minutes(self) -> int:
        return self.length // timedelta(minutes=1)

    @property
    def is_open(self) -> bool:
        """Whether it may still be moved or called off."""
        return self.status == Status.BOOKED


class Attendee(models.Model):
    """A person at an appointment, and where they will be, which decides if it may take place."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="attendees")
    # Nobody yet, while of a partner only the place is known.
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="attendances"
    )
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    time_zone = models.CharField(max_length=40, choices=TIME_ZONES)
    # When they last said themselves that they will be there.
    place_confirmed_at = models.DateTimeField(null=True, blank=True)
    # The appointment's own, copied by the database and by nothing else, so that it can keep
    # anybody from being at two appointments at once (`scheduling.guards`).
    starts_at = models.DateTimeField(null=True, editable=False)
    ends_at = models.DateTimeField(null=True, editable=False)
    takes_time = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["client", "starts_at"], name="scheduling_attendee_client")]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "client"], name="scheduling_attendee_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Change(models.Model):
    """What somebody at the desk just did to an appointment, so that they can take it back."""

    class What(models.TextChoices):
        MOVED = "moved", "Moved"
        CANCELED = "canceled", "Canceled"
        NO_SHOW = "no_show", "Noted that nobody came"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="changes")
    what = models.CharField(max_length=8, choices=What.choices)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # As it was before.
    counselor = models.ForeignKey(Counselor, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    busy_until = models.DateTimeField()
    override = models.CharField(max_length=12, choices=Override.choices, blank=True)
    # The message about the time that stood, where it had not gone yet: taken back, it goes again.
    untold = models.CharField(max_length=12, blank=True)
    # Who had said that they will be there, and when: a move asks them anew, its undo doesn't.
    confirmed = models.JSONField(default=dict, blank=True)
    # The appointment's version that the change made: later changes can't be taken back past.
    version = models.PositiveIntegerField()
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class Estimate(models.Model):
    """A Good Faith Estimate that a person is owed for the first session they pay for.

    45 CFR 149.610(b)(1)(vi): within one business day of booking where the session is three to nine
    business days away, within three where it is ten or more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="estimates")
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="estimates")
    # The session's day as it was counted: on another day, another is owed.
    session_on = models.DateField()
    counted_from = models.DateField()
    due_on = models.DateField()
    made_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Moved or canceled: another takes its place, or none is owed.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "appointment"],
                condition=Q(given_at=None, ended_at=None),
                name="scheduling_estimate_one_open",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
