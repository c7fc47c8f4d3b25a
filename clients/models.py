"""The people and the work: clients, cases, and who takes which part in a case."""

import uuid
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q

from practice.access.roles import Role
from practice.fields import EncryptedTextField
from practice.models import TIME_ZONES, Counselor, State, User


class Client(models.Model):
    """A person who asked for a consultation, or takes part in a case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = EncryptedTextField()
    state = models.ForeignKey(
        State, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    time_zone = models.CharField(max_length=40, choices=TIME_ZONES, default="America/New_York")
    created_at = models.DateTimeField()
    objects: ClassVar[models.Manager["Client"]] = models.Manager()

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.strip() else "Somebody"


class Concern(models.Model):
    """What a case is about, from the practice's list."""

    key = models.SlugField(primary_key=True)
    name = models.CharField(max_length=80)
    about_affair = models.BooleanField(
        default=False, help_text="Its cases have a stage of affair recovery and two parts."
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Stage(models.TextChoices):
    """Affair recovery, after Gordon, Baucom & Snyder; in brackets Gottman's Trust Revival."""

    IMPACT = "impact", "Impact (atone)"
    MEANING = "meaning", "Meaning (attune)"
    MOVING_ON = "moving_on", "Moving on (attach)"
    APART = "apart", "Apart"

    @classmethod
    def of_material(cls) -> "list[tuple[str, str]]":
        """The stages that handouts and plans are made for: those of a couple at work together."""
        return [choice for choice in cls.choices if choice[0] != cls.APART]


class Part(models.TextChoices):
    """Which part somebody had in an affair."""

    HURT = "hurt", "The partner who was hurt"
    INVOLVED = "involved", "The partner who was involved"
    NEITHER = "neither", "Neither"


class CaseQuerySet(models.QuerySet["Case"]):
    def for_user(self, user: User) -> "CaseQuerySet":
        """The cases this person may open: a counselor's own, and nobody else's."""
        if user.role != Role.COUNSELOR:
            return self.none()
        return self.filter(counselor__user=user)

    def open(self) -> "CaseQuerySet":
        return self.filter(status=Case.Status.OPEN)


class Case(models.Model):
    """One piece of work with a couple, or with one person."""

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    class Disclosure(models.TextChoices):
        """Whether the partner who was hurt knows. Until "yes", no word of it reaches them."""

        UNKNOWN = "unknown", "Not known yet"
        NO = "no", "No, they don't know"
        YES = "yes", "Yes, they know"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    counselor = models.ForeignKey(Counselor, on_delete=models.PROTECT, related_name="cases")
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="cases")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    stage = models.CharField(max_length=10, choices=Stage.choices, blank=True)
    disclosure = models.CharField(
        max_length=8, choices=Disclosure.choices, default=Disclosure.UNKNOWN
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    objects: ClassVar[models.Manager["Case"]] = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", closed_at=None)
                | Q(status="closed", closed_at__isnull=False),
                name="clients_case_closed_has_a_time",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_affair_recovery(self) -> bool:
        return self.concern.about_affair

    @property
    def title(self) -> str:
        """The first names of those in it, for the counselor's pages."""
        people = self.participants.all()
        return " & ".join(person.client.first_name for person in people) or "Case"


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def for_user(self, user: User) -> "ParticipantQuerySet":
        """Those in the cases this person may open."""
        return self.filter(case__in=Case.objects.for_user(user))


class Participant(models.Model):
    """A client in a case, with their part."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="participants")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="participations")
    part = models.CharField(max_length=8, choices=Part.choices, default=Part.NEITHER)
    objects: ClassVar[models.Manager["Participant"]] = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "client"], name="clients_participant_once_in_a_case"
            ),
            models.UniqueConstraint(
                fields=["case", "part"],
                condition=Q(part__in=["hurt", "involved"]),
                name="clients_participant_one_of_each_part",
                violation_error_message="Two people can't have the same part in one case.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()}"

    @property
    def may_hear_of_affair(self) -> bool:
        """The disclosure lock: until a counselor says so, only the one who was involved knows."""
        return self.part == Part.INVOLVED or self.case.disclosure == Case.Disclosure.YES
