"""The people and the work: clients, cases, and who takes which part in a case."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property

from practice import clock
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
        """The cases this person may open.

        A counselor's own, those they cover just now, and one that they opened because it could not
        wait; the clinical lead, who only reads, all.
        """
        if user.role == Role.LEAD:
            return self
        return self.run_by(user) | self.covered_by(user) | self.opened_urgently_by(user)

    def run_by(self, user: User) -> "CaseQuerySet":
        """Those that are this counselor's own: only their counselor changes a case."""
        if user.role != Role.COUNSELOR:
            return self.none()
        return self.filter(counselor__user=user)

    def covered_by(self, user: User) -> "CaseQuerySet":
        """Those of colleagues for whom this counselor stands in just now."""
        if user.role != Role.COUNSELOR:
            return self.none()
        running = Cover.objects.running(clock.now()).filter(covering__user=user)
        return self.filter(counselor__in=running.values("counselor"))

    def opened_urgently_by(self, user: User) -> "CaseQuerySet":
        """Those of colleagues that this counselor opened within the last hour."""
        if user.role != Role.COUNSELOR:
            return self.none()
        running = UrgentLook.objects.filter(user=user, ends_at__gt=clock.now())
        return self.filter(pk__in=running.values("case"))

    def with_notes_for(self, user: User) -> "CaseQuerySet":
        """Those whose record this person may read: a cover only where that was granted too."""
        if user.role != Role.COUNSELOR:
            return self.for_user(user)
        granted = Cover.objects.running(clock.now()).filter(covering__user=user, notes=True)
        return self.run_by(user) | self.filter(counselor__in=granted.values("counselor"))

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

    class CloseReason(models.TextChoices):
        """Why the work ended. A list, so that nothing clinical is typed."""

        REACHED = "reached", "They reached what they came for"
        THEIR_WISH = "their_wish", "They want to stop"
        APART = "apart", "They separated"
        ELSEWHERE = "elsewhere", "They go on with somebody else"
        PLACE = "place", "They moved to where we can’t work"
        NO_WORD = "no_word", "We heard nothing for a long time"
        OTHER = "other", "Another reason"

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
    close_reason = models.CharField(max_length=12, choices=CloseReason.choices, blank=True)
    # The couple's case from which one person's goes on after they separated.
    came_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="went_on"
    )
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
    def is_open(self) -> bool:
        return self.status == Case.Status.OPEN

    @cached_property
    def title(self) -> str:
        """The first names of those in it, for the counselor's pages."""
        return _called_after(self.participants.all())

    def call_it_after(self, people: "Iterable[Participant]") -> None:
        """These are in it: nobody needs to ask."""
        self.title = _called_after(people)


def _called_after(people: "Iterable[Participant]") -> str:
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


class CaseChange(models.Model):
    """What became of a case, and how it stood from then on. Rows are added and never changed."""

    class What(models.TextChoices):
        OPENED = "opened", "Opened"
        COURSE = "course", "Stage or disclosure set"
        SEPARATED = "separated", "The couple separated"
        CLOSED = "closed", "Closed"
        REOPENED = "reopened", "Opened again"
        TRANSFERRED = "transferred", "Handed on to another counselor"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(max_length=12, choices=What.choices)
    at = models.DateTimeField()
    # Nobody where the system itself did it.
    made_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    counselor = models.ForeignKey(Counselor, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=10, choices=Stage.choices, blank=True)
    disclosure = models.CharField(max_length=8, choices=Case.Disclosure.choices)
    reason = models.CharField(max_length=12, choices=Case.CloseReason.choices, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.what}"


class CoverQuerySet(models.QuerySet["Cover"]):
    def running(self, now: datetime) -> "CoverQuerySet":
        """Those that hold at this moment."""
        return self.filter(starts_at__lte=now, ends_at__gt=now, ended_at=None)

    def to_come(self, now: datetime) -> "CoverQuerySet":
        """Those that hold or will hold."""
        return self.filter(ends_at__gt=now, ended_at=None)

    def for_user(self, user: User) -> "CoverQuerySet":
        """Those that somebody may grant and end: a counselor their own, the clinical lead all."""
        if user.role == Role.LEAD:
            return self
        return self.filter(counselor__user=user)


class Cover(models.Model):
    """Another counselor stands in for one who is away, until it ends by itself.

    They see the cases, what was given and what was answered; the record only where `notes` says
    so; never a psychotherapy note.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    counselor = models.ForeignKey(Counselor, on_delete=models.PROTECT, related_name="covers")
    covering = models.ForeignKey(Counselor, on_delete=models.PROTECT, related_name="covering_for")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    notes = models.BooleanField(default=False)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    objects: ClassVar[models.Manager["Cover"]] = CoverQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="clients_cover_ends_after_it_starts",
                violation_error_message="The last day is before the first.",
            ),
            models.CheckConstraint(
                condition=~Q(counselor=F("covering")),
                name="clients_cover_is_somebody_else",
                violation_error_message="Nobody stands in for themselves.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class UrgentLook(models.Model):
    """A counselor opened a colleague's case because it could not wait; it closes by itself.

    They see what somebody who stands in without notes sees. Rows are added and never changed.
    """

    class Reason(models.TextChoices):
        """A list, so that nothing clinical is typed."""

        DANGER = "danger", "Somebody may be in danger"
        ASKED = "asked", "A client needs an answer now, and nobody else can give it"
        AUTHORITY = "authority", "A hospital, the police or a court asks at once"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="urgent_looks")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    objects: ClassVar[models.Manager["UrgentLook"]] = models.Manager()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("opened_at")),
                name="clients_urgentlook_ends_after_it_opens",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class GoalQuerySet(models.QuerySet["Goal"]):
    def open(self) -> "GoalQuerySet":
        return self.filter(status=Goal.Status.OPEN)


class Goal(models.Model):
    """What a case works toward, in a sentence; looked at again in each session."""

    class Status(models.TextChoices):
        OPEN = "open", "We work on it"
        REACHED = "reached", "Reached"
        SET_ASIDE = "set_aside", "Set aside"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="goals")
    words = EncryptedTextField(person="case_id")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    made_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    objects: ClassVar[models.Manager["Goal"]] = GoalQuerySet.as_manager()

    class Meta:
        ordering = ["made_at"]

    def __str__(self) -> str:
        return str(self.pk)


class AgreedAction(models.Model):
    """What one partner said they would do until the next session."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="actions")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="actions")
    words = EncryptedTextField(person="participant_id")
    agreed_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["agreed_at"]

    def __str__(self) -> str:
        return str(self.pk)
