"""What goes out between sessions: plans and their steps, what is due, and the answers."""

import json
import uuid
from calendar import day_name
from datetime import time
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from clients.contact.models import Message, State
from clients.handouts.models import Assignment
from clients.models import Case, Part, Participant, Stage
from practice.access.roles import Role
from practice.fields import EncryptedTextField
from practice.models import User
from scheduling.models import Appointment


def hour_in_words(at: time) -> str:
    """Such as "6:00 PM"."""
    return f"{at.hour % 12 or 12}:{at:%M %p}"


class VersionedQuerySet(models.QuerySet[Any]):
    """What is written anew rather than changed."""

    def newest(self) -> "VersionedQuerySet":
        """Of each name the last version."""
        later = self.model._default_manager.filter(
            name=models.OuterRef("name"), version__gt=models.OuterRef("version")
        )
        return self.filter(~models.Exists(later)).order_by("name")


class QuestionSet(models.Model):
    """The questions of a check-in. A set never changes; another wording is another version."""

    name = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    # [{"key", "text", "kind": "scale"|"choice"|"text", "low", "high", "options",
    #   "flag_at" (scale: this number and those below raise a flag), "flag_options" (choice)}]
    questions = models.JSONField()
    objects: ClassVar[models.Manager["QuestionSet"]] = VersionedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "version"], name="followups_questionset_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"


class Line(models.Model):
    """A few kind words behind a private link, written by the practice. A version never changes."""

    name = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=80)
    body = models.TextField(help_text="Plain paragraphs, with an empty line between two.")
    objects: ClassVar[models.Manager["Line"]] = VersionedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="followups_line_version_once")
        ]

    def __str__(self) -> str:
        return self.name


class PlanQuerySet(models.QuerySet["Plan"]):
    def offered(self) -> "PlanQuerySet":
        """Those that a case can be given; earlier versions stay with the cases that have them."""
        return self.filter(retired_at=None)


class Plan(models.Model):
    """A follow-up plan: what goes to whom, when, around each session.

    Once a case has it, its steps stay: who edits it makes the next version.
    """

    name = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    retired_at = models.DateTimeField(null=True, blank=True)
    objects: ClassVar[models.Manager["Plan"]] = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["name", "version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="followups_plan_version_once")
        ]

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """One step of a plan, for each partner or for one part alone."""

    class Kind(models.TextChoices):
        HANDOUT = "handout", "The next handout"
        CHECK_IN = "check_in", "A check-in"
        LINE = "line", "A line"

    class Anchor(models.TextChoices):
        AFTER = "after", "after the session"
        BEFORE_NEXT = "before_next", "before the next session"
        QUIET = "quiet", "after quiet weeks"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    anchor = models.CharField(max_length=12, choices=Anchor.choices)
    days = models.PositiveSmallIntegerField(default=0)
    # Used by "after quiet weeks": so many without a session, then on this day of the week.
    weeks = models.PositiveSmallIntegerField(default=2)
    weekday = models.PositiveSmallIntegerField(default=0)
    # Used by "before the next session" where none is booked yet.
    days_without_next = models.PositiveSmallIntegerField(default=4)
    at = models.TimeField(help_text="By the clock of the person who receives it.")
    part = models.CharField(max_length=8, choices=Part.choices, blank=True)
    stage = models.CharField(max_length=10, choices=Stage.of_material(), blank=True)
    line = models.ForeignKey(
        Line, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    question_set = models.ForeignKey(
        QuestionSet, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="followups_step_position"),
            models.CheckConstraint(
                condition=models.Q(kind="check_in", question_set__isnull=False)
                | models.Q(kind="line", line__isnull=False)
                | models.Q(kind="handout"),
                name="followups_step_has_what_it_sends",
            ),
            models.CheckConstraint(
                condition=models.Q(weekday__lte=6), name="followups_step_weekday_is_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.when}, at {self.hour} their time"

    @property
    def hour(self) -> str:
        return hour_in_words(self.at)

    @property
    def when(self) -> str:
        """Such as "the day after the session"."""
        if self.anchor == Step.Anchor.QUIET:
            weeks = "a quiet week" if self.weeks == 1 else f"{self.weeks} quiet weeks"
            return f"the first {day_name[self.weekday]} after {weeks}"
        days = "the day" if self.days == 1 else f"{self.days} days"
        return f"{days} {Step.Anchor(self.anchor).label}"

    @property
    def whom(self) -> str:
        """To whom it goes, and when in the work."""
        part = self.get_part_display() if self.part else "Each partner"
        return f"{part}, in “{self.get_stage_display()}”" if self.stage else part

    def is_for(self, participant: Participant, stage: str) -> bool:
        part = not self.part or self.part == participant.part
        return part and (not self.stage or self.stage == stage)


class CasePlan(models.Model):
    """The plan that a counselor chose for a case."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="follow_up_plan")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="case_plans")
    paused_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.plan)


class PersonPause(models.Model):
    """Nothing between sessions for this one person for now. The other doesn't learn of it."""

    participant = models.OneToOneField(
        Participant, primary_key=True, on_delete=models.CASCADE, related_name="follow_up_pause"
    )
    paused_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)


class PersonHour(models.Model):
    """The hour at which everything between sessions comes to this one person, whatever the plan
    says. The other keeps the plan's hours."""

    participant = models.OneToOneField(
        Participant, primary_key=True, on_delete=models.CASCADE, related_name="follow_up_hour"
    )
    at = models.TimeField(help_text="By their own clock.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(at__gte=time(8), at__lt=time(21)),
                name="followups_personhour_is_in_the_day",
                violation_error_message="Please choose an hour from 8 AM until before 9 PM.",
            )
        ]

    def __str__(self) -> str:
        return hour_in_words(self.at)


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def for_user(self, user: User) -> "FollowUpQuerySet":
        """Those of the cases this counselor may open."""
        if user.role != Role.COUNSELOR:
            return self.none()
        return self.filter(participant__case__in=Case.objects.for_user(user))

    def check_ins(self) -> "FollowUpQuerySet":
        return self.filter(step__kind=Step.Kind.CHECK_IN)

    def waiting(self) -> "FollowUpQuerySet":
        """Those whose message hasn't gone and may still."""
        return self.filter(message__state__in=[State.DUE, State.CLAIMED, State.UNCERTAIN])


