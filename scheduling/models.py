"""Time: when counselors work, and what is booked."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q

from clients.models import Case, Client
from practice.access.roles import Role
from practice.models import TIME_ZONES, Counselor, State, User


class Weekday(models.IntegerChoices):
    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class WeeklyHours(models.Model):
    """When a counselor works each week, on the clock of their own zone."""

    counselor = models.ForeignKey(Counselor, on_delete=models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
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


# These take up time.
LIVE = [Status.HOLD, Status.BOOKED, Status.DONE, Status.NO_SHOW]


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def for_user(self, user: User) -> "AppointmentQuerySet":
        """What this person may open: the desk and the owner all, a counselor their own."""
        if user.role in (Role.DESK, Role.OWNER):
            return self
        return self.filter(counselor__user=user)

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
    objects: ClassVar[models.Manager["Appointment"]] = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        indexes = [
            models.Index(
                fields=["counselor", "starts_at"],
                condition=Q(status__in=["hold", "booked", "done", "no_show"]),
                name="scheduling_appointment_live",
            ),
            models.Index(fields=["starts_at"], name="scheduling_appointment_starts"),
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

    class Meta:
        ordering = ["pk"]
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
