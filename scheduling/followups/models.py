"""What goes out between sessions: plans and their steps, what is due, and the answers."""

import json
import uuid
from typing import Any, ClassVar

from django.db import models

from clients.contact.models import Message
from clients.handouts.models import Assignment
from clients.models import Case, Part, Participant
from practice.access.roles import Role
from practice.fields import EncryptedTextField
from practice.models import User
from scheduling.models import Appointment


class QuestionSet(models.Model):
    """The questions of a check-in. A set never changes; another wording is another version."""

    name = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    # [{"key", "text", "kind": "scale"|"text", "low", "high"}]
    questions = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "version"], name="followups_questionset_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"


class Plan(models.Model):
    """A follow-up plan: what goes to whom, when, around each session."""

    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """One step of a plan, for each partner or for one part alone."""

    class Kind(models.TextChoices):
        HANDOUT = "handout", "The next handout"
        CHECK_IN = "check_in", "A check-in"

    class Anchor(models.TextChoices):
        AFTER = "after", "after the session"
        BEFORE_NEXT = "before_next", "before the next session"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    anchor = models.CharField(max_length=12, choices=Anchor.choices)
    days = models.PositiveSmallIntegerField()
    # Used by "before the next session" where none is booked yet.
    days_without_next = models.PositiveSmallIntegerField(default=4)
    at = models.TimeField(help_text="By the clock of the person who receives it.")
    part = models.CharField(max_length=8, choices=Part.choices, blank=True)
    question_set = models.ForeignKey(
        QuestionSet, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="followups_step_position"),
            models.CheckConstraint(
                condition=models.Q(kind="check_in", question_set__isnull=False)
                | models.Q(kind="handout"),
                name="followups_step_check_in_has_questions",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self._when()}, at {self._hour()} their time"

    def _hour(self) -> str:
        return f"{self.at.hour % 12 or 12}:{self.at:%M %p}"

    def _when(self) -> str:
        days = "the day" if self.days == 1 else f"{self.days} days"
        return f"{days} {Step.Anchor(self.anchor).label}"

    def is_for(self, participant: Participant) -> bool:
        return not self.part or self.part == participant.part


class CasePlan(models.Model):
    """The plan that a counselor chose for a case."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="follow_up_plan")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="case_plans")
    paused_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.plan)


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def for_user(self, user: User) -> "FollowUpQuerySet":
        """Those of the cases this counselor may open."""
        if user.role != Role.COUNSELOR:
            return self.none()
        return self.filter(participant__case__in=Case.objects.for_user(user))

    def check_ins(self) -> "FollowUpQuerySet":
        return self.filter(step__kind=Step.Kind.CHECK_IN)


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

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def answers(self) -> list[dict[str, Any]]:
        """For each question: its text, the answer, and whether it may be raised together."""
        answers: list[dict[str, Any]] = json.loads(self.answers_text)
        return answers