class FollowUp(models.Model):
    """One message due to one participant, because of one session."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="follow_ups")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="follow_ups")
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="follow_ups"
    )
    assignment = models.OneToOneField(
        Assignment, null=True, blank=True, on_delete=models.PROTECT, related_name="follow_up"
    )
    question_set = models.ForeignKey(
        QuestionSet, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    line = models.ForeignKey(
        Line, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="follow_up")
    objects: ClassVar[models.Manager["FollowUp"]] = FollowUpQuerySet.as_manager()

    class Meta:
        ordering = ["message__due_at"]
        constraints = [
            # It goes once: planning a session again makes no second one.
            models.UniqueConstraint(
                fields=["session", "step", "participant"], name="followups_followup_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Response(models.Model):
    """What a participant answered. For the counselor; the other partner never sees it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    follow_up = models.OneToOneField(FollowUp, on_delete=models.PROTECT, related_name="response")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="responses")
    answers_text = EncryptedTextField(person="participant_id")
    answered_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["answered_at"]
        indexes = [models.Index(fields=["answered_at"], name="followups_response_when")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def answers(self) -> list[dict[str, Any]]:
        """For each question: its text, the answer, and whether it may be raised together."""
        answers: list[dict[str, Any]] = json.loads(self.answers_text)
        return answers


class Draft(models.Model):
    """A check-in as typed so far: for the person alone, until they send it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    follow_up = models.OneToOneField(FollowUp, on_delete=models.CASCADE, related_name="draft")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    answers_text = EncryptedTextField(person="participant_id")
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)


class Rung(models.Model):
    """Who is asked, one after the other, to look at a flag, and how long each has."""

    position = models.PositiveSmallIntegerField(unique=True)
    user = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="person",
        help_text="Leave empty for the counselor of the case.",
    )
    minutes = models.PositiveIntegerField(
        help_text="Who hasn’t acknowledged it by then passes it on to the next."
    )

    class Meta:
        ordering = ["position"]
        verbose_name = "step of the ladder for flags"
        verbose_name_plural = "ladder for flags"
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=5), name="followups_rung_has_time")
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.user or 'the counselor of the case'}"


class RiskFlagQuerySet(models.QuerySet["RiskFlag"]):
    def open(self) -> "RiskFlagQuerySet":
        return self.filter(resolved_at=None)

    def for_user(self, user: User) -> "RiskFlagQuerySet":
        """A counselor's own cases', and whatever the ladder has put before this person."""
        theirs = Case.objects.for_user(user)
        return self.filter(Q(participant__case__in=theirs) | Q(owner=user))


class RiskFlag(models.Model):
    """A person on the staff must look at this answer, by a time. Nobody promises to watch."""

    class Why(models.TextChoices):
        ANSWER = "answer", "An answer at the set threshold"
        WORDS = "words", "Words that a person should read"

    class Resolution(models.TextChoices):
        SPOKEN = "spoken", "We spoke; no danger now"
        PLAN = "plan", "We spoke; a safety plan is in place"
        REFERRED = "referred", "Others who can help are involved"
        MISREAD = "misread", "The answer meant something else"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="flags")
    response = models.OneToOneField(Response, on_delete=models.PROTECT, related_name="flag")
    why = models.CharField(max_length=8, choices=Why.choices)
    raised_at = models.DateTimeField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="flags")
    position = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resolution = models.CharField(max_length=8, choices=Resolution.choices, blank=True)
    objects: ClassVar[models.Manager["RiskFlag"]] = RiskFlagQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(acknowledged_at=None, resolved_at=None),
                name="followups_flag_unanswered",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None, resolution="")
                | (Q(resolved_at__isnull=False, resolved_by__isnull=False) & ~Q(resolution="")),
                name="followups_riskflag_resolved_by_somebody_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="followups_riskflag_acknowledged_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Alert(models.Model):
    """A neutral e-mail to somebody on the staff: please look. Once for each flag and step."""

    flag = models.ForeignKey(RiskFlag, on_delete=models.CASCADE, related_name="alerts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["flag", "position"], name="followups_alert_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)
