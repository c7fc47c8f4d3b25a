"""The practice itself: where it may serve, who works there, and what they are licensed for."""

import uuid
from collections.abc import Iterable
from datetime import date, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from practice.access.roles import Role

# The clocks of the states served. Florida has both, so people are always asked for theirs.
TIME_ZONES = [
    ("America/New_York", "Eastern time"),
    ("America/Chicago", "Central time"),
]


# The code of a place outside the country.
ABROAD = "--"


class Practice(models.Model):
    """The practice's own settings: one row."""

    name = models.CharField(max_length=100, help_text="The name on the public pages.")
    display_name = models.CharField(
        "neutral name",
        max_length=40,
        help_text="Who a message is from. Choose a name that says nothing about the work, "
        "such as “Oak Street Office”: others may see it on a shared phone.",
    )
    phone = models.CharField(max_length=20, blank=True)
    exit_url = models.URLField(
        "quick exit address",
        default="https://www.weather.gov/",
        help_text="Where the quick exit leads. Choose a page that says nothing.",
    )
    time_zone = models.CharField(max_length=40, choices=TIME_ZONES, default="America/New_York")
    consultation_minutes = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(10), MaxValueValidator(120)]
    )
    session_minutes = models.PositiveSmallIntegerField(
        default=50, validators=[MinValueValidator(20), MaxValueValidator(180)]
    )
    buffer_minutes = models.PositiveSmallIntegerField(
        default=10,
        validators=[MaxValueValidator(120)],
        help_text="Kept free after each appointment.",
    )
    minimum_notice_hours = models.PositiveSmallIntegerField(default=12)
    late_cancel_hours = models.PositiveSmallIntegerField(
        default=24,
        validators=[MaxValueValidator(168)],
        help_text="Who cancels a session with less notice cancels late. 0: nobody does.",
    )
    late_cancel_words = models.TextField(
        "what late cancellation means",
        blank=True,
        help_text="What people read before they cancel a session late, such as what it costs. "
        "Leave empty to say nothing.",
    )
    calendar_hosts = models.TextField(
        "allowed calendar services",
        blank=True,
        help_text="Counselors may have their other calendars read from these hosts, one a line, "
        "such as “calendar.example.com”. Leave empty to allow files only.",
    )
    article_hosts = models.TextField(
        "allowed sites for articles",
        blank=True,
        help_text="Articles for the library may be read from these sites, one a line, such as "
        "“www.example.org”. Leave empty to allow files and pasted text only.",
    )
    handout_pause_days = models.PositiveSmallIntegerField(
        "days between two handouts",
        default=7,
        validators=[MaxValueValidator(60)],
        help_text="Nobody is sent something new to read sooner than this, unless their counselor "
        "says so. 0: no pause.",
    )
    booking_horizon_days = models.PositiveSmallIntegerField(
        default=28, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    keep_requests_days = models.PositiveSmallIntegerField(
        default=90,
        validators=[MinValueValidator(7), MaxValueValidator(365)],
        help_text="Requests for a consultation that lead nowhere are erased after so many days.",
    )
    quiet_until = models.TimeField(default=time(9), help_text="Messages go from this hour on.")
    quiet_from = models.TimeField(default=time(20), help_text="No message goes after this hour.")

    class Meta:
        verbose_name_plural = "practice"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="practice_practice_only_one"),
            models.CheckConstraint(
                # No practice may write to people in the night: 47 CFR 64.1200's window.
                condition=Q(quiet_until__gte=time(8))
                & Q(quiet_from__lte=time(21))
                & Q(quiet_until__lt=F("quiet_from")),
                name="practice_practice_quiet_hours_in_the_day",
                violation_error_message="Messages may go between 8 AM and 9 PM only.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Practice":
        """The practice, made with defaults where nobody has set it up yet."""
        return cls.objects.filter(pk=1).first() or cls.not_set_up()

    @classmethod
    def not_set_up(cls) -> "Practice":
        """What holds until the owner has set it up."""
        return cls(pk=1, name="Your practice", display_name="The office")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class StateQuerySet(models.QuerySet["State"]):
    def served(self) -> "StateQuerySet":
        """The states in which the practice may meet people."""
        return self.filter(served=True)


class State(models.Model):
    """A place a person may be in: the states, DC, and elsewhere."""

    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=60)
    served = models.BooleanField(
        default=False, help_text="The practice has counselors licensed there and may serve people."
    )
    note = models.TextField(
        blank=True,
        help_text="What people who are there read when we can’t serve them, before the "
        "directories. Leave empty for the usual words.",
    )
    objects: ClassVar[models.Manager["State"]] = StateQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DirectoryQuerySet(models.QuerySet["Directory"]):
    def for_places(self, codes: Iterable[str]) -> "DirectoryQuerySet":
        """Those for these places first, then those that help everywhere in the country."""
        places = set(codes)
        here = Q(state__in=places)
        if places - {ABROAD}:
            here |= Q(state=None)
        return self.filter(here).order_by(F("state__name").asc(nulls_last=True), "position", "name")


class Directory(models.Model):
    """Where people whom the practice can't serve may find somebody."""

    state = models.ForeignKey(
        State,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="directories",
        help_text="Leave empty for one that helps everywhere in the country.",
    )
    name = models.CharField(max_length=80)
    words = models.CharField(max_length=200, help_text="What people find there.")
    url = models.URLField("address", blank=True)
    phone = models.CharField(max_length=20, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    objects: ClassVar[models.Manager["Directory"]] = DirectoryQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "directories"

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody on the staff. Clients have no account: they come by private links."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=12, choices=Role.choices)
    time_zone = models.CharField(max_length=40, choices=TIME_ZONES, default="America/New_York")
    is_active = models.BooleanField(
        default=True, help_text="Switch off, rather than delete, when somebody leaves."
    )
    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]

    class Meta:
        verbose_name = "person on the staff"
        verbose_name_plural = "people on the staff"
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="practice_user_has_a_known_role"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Whether the owner's settings at /admin/ are open to them."""
        return self.role == Role.OWNER

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Addresses are kept in small letters: signing in looks for those."""
        return super().normalize_username(username).lower()

    def has_role(self, *roles: Role) -> bool:
        return self.role in roles

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Roles decide, not single permissions: the owner may set all that /admin/ shows."""
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        """See `has_perm`."""
        return self.is_active and self.is_staff


class CounselorQuerySet(models.QuerySet["Counselor"]):
    def working(self) -> "CounselorQuerySet":
        """Those who see people now."""
        return self.filter(user__is_active=True)


class Counselor(models.Model):
    """Somebody licensed to see people."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="counselor")
    public_name = models.CharField(max_length=100, help_text="The name that clients see.")
    video_link = models.URLField(
        blank=True, help_text="The room of this counselor on the video service."
    )
    buffer_minutes = models.PositiveSmallIntegerField(
        "pause",
        null=True,
        blank=True,
        validators=[MaxValueValidator(120)],
        help_text="Kept free after each appointment. Leave empty for the practice’s own.",
    )
    most_a_day = models.PositiveSmallIntegerField(
        "appointments a day",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text="No more are offered on one day. Leave empty for as many as fit.",
    )
    objects: ClassVar[models.Manager["Counselor"]] = CounselorQuerySet.as_manager()

    class Meta:
        ordering = ["public_name"]

    def __str__(self) -> str:
        return self.public_name

    @property
    def zone(self) -> ZoneInfo:
        return self.user.zone


class License(models.Model):
    """A state's permission to practice there until a day."""

    class Kind(models.TextChoices):
        FULL = "full", "License"
        TELEHEALTH = "telehealth", "Out-of-state telehealth registration"

    counselor = models.ForeignKey(Counselor, on_delete=models.CASCADE, related_name="licenses")
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="licenses")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.FULL)
    number = models.CharField(max_length=40)
    starts_on = models.DateField()
    expires_on = models.DateField(help_text="The last day on which it is good.")

    class Meta:
        ordering = ["state_id", "expires_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__gte=F("starts_on")),
                name="practice_license_ends_after_it_starts",
                violation_error_message="The last day is before the first.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.state_id} {self.number}"

    def covers(self, on: date) -> bool:
        """Whether it is good on that day."""
        return self.starts_on <= on <= self.expires_on
